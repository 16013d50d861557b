package org.boltzmann4j.objective;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What a classifier with logits z learns besides its labels when it is trained as a joint energy model (Grathwohl et al. 2020), with
 * {@code E(x) = -logsumexp(z)} and {@code E(x, y) = -z_y}:
 *
 * <pre>
 * L = crossEntropy(labelled) + weight G(-E(x), -E(x~)) + conditionalWeight G(-E(x, y), -E(x~, y))
 *     + energyPenalty (mean E(x)^2 + mean E(x~)^2)
 * </pre>
 *
 * G is the {@link GenerativeTerm}, x all real rows (labelled or not), {@code x~} samples of the model. The first G follows
 * {@code log p(x)}, the second {@code log p(x | y)} on labelled rows and samples of their classes.
 *
 * @param term G
 * @param weight of {@code log p(x)}, at least 0
 * @param conditionalWeight of {@code log p(x | y)}, at least 0
 * @param energyPenalty of the squared energies, at least 0; in the conditional term of {@code E(x, y)}
 */
public record JointObjective(GenerativeTerm term, Double weight, Double conditionalWeight, Double energyPenalty)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is missing, negative or not finite
     */
    @JsonCreator
    public JointObjective(
            @JsonProperty("term") @Nullable GenerativeTerm term,
            @JsonProperty("weight") @Nullable Double weight,
            @JsonProperty("conditionalWeight") @Nullable Double conditionalWeight,
            @JsonProperty("energyPenalty") @Nullable Double energyPenalty) {
        if (term == null) {
            throw new IllegalArgumentException("joint objective: term is missing, expected CD, SOFTPLUS or BCE");
        }
        this.term = term;
        this.weight = requireNotNegative(weight, "weight");
        this.conditionalWeight = requireNotNegative(conditionalWeight, "conditionalWeight");
        this.energyPenalty = requireNotNegative(energyPenalty, "energyPenalty");
    }

    private static Double requireNotNegative(@Nullable Double value, String name) {
        if (value == null || !(value >= 0) || value.isInfinite()) {
            throw new IllegalArgumentException(
                    "joint objective: " + name + " = " + value + ", expected a number of at least 0");
        }
        return value;
    }

    /**
     * An objective of {@code log p(x)}, without conditional term and penalty.
     *
     * @param term how data and samples make a loss
     * @param weight at least 0
     * @return the objective
     * @throws IllegalArgumentException if the weight is negative or not finite
     */
    public static JointObjective of(GenerativeTerm term, double weight) {
        return new JointObjective(term, weight, 0.0, 0.0);
    }

    /**
     * Tells whether anything but the cross-entropy has a weight.
     *
     * @return whether minibatches need samples of the model
     */
    public boolean needsSamples() {
        return weight > 0 || conditionalWeight > 0 || energyPenalty > 0;
    }

    /**
     * This objective with another term.
     *
     * @param other how data and samples make a loss
     * @return a copy
     */
    public JointObjective withTerm(GenerativeTerm other) {
        return new JointObjective(other, weight, conditionalWeight, energyPenalty);
    }

    /**
     * This objective with both generative weights multiplied.
     *
     * @param factor at least 0
     * @return a copy
     * @throws IllegalArgumentException if negative or not finite
     */
    public JointObjective scaledBy(double factor) {
        return new JointObjective(term, weight * factor, conditionalWeight * factor, energyPenalty);
    }

    /**
     * This objective with a term for {@code log p(x | y)}.
     *
     * @param value at least 0
     * @return a copy
     * @throws IllegalArgumentException if negative or not finite
     */
    public JointObjective withConditionalWeight(double value) {
        return new JointObjective(term, weight, value, energyPenalty);
    }

    /**
     * This objective with a penalty on the squares of the energies.
     *
     * @param value at least 0
     * @return a copy
     * @throws IllegalArgumentException if negative or not finite
     */
    public JointObjective withEnergyPenalty(double value) {
        return new JointObjective(term, weight, conditionalWeight, value);
    }
}
