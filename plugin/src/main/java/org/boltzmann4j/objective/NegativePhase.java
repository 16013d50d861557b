package org.boltzmann4j.objective;

import java.io.Serializable;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Chains;
import org.boltzmann4j.sampler.LayerStates;
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
    @JsonSubTypes.Type(value = PersistentContrastiveDivergence.class, name = "persistentContrastiveDivergence")
})
public sealed interface NegativePhase extends Serializable
        permits ContrastiveDivergence, PersistentContrastiveDivergence {

    /**
     * Produces the states whose statistics stand for the model's: visible samples and the hidden means given them.
     *
     * @param rbm the model
     * @param positiveHidden hidden samples given the minibatch, not modified
     * @param previous the chains this method returned for the minibatch before, or null at the first one
     * @param streams source of randomness for new chains
     * @return the chains after their sweeps; the same object as {@code previous} if there was one
     */
    Chains advance(Rbm rbm, LayerStates positiveHidden, @Nullable Chains previous, RandomStreams streams);
}
