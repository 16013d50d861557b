package org.boltzmann4j.dl4j;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An activation function alone. The host's layer overwrites its input in inference, so that its backward pass is wrong then. */
final class ActivationStage implements Stage {

    private final StageActivation activation;

    ActivationStage(IActivation activation) {
        this.activation = StageActivation.of(activation);
    }

    /** The result is in the workspace that is open. */
    @Override
    public INDArray forward(INDArray x) {
        INDArray values = x.dup('c');
        activation.forward(values, StageActivation.NO_SHIFT);
        return values;
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        INDArray result = epsilon.ordering() == 'c' ? epsilon : epsilon.dup('c');
        activation.backward(result);
        return result;
    }
}
