package org.boltzmann4j.benchmark;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The matrix products of training steps and nothing else: {@code 3 + 2k}, those of the sweeps over all rungs. Their factors stay as
 * they are: products of products would overflow or vanish, and arithmetic with subnormal numbers is many times slower.
 */
final class Products {

    private final INDArray data;
    private final INDArray weights;
    private final INDArray gradient;
    private final INDArray dataHidden;
    private final INDArray visible;
    private final INDArray hidden;
    private final INDArray visibleResult;
    private final INDArray hiddenResult;
    private final int chains;
    private final int sweeps;

    Products(INDArray data, int hiddenUnits, Method method) {
        int rows = (int) data.size(0);
        int visibleUnits = (int) data.size(1);
        int states = method.chains() * method.rungs();
        this.data = data;
        this.weights = Nd4j.rand(DataType.FLOAT, visibleUnits, hiddenUnits);
        this.gradient = rowMajor(visibleUnits, hiddenUnits);
        this.dataHidden = rowMajor(rows, hiddenUnits);
        this.visible = Nd4j.rand(DataType.FLOAT, states, visibleUnits);
        this.hidden = Nd4j.rand(DataType.FLOAT, states, hiddenUnits);
        this.visibleResult = rowMajor(states, visibleUnits);
        this.hiddenResult = rowMajor(states, hiddenUnits);
        this.chains = method.chains();
        this.sweeps = method.sweeps();
    }

    private static INDArray rowMajor(int rows, int columns) {
        return Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, 'c');
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            Nd4j.gemm(data, weights, dataHidden, false, false, 1, 0);
            sweep();
            Nd4j.gemm(data, dataHidden, gradient, true, false, -1, 0);
            Nd4j.gemm(firstRows(visible, chains), firstRows(hidden, chains), gradient, true, false, 1, 1);
        }
    }

    void sweep() {
        for (int k = 0; k < sweeps; k++) {
            Nd4j.gemm(hidden, weights, visibleResult, false, true, 1, 0);
            Nd4j.gemm(visible, weights, hiddenResult, false, false, 1, 0);
        }
    }

    /** Only the rung of the model itself enters the gradient. */
    private static INDArray firstRows(INDArray array, long rows) {
        return array.get(NDArrayIndex.interval(0, Math.min(rows, array.size(0))), NDArrayIndex.all());
    }
}
