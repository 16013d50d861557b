package org.boltzmann4j.dl4j;

import org.boltzmann4j.math.Matrices;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code a = activation(x W + b)}: two products where the host makes four. */
final class DenseStage implements Stage {

    private final INDArray weights;
    private final @Nullable INDArray bias;
    private final @Nullable IActivation activation;
    private INDArray z;
    private INDArray back;

    /**
     * @param weights {@code [in, out]}, a view of the network's parameters
     * @param bias {@code [1, out]}, likewise, or null for none
     * @param activation null for the identity
     */
    DenseStage(INDArray weights, @Nullable INDArray bias, @Nullable IActivation activation) {
        this.weights = weights;
        this.bias = bias;
        this.activation = activation;
        this.z = Matrices.detached(weights.dataType(), 1, weights.size(1));
        this.back = Matrices.detached(weights.dataType(), 1, weights.size(0));
    }

    @Override
    public INDArray forward(INDArray x) {
        if (z.size(0) != x.size(0)) {
            z = Matrices.detached(weights.dataType(), x.size(0), weights.size(1));
            back = Matrices.detached(weights.dataType(), x.size(0), weights.size(0));
        }
        Matrices.product(x, weights, z, 1, 0);
        if (bias != null) {
            z.addiRowVector(bias);
        }
        return activation == null ? z : activation.getActivation(z.dup('c'), false);
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        INDArray delta =
                activation == null ? epsilon : activation.backprop(z, epsilon).getFirst();
        Matrices.productTransposed(delta, weights, back, 1, 0);
        return back;
    }
}
