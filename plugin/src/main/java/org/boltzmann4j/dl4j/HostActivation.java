package org.boltzmann4j.dl4j;

import java.util.Objects;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Any activation function, by the host, which makes arrays in the workspace that is open. */
final class HostActivation implements StageActivation {

    private final IActivation activation;
    private @Nullable INDArray inputs;

    HostActivation(IActivation activation) {
        this.activation = activation;
    }

    @Override
    public void forward(INDArray z, double[] shift) {
        if (shift.length > 0) {
            Rows rows = Rows.of(z);
            double[] row = new double[shift.length];
            for (long r = 0; r < rows.count(); r++) {
                rows.read(r, row);
                for (int i = 0; i < shift.length; i++) {
                    row[i] += shift[i];
                }
                rows.write(r, row);
            }
        }
        inputs = z.dup('c'); // the host's functions work in place
        copy(activation.getActivation(z, false), z);
    }

    @Override
    public void backward(INDArray epsilon) {
        copy(
                activation
                        .backprop(Objects.requireNonNull(inputs, "forward first"), epsilon)
                        .getFirst(),
                epsilon);
    }

    @SuppressWarnings("ReferenceEquality") // the host may have worked in place or made a new array
    private static void copy(INDArray result, INDArray into) {
        if (result != into) {
            into.assign(result);
        }
    }
}
