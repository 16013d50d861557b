package org.boltzmann4j.units;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Real-valued visible units whose standard deviations are learned with the other parameters, as the logarithms of their
 * squares, {@code z = log s^2}, kept within bounds (Cho, Ilin, Raiko 2011, with their log-variances). The mathematics is
 * that of {@link Gaussian} with the present s; the gradient is {@code (x - b)^2 / (2 s^2) - (x / (2 s)) (Wh)}, data minus
 * model.
 *
 * <p>By itself the specification is the model with every s at its start.
 *
 * @param initialSigma where learning starts, from {@code leastSigma} to {@code greatestSigma}; 1 for standardised data
 * @param leastSigma lower bound of every s, above 0: without it a unit that the hidden units predict well would be
 *     narrowed without end
 * @param greatestSigma upper bound of every s
 */
public record LearnedGaussian(Double initialSigma, Double leastSigma, Double greatestSigma) implements Unit {

    private static final long serialVersionUID = 1;

    /**
     * Checks the order of the three values.
     *
     * @throws IllegalArgumentException if one is missing, or not finite and positive, or they are not in order
     */
    @JsonCreator
    public LearnedGaussian(
            @JsonProperty("initialSigma") @Nullable Double initialSigma,
            @JsonProperty("leastSigma") @Nullable Double leastSigma,
            @JsonProperty("greatestSigma") @Nullable Double greatestSigma) {
        this.initialSigma = requirePositive(initialSigma, "initialSigma");
        this.leastSigma = requirePositive(leastSigma, "leastSigma");
        this.greatestSigma = requirePositive(greatestSigma, "greatestSigma");
        if (!(this.leastSigma <= this.initialSigma && this.initialSigma <= this.greatestSigma)) {
            throw new IllegalArgumentException("learned Gaussian units: initialSigma = " + initialSigma
                    + ", expected a number from leastSigma = " + leastSigma + " to greatestSigma = " + greatestSigma);
        }
    }

    private static Double requirePositive(@Nullable Double sigma, String name) {
        if (sigma == null || !(sigma > 0) || sigma.isInfinite()) {
            throw new IllegalArgumentException(
                    "learned Gaussian units: " + name + " = " + sigma + ", expected a finite number > 0");
        }
        return sigma;
    }

    /**
     * Standard deviations that start at 1 and stay from 0.1 to 10: for standardised data.
     *
     * @return the unit type
     */
    public static LearnedGaussian standard() {
        return new LearnedGaussian(1.0, 0.1, 10.0);
    }

    private Gaussian initial() {
        return Gaussian.of(initialSigma);
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        initial().mean(weightedInput, bias, at, mean);
    }

    @Override
    public void sample(double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        initial().sample(weightedInput, bias, at, random, sample);
    }

    @Override
    public void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        initial().meanAndSample(weightedInput, bias, at, random, mean, sample);
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        initial().sampleGivenMean(mean, random, sample);
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        return initial().energyTerm(state, bias, inverseTemperature);
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        return initial().cumulant(weightedInput, bias, at);
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        // The mean is the total input.
    }

    @Override
    public double scale(int i) {
        return initialSigma;
    }

    @Override
    public boolean isUnscaled() {
        return initialSigma == 1;
    }

    @Override
    public boolean learnsScales() {
        return true;
    }

    @Override
    public double[] initialLogVariances(int width) {
        double[] result = new double[width];
        Arrays.fill(result, 2 * Math.log(initialSigma));
        return result;
    }

    @Override
    public Gaussian withLogVariances(double[] logVariances) {
        double[] z = logVariances.clone();
        bound(z);
        return Gaussian.of(Arrays.stream(z).map(value -> Math.exp(value / 2)).toArray());
    }

    @Override
    public void bound(double[] logVariances) {
        double least = 2 * Math.log(leastSigma);
        double greatest = 2 * Math.log(greatestSigma);
        for (int i = 0; i < logVariances.length; i++) {
            // Math.min and max hand NaN on, so that divergence is seen where it arises.
            logVariances[i] = Math.max(least, Math.min(greatest, logVariances[i]));
        }
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        return means.clone();
    }

    @Override
    public boolean accepts(double value) {
        return Double.isFinite(value);
    }

    @Override
    public boolean acceptsIntervals() {
        return true;
    }

    @Override
    public String expectation() {
        return "a finite number";
    }

    @Override
    public Tail tail() {
        return Tail.QUADRATIC;
    }
}
