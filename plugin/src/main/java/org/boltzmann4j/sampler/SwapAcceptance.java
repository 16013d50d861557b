package org.boltzmann4j.sampler;

import java.util.Arrays;

/** The share of swaps between two models that can be expected to be accepted, without making them. */
final class SwapAcceptance {

    /** Every state meets so many of the other side: enough that the states themselves are what limits the precision. */
    private static final int PARTNERS = 16;

    private SwapAcceptance() {}

    /**
     * Mean of {@code min(1, exp(d(x) - d(y)))} with {@code d = F_a - F_c} over pairs of a state x of model a and a state y of
     * model c.
     *
     * @param x d at states of a, not modified
     * @param logWeights logarithms of the states' weights up to a constant, where they were drawn from a neighbour of a; not
     *     modified
     * @param y d at states of c, not modified
     * @return in [0, 1]; NaN if a difference is
     */
    static double expected(double[] x, double[] logWeights, double[] y) {
        double largest = Arrays.stream(logWeights).max().orElseThrow();
        double total = 0;
        double sum = 0;
        int partners = Math.min(PARTNERS, y.length);
        for (int i = 0; i < x.length; i++) {
            double weight = Math.exp(logWeights[i] - largest);
            total += weight;
            for (int p = 1; p <= partners; p++) {
                sum += weight * Math.min(1, Math.exp(x[i] - y[(i + p) % y.length]));
            }
        }
        return sum / total / partners;
    }
}
