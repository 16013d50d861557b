package org.boltzmann4j.dl4j;

/** What an RBM layer that is already pretrained hands up as data for the layers above. */
public enum Propagation {
    /** The hidden units' conditional means (Hinton, Osindero, Teh 2006, section 6). The layer above may still sample. */
    MEAN,
    /** States drawn from the conditional distribution, at every presentation, through every RBM layer below. */
    SAMPLE
}
