package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;

/** Half-steps of block Gibbs sampling in a restricted Boltzmann machine, one matrix product and one pass each. */
public final class GibbsSampler {

    private GibbsSampler() {}

    /**
     * Draws the hidden layer given the visible samples, {@code h ~ p(h | v)}.
     *
     * @param rbm the model
     * @param visible its samples are read
     * @param hidden overwritten; resized to the visible rows
     * @param draw what is wanted
     * @param streams source of randomness
     * @param step counter within the stream
     */
    public static void hiddenGivenVisible(
            Rbm rbm, LayerStates visible, LayerStates hidden, Draw draw, RandomStreams streams, long step) {
        hidden.use(rbm.hidden());
        hidden.resize(visible.rows());
        hidden.setLengths(visible.lengths());
        Matrices.product(visible.samples(), rbm.weights(), hidden.weightedInput(draw), 1, 0);
        hidden.draw(draw, rbm.hiddenBias(), streams, step);
    }

    /**
     * Draws the visible layer given the hidden samples, {@code v ~ p(v | h)}.
     *
     * @param rbm the model
     * @param hidden its samples are read
     * @param visible overwritten; resized to the hidden rows
     * @param draw what is wanted
     * @param streams source of randomness
     * @param step counter within the stream
     */
    public static void visibleGivenHidden(
            Rbm rbm, LayerStates hidden, LayerStates visible, Draw draw, RandomStreams streams, long step) {
        visible.use(rbm.visible());
        visible.resize(hidden.rows());
        visible.setLengths(hidden.lengths());
        Matrices.productTransposed(hidden.samples(), rbm.weights(), visible.weightedInput(draw), 1, 0);
        visible.draw(draw, rbm.visibleBias(), streams, step);
    }
}
