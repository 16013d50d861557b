package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.boltzmann4j.math.StableFunctions;

/**
 * Bennett's acceptance ratio (1976): the estimate of {@code log(Z_b / Z_a)} with the least variance that samples of both
 * models allow. With the differences of free energies {@code f_i = F_b(x_i) - F_a(x_i)} at n states of a and
 * {@code r_j = F_a(y_j) - F_b(y_j)} at m states of b, and {@code s(t) = 1 / (1 + exp(t))}, it is the one {@code -D} with
 * {@code sum_i s(log(n/m) + f_i - D) = sum_j s(-log(n/m) + r_j + D)}.
 *
 * <p>The states have to be equilibrium samples: if one side misses a mode, the estimate is off and its standard error does
 * not tell.
 *
 * @param logRatio {@code log(Z_b / Z_a)}
 * @param standardError from the variances of both sides, states taken as independent (Bennett 1976, equation 10; Shirts et al.
 *     2003)
 * @param effectiveSampleSize the lesser one of the sides' {@code (sum s)^2 / sum s^2}: how many states of the two models' overlap
 *     the estimate stands on
 * @param largestWeightShare the larger one of the sides' {@code max s / sum s}
 */
public record BennettRatio(
        double logRatio, double standardError, double effectiveSampleSize, double largestWeightShare) {

    /**
     * Solves the equation by bisection; its two sides are monotonic in D.
     *
     * @param forward {@code F_b - F_a} at states of a, at least one, finite; not modified
     * @param reverse {@code F_a - F_b} at states of b, at least one, finite; not modified
     * @return the estimate
     * @throws IllegalArgumentException if a side is empty or a difference is not finite
     */
    public static BennettRatio of(double[] forward, double[] reverse) {
        require(forward, "forward");
        require(reverse, "reverse");
        double shift = Math.log((double) forward.length / reverse.length);
        double[] all = DoubleStream.concat(
                        Arrays.stream(forward), Arrays.stream(reverse).map(r -> -r))
                .sorted()
                .toArray();
        // Beyond 40 from every value and from the shift one side is 0 to double precision, the other is not.
        double low = all[0] - Math.abs(shift) - 40;
        double high = all[all.length - 1] + Math.abs(shift) + 40;
        while (high - low > 1e-12 * (1 + Math.abs(low))) {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) {
                break;
            }
            if (logSum(forward, shift - middle) < logSum(reverse, middle - shift)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double difference = (low + high) / 2;
        double[] logForward = logWeights(forward, shift - difference);
        double[] logReverse = logWeights(reverse, difference - shift);
        double ofForward = effectiveSampleSize(logForward);
        double ofReverse = effectiveSampleSize(logReverse);
        double variance = variance(ofForward, forward.length) + variance(ofReverse, reverse.length);
        double share = Math.max(largestShare(logForward), largestShare(logReverse));
        return new BennettRatio(-difference, Math.sqrt(variance), Math.min(ofForward, ofReverse), share);
    }

    /**
     * By how much each state moves the ratio, to first order: of the equation's derivative by D. Where states have a part in several
     * ratios, or hang together, errors follow from sums of these.
     *
     * @param forward the differences the ratio was found from, not modified
     * @param reverse likewise
     * @return one value for each of the forward and then of the reverse states; their squares sum up to the squared standard error,
     *     nearly, if the states are independent
     */
    double[] influences(double[] forward, double[] reverse) {
        double offset = Math.log((double) forward.length / reverse.length) + logRatio;
        double[] result = new double[forward.length + reverse.length];
        double slope = 0;
        for (int i = 0; i < result.length; i++) {
            double difference = i < forward.length ? forward[i] + offset : reverse[i - forward.length] - offset;
            result[i] = 1 / (1 + Math.exp(difference));
            slope += result[i] * (1 - result[i]);
        }
        double meanForward = Arrays.stream(result, 0, forward.length).average().orElseThrow();
        double meanReverse =
                Arrays.stream(result, forward.length, result.length).average().orElseThrow();
        for (int i = 0; i < result.length; i++) {
            result[i] = i < forward.length ? (result[i] - meanForward) / slope : (meanReverse - result[i]) / slope;
        }
        return result;
    }

    private static void require(double[] differences, String name) {
        if (differences.length == 0 || !Arrays.stream(differences).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("Bennett ratio: " + name + " differences = "
                    + Arrays.toString(Arrays.copyOf(differences, Math.min(differences.length, 10)))
                    + ", expected at least one, all finite");
        }
    }

    /** {@code log s(t) = -softplus(t)}: between models without overlap s itself is below all doubles. */
    private static double[] logWeights(double[] values, double offset) {
        return Arrays.stream(values)
                .map(value -> -StableFunctions.softplus(value + offset))
                .toArray();
    }

    private static double logSum(double[] values, double offset) {
        return StableFunctions.logSumExp(logWeights(values, offset));
    }

    private static double effectiveSampleSize(double[] logWeights) {
        double[] logSquares = Arrays.stream(logWeights).map(log -> 2 * log).toArray();
        return Math.exp(2 * StableFunctions.logSumExp(logWeights) - StableFunctions.logSumExp(logSquares));
    }

    /** Of the mean of s relative to the mean: {@code (n sum s^2 / (sum s)^2 - 1) / n}. */
    private static double variance(double effectiveSampleSize, int n) {
        return Math.max(0, 1 / effectiveSampleSize - 1.0 / n);
    }

    private static double largestShare(double[] logWeights) {
        return Math.exp(Arrays.stream(logWeights).max().orElseThrow() - StableFunctions.logSumExp(logWeights));
    }
}
