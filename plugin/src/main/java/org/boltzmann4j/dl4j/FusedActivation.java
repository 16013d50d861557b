package org.boltzmann4j.dl4j;

import java.util.Objects;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An activation function whose slope follows from its value: one pass over the rows each way, and nothing is kept but the values. */
final class FusedActivation implements StageActivation {

    /** Times the smallest positive float it is still above 1. */
    private static final double BEYOND_EVERY_VALUE = 1e300;

    private final Function function;
    private @Nullable INDArray values;

    FusedActivation(Function function) {
        this.function = function;
    }

    /** The functions, on a row. */
    enum Function {
        IDENTITY {
            @Override
            void apply(double[] z, double[] zeros) {}

            @Override
            void multiplyBySlope(double[] epsilon, double[] value) {}
        },
        RELU {
            @Override
            void apply(double[] z, double[] zeros) {
                for (int i = 0; i < z.length; i++) {
                    z[i] = Math.max(0, z[i]);
                }
            }

            @Override
            void multiplyBySlope(double[] epsilon, double[] value) {
                for (int i = 0; i < epsilon.length; i++) {
                    // 1 where the value is above 0: no processor foresees a branch here.
                    epsilon[i] *= Math.min(1, value[i] * BEYOND_EVERY_VALUE);
                }
            }
        },
        SIGMOID {
            @Override
            void apply(double[] z, double[] zeros) {
                StableFunctions.sigmoid(z, zeros, z);
            }

            @Override
            void multiplyBySlope(double[] epsilon, double[] value) {
                for (int i = 0; i < epsilon.length; i++) {
                    epsilon[i] *= value[i] * (1 - value[i]);
                }
            }
        },
        /** {@code tanh(z) = 2 sigmoid(2 z) - 1}: the row form of the sigmoid is several times faster than {@link Math#tanh}. */
        TANH {
            @Override
            void apply(double[] z, double[] zeros) {
                StableFunctions.sigmoid(z, zeros, 2, z);
                for (int i = 0; i < z.length; i++) {
                    z[i] = 2 * z[i] - 1;
                }
            }

            @Override
            void multiplyBySlope(double[] epsilon, double[] value) {
                for (int i = 0; i < epsilon.length; i++) {
                    epsilon[i] *= (1 - value[i]) * (1 + value[i]);
                }
            }
        };

        /** {@code zeros} is a row of them, not modified. */
        abstract void apply(double[] z, double[] zeros);

        abstract void multiplyBySlope(double[] epsilon, double[] value);

        /** Null for all other functions, and for ReLUs that are cut off or leak. */
        static @Nullable Function of(IActivation activation) {
            if (activation instanceof ActivationIdentity) {
                return IDENTITY;
            }
            if (activation.equals(new ActivationReLU())) {
                return RELU;
            }
            if (activation instanceof ActivationSigmoid) {
                return SIGMOID;
            }
            return activation instanceof ActivationTanH ? TANH : null;
        }
    }

    @Override
    public void forward(INDArray z, double[] shift) {
        values = z;
        if (function == Function.IDENTITY && shift.length == 0) {
            return;
        }
        INDArray matrix = flat(z);
        RowBlocks.forEach(matrix.size(0), (worker, block, from, to) -> forward(matrix, shift, from, to));
    }

    private void forward(INDArray z, double[] shift, int from, int to) {
        Rows rows = Rows.of(z);
        double[] row = new double[rows.width()];
        double[] zeros = new double[rows.width()];
        for (int r = from; r < to; r++) {
            rows.read(r, row);
            for (int i = 0; i < shift.length; i++) {
                row[i] += shift[i];
            }
            function.apply(row, zeros);
            rows.write(r, row);
        }
    }

    @Override
    public void backward(INDArray epsilon) {
        if (function == Function.IDENTITY) {
            return;
        }
        INDArray slopes = flat(epsilon);
        INDArray outputs = flat(Objects.requireNonNull(values, "forward first"));
        RowBlocks.forEach(slopes.size(0), (worker, block, from, to) -> backward(slopes, outputs, from, to));
    }

    private void backward(INDArray epsilon, INDArray outputs, int from, int to) {
        Rows rows = Rows.of(epsilon);
        Rows outputRows = Rows.of(outputs);
        double[] row = new double[rows.width()];
        double[] value = new double[rows.width()];
        for (int r = from; r < to; r++) {
            rows.read(r, row);
            outputRows.read(r, value);
            function.multiplyBySlope(row, value);
            rows.write(r, row);
        }
    }

    private static INDArray flat(INDArray array) {
        return array.rank() == 2 ? array : JointBatches.flat(array);
    }
}
