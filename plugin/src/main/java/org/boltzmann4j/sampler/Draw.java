package org.boltzmann4j.sampler;

/** What a half-step of Gibbs sampling leaves behind. What is not asked for is not computed. */
public enum Draw {
    /** The conditional means only. */
    MEAN,
    /** States drawn from the conditional distribution only. */
    SAMPLE,
    /** The means, and states drawn from them. */
    MEAN_AND_SAMPLE
}
