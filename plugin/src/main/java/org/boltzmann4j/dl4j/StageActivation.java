package org.boltzmann4j.dl4j;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The activation function of a {@link Stage}, forwards and backwards in place. */
interface StageActivation {

    /** A shift of nothing. */
    double[] NO_SHIFT = {};

    /**
     * Adds a vector to every row and applies the function.
     *
     * @param z {@code [rows, ...]} in 'c' order, overwritten with {@code f(z + shift)}, then not to be modified until {@link #backward}
     * @param shift {@code [columns]}, for matrices; or {@link #NO_SHIFT}; not modified
     */
    void forward(INDArray z, double[] shift);

    /**
     * Multiplies a gradient by the slopes at the last {@link #forward}, once.
     *
     * @param epsilon of the shape of z, in 'c' order, overwritten
     */
    void backward(INDArray epsilon);

    /** In one pass over the rows where the slope of the function follows from its value, by the host otherwise. */
    static StageActivation of(IActivation activation) {
        FusedActivation.Function function = FusedActivation.Function.of(activation);
        return function == null ? new HostActivation(activation) : new FusedActivation(function);
    }
}
