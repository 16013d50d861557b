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
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
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
        /** {@link ParallelTempering}: k, chains, rungs and lowest inverse temperature or whole ladders, path. */
        PARALLEL_TEMPERING,
        /** {@link TrajectoryTempering}: k, chains, rules. */
        TRAJECTORY_TEMPERING
    }

    private static final int USUAL_CHAINS = 100;
    private static final int USUAL_RUNGS = 10;
    private static final double USUAL_FAST_RATE = 0.01;

    private final OneOf<Kind> kind;
    private @Nullable ParameterSpace<Integer> k;
    private @Nullable ParameterSpace<Integer> chains;
    private @Nullable ParameterSpace<Ladder> ladder;
    private @Nullable ParameterSpace<Integer> rungs;
    private @Nullable ParameterSpace<Double> lowest;
    private @Nullable ParameterSpace<TemperingPath> path;
    private @Nullable ParameterSpace<Double> fastRate;
    private @Nullable ParameterSpace<TrajectoryRules> rules;

    private NegativePhaseSpace(OneOf<Kind> kind) {
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    @JsonCreator
    private NegativePhaseSpace(
            @JsonProperty("kind") OneOf<Kind> kind,
            @JsonProperty("k") @Nullable ParameterSpace<Integer> k,
            @JsonProperty("chains") @Nullable ParameterSpace<Integer> chains,
            @JsonProperty("ladder") @Nullable ParameterSpace<Ladder> ladder,
            @JsonProperty("rungs") @Nullable ParameterSpace<Integer> rungs,
            @JsonProperty("lowest") @Nullable ParameterSpace<Double> lowest,
            @JsonProperty("path") @Nullable ParameterSpace<TemperingPath> path,
            @JsonProperty("fastRate") @Nullable ParameterSpace<Double> fastRate,
            @JsonProperty("rules") @Nullable ParameterSpace<TrajectoryRules> rules) {
        this(kind);
        this.k = k;
        this.chains = chains;
        this.ladder = ladder;
        this.rungs = rungs;
        this.lowest = lowest;
        this.path = path;
        this.fastRate = fastRate;
        this.rules = rules;
    }

    private NegativePhaseSpace copy() {
        return new NegativePhaseSpace(kind, k, chains, ladder, rungs, lowest, path, fastRate, rules);
    }

    /**
     * The given kinds, with one sweep, 100 chains, 10 rungs from 0 on by temperature, a fast rate of 0.01 and the usual rules of
     * trajectories until something else is said.
     *
     * @param kinds at least one
     * @return the space; one dimension for the kind if there are several
     * @throws IllegalArgumentException if there is none
     */
    public static NegativePhaseSpace of(Kind... kinds) {
        return new NegativePhaseSpace(OneOf.of(kinds));
    }

    /**
     * The same with a number of sweeps.
     *
     * @param sweeps between updates
     * @return the space
     */
    public NegativePhaseSpace withK(ParameterSpace<Integer> sweeps) {
        NegativePhaseSpace changed = copy();
        changed.k = sweeps;
        return changed;
    }

    /**
     * The same with a number of chains.
     *
     * @param number of chains, in every rung where there are rungs
     * @return the space
     */
    public NegativePhaseSpace withChains(ParameterSpace<Integer> number) {
        NegativePhaseSpace changed = copy();
        changed.chains = number;
        return changed;
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
        NegativePhaseSpace changed = copy();
        changed.ladder = null;
        changed.rungs = number;
        changed.lowest = lowestInverseTemperature;
        return changed;
    }

    /**
     * The same with a choice among whole ladders, fixed ones and such that adapt.
     *
     * @param choice for example {@code OneOf.of(Ladder.linear(10), Ladder.adaptive(0.5))}; takes the place of evenly spaced rungs
     * @return the space
     */
    public NegativePhaseSpace withLadders(ParameterSpace<Ladder> choice) {
        NegativePhaseSpace changed = copy();
        changed.ladder = choice;
        changed.rungs = null;
        changed.lowest = null;
        return changed;
    }

    /**
     * The same with a path of parallel tempering from the hottest rung to the model.
     *
     * @param choice by temperature, from the base rates or both
     * @return the space
     */
    public NegativePhaseSpace withPath(ParameterSpace<TemperingPath> choice) {
        NegativePhaseSpace changed = copy();
        changed.path = choice;
        return changed;
    }

    /**
     * The same with a learning rate of the fast weights.
     *
     * @param rate of fast persistent contrastive divergence
     * @return the space
     */
    public NegativePhaseSpace withFastRate(ParameterSpace<Double> rate) {
        NegativePhaseSpace changed = copy();
        changed.fastRate = rate;
        return changed;
    }

    /**
     * The same with rules of trajectory tempering.
     *
     * @param choice among whole sets of rules
     * @return the space
     */
    public NegativePhaseSpace withRules(ParameterSpace<TrajectoryRules> choice) {
        NegativePhaseSpace changed = copy();
        changed.rules = choice;
        return changed;
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of(
                "kind",
                kind,
                "k",
                k,
                "chains",
                chains,
                "ladder",
                ladder,
                "rungs",
                rungs,
                "lowest",
                lowest,
                "path",
                path,
                "fastRate",
                fastRate,
                "rules",
                rules);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        Map<String, @Nullable ParameterSpace> used = Parts.of("kind", kind, "k", k);
        Kind drawn = kind.getValue(point);
        if (drawn != Kind.CONTRASTIVE_DIVERGENCE) {
            used.put("chains", chains);
        }
        used.putAll(
                switch (drawn) {
                    case CONTRASTIVE_DIVERGENCE, PERSISTENT -> Parts.of();
                    case FAST_PERSISTENT -> Parts.of("fastRate", fastRate);
                    case PARALLEL_TEMPERING ->
                        Parts.of("ladder", ladder, "rungs", rungs, "lowest", lowest, "path", path);
                    case TRAJECTORY_TEMPERING -> Parts.of("rules", rules);
                });
        return used;
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
                ParallelTempering.of(sweeps, number, ladderAt(point, repairs))
                        .withPath(valueOr(path, TemperingPath.TEMPERATURE, point, repairs));
            case TRAJECTORY_TEMPERING ->
                TrajectoryTempering.of(sweeps, number)
                        .withRules(valueOr(rules, TrajectoryRules.STANDARD, point, repairs));
        };
    }

    private Ladder ladderAt(double[] point, Repairs repairs) {
        return ladder != null
                ? valueOf(ladder, point, repairs)
                : Ladder.linear(
                        repairs.atLeast(1, "rungs", valueOr(rungs, USUAL_RUNGS, point, repairs)),
                        repairs.within(0, 0.99, "lowest", valueOr(lowest, 0.0, point, repairs)));
    }
}
