package org.boltzmann4j.energy;

import java.util.Arrays;

/** Singular values of small matrices of doubles, as far as the propriety of a model depends on them. */
final class SingularValues {

    /** Power steps for one singular vector; more are not needed because {@link #lower} ends with an exact test. */
    private static final int POWER_STEPS = 60;

    private SingularValues() {}

    /**
     * Whether all singular values are below a bound: exactly if {@code bound^2 I - A'A} is positive definite, which a
     * Cholesky decomposition decides.
     *
     * @param a {@code [n, m]}, not modified
     * @param bound above 0
     */
    static boolean areBelow(double bound, double[][] a) {
        double[][] gram = gram(a);
        for (double[] row : gram) {
            for (int j = 0; j < row.length; j++) {
                row[j] = -row[j];
            }
        }
        for (int i = 0; i < gram.length; i++) {
            gram[i][i] += bound * bound;
        }
        return isPositiveDefinite(gram);
    }

    /** {@code A A'} or {@code A'A}, whichever is smaller. */
    private static double[][] gram(double[][] a) {
        int columns = a.length == 0 ? 0 : a[0].length;
        if (a.length <= columns) {
            double[][] gram = new double[a.length][a.length];
            for (int i = 0; i < a.length; i++) {
                for (int k = 0; k <= i; k++) {
                    double sum = 0;
                    for (int j = 0; j < columns; j++) {
                        sum += a[i][j] * a[k][j];
                    }
                    gram[i][k] = sum;
                    gram[k][i] = sum;
                }
            }
            return gram;
        }
        double[][] gram = new double[columns][columns];
        for (double[] row : a) {
            for (int i = 0; i < columns; i++) {
                for (int k = 0; k < columns; k++) {
                    gram[i][k] += row[i] * row[k];
                }
            }
        }
        return gram;
    }

    /** Cholesky, in place; NaN is not positive definite. */
    private static boolean isPositiveDefinite(double[][] matrix) {
        for (int i = 0; i < matrix.length; i++) {
            for (int k = 0; k <= i; k++) {
                double sum = matrix[i][k];
                for (int j = 0; j < k; j++) {
                    sum -= matrix[i][j] * matrix[k][j];
                }
                if (i == k) {
                    if (!(sum > 0)) {
                        return false;
                    }
                    matrix[i][i] = Math.sqrt(sum);
                } else {
                    matrix[i][k] = sum / matrix[k][k];
                }
            }
        }
        return true;
    }

    /** The largest singular value by power iteration: from below, within a fraction of a per cent; for messages. */
    static double largest(double[][] a) {
        return a.length == 0 ? 0 : topPair(a, 20 * POWER_STEPS).value;
    }

    /**
     * Lowers every singular value above the bound to it: {@code A - (s - bound) u w'} for each of them.
     *
     * @param a {@code [n, m]}, changed in place
     * @param bound above 0
     * @return whether there was anything to lower
     */
    static boolean lower(double[][] a, double bound) {
        boolean changed = false;
        // The test allows a hair more than the bound, where power iteration would converge on rounding errors.
        double tested = bound * (1 + 1e-6);
        for (int steps = POWER_STEPS; !areBelow(tested, a); steps = Math.min(2 * steps, 100 * POWER_STEPS)) {
            Pair top = topPair(a, steps);
            if (!Double.isFinite(top.value)) {
                return changed; // divergence is reported by those who train
            }
            // An unfinished iteration gives a value between others; lowering that along its vectors is progress too.
            double excess = Math.max(top.value - bound, top.value * 1e-9);
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a[i].length; j++) {
                    a[i][j] -= excess * top.left[i] * top.right[j];
                }
            }
            changed = true;
        }
        return changed;
    }

    private record Pair(double value, double[] left, double[] right) {}

    private static Pair topPair(double[][] a, int steps) {
        double[] right = new double[a[0].length];
        // Uneven, so that no symmetric matrix has a top vector at a right angle to it.
        Arrays.setAll(right, j -> 1 + 0.3 * Math.sin(1 + 7.0 * j));
        normalise(right);
        double[] left = new double[a.length];
        double value = 0;
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < left.length; i++) {
                left[i] = 0;
                for (int j = 0; j < right.length; j++) {
                    left[i] += a[i][j] * right[j];
                }
            }
            normalise(left);
            Arrays.fill(right, 0);
            for (int i = 0; i < left.length; i++) {
                for (int j = 0; j < right.length; j++) {
                    right[j] += a[i][j] * left[i];
                }
            }
            double previous = value;
            value = normalise(right);
            if (Math.abs(value - previous) <= 1e-15 * value) {
                break;
            }
        }
        return new Pair(value, left, right);
    }

    private static double normalise(double[] vector) {
        double norm = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
        if (norm > 0) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= norm;
            }
        }
        return norm;
    }
}
