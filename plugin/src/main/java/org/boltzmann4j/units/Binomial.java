package org.boltzmann4j.units;

import java.util.SplittableRandom;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Sums of n binary copies that share weights and bias, {@code x in {0, ..., n}}: energy term {@code -b x}, base measure
 * {@code C(n, x)} outside of the energy, cumulant {@code n softplus(t)}, mean {@code n sigmoid(t)} with the total input
 * {@code t = weightedInput + b}, sample Binomial(n, sigmoid(t)) (Teh, Hinton 2001). The copies are the states: at the
 * inverse temperature beta t becomes {@code beta t} and {@code C(n, x)} stays.
 *
 * @param copies n, at least 1
 */
public record Binomial(Integer copies) implements Unit {

    private static final long serialVersionUID = 1;

    /**
     * Checks the number of copies.
     *
     * @throws IllegalArgumentException if it is missing or below 1
     */
    @JsonCreator
    public Binomial(@JsonProperty("copies") @StrictCount @Nullable Integer copies) {
        this.copies = Counts.requirePositive(copies, "binomial units: copies");
    }

    /**
     * Binomial units.
     *
     * @param copies at least 1
     * @return the unit type
     * @throws IllegalArgumentException if it is below 1
     */
    public static Binomial of(int copies) {
        return new Binomial(copies);
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        StableFunctions.sigmoid(weightedInput, bias, at.inverseTemperature(), mean);
        for (int i = 0; i < mean.length; i++) {
            mean[i] *= copies;
        }
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        for (int i = 0; i < mean.length; i++) {
            double p = mean[i] / copies;
            int count = 0;
            for (int copy = 0; copy < copies; copy++) {
                if (random.nextDouble() < p) {
                    count++;
                }
            }
            sample[i] = count;
        }
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        return inverseTemperature * Bernoulli.linearTerm(state, bias);
    }

    /** {@code sum_i log C(n, x_i)}. */
    @Override
    public double logBaseMeasure(double[] state, double inverseTemperature) {
        double sum = state.length * StableFunctions.logFactorial(copies);
        for (double x : state) {
            sum -= StableFunctions.logFactorial(x) + StableFunctions.logFactorial(copies - x);
        }
        return sum;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double sum = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            sum += StableFunctions.softplus(at.inverseTemperature() * (weightedInput[i] + bias[i]));
        }
        return copies * sum;
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        for (int i = 0; i < epsilon.length; i++) {
            double mean = StableFunctions.sigmoid(totalInput[i]);
            epsilon[i] *= copies * mean * (1 - mean);
        }
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        double[] bias = new double[means.length];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = Bernoulli.logOdds(means[i] / copies);
        }
        return bias;
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && value <= copies && value == Math.rint(value);
    }

    @Override
    public String expectation() {
        return "a whole number from 0 to " + copies;
    }

    @Override
    public Tail tail() {
        return Tail.BOUNDED;
    }
}
