package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Langevin dynamics: number and size of the steps, noise and clip. Numbers of steps below 1 become 1, steps and clips that are not
 * positive the least valid ones, negative noise 0.
 */
public final class LangevinSpace extends CompositeSpace<Langevin> {

    /** Stands in for 0, which is no step. */
    private static final double LEAST = 1e-12;

    private final ParameterSpace<Integer> steps;
    private final ParameterSpace<Double> step;
    private final @Nullable ParameterSpace<Double> noise;
    private final @Nullable ParameterSpace<Double> clip;

    /**
     * Combines the settings.
     *
     * @param steps number of steps
     * @param step a of the practical setting or s of the proper one, see {@link Langevin}
     * @param noise e of the practical setting, in units of the features; null for the proper one, whose noise follows from the step
     * @param clip largest move of a feature by the gradient; null for no limit; without effect in the proper setting
     */
    @JsonCreator
    public LangevinSpace(
            @JsonProperty("steps") ParameterSpace<Integer> steps,
            @JsonProperty("step") ParameterSpace<Double> step,
            @JsonProperty("noise") @Nullable ParameterSpace<Double> noise,
            @JsonProperty("clip") @Nullable ParameterSpace<Double> clip) {
        this.steps = Objects.requireNonNull(steps, "steps");
        this.step = Objects.requireNonNull(step, "step");
        this.noise = noise;
        this.clip = clip;
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("steps", steps, "step", step, "noise", noise, "clip", clip);
    }

    @Override
    Langevin valueAt(double[] point, Repairs repairs) {
        int count = repairs.atLeast(1, "steps", valueOf(steps, point, repairs));
        double size = repairs.within(LEAST, Double.MAX_VALUE, "step", valueOf(step, point, repairs));
        if (noise == null) {
            return Langevin.proper(count, size);
        }
        Langevin practical = Langevin.practical(
                count, size, repairs.within(0, Double.MAX_VALUE, "noise", valueOf(noise, point, repairs)));
        return clip == null
                ? practical
                : practical.withClip(repairs.within(LEAST, Double.MAX_VALUE, "clip", valueOf(clip, point, repairs)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LangevinSpace that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }
}
