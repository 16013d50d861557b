package org.boltzmann4j.estimate;

import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.StableFunctions;

/** What a set of weights, given by their logarithms, says about the logarithm of their expectation. */
final class LogWeights {

    private LogWeights() {}

    /**
     * {@code log mean w}. By Jensen's inequality it is below {@code log E[w]} in expectation. With the shares
     * {@code p_i = w_i / sum w} the effective sample size is {@code 1 / sum p_i^2}, and the standard error is that of the
     * mean weight relative to the mean, {@code sqrt((n / ESS - 1) / (n - 1))}, to first order.
     *
     * @param logWeights at least one, not modified
     * @return an estimate to the lower side, with an infinite standard error if there is one weight only
     */
    static Estimate logMean(double[] logWeights) {
        int n = logWeights.length;
        double logSum = StableFunctions.logSumExp(logWeights);
        double squares = 0;
        double largest = 0;
        for (double logWeight : logWeights) {
            double share = Math.exp(logWeight - logSum);
            squares += share * share;
            largest = Math.max(largest, share);
        }
        double error = n == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(Math.max(0, n * squares - 1) / (n - 1));
        return new Estimate(logSum - Math.log(n), error, 1 / squares, largest, Direction.LOWER);
    }
}
