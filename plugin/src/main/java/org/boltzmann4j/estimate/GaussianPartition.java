package org.boltzmann4j.estimate;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Unit;

/**
 * The partition function of Gaussian units in both layers. With {@code y = v/s, g = h/t}, {@code beta = b/s},
 * {@code gamma = c/t} the energy is {@code |y - beta|^2 / 2 + |g - gamma|^2 / 2 - y'Wg}. Integrating y out leaves
 * {@code q.g - g'(I - W'W)g / 2 - |gamma|^2 / 2} with {@code q = gamma + W'beta}, and so
 *
 * <p>{@code log Z = sum log s + sum log t + (D + K)/2 log(2 pi) - |gamma|^2 / 2 + q'A^-1 q / 2 - log det(A) / 2},
 * {@code A = I - W'W}, positive definite while the model is proper.
 */
final class GaussianPartition {

    private GaussianPartition() {}

    static boolean fits(Rbm rbm) {
        return isGaussian(rbm.visible()) && isGaussian(rbm.hidden());
    }

    private static boolean isGaussian(Unit unit) {
        return unit instanceof Gaussian || unit instanceof LearnedGaussian;
    }

    static double log(Rbm rbm) {
        // By symmetry the smaller layer may stand for the hidden one.
        boolean turned = rbm.visibleWidth() < rbm.hiddenWidth();
        double[][] weights = (turned ? rbm.weights().transpose() : rbm.weights()).toDoubleMatrix();
        double[] s = (turned ? rbm.hidden() : rbm.visible()).scales(weights.length);
        double[] t = (turned ? rbm.visible() : rbm.hidden()).scales(weights[0].length);
        double[] beta = divided((turned ? rbm.hiddenBias() : rbm.visibleBias()).toDoubleVector(), s);
        double[] gamma = divided((turned ? rbm.visibleBias() : rbm.hiddenBias()).toDoubleVector(), t);
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
        // Cholesky, A = LL', and on the way L z = q: q'A^-1 q = |z|^2.
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
        return log;
    }

    private static double[] divided(double[] bias, double[] scales) {
        double[] result = bias.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] /= scales[i];
        }
        return result;
    }
}
