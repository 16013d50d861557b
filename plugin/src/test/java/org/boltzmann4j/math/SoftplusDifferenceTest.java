package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoftplusDifferenceTest {

    /** {@code sigmoid} is within 2e-7, everything else within a few roundings of 6e-8: 1e-6 of the terms' sizes. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.3, 0.30001",
        "3, 0.3, 0.3001",
        "500, 0.9999, 1",
        "500, 1, 0.999",
        "501, 0, 0.01",
        "784, 0.02, 0",
        "33, 0.5, 0.55",
        "500, 0.5, 0.505",
        "500, 0.5, 0.508"
    })
    void itIsTheDifferenceOfTheSums(int width, double from, double to) {
        Random random = new Random(width);
        float[] x = new float[width];
        float[] bias = new float[width];
        double expected = 0;
        double size = 0;
        for (int i = 0; i < width; i++) {
            x[i] = (float) (2 * random.nextGaussian());
            bias[i] = (float) random.nextGaussian();
            double t = x[i] + bias[i]; // as a sum of floats
            double term = StableFunctions.softplus(to * t) - StableFunctions.softplus(from * t);
            expected += term;
            size += Math.abs((to - from) * t);
        }
        // Doubles resolve a difference of softplus of about 1 to 2e-16.
        assertThat(new SoftplusDifference(width).of(x, bias, from, to))
                .isCloseTo(expected, within(1e-6 * size + 1e-15 * width));
    }

    /**
     * Near the end of the short series every term of it is seen: without the fourth the first row would be wrong by 1e-6 of itself, without
     * the third the second by 5e-5. At 0 the sigmoid is exact, elsewhere good to 2e-7.
     */
    @ParameterizedTest
    @CsvSource({"0, 0.049, 3e-7", "1, 1.049, 6e-7"})
    void everyTermOfTheShortSeriesCounts(double from, double to, double tolerance) {
        double expected = StableFunctions.softplus(to) - StableFunctions.softplus(from);
        assertThat(new SoftplusDifference(1).of(new float[] {1}, new float[1], from, to))
                .isCloseTo(expected, within(tolerance * expected));
    }

    @ParameterizedTest
    @ValueSource(floats = {30f, -30f, 1e30f, Float.NaN})
    void temperaturesTooFarApartForTheSeriesAreNotAnswered(float input) {
        assertThat(new SoftplusDifference(2).of(new float[] {1, input}, new float[2], 0.1, 0.2))
                .isNaN();
        assertThat(new SoftplusDifference(2).of(new float[] {1, 1}, new float[2], 0.1, 0.2))
                .isNotNaN();
    }
}
