package org.boltzmann4j.energy;

/** Singular values of small matrices of doubles, as far as the propriety of a model depends on them. */
final class SingularValues {

    /** Jacobi's method converges quadratically: about ten sweeps for any size. */
    private static final int MOST_SWEEPS = 60;

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

    /** The largest singular value. */
    static double largest(double[][] a) {
        if (a.length == 0) {
            return 0;
        }
        double[][] gram = gram(a);
        diagonalise(gram);
        double largest = 0;
        for (int i = 0; i < gram.length; i++) {
            largest = Math.max(largest, gram[i][i]); // a NaN stays one
        }
        return Math.sqrt(largest);
    }

    /**
     * Lowers every singular value above the bound to it, {@code sum_k min(s_k, bound) u_k w_k'}: the nearest matrix, in the
     * sum of squares, without larger ones.
     *
     * @param a {@code [n, m]}, changed in place
     * @param bound above 0
     * @return whether there was anything to lower
     */
    static boolean lower(double[][] a, double bound) {
        if (areBelow(bound * (1 + 1e-9), a)) { // a hair more, so that what was lowered once is left alone
            return false;
        }
        double[][] gram = gram(a);
        double[][] vectors = diagonalise(gram);
        int size = gram.length;
        double[][] shrink = new double[size][size]; // Q diag(min(1, bound / s)) Q'
        for (int k = 0; k < size; k++) {
            double s = Math.sqrt(Math.max(0, gram[k][k]));
            double factor = s > bound ? bound / s : 1;
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    shrink[i][j] += vectors[i][k] * factor * vectors[j][k];
                }
            }
        }
        double[][] result = a.length <= a[0].length ? product(shrink, a) : product(a, shrink);
        for (int i = 0; i < a.length; i++) {
            a[i] = result[i];
        }
        return true;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] result = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    result[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return result;
    }

    /**
     * Jacobi's method with cyclic sweeps of rotations (Golub, Van Loan, section 8.5).
     *
     * @param matrix symmetric; on return its diagonal holds the eigenvalues
     * @return the eigenvectors as columns
     */
    private static double[][] diagonalise(double[][] matrix) {
        int size = matrix.length;
        double[][] vectors = new double[size][size];
        for (int i = 0; i < size; i++) {
            vectors[i][i] = 1;
        }
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            double off = 0;
            double on = 0;
            for (int i = 0; i < size; i++) {
                on += matrix[i][i] * matrix[i][i];
                for (int j = 0; j < i; j++) {
                    off += matrix[i][j] * matrix[i][j];
                }
            }
            if (!(off > 1e-30 * on)) { // also where there is a NaN
                return vectors;
            }
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    rotate(matrix, vectors, p, q);
                }
            }
        }
        return vectors;
    }

    private static void rotate(double[][] matrix, double[][] vectors, int p, int q) {
        if (matrix[p][q] == 0) {
            return;
        }
        double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        double t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < matrix.length; k++) {
            double kp = matrix[k][p];
            double kq = matrix[k][q];
            matrix[k][p] = c * kp - s * kq;
            matrix[k][q] = s * kp + c * kq;
        }
        for (int k = 0; k < matrix.length; k++) {
            double pk = matrix[p][k];
            double qk = matrix[q][k];
            matrix[p][k] = c * pk - s * qk;
            matrix[q][k] = s * pk + c * qk;
            double vp = vectors[k][p];
            double vq = vectors[k][q];
            vectors[k][p] = c * vp - s * vq;
            vectors[k][q] = s * vp + c * vq;
        }
    }
}
