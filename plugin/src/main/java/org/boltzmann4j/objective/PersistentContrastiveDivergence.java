package org.boltzmann4j.objective;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.sampler.Chains;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.UnitMasks;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * PCD-k, also called stochastic maximum likelihood: the chains persist from update to update (Younes 1989; Tieleman
 * 2008). Their number is independent of the minibatch, so a smaller last minibatch does not disturb them.
 *
 * @param k number of Gibbs sweeps between updates, at least 1
 * @param chains number of chains, at least 1
 */
public record PersistentContrastiveDivergence(Integer k, Integer chains) implements NegativePhase {

    private static final long serialVersionUID = 1;

    /**
     * Checks both counts.
     *
     * @throws IllegalArgumentException if one is missing or below 1
     */
    @JsonCreator
    public PersistentContrastiveDivergence(
            @JsonProperty("k") @StrictCount @Nullable Integer k,
            @JsonProperty("chains") @StrictCount @Nullable Integer chains) {
        this.k = Counts.requirePositive(k, "persistent contrastive divergence: k");
        this.chains = Counts.requirePositive(chains, "persistent contrastive divergence: chains");
    }

    /**
     * Persistent contrastive divergence.
     *
     * @param k sweeps between updates, at least 1
     * @param chains number of chains, at least 1
     * @return the specification
     * @throws IllegalArgumentException if one is below 1
     */
    public static PersistentContrastiveDivergence of(int k, int chains) {
        return new PersistentContrastiveDivergence(k, chains);
    }

    @Override
    public Chains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            double[] baseBias,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        return advance(rbm, positiveHidden, (UnitMasks) null, previous, streams);
    }

    /** Every chain has a mask of its own. */
    @Override
    public Chains advanceMasked(
            Rbm rbm,
            LayerStates positiveHidden,
            UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        return advance(rbm, positiveHidden, masks.redrawnFrom(streams.split("masks")), previous, streams);
    }

    @Override
    public Chains restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams) {
        return Chains.restored(rbm, record, streams);
    }

    @Override
    public void requireMaskable() {
        // The hidden states are redrawn under each new mask.
    }

    private Chains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            @Nullable UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        Chains persistent =
                previous != null ? (Chains) previous : Chains.startedAt(rbm, positiveHidden, chains, streams);
        persistent.advance(rbm, k, masks);
        return persistent;
    }
}
