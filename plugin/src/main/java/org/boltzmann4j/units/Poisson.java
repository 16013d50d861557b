package org.boltzmann4j.units;

import java.util.SplittableRandom;
import org.boltzmann4j.math.StableFunctions;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Counts without an upper end, {@code x in {0, 1, 2, ...}}: energy term {@code -b x + log x!}, cumulant {@code exp(t)},
 * mean {@code exp(t)} with the total input {@code t = weightedInput + b}, sample Poisson(exp(t)) (Gehler, Holub, Welling
 * 2006). {@code log x!} is the base measure: at the inverse temperature beta t becomes {@code beta t} and it stays.
 *
 * <p>An exponential runs away fast, so the mean is bounded: {@code exp(min(t, log bound))}. Where the bound acts, the mean
 * is that of another model than the energy's, so training reports it; the cumulant goes on as a straight line, and its
 * derivative stays the mean.
 *
 * @param bound greatest mean of a unit, finite and above 0
 */
public record Poisson(Double bound) implements Unit {

    private static final long serialVersionUID = 1;

    /** From this mean on counts are drawn by rejection instead of by counting arrivals. */
    private static final double REJECTION_FROM = 10;

    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if it is missing, or not finite and positive
     */
    @JsonCreator
    public Poisson(@JsonProperty("bound") @Nullable Double bound) {
        if (bound == null || !(bound > 0) || bound.isInfinite()) {
            throw new IllegalArgumentException("Poisson units: bound = " + bound + ", expected a finite number > 0");
        }
        this.bound = bound;
    }

    /**
     * Poisson units.
     *
     * @param bound greatest mean of a unit; well above every mean of the data
     * @return the unit type
     * @throws IllegalArgumentException if it is not finite and positive
     */
    public static Poisson of(double bound) {
        return new Poisson(bound);
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        for (int i = 0; i < mean.length; i++) {
            mean[i] = Math.min(bound, Math.exp(at.inverseTemperature() * (weightedInput[i] + bias[i])));
        }
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        for (int i = 0; i < mean.length; i++) {
            // A NaN stays one, so that divergence is seen where it arises.
            sample[i] = Double.isNaN(mean[i])
                    ? mean[i]
                    : mean[i] < REJECTION_FROM ? countArrivals(mean[i], random) : drawByRejection(mean[i], random);
        }
    }

    /** Multiplies uniform numbers until the product is below {@code exp(-mean)} (Knuth 1969, section 3.4.1). */
    private static double countArrivals(double mean, SplittableRandom random) {
        double end = Math.exp(-mean);
        double product = random.nextDouble();
        int count = 0;
        while (product > end) {
            product *= random.nextDouble();
            count++;
        }
        return count;
    }

    /** Transformed rejection with squeeze, PTRS of Hoermann 1993, steps as numbered there; for means of at least 10. */
    private static double drawByRejection(double mean, SplittableRandom random) {
        double b = 0.931 + 2.53 * Math.sqrt(mean);
        double a = -0.059 + 0.02483 * b;
        double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        double vr = 0.9277 - 3.6224 / (b - 2);
        double logMean = Math.log(mean);
        while (true) {
            double v = 1 - random.nextDouble(); // in (0, 1], so that its logarithm is finite
            double u = random.nextDouble() - 0.5;
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + mean + 0.43);
            if (us >= 0.07 && v <= vr) {
                return k; // step 1: inside of the squeeze
            }
            if (k < 0 || (us < 0.013 && v > us)) {
                continue; // step 2: outside for sure
            }
            // step 3: the exact comparison
            if (Math.log(v * inverseAlpha / (a / (us * us) + b))
                    <= k * logMean - mean - StableFunctions.logFactorial(k)) {
                return k;
            }
        }
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        double sum = inverseTemperature * Bernoulli.linearTerm(state, bias);
        for (double x : state) {
            sum += StableFunctions.logFactorial(x);
        }
        return sum;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double end = Math.log(bound);
        double sum = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            double t = at.inverseTemperature() * (weightedInput[i] + bias[i]);
            sum += t <= end ? Math.exp(t) : bound * (1 + t - end);
        }
        return sum;
    }

    @Override
    public int countBounded(double[] weightedInput, double[] bias, Conditions at) {
        double end = Math.log(bound);
        int count = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            if (at.inverseTemperature() * (weightedInput[i] + bias[i]) > end) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        for (int i = 0; i < epsilon.length; i++) {
            double mean = Math.exp(totalInput[i]);
            epsilon[i] *= mean <= bound ? mean : 0;
        }
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        double[] bias = new double[means.length];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = Math.log(Math.max(Math.min(Bernoulli.MEAN_MARGIN, bound), Math.min(bound, means[i])));
        }
        return bias;
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && value == Math.rint(value) && !Double.isInfinite(value);
    }

    @Override
    public String expectation() {
        return "a whole number >= 0";
    }

    @Override
    public Tail tail() {
        return Tail.FACTORIAL;
    }
}
