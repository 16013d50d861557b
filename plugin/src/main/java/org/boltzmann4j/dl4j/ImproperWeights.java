package org.boltzmann4j.dl4j;

/**
 * What happens when the weights between two layers of unbounded units (Gaussian, noisy rectified linear) reach a largest
 * singular value of 1, from which on the model's density has no finite integral. Without meaning for all other pairs.
 */
public enum ImproperWeights {
    /** Pretraining ends with the reason, and so does looking at the layer as a model. */
    REFUSED,
    /** After every update, and at the start, singular values above 0.99 are lowered to it. */
    PROJECTED
}
