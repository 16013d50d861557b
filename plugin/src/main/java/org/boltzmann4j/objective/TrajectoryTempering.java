package org.boltzmann4j.objective;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.TrajectoryChains;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Trajectory tempering: persistent chains that swap states with frozen checkpoints of their own training, down to the model
 * without weights, which is sampled exactly (arXiv 2405.15376 for the sampling, arXiv 2607.27077 for the training). Where a
 * rise in temperature passes a phase transition of first order, at which every swap fails, the trajectory of the training
 * passes the transitions at which the model learned its modes, one after the other.
 *
 * <p>A sweep takes about twice the products of one of persistent contrastive divergence, and as much again for every frozen
 * rung once in {@code ladderInterval} sweeps; freezing a checkpoint takes some hundred sweeps of all rungs. The first minibatch
 * leads the chains from the model without weights to the start of the training.
 *
 * <p>An update after which the chains have lost the last checkpoint is taken back: the trainer returns to the checkpoint with
 * half the rate.
 *
 * @param k number of sweeps between updates, each swaps with the last checkpoint and then Gibbs sampling, at least 1
 * @param chains number of chains of the model and of every checkpoint, at least 1
 * @param rules when to freeze a checkpoint and when to go back to it
 */
public record TrajectoryTempering(Integer k, Integer chains, TrajectoryRules rules) implements NegativePhase {

    private static final long serialVersionUID = 1;

    /**
     * Checks that nothing is missing.
     *
     * @throws IllegalArgumentException if a count is missing or below 1, or the rules are missing
     */
    @JsonCreator
    public TrajectoryTempering(
            @JsonProperty("k") @StrictCount @Nullable Integer k,
            @JsonProperty("chains") @StrictCount @Nullable Integer chains,
            @JsonProperty("rules") @Nullable TrajectoryRules rules) {
        this.k = Counts.requirePositive(k, "trajectory tempering: k");
        this.chains = Counts.requirePositive(chains, "trajectory tempering: chains");
        if (rules == null) {
            throw new IllegalArgumentException("trajectory tempering: rules are missing");
        }
        this.rules = rules;
    }

    /**
     * Trajectory tempering with {@link TrajectoryRules#STANDARD}.
     *
     * @param k sweeps between updates, at least 1
     * @param chains number of chains of the model and of every checkpoint, at least 1
     * @return the specification
     * @throws IllegalArgumentException if a count is below 1
     */
    public static TrajectoryTempering of(int k, int chains) {
        return new TrajectoryTempering(k, chains, TrajectoryRules.STANDARD);
    }

    /**
     * The same with other rules.
     *
     * @param other the rules
     * @return the specification
     */
    public TrajectoryTempering withRules(TrajectoryRules other) {
        return new TrajectoryTempering(k, chains, other);
    }

    @Override
    public TrajectoryChains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            double[] baseBias,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        TrajectoryChains trajectory = previous != null
                ? (TrajectoryChains) previous
                : TrajectoryChains.startedAt(rbm, baseBias, chains, rules, streams);
        trajectory.advance(rbm, k);
        return trajectory;
    }

    @Override
    public TrajectoryChains restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams) {
        return TrajectoryChains.restored(rbm, baseBias, chains, rules, record, streams);
    }

    /** {@inheritDoc} */
    @Override
    public void requireUnits(Unit visible, Unit hidden) {
        if (visible.countsWords()) {
            throw new IllegalArgumentException(
                    "trajectory tempering with " + visible + " visible units: refused, expected"
                            + " units other than word counts: documents of different lengths cannot be swapped. Take parallel"
                            + " tempering");
        }
    }
}
