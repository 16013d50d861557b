package org.boltzmann4j.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer of any type, worked by the host. It also computes gradients of weights, which go to an array nobody reads. */
final class HostStage implements Stage {

    private final Layer layer;
    private final LayerWorkspaceMgr memory;

    /**
     * @param layer of a network without dropout and weight noise, which shares parameters but nothing else
     * @param memory where its arrays are made
     */
    HostStage(Layer layer, LayerWorkspaceMgr memory) {
        this.layer = layer;
        this.memory = memory;
    }

    @Override
    public INDArray forward(INDArray x) {
        layer.setInputMiniBatchSize((int) x.size(0));
        return layer.activate(x.dup('c'), false, memory);
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        INDArray back = layer.backpropGradient(epsilon, memory).getSecond();
        layer.clear();
        return back;
    }
}
