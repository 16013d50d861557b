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
 * CD-k: chains start at the data and make k sweeps (Hinton 2002). Fast and stable, but biased: it follows
 * {@code KL(Q0 || Qinf) - KL(Qk || Qinf)} approximately, not the likelihood.
 *
 * @param k number of Gibbs sweeps, at least 1
 */
public record ContrastiveDivergence(Integer k) implements NegativePhase {

    private static final long serialVersionUID = 1;

    /**
     * Checks the number of sweeps.
     *
     * @throws IllegalArgumentException if k is missing or below 1
     */
    @JsonCreator
    public ContrastiveDivergence(@JsonProperty("k") @StrictCount @Nullable Integer k) {
        this.k = Counts.requirePositive(k, "contrastive divergence: k");
    }

    /**
     * Contrastive divergence with k sweeps.
     *
     * @param k at least 1
     * @return the specification
     * @throws IllegalArgumentException if k is below 1
     */
    public static ContrastiveDivergence of(int k) {
        return new ContrastiveDivergence(k);
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

    /** A chain has the mask of the row it starts at. */
    @Override
    public Chains advanceMasked(
            Rbm rbm,
            LayerStates positiveHidden,
            UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        return advance(rbm, positiveHidden, masks, previous, streams);
    }

    @Override
    public Chains restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams) {
        return Chains.restored(rbm, record, streams);
    }

    @Override
    public void requireMaskable() {
        // A chain belongs to a row, and so to its mask.
    }

    /** The chains count as much as the rows they start at: their bias is that of the weighted data. */
    private Chains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            @Nullable UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        Chains chains = (Chains) previous;
        if (chains == null) {
            chains = Chains.startedAt(rbm, positiveHidden, positiveHidden.rows(), streams);
        }
        chains.restartAt(positiveHidden);
        chains.advance(rbm, k, masks);
        return chains;
    }

    @Override
    public boolean keepsChains() {
        return false;
    }
}
