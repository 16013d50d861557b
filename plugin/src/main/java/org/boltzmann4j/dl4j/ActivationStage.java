package org.boltzmann4j.dl4j;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An activation function alone. The host's layer overwrites its input in inference, so that its backward pass is wrong then. */
final class ActivationStage implements Stage {

    private final IActivation activation;
    private @Nullable INDArray z;

    ActivationStage(IActivation activation) {
        this.activation = activation;
    }

    @Override
    public INDArray forward(INDArray x) {
        z = x.dup('c');
        return activation.getActivation(x.dup('c'), false);
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        return activation
                .backprop(Objects.requireNonNull(z, "forward first"), epsilon)
                .getFirst();
    }
}
