package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Langevin dynamics: number, size and decay of the steps, noise and clip. Numbers of steps below 1 become 1, steps, clips and offsets
 * that are not positive the least valid ones, negative noise 0. The range of the features is that of the {@link JemSpace}.
 */
public final class LangevinSpace extends CompositeSpace<Langevin> {

    /** Stands in for 0, which is no step. */
    private static final double LEAST = 1e-12;

    private final ParameterSpace<Integer> steps;
    private final ParameterSpace<Double> step;
    private final @Nullable ParameterSpace<Double> noise;
    private final @Nullable ParameterSpace<Double> clip;
    private final @Nullable ParameterSpace<Double> decayOffset;
    private final @Nullable ParameterSpace<Double> decayExponent;

    @JsonCreator
    private LangevinSpace(
            @JsonProperty("steps") ParameterSpace<Integer> steps,
            @JsonProperty("step") ParameterSpace<Double> step,
            @JsonProperty("noise") @Nullable ParameterSpace<Double> noise,
            @JsonProperty("clip") @Nullable ParameterSpace<Double> clip,
            @JsonProperty("decayOffset") @Nullable ParameterSpace<Double> decayOffset,
            @JsonProperty("decayExponent") @Nullable ParameterSpace<Double> decayExponent) {
        this.steps = Objects.requireNonNull(steps, "steps");
        this.step = Objects.requireNonNull(step, "step");
        this.noise = noise;
        this.clip = clip;
        this.decayOffset = decayOffset;
        this.decayExponent = decayExponent;
    }

    /**
     * Combines the settings, with steps that do not fall.
     *
     * @param steps number of steps
     * @param step a of the practical setting or s of the proper one, see {@link Langevin}
     * @param noise e of the practical setting, in units of the features; null for the proper one, whose noise follows from the step
     * @param clip largest move of a feature by the gradient; null for no limit; without effect in the proper setting
     */
    public LangevinSpace(
            ParameterSpace<Integer> steps,
            ParameterSpace<Double> step,
            @Nullable ParameterSpace<Double> noise,
            @Nullable ParameterSpace<Double> clip) {
        this(steps, step, noise, clip, null, null);
    }

    /**
     * The same with falling steps.
     *
     * @param offset steps after which the decay sets in
     * @param exponent brought into [0, 1]
     * @return the space
     */
    public LangevinSpace withDecay(ParameterSpace<Double> offset, ParameterSpace<Double> exponent) {
        return new LangevinSpace(steps, step, noise, clip, offset, exponent);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of(
                "steps",
                steps,
                "step",
                step,
                "noise",
                noise,
                "clip",
                clip,
                "decayOffset",
                decayOffset,
                "decayExponent",
                decayExponent);
    }

    @Override
    Langevin valueAt(double[] point, Repairs repairs) {
        int count = repairs.atLeast(1, "steps", valueOf(steps, point, repairs));
        double size = positive("step", step, 1, point, repairs);
        Langevin fixed = noise == null ? Langevin.proper(count, size) : practical(count, size, point, repairs);
        return fixed.withDecay(
                positive("decayOffset", decayOffset, fixed.decayOffset(), point, repairs),
                repairs.within(0, 1, "decayExponent", valueOr(decayExponent, fixed.decayExponent(), point, repairs)));
    }

    private Langevin practical(int count, double size, double[] point, Repairs repairs) {
        Langevin free = Langevin.practical(
                count, size, repairs.within(0, Double.MAX_VALUE, "noise", valueOr(noise, 0.0, point, repairs)));
        return clip == null ? free : free.withClip(positive("clip", clip, 1, point, repairs));
    }

    private static double positive(
            String name, @Nullable ParameterSpace<Double> space, double usual, double[] point, Repairs repairs) {
        return repairs.within(LEAST, Double.MAX_VALUE, name, valueOr(space, usual, point, repairs));
    }
}
