package org.boltzmann4j.dl4j;

import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code a = activation(x W + b)}: two products where the host makes four. */
final class DenseStage implements Stage {

    private final INDArray weights;
    private final @Nullable INDArray bias;
    private final double[] shift;
    private final StageActivation activation;
    private final GrowingMatrix outputs;
    private final GrowingMatrix back;

    /**
     * @param weights {@code [in, out]}, a view of the network's parameters
     * @param bias {@code [1, out]}, likewise, or null for none
     * @param activation of the outputs
     */
    DenseStage(INDArray weights, @Nullable INDArray bias, IActivation activation) {
        this.weights = weights;
        this.bias = bias;
        this.shift = bias == null ? StageActivation.NO_SHIFT : new double[(int) weights.size(1)];
        this.activation = StageActivation.of(activation);
        this.outputs = new GrowingMatrix(weights.dataType(), weights.size(1));
        this.back = new GrowingMatrix(weights.dataType(), weights.size(0));
    }

    @Override
    public INDArray forward(INDArray x) {
        INDArray z = outputs.first(x.size(0));
        Matrices.product(x, weights, z, 1, 0);
        if (bias != null) {
            Rows.of(bias.reshape(1, shift.length)).read(0, shift);
        }
        activation.forward(z, shift);
        return z;
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        activation.backward(epsilon);
        INDArray result = back.first(epsilon.size(0));
        Matrices.productTransposed(epsilon, weights, result, 1, 0);
        return result;
    }
}
