package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;

import org.boltzmann4j.math.StableFunctions;
import org.junit.jupiter.api.Test;

/** Noisy rectified units with the approximate samples: all else is as with the exact ones. */
class RectifiedSamplesTest extends NoisyReluTest {

    @Override
    Unit unit() {
        return NoisyRelu.rectified();
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{-1, 0, 0}};
    }

    /** Moments of {@code max(0, t + N(0, s^2))}, {@code s^2 = sigmoid(beta t) / beta}. */
    @Override
    double[][] sampleMoments(double inverseTemperature) {
        double[][] moments = new double[2][width()];
        for (int i = 0; i < width(); i++) {
            double t = weightedInput()[i] + bias()[i];
            double s = Math.sqrt(StableFunctions.sigmoid(inverseTemperature * t) / inverseTemperature);
            // By Simpson's rule over ten deviations; the integrand is smooth above 0.
            double low = Math.max(0, t - 10 * s);
            double step = (t + 10 * s - low) / 20_000;
            double mean = 0;
            double square = 0;
            for (int n = 0; n <= 20_000; n++) {
                double weight = (n == 0 || n == 20_000 ? 1 : n % 2 == 1 ? 4 : 2) * step / 3;
                double x = low + n * step;
                double density = Math.exp(-(x - t) * (x - t) / (2 * s * s)) / (s * Math.sqrt(2 * Math.PI));
                mean += weight * x * density;
                square += weight * x * x * density;
            }
            moments[0][i] = mean;
            moments[1][i] = square - mean * mean;
        }
        return moments;
    }

    @Test
    void theApproximationIsTheExactSumForLargeInputsOnly() {
        double[] mean = new double[1];
        unit().mean(new double[1], new double[1], Conditions.PLAIN, mean);
        assertThat(mean[0]).isBetween(0.68, 0.71);
        // At t = 0 the rectified mean is s / sqrt(2 pi) with s^2 = 1/2.
        assertThat(Math.sqrt(0.5 / (2 * Math.PI))).isBetween(0.27, 0.29);
    }
}
