package org.boltzmann4j.objective;

import java.util.Arrays;
import org.boltzmann4j.math.StableFunctions;

/**
 * How the heights {@code f+} of data and {@code f-} of samples (minus their energies) make a loss that lowers the energy of data and
 * raises that of samples. Means are over the rows of each kind; pairs are the i-th row of either, the shorter list starting
 * over.
 */
public enum GenerativeTerm {
    /** {@code mean(f-) - mean(f+)}: the likelihood gradient, with rows of weight 1 whatever the gap is. The reference. */
    CD,
    /**
     * {@code mean softplus(f-_i - f+_i)} over pairs: the push fades where the data are already likelier than the samples by
     * more than a nat, which bounds both the gap and the gradient.
     */
    SOFTPLUS,
    /** {@code mean softplus(-f+) + mean softplus(f-)}: data and samples told apart by the sign of f. Pins the level of f. */
    BCE;

    /**
     * Computes the term and its slopes.
     *
     * @param data {@code f+}, at least one, not modified
     * @param samples {@code f-}, at least one, not modified
     * @param dataSlope derivative by each {@code f+}, overwritten
     * @param sampleSlope derivative by each {@code f-}, overwritten
     * @param shares what each data row adds to the term, overwritten; what belongs to samples alone goes to {@code sampleShares}
     * @param sampleShares what each sample adds to the term, overwritten
     */
    void compute(
            double[] data,
            double[] samples,
            double[] dataSlope,
            double[] sampleSlope,
            double[] shares,
            double[] sampleShares) {
        Arrays.fill(dataSlope, 0);
        Arrays.fill(sampleSlope, 0);
        Arrays.fill(shares, 0);
        Arrays.fill(sampleShares, 0);
        switch (this) {
            case CD -> {
                for (int i = 0; i < data.length; i++) {
                    dataSlope[i] = -1.0 / data.length;
                    shares[i] = -data[i] / data.length;
                }
                for (int i = 0; i < samples.length; i++) {
                    sampleSlope[i] = 1.0 / samples.length;
                    sampleShares[i] = samples[i] / samples.length;
                }
            }
            case SOFTPLUS -> {
                int pairs = Math.max(data.length, samples.length);
                for (int i = 0; i < pairs; i++) {
                    int d = i % data.length;
                    int s = i % samples.length;
                    double difference = samples[s] - data[d];
                    double slope = StableFunctions.sigmoid(difference) / pairs;
                    dataSlope[d] -= slope;
                    sampleSlope[s] += slope;
                    shares[d] += StableFunctions.softplus(difference) / pairs;
                }
            }
            case BCE -> {
                for (int i = 0; i < data.length; i++) {
                    dataSlope[i] = -StableFunctions.sigmoid(-data[i]) / data.length;
                    shares[i] = StableFunctions.softplus(-data[i]) / data.length;
                }
                for (int i = 0; i < samples.length; i++) {
                    sampleSlope[i] = StableFunctions.sigmoid(samples[i]) / samples.length;
                    sampleShares[i] = StableFunctions.softplus(samples[i]) / samples.length;
                }
            }
        }
    }
}
