package org.boltzmann4j.dl4j;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;

/** One RBM layer of a network with one input, and what it is fed when the network is given features. */
final class ChosenLayer {

    /** Means are not drawn. */
    private static final RandomStreams NONE = RandomStreams.of(0);

    private final RbmTargets targets;
    private final RbmTarget target;

    private ChosenLayer(RbmTargets targets, RbmTarget target) {
        if (targets.inputs() != 1) {
            throw new IllegalArgumentException(
                    target.label() + ": the network has " + targets.inputs() + " inputs, expected 1");
        }
        this.targets = targets;
        this.target = target;
    }

    static ChosenLayer of(Model network, int layer) {
        RbmTargets targets = RbmTargets.of(network);
        return new ChosenLayer(targets, targets.atIndex(layer));
    }

    static ChosenLayer of(Model network, String layer) {
        RbmTargets targets = RbmTargets.of(network);
        return new ChosenLayer(targets, targets.named(layer));
    }

    /** The layer as it is now. */
    Rbm rbm() {
        return target.runtime().rbm();
    }

    int nOut() {
        return Math.toIntExact(target.layer().getNOut());
    }

    /** Features of a minibatch, of which none are masked. */
    INDArray featuresOf(DataSet minibatch) {
        @Nullable INDArray features = minibatch.getFeatures();
        if (features == null || minibatch.getFeaturesMaskArray() != null) {
            throw new IllegalArgumentException(target.label() + ": a minibatch has "
                    + (features == null ? "no features" : "a features mask, expected complete rows"));
        }
        return features;
    }

    /** The layer's input, from means of all layers below. */
    INDArray inputOf(INDArray features) {
        INDArray input = targets.inputOf(target, new INDArray[] {features}, Propagation.MEAN, NONE, 0);
        long width = target.layer().getNIn();
        if (input.rank() != 2 || input.size(1) != width) {
            throw new IllegalArgumentException(target.label() + ": got input of shape " + Arrays.toString(input.shape())
                    + ", expected [rows, nIn = " + width + "]");
        }
        return input.castTo(target.runtime().params().dataType());
    }
}
