package org.boltzmann4j.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ProperPairsTest {

    private static final List<Unit> BOUNDED = List.of(new Bernoulli(), Binomial.of(3), Softmax.of(2));
    private static final List<Unit> QUADRATIC = List.of(Gaussian.of(1), NoisyRelu.exact(), NoisyRelu.rectified());
    private static final Unit POISSON = Poisson.of(100);

    private static Mixed mixed(Unit unit) {
        return Mixed.of(Mixed.Part.of(new Bernoulli(), 2), Mixed.Part.of(unit, 2));
    }

    private static void allowed(Unit visible, Unit hidden, boolean contraction) {
        assertThatCode(() -> ProperPairs.require(visible, hidden)).doesNotThrowAnyException();
        assertThat(ProperPairs.needContraction(visible, hidden))
                .as("%s - %s", visible, hidden)
                .isEqualTo(contraction);
    }

    private static void refused(Unit visible, Unit hidden, String reason) {
        assertThatThrownBy(() -> ProperPairs.require(visible, hidden))
                .as("%s - %s", visible, hidden)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(visible.toString())
                .hasMessageContaining(hidden.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void boundedUnitsGoWithEveryPartner() {
        for (Unit bounded : BOUNDED) {
            for (Unit hidden : BOUNDED) {
                allowed(bounded, hidden, false);
                allowed(new ReplicatedSoftmax(), hidden, false);
                allowed(mixed(Gaussian.of(1)), hidden, false);
                allowed(mixed(POISSON), hidden, false);
            }
            for (Unit quadratic : QUADRATIC) {
                allowed(bounded, quadratic, false);
                allowed(quadratic, bounded, false);
            }
            allowed(bounded, POISSON, false);
            allowed(POISSON, bounded, false);
            allowed(LearnedGaussian.standard(), bounded, false);
        }
        allowed(new ReplicatedSoftmax(), NoisyRelu.rectified(), false);
        allowed(new ReplicatedSoftmax(), POISSON, false);
    }

    @Test
    void twoLayersOfUnboundedUnitsNeedSmallWeights() {
        for (Unit hidden : QUADRATIC) {
            for (Unit visible : QUADRATIC) {
                allowed(visible, hidden, true);
            }
            allowed(LearnedGaussian.standard(), hidden, true);
            allowed(mixed(Gaussian.of(1)), hidden, true);
            allowed(mixed(Softmax.of(2)), hidden, false);
        }
    }

    @Test
    void pairsWithoutAFiniteSumAreRefusedWithTheReason() {
        for (Unit quadratic : QUADRATIC) {
            refused(POISSON, quadratic, "no finite sum");
            refused(quadratic, POISSON, "no finite sum");
            refused(mixed(POISSON), quadratic, "no finite sum");
        }
        refused(POISSON, POISSON, "no finite sum");
        refused(mixed(Gaussian.of(1)), POISSON, "no finite sum");
        refused(new ReplicatedSoftmax(), Gaussian.of(1), "once for every word");
        refused(new Bernoulli(), mixed(Gaussian.of(1)), "fit columns of data");
        refused(new Bernoulli(), new ReplicatedSoftmax(), "known of data only");
        refused(new Bernoulli(), LearnedGaussian.standard(), "moved into the weights");
    }

    /** {@code U diag(s) V'} with two rotations. */
    private static INDArray withSingularValues(double first, double second) {
        double[][] u = {{0.6, -0.8}, {0.8, 0.6}};
        double[][] v = {{5 / 13.0, -12 / 13.0}, {12 / 13.0, 5 / 13.0}};
        double[] s = {first, second};
        double[][] w = new double[2][2];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                for (int k = 0; k < 2; k++) {
                    w[i][j] += u[i][k] * s[k] * v[j][k];
                }
            }
        }
        return Nd4j.createFromArray(w);
    }

    @Test
    void aLargestSingularValueOfOneIsWhereTheModelEnds() {
        Unit gaussian = Gaussian.of(0.3); // states are divided by their scale: it does not matter
        for (Unit hidden : QUADRATIC) {
            assertThat(ProperPairs.isProper(gaussian, hidden, withSingularValues(1 - 1e-9, 0.2)))
                    .isTrue();
            assertThat(ProperPairs.isProper(gaussian, hidden, withSingularValues(0.2, 1 + 1e-9)))
                    .isFalse();
        }
        assertThat(ProperPairs.isProper(new Bernoulli(), gaussian, withSingularValues(7, 5)))
                .isTrue();
        assertThatThrownBy(
                        () -> Rbm.of(gaussian, gaussian, withSingularValues(1.25, 0.5), Nd4j.zeros(2), Nd4j.zeros(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is 1.250, expected a value below 1")
                .hasMessageContaining("no finite integral");
        INDArray broken = withSingularValues(0.1, 0.1);
        broken.putScalar(0, 0, Double.NaN);
        assertThat(ProperPairs.isProper(gaussian, gaussian, broken)).isFalse();
    }

    @Test
    void onlyTheRowsOfUnboundedUnitsCountInAMixedLayer() {
        INDArray weights = Nd4j.vstack(withSingularValues(9, 8), withSingularValues(0.9, 0.8));
        Mixed visible = mixed(Gaussian.of(1));
        assertThat(ProperPairs.isProper(visible, Gaussian.of(1), weights)).isTrue();
        INDArray tooLarge = Nd4j.vstack(withSingularValues(9, 8), withSingularValues(1.1, 0.8));
        assertThat(ProperPairs.isProper(visible, Gaussian.of(1), tooLarge)).isFalse();
        ProperPairs.project(visible, Gaussian.of(1), tooLarge, 0.95);
        INDArray expected = Nd4j.vstack(withSingularValues(9, 8), withSingularValues(0.95, 0.8));
        assertThat(tooLarge.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-12);
    }

    @Test
    void projectionLowersTheLargeSingularValuesAndLeavesTheOthers() {
        INDArray weights = withSingularValues(3, 0.7);
        ProperPairs.project(Gaussian.of(1), Gaussian.of(1), weights, 0.99);
        assertThat(weights.sub(withSingularValues(0.99, 0.7)).amaxNumber().doubleValue())
                .isLessThan(1e-12);
        INDArray equal = withSingularValues(1.5, 1.5);
        ProperPairs.project(Gaussian.of(1), Gaussian.of(1), equal, 0.99);
        assertThat(equal.sub(withSingularValues(0.99, 0.99)).amaxNumber().doubleValue())
                .isLessThan(1e-12);
        INDArray small = withSingularValues(0.5, 0.98);
        ProperPairs.project(Gaussian.of(1), Gaussian.of(1), small, 0.99);
        assertThat(small).as("nothing to lower").isEqualTo(withSingularValues(0.5, 0.98));
        INDArray others = withSingularValues(3, 2);
        ProperPairs.project(new Bernoulli(), Gaussian.of(1), others, 0.99);
        assertThat(others).as("no need").isEqualTo(withSingularValues(3, 2));
    }

    @Test
    void projectedRandomWeightsOfAnyShapeAreProper() {
        Random random = new Random(3);
        for (int[] shape : new int[][] {{1, 1}, {30, 20}, {20, 30}, {40, 40}}) {
            double[][] w = new double[shape[0]][shape[1]];
            for (double[] row : w) {
                Arrays.setAll(row, j -> random.nextGaussian());
            }
            INDArray weights = Nd4j.createFromArray(w);
            double expected = Math.min(0.99, SingularValues.largest(w));
            ProperPairs.project(Gaussian.of(1), NoisyRelu.exact(), weights, 0.99);
            assertThat(ProperPairs.isProper(Gaussian.of(1), NoisyRelu.exact(), weights))
                    .isTrue();
            assertThat(SingularValues.largest(weights.toDoubleMatrix())).isCloseTo(expected, within(1e-9));
        }
    }
}
