package org.boltzmann4j.sampler;

/**
 * Which distributions lie between the hottest rung of parallel tempering and the model. Base measures (binomial and
 * multinomial coefficients, {@code log v!}) are never multiplied by beta.
 */
public enum TemperingPath {
    /** {@code p_beta ~ exp(-beta E)}. Gaussian and rectified units need {@code beta > 0}. */
    TEMPERATURE,
    /**
     * {@code p_beta ~ exp(-(1 - beta) E_0 - beta E)}, with E_0 the model without weights and hidden biases whose visible
     * biases fit the data: every rung has about the data's means (Desjardins et al. 2010; Salakhutdinov, Murray 2008).
     */
    BASE_RATES
}
