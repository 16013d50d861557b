package org.boltzmann4j.objective;

import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.sampler.FastChains;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.UnitMasks;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * FPCD-k: persistent chains that see fast weights besides the model's (Tieleman, Hinton 2009). The fast weights follow
 * the same gradient at a rate of their own and shrink to 19/20 with every minibatch; they drive the chains out of modes
 * and are no part of the model. The chains are not stationary under the model: with a rate of 0 this is PCD-k.
 *
 * @param k number of Gibbs sweeps between updates, at least 1
 * @param chains number of chains, at least 1
 * @param fastRate learning rate of the fast weights, a finite number of at least 0
 */
public record FastPersistentContrastiveDivergence(Integer k, Integer chains, Double fastRate) implements NegativePhase {

    /** Factor of the fast weights at each minibatch, as in the source. */
    public static final double DECAY = 19.0 / 20;

    private static final long serialVersionUID = 1;

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public FastPersistentContrastiveDivergence(
            @JsonProperty("k") @StrictCount @Nullable Integer k,
            @JsonProperty("chains") @StrictCount @Nullable Integer chains,
            @JsonProperty("fastRate") @Nullable Double fastRate) {
        this.k = Counts.requirePositive(k, "fast persistent contrastive divergence: k");
        this.chains = Counts.requirePositive(chains, "fast persistent contrastive divergence: chains");
        if (fastRate == null || !(fastRate >= 0) || fastRate.isInfinite()) {
            throw new IllegalArgumentException("fast persistent contrastive divergence: fastRate = " + fastRate
                    + ", expected a finite number >= 0");
        }
        this.fastRate = fastRate;
    }

    /**
     * Fast persistent contrastive divergence.
     *
     * @param k sweeps between updates, at least 1
     * @param chains number of chains, at least 1
     * @param fastRate learning rate of the fast weights, at least 0; a good value is the largest that training takes
     * @return the specification
     * @throws IllegalArgumentException if one is out of its range
     */
    public static FastPersistentContrastiveDivergence of(int k, int chains, double fastRate) {
        return new FastPersistentContrastiveDivergence(k, chains, fastRate);
    }

    @Override
    public FastChains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            double[] baseBias,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        return advance(rbm, positiveHidden, (UnitMasks) null, previous, streams);
    }

    /** Every chain has a mask of its own. */
    @Override
    public FastChains advanceMasked(
            Rbm rbm,
            LayerStates positiveHidden,
            UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        return advance(rbm, positiveHidden, masks.redrawnFrom(streams.split("masks")), previous, streams);
    }

    @Override
    public void requireMaskable() {
        // The hidden states are redrawn under each new mask.
    }

    private FastChains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            @Nullable UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        FastChains fast = previous != null
                ? (FastChains) previous
                : FastChains.startedAt(rbm, positiveHidden, chains, fastRate, DECAY, streams);
        fast.advance(rbm, k, masks);
        return fast;
    }

    @Override
    public FastChains restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams) {
        return FastChains.restored(rbm, record, fastRate, DECAY, streams);
    }

    /** {@inheritDoc} */
    @Override
    public void requireUnits(Unit visible, Unit hidden) {
        if (ProperPairs.needContraction(visible, hidden)) {
            throw new IllegalArgumentException("fast persistent contrastive divergence with " + visible
                    + " visible and " + hidden
                    + " hidden units: refused, expected a bounded layer: with the fast weights"
                    + " added nothing keeps the singular values below 1");
        }
    }
}
