package org.boltzmann4j.units;

import java.util.SplittableRandom;
import org.boltzmann4j.math.StableFunctions;
import org.nd4j.linalg.activations.Activation;

/**
 * Binary units, {@code x in {0, 1}}: energy term {@code -b x}, cumulant {@code softplus(t)}, mean {@code sigmoid(t)}
 * with the total input {@code t = weightedInput + b} (Smolensky 1986; Hinton 2002).
 */
public record Bernoulli() implements Unit {

    private static final long serialVersionUID = 1;

    /** Means are clipped this far from 0 and 1 before they become log-odds: a bias of at most 6.9 in size. */
    private static final double MEAN_MARGIN = 1e-3;

    @Override
    public void mean(double[] weightedInput, double[] bias, double[] mean) {
        StableFunctions.sigmoid(weightedInput, bias, mean);
    }

    @Override
    public void sample(double[] mean, SplittableRandom random, double[] sample) {
        // Two 32-bit draws from one number: a grid of 2^-32 is far finer than the noise of any average of samples. In
        // two
        // loops, the second without branches (the sign bit of a difference): a coin flip is what mispredicts best.
        int width = mean.length;
        int[] bits = new int[width + 1];
        for (int i = 0; i < width; i += 2) {
            long pair = random.nextLong();
            bits[i] = (int) pair;
            bits[i + 1] = (int) (pair >>> 32);
        }
        for (int i = 0; i < width; i++) {
            double uniform = (bits[i] + 0x1p31) * 0x1p-32;
            sample[i] = Double.doubleToRawLongBits(uniform - mean[i]) >>> 63;
        }
    }

    @Override
    public double energyTerm(double[] state, double[] bias) {
        double sum = 0;
        for (int i = 0; i < state.length; i++) {
            sum -= bias[i] * state[i];
        }
        return sum;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias) {
        double sum = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            sum += StableFunctions.softplus(weightedInput[i] + bias[i]);
        }
        return sum;
    }

    @Override
    public double scale(int i) {
        return 1;
    }

    @Override
    public boolean isUnscaled() {
        return true;
    }

    @Override
    public double biasForMean(double mean) {
        double p = Math.max(MEAN_MARGIN, Math.min(1 - MEAN_MARGIN, mean));
        return Math.log(p / (1 - p));
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && value <= 1;
    }

    @Override
    public String expectation() {
        return "a value in [0, 1]";
    }

    @Override
    public void requireWidth(long width) {
        // Any width is fine.
    }

    @Override
    public Activation activation() {
        return Activation.SIGMOID;
    }
}
