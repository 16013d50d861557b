package org.boltzmann4j.units;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * The type of the units of one layer: an immutable specification together with the mathematics of one row of units.
 *
 * <p>Given the other layer, the units of a layer form an exponential family. The restricted Boltzmann machine computes
 * the row of <em>weighted inputs</em> t that {@code W} gives ({@code (vW)_j} or {@code (Wh)_i}, with every coupled state
 * divided by its scale) and asks the unit type for everything else. At the inverse temperature beta
 * {@code p(x) ~ base(x) exp(-beta (energy(x) - sum_i t_i x_i / scale_i))}: the base measure is not multiplied by beta.
 *
 * <p>All methods take one row as doubles, whatever type the parameters have; shapes are {@code [width]}. Rows passed as
 * input are not modified.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Bernoulli.class, name = "bernoulli"),
    @JsonSubTypes.Type(value = Binomial.class, name = "binomial"),
    @JsonSubTypes.Type(value = Gaussian.class, name = "gaussian"),
    @JsonSubTypes.Type(value = LearnedGaussian.class, name = "learnedGaussian"),
    @JsonSubTypes.Type(value = Mixed.class, name = "mixed"),
    @JsonSubTypes.Type(value = NoisyRelu.class, name = "noisyRelu"),
    @JsonSubTypes.Type(value = Poisson.class, name = "poisson"),
    @JsonSubTypes.Type(value = ReplicatedSoftmax.class, name = "replicatedSoftmax"),
    @JsonSubTypes.Type(value = Softmax.class, name = "softmax")
})
public sealed interface Unit extends Serializable
        permits Bernoulli, Binomial, Gaussian, LearnedGaussian, Mixed, NoisyRelu, Poisson, ReplicatedSoftmax, Softmax {

    /**
     * Conditional mean of every unit given its weighted input.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @param mean {@code [width]}, overwritten; may be {@code weightedInput}
     */
    void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean);

    /**
     * Draws every unit from its conditional distribution given its weighted input. Types whose distribution does not follow
     * from its mean, at any temperature and length, have their own way.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @param random consumed
     * @param sample {@code [width]}, overwritten; may be {@code weightedInput}
     */
    default void sample(
            double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        mean(weightedInput, bias, at, sample);
        sampleGivenMean(sample, random, sample);
    }

    /**
     * Conditional means and a draw: the same numbers as {@link #mean} and {@link #sample} give, at the price of one where
     * the sample is made from the mean.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @param random consumed
     * @param mean {@code [width]}, overwritten; may be {@code weightedInput}
     * @param sample {@code [width]}, overwritten; another array than the others
     */
    default void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        mean(weightedInput, bias, at, mean);
        sampleGivenMean(mean, random, sample);
    }

    /**
     * Conditional means given the weighted inputs and the values of some units of the row. Most units do not depend on each
     * other given the other layer; those that share a total do.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @param known {@code [width]}, which units have their value
     * @param state {@code [width]}, of the known units their values, which stay; of the others overwritten with the means;
     *     another array than the inputs
     */
    default void meanOfUnknown(double[] weightedInput, double[] bias, Conditions at, boolean[] known, double[] state) {
        double[] mean = new double[state.length];
        mean(weightedInput, bias, at, mean);
        takeUnknown(mean, known, state);
    }

    /**
     * Draws units given the weighted inputs and the values of some units of the row.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @param known {@code [width]}, which units have their value
     * @param random consumed
     * @param state {@code [width]}, of the known units their values, which stay; of the others overwritten with a draw;
     *     another array than the inputs
     */
    default void sampleUnknown(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            boolean[] known,
            SplittableRandom random,
            double[] state) {
        double[] sample = new double[state.length];
        sample(weightedInput, bias, at, random, sample);
        takeUnknown(sample, known, state);
    }

    private static void takeUnknown(double[] from, boolean[] known, double[] state) {
        for (int i = 0; i < state.length; i++) {
            if (!known[i]) {
                state[i] = from[i];
            }
        }
    }

    /**
     * Draws every unit of the model itself given its conditional mean, where the input is no longer at hand.
     *
     * @param mean {@code [width]}
     * @param random consumed
     * @param sample {@code [width]}, overwritten; may be {@code mean}
     */
    void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample);

    /**
     * The units' own share of {@code -log} of the unnormalised probability of a state, summed over the row:
     * {@code beta * energyTerm}. It holds the base measure of Poisson units, {@code log x!}, which is not multiplied by
     * beta; all other base measures are in {@link #logBaseMeasure}.
     *
     * @param state {@code [width]}
     * @param bias {@code [width]}
     * @param inverseTemperature beta
     * @return the sum of the terms
     */
    double energyTerm(double[] state, double[] bias, double inverseTemperature);

    /**
     * The energy term at the inverse temperature 1.
     *
     * @param state {@code [width]}
     * @param bias {@code [width]}
     * @return the sum of the energy terms
     */
    default double energyTerm(double[] state, double[] bias) {
        return energyTerm(state, bias, 1);
    }

    /**
     * Logarithm of the number of configurations that a state stands for, outside of the energy: binomial and multinomial
     * coefficients; for noisy rectified units the copies that were summed out, the only case that depends on beta.
     *
     * @param state {@code [width]}
     * @param inverseTemperature beta
     * @return 0 for most types
     */
    default double logBaseMeasure(double[] state, double inverseTemperature) {
        return 0;
    }

    /**
     * Whether {@link #logBaseMeasure} depends on the inverse temperature.
     *
     * @return true for noisy rectified units only
     */
    default boolean hasTemperedBaseMeasure() {
        return false;
    }

    /**
     * Log-normaliser of the units given their weighted input, summed over the row: the logarithm of the sum (or
     * integral) of {@code base(x) exp(-beta (energyTerm(x) - coupled(x) * weightedInput))} over all states x.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @return the sum of the cumulants
     */
    double cumulant(double[] weightedInput, double[] bias, Conditions at);

    /**
     * Multiplies by the derivatives of the means in the model itself, {@code epsilon_i = sum_k epsilon_k dmean_k / dz_i},
     * where z is the total input {@code scale * weightedInput + bias}.
     *
     * @param totalInput z, {@code [width]}
     * @param epsilon {@code [width]}, changed in place
     */
    void backpropagate(double[] totalInput, double[] epsilon);

    /**
     * How many units of a row have a mean that a bound of the type holds down.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param at temperature and document length
     * @return 0 for types without a bound
     */
    default int countBounded(double[] weightedInput, double[] bias, Conditions at) {
        return 0;
    }

    /**
     * The value by which a state of unit i is divided where it meets the weights: sigma for Gaussian units, else 1. The
     * derivative of minus the energy term by the bias is {@code state / scale^2} up to terms free of the state.
     *
     * @param i index of the unit
     * @return a positive number
     */
    default double scale(int i) {
        return 1;
    }

    /**
     * Whether every scale is 1, so that states meet the weights as they are.
     *
     * @return true if no scaling is needed
     */
    @JsonIgnore // follows from the specification, no part of it
    default boolean isUnscaled() {
        return true;
    }

    /**
     * All scales of a layer.
     *
     * @param width number of units
     * @return {@code [width]}, a new array
     */
    default double[] scales(int width) {
        double[] scales = new double[width];
        Arrays.setAll(scales, this::scale);
        return scales;
    }

    /**
     * Whether the scales are parameters to be learned, as the logarithms {@code z = log scale^2}.
     *
     * @return false for most types
     */
    default boolean learnsScales() {
        return false;
    }

    /**
     * Where the learning of the scales starts.
     *
     * @param width number of units
     * @return z, {@code [width]}, a new array
     */
    default double[] initialLogVariances(int width) {
        return new double[width];
    }

    /**
     * The type with given scales in place of the learned ones.
     *
     * @param logVariances z, {@code [width]}
     * @return a type that learns nothing
     */
    default Unit withLogVariances(double[] logVariances) {
        return this;
    }

    /**
     * The type with other scales, where it is one with scales.
     *
     * @param scales {@code [width]}, not modified
     * @return a type that learns nothing
     */
    default Unit withScales(double[] scales) {
        return this;
    }

    /**
     * Puts learned parameters back within their bounds, and those that are none to 0.
     *
     * @param logVariances z, {@code [width]}, changed in place
     */
    default void bound(double[] logVariances) {
        Arrays.fill(logVariances, 0);
    }

    /**
     * Whether the units are the word counts of a document: their sum N is fixed, and the bias of the opposite layer counts
     * N times.
     *
     * @return true for replicated softmax only
     */
    default boolean countsWords() {
        return false;
    }

    /**
     * The biases at which units without weights have the given means, kept finite.
     *
     * @param means means of the units in the data, {@code [width]}
     * @return {@code [width]}, a new array
     */
    double[] biasesForMeans(double[] means);

    /**
     * Whether a value lies in the support of a unit or, for binary units, in its convex hull, so that grey values can
     * still be made binary.
     *
     * @param value any number
     * @return false for values no presentation of the data can accept, NaN included
     */
    boolean accepts(double value);

    /**
     * Whether every value between two accepted ones is accepted too: the least and the greatest value of a row then tell of all.
     *
     * @return false unless the type says otherwise
     */
    default boolean acceptsIntervals() {
        return false;
    }

    /**
     * Looks for a value that cannot be presented, alone or together with the others of its row.
     *
     * @param row {@code [width]}
     * @return index of the first one, or -1
     */
    default int firstRefused(double[] row) {
        if (acceptsIntervals()) {
            double least = Double.POSITIVE_INFINITY;
            double greatest = Double.NEGATIVE_INFINITY;
            for (double x : row) { // without a branch; NaN stays
                least = Math.min(least, x);
                greatest = Math.max(greatest, x);
            }
            if (accepts(least) && accepts(greatest)) {
                return -1;
            }
        }
        for (int i = 0; i < row.length; i++) {
            if (!accepts(row[i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Describes in a few words what is accepted.
     *
     * @return for example {@code a value in [0, 1]}
     */
    String expectation();

    /**
     * The type of one unit of the layer.
     *
     * @param i index of the unit
     * @return this, except for mixed layers
     */
    default Unit typeOf(int i) {
        return this;
    }

    /**
     * How far the states reach.
     *
     * @return the farthest of all units
     */
    Tail tail();

    /**
     * Checks that a layer of the given width can have this type.
     *
     * @param width number of units
     * @throws IllegalArgumentException if the specification does not fit the width
     */
    default void requireWidth(long width) {
        // Most types fit any width.
    }

    /**
     * The activation of DL4J's own that makes a feed-forward layer return the conditional mean.
     *
     * @param width number of units
     * @return DL4J's name of it, or null if there is none
     */
    default @Nullable Activation stockActivation(long width) {
        return null;
    }
}
