package org.boltzmann4j.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/** One layer of a network in inference mode, forwards and backwards to its input, without gradients of its weights. */
interface Stage {

    /**
     * Computes the outputs.
     *
     * @param x batch first, not modified
     * @return owned by this stage, valid until its next use
     */
    INDArray forward(INDArray x);

    /**
     * Carries a gradient back through the last {@link #forward}, once.
     *
     * @param epsilon gradient at the outputs, may be overwritten
     * @return gradient at the inputs, owned by this stage, valid until its next use
     */
    INDArray backward(INDArray epsilon);
}
