package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.objective.SparsityTarget;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Sparsity targets. What lies outside of a setting's range is moved to its end; a target to 0.001 or 0.999. */
public final class SparsitySpace extends CompositeSpace<SparsityTarget> {

    private static final double MARGIN = 0.001;
    private static final double USUAL_DECAY = 0.9;

    private final ParameterSpace<Double> target;
    private final ParameterSpace<Double> strength;
    private final @Nullable ParameterSpace<Double> decay;
    private final @Nullable ParameterSpace<Boolean> onWeights;

    /**
     * Combines the settings.
     *
     * @param target the mean activation wanted
     * @param strength weight beside the likelihood; 0 does nothing
     * @param decay of the running mean, or null for 0.9
     * @param onWeights whether the weights are moved too, or null for no
     */
    @JsonCreator
    public SparsitySpace(
            @JsonProperty("target") ParameterSpace<Double> target,
            @JsonProperty("strength") ParameterSpace<Double> strength,
            @JsonProperty("decay") @Nullable ParameterSpace<Double> decay,
            @JsonProperty("onWeights") @Nullable ParameterSpace<Boolean> onWeights) {
        this.target = Objects.requireNonNull(target, "target");
        this.strength = Objects.requireNonNull(strength, "strength");
        this.decay = decay;
        this.onWeights = onWeights;
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("target", target, "strength", strength, "decay", decay, "onWeights", onWeights);
    }

    @Override
    SparsityTarget valueAt(double[] point, Repairs repairs) {
        return new SparsityTarget(
                repairs.within(MARGIN, 1 - MARGIN, "sparsity target", valueOf(target, point, repairs)),
                repairs.within(0, Double.MAX_VALUE, "sparsity strength", valueOf(strength, point, repairs)),
                repairs.within(0, 1 - MARGIN, "sparsity decay", valueOr(decay, USUAL_DECAY, point, repairs)),
                valueOr(onWeights, false, point, repairs));
    }
}
