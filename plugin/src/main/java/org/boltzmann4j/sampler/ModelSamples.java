package org.boltzmann4j.sampler;

import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * States whose statistics stand for those of the model: what a negative phase hands to the gradient. Mutable, not
 * thread-safe.
 */
public sealed interface ModelSamples permits Chains, FastChains, TemperedChains, TrajectoryChains {

    /**
     * Returns the visible states, of which the samples count.
     *
     * @return {@code [chains, visible]}, the state itself
     */
    LayerStates visible();

    /**
     * Returns the hidden states given the visible ones, of which the means count.
     *
     * @return {@code [chains, hidden]}, the state itself
     */
    LayerStates hidden();

    /**
     * Returns how many units had a mean held down by a bound of their type, over all draws so far.
     *
     * @return 0 for types without a bound
     */
    default long bounded() {
        return visible().bounded() + hidden().bounded();
    }

    /**
     * Returns whether the last update of the parameters led too far: then there are no statistics of the model, and the
     * training has to go back before it goes on.
     *
     * @return what to go back to, or null
     */
    default @Nullable Reversal reversal() {
        return null;
    }

    /**
     * Passes everything the next sweep depends on, besides the model, through a record. What the last sweep left behind for a
     * gradient is no part of it.
     *
     * @param record written or read
     * @throws IllegalArgumentException if a record that was read does not fit
     */
    void carry(StateRecord record);

    /**
     * Lets the chains see the gradient that was made with them.
     *
     * @param weightGradient {@code [visible, hidden]}, a sum over the minibatch, to be minimised; not modified
     * @param visibleBiasGradient {@code visible} elements, not modified
     * @param hiddenBiasGradient {@code hidden} elements, not modified
     * @param rows size of the minibatch
     */
    default void follow(INDArray weightGradient, INDArray visibleBiasGradient, INDArray hiddenBiasGradient, long rows) {
        // Most chains follow the parameters only.
    }
}
