package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The RBM layers of a network in the order in which they are pretrained, and the way from the features to each. */
abstract sealed class RbmTargets permits LayeredTargets, GraphTargets {

    private final List<RbmTarget> all;

    RbmTargets(List<RbmTarget> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Finds the RBM layers of an initialised network. Frozen ones are none: they are passed through.
     *
     * @throws IllegalStateException if the network is not initialised
     * @throws IllegalArgumentException if it has no RBM layer, or is of another kind
     */
    static RbmTargets of(Model network) {
        if (network instanceof MultiLayerNetwork layered) {
            return new LayeredTargets(requireInitialised(layered, layered.isInitCalled()));
        }
        if (network instanceof ComputationGraph graph) {
            return new GraphTargets(requireInitialised(graph, graph.getVertices() != null));
        }
        throw new IllegalArgumentException("expected a MultiLayerNetwork or a ComputationGraph, got "
                + network.getClass().getName());
    }

    private static <T extends Model> T requireInitialised(T network, boolean initialised) {
        if (!initialised) {
            throw new IllegalStateException("the network has no parameters yet: call init() before pretraining");
        }
        return network;
    }

    /** All RBM layers, in order. */
    List<RbmTarget> all() {
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "the network has no RBM layer (frozen ones do not count): nothing to pretrain");
        }
        return all;
    }

    RbmTarget named(String name) {
        return all().stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no RBM layer is called \"" + name + "\"; there are "
                        + all.stream().map(RbmTarget::label).toList()));
    }

    RbmTarget atIndex(int index) {
        return all().stream()
                .filter(target -> target.index() == index)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("layer " + index + " is no RBM layer; there are "
                        + all.stream().map(RbmTarget::label).toList()));
    }

    /** Number of feature arrays the network takes. */
    abstract int inputs();

    /** The listeners a user has set on the network. */
    abstract Iterable<TrainingListener> listeners();

    /** Whether anything stands between the features and the layer: if not, caching its inputs gains nothing. */
    abstract boolean isComputed(RbmTarget target);

    /**
     * Whether the input of a layer is the output of another one as it is.
     *
     * @param target the layer
     * @param below the other; null for the network's features
     */
    abstract boolean standsOn(RbmTarget target, @Nullable RbmTarget below);

    /** All RBM layers as one model of the features. */
    RbmStack stack() {
        List<Rbm> rbms = new ArrayList<>();
        RbmTarget below = null;
        for (RbmTarget target : all()) {
            if (!standsOn(target, below)) {
                throw new IllegalArgumentException(target.label() + " does not stand directly on "
                        + (below == null ? "the features" : below.label())
                        + ": the RBM layers of this network are no deep belief network of its features");
            }
            rbms.add(target.runtime().rbm());
            below = target;
        }
        return RbmStack.of(rbms);
    }

    /**
     * Computes the input of a layer in inference mode, preprocessors included. The network is left without inputs set.
     *
     * @param target the layer
     * @param features one array for each input of the network, not modified
     * @param propagation what RBM layers below hand up
     * @param streams source of randomness for samples
     * @param step counter of the presentation
     * @return the layer's input, possibly a feature array itself
     */
    abstract INDArray inputOf(
            RbmTarget target, INDArray[] features, Propagation propagation, RandomStreams streams, long step);

    /** Draws the states of an RBM layer from its means where samples are to be handed up. */
    static INDArray handUp(
            Layer layer, INDArray output, Propagation propagation, RandomStreams streams, long step, int index) {
        if (propagation == Propagation.MEAN || !(layer instanceof RbmRuntimeLayer rbm)) {
            return output;
        }
        Unit hidden = rbm.layerConf().getHidden();
        INDArray samples = output.dup('c');
        Rows rows = Rows.of(samples);
        RandomStreams own = streams.split("layer " + index);
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            hidden.sampleGivenMean(x, own.random(step, row), x);
            rows.write(row, x);
        }
        return samples;
    }

    /** The input of a layer behind its preprocessor, if it has one. */
    static INDArray preprocess(@Nullable InputPreProcessor preprocessor, INDArray input, LayerWorkspaceMgr workspaces) {
        return preprocessor == null
                ? input
                : preprocessor.preProcess(input, Math.toIntExact(input.size(0)), workspaces);
    }
}
