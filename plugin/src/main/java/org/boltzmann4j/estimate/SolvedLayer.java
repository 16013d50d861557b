package org.boltzmann4j.estimate;

import java.util.SplittableRandom;

/** One layer of a model with the other one summed out, of which everything is known. */
sealed interface SolvedLayer permits Enumeration, GaussianPair {

    /** Whether it is the hidden layer. */
    boolean isOfHidden();

    /** {@code log Z} of the model. */
    double logPartition();

    /**
     * Independent draws from the layer's marginal distribution.
     *
     * @return {@code [count][width]}, the units' own values
     */
    double[][] sample(int count, SplittableRandom random);
}
