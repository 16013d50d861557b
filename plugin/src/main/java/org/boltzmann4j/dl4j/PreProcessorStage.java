package org.boltzmann4j.dl4j;

import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The change of shape between two layers. */
final class PreProcessorStage implements Stage {

    private final InputPreProcessor preProcessor;
    private final LayerWorkspaceMgr memory;
    private int rows;

    /** {@code memory} is where its arrays are made. */
    PreProcessorStage(InputPreProcessor preProcessor, LayerWorkspaceMgr memory) {
        this.preProcessor = preProcessor;
        this.memory = memory;
    }

    @Override
    public INDArray forward(INDArray x) {
        rows = (int) x.size(0);
        return preProcessor.preProcess(x, rows, memory);
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        return preProcessor.backprop(epsilon, rows, memory);
    }
}
