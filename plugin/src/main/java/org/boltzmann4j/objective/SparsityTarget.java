package org.boltzmann4j.objective;

import java.io.Serializable;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A target for the mean activation of every hidden unit (Lee, Ekanadham, Ng 2008; Hinton 2012, section 11). With the
 * running mean {@code q_j <- decay q_j + (1 - decay) <h_j>}, which the first minibatch sets, the ascent direction of the
 * hidden bias gets {@code + strength (rho - q_j)}, minus the derivative of the cross entropy between rho and q_j by the
 * unit's total input. By option the weights get the share that belongs to them,
 * {@code + strength (rho - q_j) <v_i>}, with the minibatch's mean of the visible states as the weights see them, divided by
 * their scale.
 *
 * <p>It is added to the likelihood gradient, centered or not, and takes nothing of it away. The mean is over the rows of
 * data; where the visible units count words it is over words, and {@code <v_i>} over words too. The activation of a
 * binomial unit is the mean of one of its copies.
 *
 * @param target rho, the activation wanted, above 0 and below 1
 * @param strength weight of the target beside the mean log-likelihood of a row, finite and at least 0; with 0 it does
 *     nothing
 * @param decay weight of the past in the running mean, at least 0 and below 1; 0.9 to 0.99 are usual
 * @param onWeights whether the weights are moved too, or the hidden bias alone
 */
public record SparsityTarget(Double target, Double strength, Double decay, Boolean onWeights) implements Serializable {

    private static final long serialVersionUID = 1;

    private static final double USUAL_DECAY = 0.9;

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public SparsityTarget(
            @JsonProperty("target") @Nullable Double target,
            @JsonProperty("strength") @Nullable Double strength,
            @JsonProperty("decay") @Nullable Double decay,
            @JsonProperty("onWeights") @Nullable Boolean onWeights) {
        if (target == null || !(target > 0 && target < 1)) {
            throw new IllegalArgumentException(
                    "sparsity target: target = " + target + ", expected a number above 0 and below 1");
        }
        if (strength == null || !(strength >= 0) || strength.isInfinite()) {
            throw new IllegalArgumentException(
                    "sparsity target: strength = " + strength + ", expected a finite number >= 0");
        }
        if (decay == null || !(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("sparsity target: decay = " + decay + ", expected a number in [0, 1)");
        }
        if (onWeights == null) {
            throw new IllegalArgumentException("sparsity target: onWeights is missing, expected true or false");
        }
        this.target = target;
        this.strength = strength;
        this.decay = decay;
        this.onWeights = onWeights;
    }

    /**
     * A target that moves the hidden bias alone, with a decay of 0.9.
     *
     * @param target the activation wanted, above 0 and below 1
     * @param strength finite, at least 0
     * @return the specification
     * @throws IllegalArgumentException if one is out of its range
     */
    public static SparsityTarget of(double target, double strength) {
        return new SparsityTarget(target, strength, USUAL_DECAY, false);
    }

    /**
     * The same with another running mean.
     *
     * @param newDecay at least 0 and below 1; 0 for the mean of the minibatch
     * @return the specification
     * @throws IllegalArgumentException if it is out of its range
     */
    public SparsityTarget withDecay(double newDecay) {
        return new SparsityTarget(target, strength, newDecay, onWeights);
    }

    /**
     * The same, moving the weights too.
     *
     * @return the specification
     */
    public SparsityTarget withWeights() {
        return new SparsityTarget(target, strength, decay, true);
    }

    /**
     * Checks that the hidden units have an activation in [0, 1] that a bias can bring to the target.
     *
     * @param hidden type of the hidden units
     * @throws IllegalArgumentException with the reason, if they have none
     */
    public void requireUnits(Unit hidden) {
        if (!(hidden instanceof Bernoulli || hidden instanceof Binomial)) {
            throw new IllegalArgumentException("sparsity target with " + hidden
                    + " hidden units: expected Bernoulli or binomial ones, whose activation is a probability for each"
                    + " unit by itself; the means of a softmax group add up to 1 whatever the biases, and other types'"
                    + " means are not bounded by 1");
        }
    }

    /** States a unit counts as many times: the copies of a binomial unit. */
    static double copies(Unit hidden) {
        return hidden instanceof Binomial binomial ? binomial.copies() : 1;
    }

    /** The running mean after a minibatch; the first one sets it. */
    void move(double[] activation, double[] meanSums, double totalWeight, Unit hidden, boolean first) {
        double past = first ? 0 : decay;
        double share = (1 - past) / totalWeight / copies(hidden);
        for (int j = 0; j < activation.length; j++) {
            activation[j] = past * activation[j] + share * meanSums[j];
        }
    }

    /** {@code strength (rho - q_j)}. */
    double[] ascent(double[] activation) {
        double[] result = new double[activation.length];
        for (int j = 0; j < result.length; j++) {
            result[j] = strength * (target - activation[j]);
        }
        return result;
    }
}
