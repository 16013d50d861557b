package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.stream.DoubleStream;

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
 */
public record BennettRatio(double logRatio, double standardError) {

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
            if (sum(forward, shift - middle, 1) < sum(reverse, middle - shift, 1)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double difference = (low + high) / 2;
        double variance = relativeVariance(forward, shift - difference) + relativeVariance(reverse, difference - shift);
        return new BennettRatio(-difference, Math.sqrt(variance));
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

    private static double sum(double[] values, double offset, int power) {
        double sum = 0;
        for (double value : values) {
            double s = 1 / (1 + Math.exp(value + offset));
            sum += power == 1 ? s : s * s;
        }
        return sum;
    }

    private static double relativeVariance(double[] values, double offset) {
        double mean = sum(values, offset, 1) / values.length;
        double meanSquare = sum(values, offset, 2) / values.length;
        return Math.max(0, meanSquare / (mean * mean) - 1) / values.length;
    }
}
