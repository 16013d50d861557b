package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Dropout of hidden units in pretraining. Probabilities outside of (0, 1] are moved to 0.001 or 1; 1 drops nothing. */
public final class HiddenUnitDropoutSpace extends CompositeSpace<HiddenUnitDropout> {

    private static final double LEAST = 0.001;

    private final ParameterSpace<Double> retainProbability;

    /**
     * Dropout with the given probabilities of keeping a unit.
     *
     * @param retainProbability of every unit
     */
    @JsonCreator
    public HiddenUnitDropoutSpace(@JsonProperty("retainProbability") ParameterSpace<Double> retainProbability) {
        this.retainProbability = Objects.requireNonNull(retainProbability, "retainProbability");
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("retainProbability", retainProbability);
    }

    @Override
    HiddenUnitDropout valueAt(double[] point, Repairs repairs) {
        return HiddenUnitDropout.retaining(
                repairs.within(LEAST, 1, "retainProbability", valueOf(retainProbability, point, repairs)));
    }
}
