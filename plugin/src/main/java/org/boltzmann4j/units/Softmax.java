package org.boltzmann4j.units;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Groups of units of which exactly one is 1, such as a class label or a categorical column: energy term {@code -b.x},
 * cumulant {@code logsumexp(t)} of each group, mean {@code softmax(t)} with the total input
 * {@code t = weightedInput + b} (Salakhutdinov, Mnih, Hinton 2007; Larochelle, Bengio 2008); at the inverse temperature
 * beta with {@code beta t} in place of t.
 *
 * @param groupSize number of units in each group, at least 1; divides the width of the layer
 */
public record Softmax(Integer groupSize) implements Unit {

    private static final long serialVersionUID = 1;

    /** Room for the rounding of a softmax in float over a few thousand categories. */
    private static final double SUM_TOLERANCE = 1e-4;

    /**
     * Checks the size of the groups.
     *
     * @throws IllegalArgumentException if it is missing or below 1
     */
    @JsonCreator
    public Softmax(@JsonProperty("groupSize") @StrictCount @Nullable Integer groupSize) {
        this.groupSize = Counts.requirePositive(groupSize, "softmax units: groupSize");
    }

    /**
     * Softmax units.
     *
     * @param groupSize number of units in each group, at least 1
     * @return the unit type
     * @throws IllegalArgumentException if it is below 1
     */
    public static Softmax of(int groupSize) {
        return new Softmax(groupSize);
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        for (int i = 0; i < mean.length; i++) {
            mean[i] = at.inverseTemperature() * (weightedInput[i] + bias[i]);
        }
        for (int from = 0; from < mean.length; from += groupSize) {
            StableFunctions.softmax(mean, from, from + groupSize);
        }
    }

    /** What a known unit leaves of the 1 of its group is shared by the unknown ones. */
    @Override
    public void meanOfUnknown(double[] weightedInput, double[] bias, Conditions at, boolean[] known, double[] state) {
        share(chances(weightedInput, bias, at, known), known, state);
    }

    /** In a group that is known in part the known values are zeros, or one of them is 1. */
    @Override
    public void sampleUnknown(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            boolean[] known,
            SplittableRandom random,
            double[] state) {
        double[] chances = chances(weightedInput, bias, at, known);
        choose(chances, random, chances);
        share(chances, known, state);
    }

    private double[] chances(double[] weightedInput, double[] bias, Conditions at, boolean[] known) {
        double[] total = new double[weightedInput.length];
        for (int i = 0; i < total.length; i++) {
            total[i] = at.inverseTemperature() * (weightedInput[i] + bias[i]);
        }
        for (int from = 0; from < total.length; from += groupSize) {
            SharedTotal.softmaxOfUnknown(total, known, from, from + groupSize);
        }
        return total;
    }

    private void share(double[] shares, boolean[] known, double[] state) {
        for (int from = 0; from < state.length; from += groupSize) {
            double rest = SharedTotal.rest(1, known, state, from, from + groupSize);
            for (int i = from; i < from + groupSize; i++) {
                if (!known[i]) {
                    state[i] = rest * shares[i];
                }
            }
        }
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        choose(mean, random, sample);
    }

    /**
     * Draws one category of every group with the given probabilities.
     *
     * @param probability groups of values that sum to 1, not modified unless it is the result
     * @param random consumed, one number for each group
     * @param sample as long, overwritten with zeros and ones; may be {@code probability}
     */
    public void choose(double[] probability, SplittableRandom random, double[] sample) {
        for (int from = 0; from < probability.length; from += groupSize) {
            double rest = random.nextDouble();
            int chosen = from;
            for (int i = from; i < from + groupSize && rest >= 0; i++) {
                // Where rounding leaves a rest after the last category, the last possible one is taken.
                if (probability[i] > 0) {
                    chosen = i;
                    rest -= probability[i];
                }
            }
            Arrays.fill(sample, from, from + groupSize, 0);
            sample[chosen] = 1;
        }
    }

    /**
     * Takes the likeliest category of every group, the first one among equals.
     *
     * @param probability groups of values, not modified unless it is the result
     * @param sample as long, overwritten with zeros and ones; may be {@code probability}
     */
    public void mostLikely(double[] probability, double[] sample) {
        for (int from = 0; from < probability.length; from += groupSize) {
            int best = from;
            for (int i = from; i < from + groupSize; i++) {
                if (probability[i] > probability[best]) {
                    best = i;
                }
            }
            Arrays.fill(sample, from, from + groupSize, 0);
            sample[best] = 1;
        }
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        return inverseTemperature * Bernoulli.linearTerm(state, bias);
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double sum = 0;
        double[] group = new double[groupSize];
        for (int from = 0; from < weightedInput.length; from += groupSize) {
            for (int q = 0; q < groupSize; q++) {
                group[q] = at.inverseTemperature() * (weightedInput[from + q] + bias[from + q]);
            }
            sum += StableFunctions.logSumExp(group);
        }
        return sum;
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        double[] mean = totalInput.clone();
        for (int from = 0; from < mean.length; from += groupSize) {
            backpropagateSoftmax(mean, epsilon, from, from + groupSize);
        }
    }

    /** {@code epsilon_i = p_i (epsilon_i - sum_k p_k epsilon_k)} with p the softmax of a range, which is overwritten. */
    static void backpropagateSoftmax(double[] totalInput, double[] epsilon, int from, int to) {
        StableFunctions.softmax(totalInput, from, to);
        double average = 0;
        for (int i = from; i < to; i++) {
            average += totalInput[i] * epsilon[i];
        }
        for (int i = from; i < to; i++) {
            epsilon[i] = totalInput[i] * (epsilon[i] - average);
        }
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        double[] bias = new double[means.length];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = Math.log(Math.max(Bernoulli.MEAN_MARGIN, means[i]));
        }
        return bias;
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && value <= 1;
    }

    @Override
    public int firstRefused(double[] row) {
        for (int from = 0; from < row.length; from += groupSize) {
            double sum = 0;
            for (int i = from; i < from + groupSize; i++) {
                if (!accepts(row[i])) {
                    return i;
                }
                sum += row[i];
            }
            if (Math.abs(sum - 1) > SUM_TOLERANCE) {
                return from;
            }
        }
        return -1;
    }

    @Override
    public String expectation() {
        return "one 1 and otherwise zeros in each group of " + groupSize + " columns (or probabilities that sum to 1)";
    }

    @Override
    public Tail tail() {
        return Tail.BOUNDED;
    }

    @Override
    public void requireWidth(long width) {
        if (width % groupSize != 0) {
            throw new IllegalArgumentException("softmax units: groupSize = " + groupSize + " for a layer of " + width
                    + " units, expected a divisor of " + width);
        }
    }

    @Override
    public @Nullable Activation stockActivation(long width) {
        return width == groupSize ? Activation.SOFTMAX : null;
    }
}
