package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.Ladder;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Negative phases: their kind and the settings of each. A setting without meaning for the kind drawn is ignored. Counts below 1
 * become 1, a negative rate 0. Immutable but for the indices of its dimensions.
 */
public final class NegativePhaseSpace extends CompositeSpace<NegativePhase> {

    /** The kinds of negative phase. */
    public enum Kind {
        /** {@link ContrastiveDivergence}: k. */
        CONTRASTIVE_DIVERGENCE,
        /** {@link PersistentContrastiveDivergence}: k, chains. */
        PERSISTENT,
        /** {@link FastPersistentContrastiveDivergence}: k, chains, fast rate. */
        FAST_PERSISTENT,
        /** {@link ParallelTempering}: k, chains, rungs, lowest inverse temperature. */
        PARALLEL_TEMPERING,
        /** {@link TrajectoryTempering}: k, chains. */
        TRAJECTORY_TEMPERING
    }

    private static final int USUAL_CHAINS = 100;
    private static final int USUAL_RUNGS = 10;
    private static final double USUAL_FAST_RATE = 0.01;

    private final OneOf<Kind> kind;
    private final @Nullable ParameterSpace<Integer> k;
    private final @Nullable ParameterSpace<Integer> chains;
    private final @Nullable ParameterSpace<Integer> rungs;
    private final @Nullable ParameterSpace<Double> lowest;
    private final @Nullable ParameterSpace<Double> fastRate;

    @JsonCreator
    NegativePhaseSpace(
            @JsonProperty("kind") OneOf<Kind> kind,
            @JsonProperty("k") @Nullable ParameterSpace<Integer> k,
            @JsonProperty("chains") @Nullable ParameterSpace<Integer> chains,
            @JsonProperty("rungs") @Nullable ParameterSpace<Integer> rungs,
            @JsonProperty("lowest") @Nullable ParameterSpace<Double> lowest,
            @JsonProperty("fastRate") @Nullable ParameterSpace<Double> fastRate) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.k = k;
        this.chains = chains;
        this.rungs = rungs;
        this.lowest = lowest;
        this.fastRate = fastRate;
    }

    /**
     * The given kinds, with one sweep, 100 chains, 10 rungs from 0 on and a fast rate of 0.01 until something else is said.
     *
     * @param kinds at least one
     * @return the space; one dimension for the kind if there are several
     * @throws IllegalArgumentException if there is none
     */
    public static NegativePhaseSpace of(Kind... kinds) {
        return new NegativePhaseSpace(OneOf.of(kinds), null, null, null, null, null);
    }

    /**
     * The same with a number of sweeps.
     *
     * @param sweeps between updates
     * @return the space
     */
    public NegativePhaseSpace withK(ParameterSpace<Integer> sweeps) {
        return new NegativePhaseSpace(kind, sweeps, chains, rungs, lowest, fastRate);
    }

    /**
     * The same with a number of chains.
     *
     * @param number of chains, in every rung where there are rungs
     * @return the space
     */
    public NegativePhaseSpace withChains(ParameterSpace<Integer> number) {
        return new NegativePhaseSpace(kind, k, number, rungs, lowest, fastRate);
    }

    /**
     * The same with a ladder of evenly spaced inverse temperatures.
     *
     * @param number of rungs
     * @param lowestInverseTemperature of the hottest rung, brought into [0, 0.99]
     * @return the space
     */
    public NegativePhaseSpace withLadder(
            ParameterSpace<Integer> number, ParameterSpace<Double> lowestInverseTemperature) {
        return new NegativePhaseSpace(kind, k, chains, number, lowestInverseTemperature, fastRate);
    }

    /**
     * The same with a learning rate of the fast weights.
     *
     * @param rate of fast persistent contrastive divergence
     * @return the space
     */
    public NegativePhaseSpace withFastRate(ParameterSpace<Double> rate) {
        return new NegativePhaseSpace(kind, k, chains, rungs, lowest, rate);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("kind", kind, "k", k, "chains", chains, "rungs", rungs, "lowest", lowest, "fastRate", fastRate);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        return switch (kind.getValue(point)) {
            case CONTRASTIVE_DIVERGENCE -> Parts.of("kind", kind, "k", k);
            case PERSISTENT, TRAJECTORY_TEMPERING -> Parts.of("kind", kind, "k", k, "chains", chains);
            case FAST_PERSISTENT -> Parts.of("kind", kind, "k", k, "chains", chains, "fastRate", fastRate);
            case PARALLEL_TEMPERING ->
                Parts.of("kind", kind, "k", k, "chains", chains, "rungs", rungs, "lowest", lowest);
        };
    }

    @Override
    NegativePhase valueAt(double[] point, Repairs repairs) {
        Kind drawn = kind.getValue(point);
        int sweeps = repairs.atLeast(1, "k", valueOr(k, 1, point, repairs));
        if (drawn == Kind.CONTRASTIVE_DIVERGENCE) {
            return ContrastiveDivergence.of(sweeps);
        }
        int number = repairs.atLeast(1, "chains", valueOr(chains, USUAL_CHAINS, point, repairs));
        return switch (drawn) {
            case CONTRASTIVE_DIVERGENCE -> throw new IllegalStateException("has no chains of its own");
            case PERSISTENT -> PersistentContrastiveDivergence.of(sweeps, number);
            case FAST_PERSISTENT ->
                FastPersistentContrastiveDivergence.of(
                        sweeps,
                        number,
                        repairs.within(
                                0, Double.MAX_VALUE, "fastRate", valueOr(fastRate, USUAL_FAST_RATE, point, repairs)));
            case PARALLEL_TEMPERING ->
                ParallelTempering.of(
                        sweeps,
                        number,
                        Ladder.linear(
                                repairs.atLeast(1, "rungs", valueOr(rungs, USUAL_RUNGS, point, repairs)),
                                repairs.within(0, 0.99, "lowest", valueOr(lowest, 0.0, point, repairs))));
            case TRAJECTORY_TEMPERING -> TrajectoryTempering.of(sweeps, number);
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NegativePhaseSpace that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }
}
