package org.boltzmann4j.estimate;

import org.boltzmann4j.sampler.LadderLogPartition;

/**
 * An estimated quantity in nats together with what is known of its error.
 *
 * @param value the estimate
 * @param standardError of the value, as far as the sample shows it; 0 for exact values
 * @param effectiveSampleSize {@code (sum w)^2 / sum w^2} of the weights w it was made from, infinite for exact values:
 *     below {@link #FEW} the value and its standard error both hang on a few chains
 * @param largestWeightShare {@code max w / sum w}, 0 for exact values
 * @param direction to which side it is off
 */
public record Estimate(
        double value,
        double standardError,
        double effectiveSampleSize,
        double largestWeightShare,
        Direction direction) {

    /** Effective sample sizes below this are worth a warning. */
    public static final double FEW = 10;

    /** To which side an estimate is off in expectation. */
    public enum Direction {
        /** A closed form or a complete sum: rounding is the only error. */
        EXACT,
        /** Right in expectation. */
        UNBIASED,
        /** Below the truth in expectation, and by Markov's inequality seldom far above it. */
        LOWER,
        /** Above the truth in expectation, and seldom far below it. */
        UPPER,
        /** To neither side for sure. */
        UNKNOWN;

        private Direction turned() {
            return this == LOWER ? UPPER : this == UPPER ? LOWER : this;
        }

        private Direction with(Direction other) {
            if (this == other || other == EXACT || (other == UNBIASED && this != EXACT)) {
                return this;
            }
            return this == EXACT || this == UNBIASED ? other : UNKNOWN;
        }
    }

    /**
     * A value that is exact up to rounding.
     *
     * @param value the value
     * @return the estimate
     */
    public static Estimate exact(double value) {
        return new Estimate(value, 0, Double.POSITIVE_INFINITY, 0, Direction.EXACT);
    }

    /**
     * The log Z that a ladder of tempering has for free, {@code SwapReport.logPartition()} or
     * {@code TrajectoryReport.logPartition()}.
     *
     * @param ladder with a known value
     * @return the estimate, to the side UNKNOWN: between samples of all rungs Bennett's ratio has no side; with a mode that a rung
     *     misses it is below the truth
     * @throws IllegalArgumentException if the value is not known
     */
    public static Estimate of(LadderLogPartition ladder) {
        if (!ladder.isKnown()) {
            throw new IllegalArgumentException(
                    "log Z along a ladder is not known: expected one that begins at the inverse"
                            + " temperature 0, or at a model without weights, after at least one sweep, of units with exact samples");
        }
        return new Estimate(
                ladder.value(),
                ladder.standardError(),
                ladder.effectiveSampleSize(),
                ladder.largestWeightShare(),
                Direction.UNKNOWN);
    }

    /**
     * Whether it stands on weights of which few count: below an effective sample size of {@link #FEW}.
     *
     * @return true if value and standard error are not to be trusted
     */
    public boolean restsOnFew() {
        return effectiveSampleSize < FEW;
    }

    /**
     * The estimate of the quantity plus a known number.
     *
     * @param constant any number
     * @return the same error about another value
     */
    public Estimate plus(double constant) {
        return new Estimate(value + constant, standardError, effectiveSampleSize, largestWeightShare, direction);
    }

    /**
     * The estimate of the sum of two quantities that were estimated independently.
     *
     * @param other the other quantity
     * @return sum of the values, errors added as for independent ones, the worse of the weights
     */
    public Estimate plus(Estimate other) {
        return new Estimate(
                value + other.value,
                Math.hypot(standardError, other.standardError),
                Math.min(effectiveSampleSize, other.effectiveSampleSize),
                Math.max(largestWeightShare, other.largestWeightShare),
                direction.with(other.direction));
    }

    /**
     * The estimate of a multiple of the quantity.
     *
     * @param factor above 0
     * @return value and standard error times the factor
     */
    public Estimate scaledBy(double factor) {
        return new Estimate(factor * value, factor * standardError, effectiveSampleSize, largestWeightShare, direction);
    }

    /**
     * The estimate of minus the quantity: what was a lower bound is an upper one.
     *
     * @return the mirror image
     */
    public Estimate negated() {
        return new Estimate(-value, standardError, effectiveSampleSize, largestWeightShare, direction.turned());
    }

    /**
     * The same numbers with another statement about the bias.
     *
     * @param other the direction
     * @return the estimate
     */
    public Estimate withDirection(Direction other) {
        return new Estimate(value, standardError, effectiveSampleSize, largestWeightShare, other);
    }
}
