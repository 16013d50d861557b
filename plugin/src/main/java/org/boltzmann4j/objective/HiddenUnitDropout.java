package org.boltzmann4j.objective;

import java.io.Serializable;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dropout of hidden units while a restricted Boltzmann machine is pretrained (Srivastava et al. 2014, section 8). Every
 * row r of data and every chain has a mask of its own, {@code m_j = 1} with the retain probability p and else 0, drawn
 * afresh for every minibatch, and is a state of the model in which the units with {@code m_j = 0} do not exist:
 * {@code p(h_j = 1 | v, m) = m_j sigmoid(c_j + (vW)_j)} and {@code p(v_i = 1 | h, m) = sigmoid(b_i + sum_j W_ij m_j h_j)}.
 * The gradient is that of {@code log p(v | m)}, averaged over masks.
 *
 * <p>A chain that starts at a row of data keeps that row's mask. A persistent chain redraws its hidden units from its last
 * visible state under its new mask and then makes its sweeps; between two masks it cannot come to equilibrium, so more
 * sweeps follow the gradient more closely. Parallel tempering is refused.
 *
 * <p>After training the parameters are left as they are. What a layer hands up, {@code sigmoid(c_j + (vW)_j)}, is the mean
 * of unit j wherever it exists, which does not depend on the other units: {@code output} needs no factor. What the hidden
 * layer gives to the visible one does: with all units there, the visible units' input is 1/p of what they were trained
 * with. {@link #expectedModel} is the model to sample from and to judge.
 *
 * @param retainProbability p, above 0 and at most 1; 1 drops nothing
 */
public record HiddenUnitDropout(Double retainProbability) implements Serializable {

    private static final long serialVersionUID = 1;

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is missing, or not above 0 and at most 1
     */
    @JsonCreator
    public HiddenUnitDropout(@JsonProperty("retainProbability") @Nullable Double retainProbability) {
        if (retainProbability == null || !(retainProbability > 0 && retainProbability <= 1)) {
            throw new IllegalArgumentException("hidden-unit dropout: retainProbability = " + retainProbability
                    + ", expected a number above 0 and at most 1");
        }
        this.retainProbability = retainProbability;
    }

    /**
     * Dropout with the given probability of keeping a unit, the meaning of the number in DL4J's own {@code dropOut}.
     *
     * @param probability above 0 and at most 1
     * @return the specification
     * @throws IllegalArgumentException if it is out of its range
     */
    public static HiddenUnitDropout retaining(double probability) {
        return new HiddenUnitDropout(probability);
    }

    /**
     * Checks that the hidden units can be dropped one by one, and that a model of the average energy exists.
     *
     * @param hidden type of the hidden units
     * @throws IllegalArgumentException with the reason, if they cannot
     */
    public void requireUnits(Unit hidden) {
        if (!(hidden instanceof Bernoulli || hidden instanceof Binomial)) {
            throw new IllegalArgumentException("hidden-unit dropout with " + hidden
                    + " hidden units: expected Bernoulli or binomial ones; a softmax group without some of its units is"
                    + " another distribution, and for the other types no model has the energy averaged over masks");
        }
    }

    /**
     * One model in place of all the masked ones. The energy averaged over masks, {@code E_m[E(v, m h)]}, is that of an
     * ordinary model with weights {@code p W} and hidden bias {@code p c}; its distribution
     * is the normalised geometric mean of the masked models, the rule of scaled weights (Srivastava et al. 2014, sections 2
     * and 10). The visible units' input is what it was on average in training.
     *
     * @param trained the model as it was trained, not modified
     * @return the model with new arrays, or the same one where nothing is dropped
     */
    public Rbm expectedModel(Rbm trained) {
        if (retainProbability == 1) {
            return trained;
        }
        return Rbm.of(
                trained.visible(),
                trained.hidden(),
                trained.weights().mul(retainProbability),
                trained.visibleBias(),
                trained.hiddenBias().mul(retainProbability));
    }
}
