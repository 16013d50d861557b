package org.boltzmann4j.benchmark;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The matrix products of training steps and nothing else: {@code 3 + 2k}, those of the sweeps over all rungs. */
final class Products {

    private final INDArray data;
    private final INDArray weights;
    private final INDArray gradient;
    private final INDArray dataHidden;
    private final INDArray chainVisible;
    private final INDArray chainHidden;
    private final int sweeps;

    Products(INDArray data, int hidden, Method method) {
        int rows = (int) data.size(0);
        int visible = (int) data.size(1);
        this.data = data;
        this.weights = Nd4j.rand(DataType.FLOAT, visible, hidden);
        this.gradient = rowMajor(visible, hidden);
        this.dataHidden = rowMajor(rows, hidden);
        this.chainVisible = rowMajor(method.chains() * method.rungs(), visible);
        this.chainHidden = Nd4j.rand(DataType.FLOAT, method.chains() * method.rungs(), hidden);
        this.sweeps = method.sweeps();
    }

    static INDArray rowMajor(int rows, int columns) {
        return Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, 'c');
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            Nd4j.gemm(data, weights, dataHidden, false, false, 1, 0);
            sweep();
            long rows = data.size(0);
            Nd4j.gemm(data, dataHidden, gradient, true, false, -1, 0);
            Nd4j.gemm(firstRows(chainVisible, rows), firstRows(chainHidden, rows), gradient, true, false, 1, 1);
        }
    }

    void sweep() {
        for (int k = 0; k < sweeps; k++) {
            Nd4j.gemm(chainHidden, weights, chainVisible, false, true, 1, 0);
            Nd4j.gemm(chainVisible, weights, chainHidden, false, false, 1, 0);
            // Left alone the states would grow to infinity within few steps, with which products are slower.
            chainHidden.muli(1e-6);
        }
    }

    /** Only the rung of the model itself enters the gradient. */
    private static INDArray firstRows(INDArray array, long rows) {
        return array.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }
}
