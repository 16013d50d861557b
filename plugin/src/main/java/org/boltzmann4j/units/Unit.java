package org.boltzmann4j.units;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * The type of the units of one layer: an immutable specification together with the mathematics of one row of units.
 *
 * <p>Given the other layer, the units of a layer are independent and each belongs to an exponential family. The
 * restricted Boltzmann machine computes the row of <em>weighted inputs</em> {@code W} gives ({@code (vW)_j} or
 * {@code (Wh)_i}, with every coupled state divided by its scale) and asks the unit type for everything else.
 *
 * <p>All methods take one row as doubles, whatever type the parameters have; shapes are {@code [width]}. Rows passed as
 * input are not modified.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Bernoulli.class, name = "bernoulli"),
    @JsonSubTypes.Type(value = Gaussian.class, name = "gaussian")
})
public sealed interface Unit extends Serializable permits Bernoulli, Gaussian {

    /**
     * Conditional mean of every unit given its weighted input.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @param mean {@code [width]}, overwritten; may be {@code weightedInput}
     */
    void mean(double[] weightedInput, double[] bias, double[] mean);

    /**
     * Draws every unit from its conditional distribution given its conditional mean.
     *
     * @param mean {@code [width]}
     * @param random consumed
     * @param sample {@code [width]}, overwritten; may be {@code mean}
     */
    void sample(double[] mean, SplittableRandom random, double[] sample);

    /**
     * The units' own share of the energy of a state, summed over the row.
     *
     * @param state {@code [width]}
     * @param bias {@code [width]}
     * @return the sum of the energy terms
     */
    double energyTerm(double[] state, double[] bias);

    /**
     * Log-normaliser of the units given their weighted input, summed over the row: the logarithm of the sum (or
     * integral) of {@code exp(-energyTerm(x) + coupled(x) * weightedInput)} over all states x.
     *
     * @param weightedInput {@code [width]}
     * @param bias {@code [width]}
     * @return the sum of the cumulants
     */
    double cumulant(double[] weightedInput, double[] bias);

    /**
     * The value by which a state of unit i is divided where it meets the weights: sigma for Gaussian units, else 1. The
     * derivative of minus the energy term by the bias is {@code state / scale^2} up to terms free of the state.
     *
     * @param i index of the unit
     * @return a positive number
     */
    double scale(int i);

    /**
     * Whether every scale is 1, so that states meet the weights as they are.
     *
     * @return true if no scaling is needed
     */
    @JsonIgnore // follows from the specification, no part of it
    boolean isUnscaled();

    /**
     * The bias at which a unit without weights has the given mean, kept finite.
     *
     * @param mean mean of the unit in the data
     * @return the bias
     */
    double biasForMean(double mean);

    /**
     * Whether a value lies in the support of a unit or, for binary units, in its convex hull, so that grey values can
     * still be made binary.
     *
     * @param value any number
     * @return false for values no presentation of the data can accept, NaN included
     */
    boolean accepts(double value);

    /**
     * Describes in a few words what {@link #accepts} takes.
     *
     * @return for example {@code a value in [0, 1]}
     */
    String expectation();

    /**
     * Checks that a layer of the given width can have this type.
     *
     * @param width number of units
     * @throws IllegalArgumentException if the specification does not fit the width
     */
    void requireWidth(long width);

    /**
     * The activation that makes a feed-forward layer return the conditional mean.
     *
     * @return DL4J's name of it
     */
    Activation activation();
}
