package org.boltzmann4j.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Input of a layer for one minibatch.
 *
 * @param input {@code [rows, nIn]}, not to be modified
 * @param weights one for each row, checked; empty where all count alike
 */
@SuppressWarnings("ArrayRecordComponent") // handed from hand to hand, never compared
record WeightedRows(INDArray input, double[] weights) {

    double weight(int row) {
        return weights.length == 0 ? 1 : weights[row];
    }
}
