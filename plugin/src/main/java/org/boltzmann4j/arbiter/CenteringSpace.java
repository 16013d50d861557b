package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.objective.Centering;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Centered gradients and the plain one. Steps outside of [0, 1] are moved to its ends. */
public final class CenteringSpace extends CompositeSpace<Centering> {

    private final @Nullable ParameterSpace<Boolean> enabled;
    private final ParameterSpace<Double> offsetStep;

    /**
     * Combines the two settings.
     *
     * @param enabled whether to center at all, or null for always
     * @param offsetStep weight of the newest minibatch in the moving averages
     */
    @JsonCreator
    public CenteringSpace(
            @JsonProperty("enabled") @Nullable ParameterSpace<Boolean> enabled,
            @JsonProperty("offsetStep") ParameterSpace<Double> offsetStep) {
        this.enabled = enabled;
        this.offsetStep = Objects.requireNonNull(offsetStep, "offsetStep");
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("enabled", enabled, "offsetStep", offsetStep);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        return enabled == null || enabled.getValue(point) ? parts() : Parts.of("enabled", enabled);
    }

    @Override
    Centering valueAt(double[] point, Repairs repairs) {
        return valueOr(enabled, true, point, repairs)
                ? Centering.of(repairs.within(0, 1, "offsetStep", valueOf(offsetStep, point, repairs)))
                : Centering.NONE;
    }
}
