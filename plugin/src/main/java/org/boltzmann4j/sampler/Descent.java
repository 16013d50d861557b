package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.RandomStreams;

/** The way from the states of the top RBM's visible units down to those of the data, one product a layer. */
final class Descent {

    private static final double[] NONE = {};

    private final RbmStack stack;
    private final boolean byMeans;
    private final double documentLength;
    private final RandomStreams streams;
    private final LayerStates[] layers;

    /**
     * @param byMeans whether the layers between hand down means in place of samples
     * @param documentLength of what the bottom draws, if it counts words
     */
    Descent(RbmStack stack, int rows, boolean byMeans, double documentLength, RandomStreams streams) {
        this.stack = stack;
        this.byMeans = byMeans;
        this.documentLength = documentLength;
        this.streams = streams;
        this.layers = new LayerStates[stack.rbms().size() - 1];
        for (int l = 0; l < layers.length; l++) {
            Rbm rbm = stack.rbms().get(l);
            layers[l] = new LayerStates(rbm.visible(), rbm.weights().dataType(), rows, rbm.visibleWidth());
        }
    }

    /**
     * Goes down.
     *
     * @param top states of the top RBM's visible units; the samples or, by means, the means count. As it was afterwards
     * @param step counter of the draw
     * @return states of the data's units, with means: those of this object, or {@code top} for a single RBM
     */
    LayerStates from(LayerStates top, long step) {
        if (layers.length == 0) {
            return top;
        }
        if (byMeans) {
            top.exchangeSamplesAndMeans();
        }
        LayerStates above = top;
        for (int l = layers.length - 1; l >= 0; l--) {
            Rbm rbm = stack.rbms().get(l);
            if (rbm.visible().countsWords()) {
                double[] lengths = new double[Math.toIntExact(above.rows())];
                Arrays.fill(lengths, documentLength);
                above.setLengths(lengths);
            }
            GibbsSampler.visibleGivenHidden(
                    rbm, above, layers[l], Draw.MEAN_AND_SAMPLE, streams.split("layer " + l), step);
            if (rbm.visible().countsWords()) {
                above.setLengths(NONE);
            }
            if (byMeans && l > 0) {
                layers[l].exchangeSamplesAndMeans();
            }
            above = layers[l];
        }
        if (byMeans) {
            top.exchangeSamplesAndMeans();
        }
        return layers[0];
    }
}
