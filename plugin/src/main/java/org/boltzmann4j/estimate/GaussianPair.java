package org.boltzmann4j.estimate;

import java.util.SplittableRandom;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Unit;

/**
 * Gaussian units in both layers. With {@code y = v/s, g = h/t}, {@code beta = b/s}, {@code gamma = c/t} the energy is
 * {@code |y - beta|^2 / 2 + |g - gamma|^2 / 2 - y'Wg}. Integrating y out leaves
 * {@code q.g - g'Ag / 2 - |gamma|^2 / 2} with {@code q = gamma + W'beta} and {@code A = I - W'W}, positive definite while
 * the model is proper, and so g is Gaussian with mean {@code A^-1 q} and covariance {@code A^-1}, and
 *
 * <p>{@code log Z = sum log s + sum log t + (D + K)/2 log(2 pi) - |gamma|^2 / 2 + q'A^-1 q / 2 - log det(A) / 2}.
 *
 * <p>By symmetry the smaller layer takes the part of the hidden one.
 */
final class GaussianPair implements SolvedLayer {

    private final boolean ofHidden;
    private final double[] scales;
    /** L of {@code A = LL'}. */
    private final double[][] lower;
    /** {@code L^-1 q}. */
    private final double[] solved;

    private final double logPartition;

    GaussianPair(Rbm rbm) {
        ofHidden = rbm.hiddenWidth() <= rbm.visibleWidth();
        double[][] weights = (ofHidden ? rbm.weights() : rbm.weights().transpose()).toDoubleMatrix();
        double[] s = (ofHidden ? rbm.visible() : rbm.hidden()).scales(weights.length);
        double[] t = (ofHidden ? rbm.hidden() : rbm.visible()).scales(weights[0].length);
        double[] beta = divided((ofHidden ? rbm.visibleBias() : rbm.hiddenBias()).toDoubleVector(), s);
        double[] gamma = divided((ofHidden ? rbm.hiddenBias() : rbm.visibleBias()).toDoubleVector(), t);
        int width = t.length;
        double[][] a = new double[width][width];
        double[] q = gamma.clone();
        for (int i = 0; i < s.length; i++) {
            for (int j = 0; j < width; j++) {
                q[j] += weights[i][j] * beta[i];
                for (int k = 0; k <= j; k++) {
                    a[j][k] -= weights[i][j] * weights[i][k];
                }
            }
        }
        double log = (s.length + width) * Math.log(2 * Math.PI) / 2;
        for (double scale : s) {
            log += Math.log(scale);
        }
        // Cholesky in place and, on the way, L z = q: q'A^-1 q = |z|^2.
        for (int j = 0; j < width; j++) {
            a[j][j] += 1;
            for (int k = 0; k <= j; k++) {
                for (int m = 0; m < k; m++) {
                    a[j][k] -= a[j][m] * a[k][m];
                }
                a[j][k] = k < j ? a[j][k] / a[k][k] : Math.sqrt(a[j][j]);
            }
            for (int m = 0; m < j; m++) {
                q[j] -= a[j][m] * q[m];
            }
            q[j] /= a[j][j];
            log += Math.log(t[j]) - Math.log(a[j][j]) + (q[j] * q[j] - gamma[j] * gamma[j]) / 2;
        }
        scales = t;
        lower = a;
        solved = q;
        logPartition = log;
    }

    static boolean fits(Rbm rbm) {
        return isGaussian(rbm.visible()) && isGaussian(rbm.hidden());
    }

    private static boolean isGaussian(Unit unit) {
        return unit instanceof Gaussian || unit instanceof LearnedGaussian;
    }

    private static double[] divided(double[] bias, double[] scales) {
        double[] result = bias.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] /= scales[i];
        }
        return result;
    }

    @Override
    public boolean isOfHidden() {
        return ofHidden;
    }

    @Override
    public double logPartition() {
        return logPartition;
    }

    /** {@code L' g = L^-1 q + noise}. */
    @Override
    public double[][] sample(int count, SplittableRandom random) {
        double[][] result = new double[count][scales.length];
        for (double[] g : result) {
            for (int j = g.length - 1; j >= 0; j--) {
                g[j] = solved[j] + random.nextGaussian();
                for (int k = j + 1; k < g.length; k++) {
                    g[j] -= lower[k][j] * g[k];
                }
                g[j] /= lower[j][j];
            }
            for (int j = 0; j < g.length; j++) {
                g[j] *= scales[j];
            }
        }
        return result;
    }
}
