package org.boltzmann4j.sampler;

import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Mean field: the means of a distribution in which all units are independent, iterated to a fixed point,
 * {@code lambda = E[h | mu]}, {@code mu <- damping mu + (1 - damping) E[v | lambda]}; for Bernoulli units
 * {@code lambda = sigmoid(c + mu W)}, {@code mu = sigmoid(b + W lambda)}. Without damping each half-step is the best choice
 * of one layer's means given the other's, so that the bound on the likelihood rises to a local maximum; damping is for units
 * whose means are only approximately those of their distribution. It has no randomness and finds one mode, the one
 * that its start leads to.
 *
 * @param damping share of the old visible means that is kept, at least 0 and below 1
 * @param tolerance largest change of a visible mean at which a row counts as converged, above 0; in units of their scales
 * @param maxIterations at least 1
 */
public record MeanField(Double damping, Double tolerance, Integer maxIterations) implements Inference {

    private static final long serialVersionUID = 1;

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public MeanField(
            @JsonProperty("damping") @Nullable Double damping,
            @JsonProperty("tolerance") @Nullable Double tolerance,
            @JsonProperty("maxIterations") @StrictCount @Nullable Integer maxIterations) {
        if (damping == null || !(damping >= 0 && damping < 1)) {
            throw new IllegalArgumentException("mean field: damping = " + damping + ", expected a number in [0, 1)");
        }
        if (tolerance == null || !(tolerance > 0)) {
            throw new IllegalArgumentException("mean field: tolerance = " + tolerance + ", expected a number > 0");
        }
        this.damping = damping;
        this.tolerance = tolerance;
        this.maxIterations = Counts.requirePositive(maxIterations, "mean field: maxIterations");
    }

    /**
     * The same with another damping.
     *
     * @param share of the old means that is kept, at least 0 and below 1
     * @return the specification
     * @throws IllegalArgumentException if it is out of its range
     */
    public MeanField withDamping(double share) {
        return new MeanField(share, tolerance, maxIterations);
    }

    /**
     * The same with another end.
     *
     * @param largestChange of a visible mean at which a row counts as converged, above 0
     * @param iterations at most, at least 1
     * @return the specification
     * @throws IllegalArgumentException if one is out of its range
     */
    public MeanField until(double largestChange, int iterations) {
        return new MeanField(damping, largestChange, iterations);
    }
}
