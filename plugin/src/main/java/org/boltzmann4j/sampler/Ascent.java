package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.RandomStreams;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Hidden states drawn given data, layer by layer upwards. */
public final class Ascent {

    private Ascent() {}

    /**
     * Draws {@code h ~ p(h | v)}.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified
     * @param streams source of randomness
     * @param step counter within the stream
     * @return {@code [n, hidden]}
     */
    public static INDArray hidden(Rbm rbm, INDArray v, RandomStreams streams, long step) {
        LayerStates visible = new LayerStates(rbm.visible(), rbm.weights().dataType(), v.size(0), rbm.visibleWidth());
        LayerStates hidden = new LayerStates(rbm.hidden(), rbm.weights().dataType(), v.size(0), rbm.hiddenWidth());
        visible.present(v, (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, streams, step);
        return hidden.values();
    }

    /**
     * Draws states of the visible units of the top RBM of a deep belief network.
     *
     * @param stack the RBMs
     * @param v {@code [n, visible]} of the bottom, not modified
     * @param streams source of randomness
     * @return {@code [n, visible of the top]}, v itself for a single RBM
     */
    public static INDArray topVisible(RbmStack stack, INDArray v, RandomStreams streams) {
        INDArray states = v;
        for (int l = 0; l < stack.rbms().size() - 1; l++) {
            states = hidden(stack.rbms().get(l), states, streams.split("layer " + l), 0);
        }
        return states;
    }
}
