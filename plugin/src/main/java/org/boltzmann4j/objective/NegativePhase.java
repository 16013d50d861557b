package org.boltzmann4j.objective;

import java.io.Serializable;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.UnitMasks;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * How the model's side of the gradient, {@code < -dE/d theta >_model}, is estimated: the only thing in which contrastive
 * divergence and its relatives differ. Specifications are immutable; the chains are handed in and out.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ContrastiveDivergence.class, name = "contrastiveDivergence"),
    @JsonSubTypes.Type(value = FastPersistentContrastiveDivergence.class, name = "fastPersistentContrastiveDivergence"),
    @JsonSubTypes.Type(value = ParallelTempering.class, name = "parallelTempering"),
    @JsonSubTypes.Type(value = PersistentContrastiveDivergence.class, name = "persistentContrastiveDivergence"),
    @JsonSubTypes.Type(value = TrajectoryTempering.class, name = "trajectoryTempering")
})
public sealed interface NegativePhase extends Serializable
        permits ContrastiveDivergence,
                FastPersistentContrastiveDivergence,
                ParallelTempering,
                PersistentContrastiveDivergence,
                TrajectoryTempering {

    /**
     * Produces the states whose statistics stand for the model's: visible samples and the hidden means given them.
     *
     * @param rbm the model
     * @param positiveHidden hidden samples given the minibatch, not modified
     * @param baseBias visible biases at which the model without weights has the means of the data, {@code [visible]}, not
     *     modified
     * @param previous the chains this method returned for the minibatch before, or null at the first one
     * @param streams source of randomness for new chains
     * @return the chains after their sweeps; the same object as {@code previous} if there was one
     */
    ModelSamples advance(
            Rbm rbm,
            LayerStates positiveHidden,
            double[] baseBias,
            @Nullable ModelSamples previous,
            RandomStreams streams);

    /**
     * The same where hidden units are dropped, see {@link HiddenUnitDropout}.
     *
     * @param rbm the model
     * @param positiveHidden hidden samples of all units given the minibatch, not modified
     * @param masks of the rows of the minibatch
     * @param previous the chains this method returned for the minibatch before, or null at the first one
     * @param streams source of randomness for new chains
     * @return the chains after their sweeps; the same object as {@code previous} if there was one
     * @throws IllegalArgumentException if {@link #requireMaskable} refuses
     */
    default ModelSamples advanceMasked(
            Rbm rbm,
            LayerStates positiveHidden,
            UnitMasks masks,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        requireMaskable();
        throw new IllegalStateException(this + " has no sweeps with masks");
    }

    /**
     * Makes the chains that a record was written of.
     *
     * @param rbm the model
     * @param baseBias as for {@link #advance}
     * @param record that was read
     * @param streams as for {@link #advance}
     * @return chains that go on as those would have
     * @throws IllegalArgumentException if the record does not fit
     */
    ModelSamples restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams);

    /**
     * Checks that hidden units may be dropped.
     *
     * @throws IllegalArgumentException with the reason, if they may not
     */
    default void requireMaskable() {
        throw new IllegalArgumentException(
                "hidden-unit dropout with " + this + ": refused, expected contrastive divergence"
                        + " or one of its persistent kinds: every minibatch has new masks and so new models, and chains that"
                        + " exchange states are made to stay in one");
    }

    /**
     * Whether a chain goes on from where it was, so that it has an autocorrelation time.
     *
     * @return true for all but contrastive divergence, whose chains start at the data
     */
    default boolean keepsChains() {
        return true;
    }

    /**
     * Checks that the chains can sample from models with these types of units.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @throws IllegalArgumentException with the reason, if they cannot
     */
    default void requireUnits(Unit visible, Unit hidden) {
        // Gibbs sampling is possible in every model.
    }
}
