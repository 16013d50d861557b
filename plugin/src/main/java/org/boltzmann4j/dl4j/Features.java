package org.boltzmann4j.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Features of one minibatch.
 *
 * @param arrays one for each input of the network
 * @param weights of the rows, not checked yet; empty where all count alike
 */
@SuppressWarnings("ArrayRecordComponent") // handed from hand to hand, never compared
record Features(INDArray[] arrays, double[] weights) {}
