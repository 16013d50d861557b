package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The RBM layers of a {@link MultiLayerNetwork}. */
final class LayeredTargets extends RbmTargets {

    private final MultiLayerNetwork network;

    LayeredTargets(MultiLayerNetwork network) {
        super(find(network));
        this.network = network;
    }

    private static List<RbmTarget> find(MultiLayerNetwork network) {
        List<RbmTarget> found = new ArrayList<>();
        for (int i = 0; i < network.getnLayers(); i++) {
            if (network.getLayer(i) instanceof RbmRuntimeLayer runtime) {
                String name = runtime.layerConf().getLayerName();
                found.add(new RbmTarget(i, name == null ? String.valueOf(i) : name, runtime));
            }
        }
        return found;
    }

    @Override
    int inputs() {
        return 1;
    }

    @Override
    Iterable<TrainingListener> listeners() {
        return network.getListeners();
    }

    @Override
    boolean isComputed(RbmTarget target) {
        return target.index() > 0 || preprocessor(0) != null;
    }

    @Override
    boolean standsOn(RbmTarget target, @Nullable RbmTarget below) {
        return target.index() == (below == null ? 0 : below.index() + 1) && preprocessor(target.index()) == null;
    }

    @Override
    INDArray inputOf(RbmTarget target, INDArray[] features, Propagation propagation, RandomStreams streams, long step) {
        LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
        INDArray current = features[0];
        for (int i = 0; i < target.index(); i++) {
            Layer layer = network.getLayer(i);
            INDArray output = layer.activate(preprocess(preprocessor(i), current, workspaces), false, workspaces);
            current = handUp(layer, output, propagation, streams, step, i);
            layer.clear();
        }
        return preprocess(preprocessor(target.index()), current, workspaces);
    }

    private @Nullable InputPreProcessor preprocessor(int layer) {
        return network.getLayerWiseConfigurations().getInputPreProcess(layer);
    }
}
