package org.boltzmann4j.units;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Real-valued units with fixed standard deviations: energy term {@code (x - b)^2 / (2 s^2)}, coupled to the weights as
 * {@code x / s}, cumulant {@code t b / s + t^2 / 2 + log(2 pi s^2) / 2}, mean {@code b + s t} with the weighted input t
 * (Welling, Rosen-Zvi, Hinton 2005; Hinton 2012, section 13.2). At the inverse temperature beta, which must not be 0, the
 * mean stays and the variance is {@code s^2 / beta}.
 *
 * <p>The usual practice is to standardise the data and leave {@code s = 1}.
 *
 * @param sigma one standard deviation for all units, or one per unit; all finite and positive
 */
public record Gaussian(List<Double> sigma) implements Unit {

    private static final long serialVersionUID = 1;

    /**
     * Checks and copies the standard deviations.
     *
     * @throws IllegalArgumentException if there is none, or one is not finite and positive
     */
    @JsonCreator
    public Gaussian(@JsonProperty("sigma") @Nullable List<Double> sigma) {
        if (sigma == null || sigma.isEmpty()) {
            throw new IllegalArgumentException(
                    "Gaussian units: sigma is missing, expected at least one positive number");
        }
        for (Double s : sigma) {
            if (s == null || !(s > 0) || s.isInfinite()) {
                throw new IllegalArgumentException("Gaussian units: sigma = " + s + ", expected a finite number > 0");
            }
        }
        this.sigma = List.copyOf(sigma);
    }

    /**
     * Gaussian units with the given standard deviations.
     *
     * @param sigma one for all units, or one per unit
     * @return the unit type
     * @throws IllegalArgumentException if one is not finite and positive
     */
    public static Gaussian of(double... sigma) {
        return new Gaussian(Arrays.stream(sigma).boxed().toList());
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        for (int i = 0; i < weightedInput.length; i++) {
            mean[i] = bias[i] + scale(i) * weightedInput[i];
        }
    }

    @Override
    public void sample(double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        mean(weightedInput, bias, at, sample);
        addNoise(sample, at, random, sample);
    }

    @Override
    public void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        mean(weightedInput, bias, at, mean);
        addNoise(mean, at, random, sample);
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        addNoise(mean, Conditions.PLAIN, random, sample);
    }

    private void addNoise(double[] mean, Conditions at, SplittableRandom random, double[] sample) {
        double width = 1 / Math.sqrt(requireWarm(at));
        for (int i = 0; i < mean.length; i++) {
            sample[i] = mean[i] + scale(i) * width * random.nextGaussian();
        }
    }

    private static double requireWarm(Conditions at) {
        if (at.inverseTemperature() == 0) {
            throw new IllegalArgumentException("Gaussian units: inverse temperature = 0, expected a number > 0:"
                    + " without energy they have no distribution");
        }
        return at.inverseTemperature();
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        double sum = 0;
        for (int i = 0; i < state.length; i++) {
            double z = (state[i] - bias[i]) / scale(i);
            sum += z * z / 2;
        }
        return inverseTemperature * sum;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double beta = requireWarm(at);
        double sum = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            double s = scale(i);
            double t = weightedInput[i];
            sum += beta * (t * bias[i] / s + t * t / 2) + Math.log(2 * Math.PI * s * s / beta) / 2;
        }
        return sum;
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        // The mean is the total input.
    }

    @Override
    public Gaussian withScales(double[] scales) {
        return of(scales);
    }

    @Override
    public double scale(int i) {
        return sigma.size() == 1 ? sigma.get(0) : sigma.get(i);
    }

    @Override
    public boolean isUnscaled() {
        return sigma.stream().allMatch(s -> s == 1);
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
    public void requireWidth(long width) {
        if (sigma.size() != 1 && sigma.size() != width) {
            throw new IllegalArgumentException("Gaussian units: " + sigma.size() + " values of sigma for a layer of "
                    + width + " units, expected 1 or " + width);
        }
    }

    @Override
    public Tail tail() {
        return Tail.QUADRATIC;
    }

    @Override
    public Activation stockActivation(long width) {
        return Activation.IDENTITY;
    }
}
