package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.boltzmann4j.exact.ExactRbm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class TwoSampleCheckTest {

    private static TwoSampleCheck between(double[][] generated, double[][] heldOut) {
        return TwoSampleCheck.of(Nd4j.createFromArray(generated), Nd4j.createFromArray(heldOut));
    }

    /** Written out for two units and few rows. */
    @Test
    void differencesAreThoseOfTheFormulas() {
        double[][] x = {{0, 1}, {1, 3}, {1, 0}, {0, 0}};
        double[][] y = {{1, 1}, {0, 2}, {1, 0}};
        TwoSampleCheck check = between(x, y);
        double[] mx = {0.5, 1};
        double[] my = {2.0 / 3, 1};
        double[] vx = {1.0 / 3, 2};
        double[] vy = {1.0 / 3, 1};
        assertThat(check.meanDifference()).isCloseTo(Math.sqrt(Math.pow(mx[0] - my[0], 2) / 2), within(1e-12));
        assertThat(check.meanByChance())
                .isCloseTo(Math.sqrt((vx[0] / 4 + vy[0] / 3 + vx[1] / 4 + vy[1] / 3) / 2), within(1e-12));
        double scale = Math.sqrt((vx[0] + vy[0]) / 2 * (vx[1] + vy[1]) / 2);
        double[] px = products(x, mx, scale);
        double[] py = products(y, my, scale);
        assertThat(check.correlationDifference()).isCloseTo(Math.abs(px[0] * 4 / 3 - py[0] * 3 / 2), within(1e-12));
        assertThat(check.correlationByChance())
                .isCloseTo(Math.sqrt((px[1] - px[0] * px[0]) / 3 + (py[1] - py[0] * py[0]) / 2), within(1e-12));
        assertThat(check.correlatedUnits()).isEqualTo(2);
        assertThat(check.toString()).contains("4 generated against 3 held-out rows", "correlations of 2 units");
    }

    /** Mean of the pairs' standardised product, and of its square. */
    private static double[] products(double[][] rows, double[] means, double scale) {
        double[] result = new double[2];
        for (double[] row : rows) {
            double product = (row[0] - means[0]) * (row[1] - means[1]) / scale;
            result[0] += product / rows.length;
            result[1] += product * product / rows.length;
        }
        return result;
    }

    /**
     * The mean of the squared ratio over many pairs of samples of one model. Its spread over the pairs is measured, so the bound is
     * 4.5 standard errors of the mean, and a hundredth for the second order in 1/n of a ratio of means.
     */
    @Test
    void samplesOfOneModelDifferByChance() {
        ExactRbm model = ExactRbm.bernoulli(10, 4, 1.5, 3);
        Random random = new Random(2);
        int repetitions = 400;
        double[] sums = new double[2];
        double[] squares = new double[2];
        for (int n = 0; n < repetitions; n++) {
            TwoSampleCheck check = between(model.sample(300, random), model.sample(200, random));
            double[] ratios = {Math.pow(check.meanRatio(), 2), Math.pow(check.correlationRatio(), 2)};
            for (int k = 0; k < 2; k++) {
                sums[k] += ratios[k] / repetitions;
                squares[k] += ratios[k] * ratios[k] / repetitions;
            }
        }
        for (int k = 0; k < 2; k++) {
            double error = Math.sqrt((squares[k] - sums[k] * sums[k]) / repetitions);
            assertThat(Math.abs(sums[k] - 1)).isLessThan(4.5 * error + 0.01);
            assertThat(error).isLessThan(0.05); // else the bound above holds for anything
        }
    }

    @Test
    void modelsThatDifferInMeansOrInCorrelationsOnlyAreToldApart() {
        Random random = new Random(5);
        double[][] independent = new double[500][6];
        double[][] shifted = new double[500][6];
        double[][] paired = new double[500][6];
        for (int row = 0; row < 500; row++) {
            for (int i = 0; i < 6; i++) {
                independent[row][i] = random.nextInt(2);
                shifted[row][i] = random.nextDouble() < 0.7 ? 1 : 0;
                paired[row][i] = i % 2 == 0 || random.nextDouble() < 0.3 ? random.nextInt(2) : paired[row][i - 1];
            }
        }
        // Means 0.2 apart with a chance of sqrt((0.25 + 0.21) / 500) = 0.03: a ratio of 6.6.
        TwoSampleCheck means = between(shifted, independent);
        assertThat(means.meanRatio()).isBetween(5.0, 8.0);
        assertThat(means.correlationRatio()).isBetween(0.4, 1.8);
        // Three pairs of 15 correlated by 0.7 with a chance of about sqrt(2 / 500): a ratio of 0.7 sqrt(3/15) / 0.063 =
        // 5.
        TwoSampleCheck pairs = between(paired, independent);
        assertThat(pairs.meanRatio()).isBetween(0.2, 2.0);
        assertThat(pairs.correlationRatio()).isBetween(4.0, 6.5);
    }

    @Test
    void unitsThatHardlyVaryHaveNoCorrelations() {
        double[][] x = {{0, 1, 5}, {0, 0, 5}, {0, 1, 5}};
        TwoSampleCheck check = between(x, x);
        assertThat(check.correlatedUnits()).isEqualTo(1);
        assertThat(check.correlationRatio()).isNaN();
        assertThat(check.meanRatio()).isZero();
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        double[][] one = {{0, 1}};
        double[][] two = {{0, 1}, {1, 1}};
        double[][] wider = {{0, 1, 1}, {1, 1, 0}};
        assertThatThrownBy(() -> between(one, two)).hasMessageContaining("generated rows of shape [1, 2]");
        assertThatThrownBy(() -> between(two, one)).hasMessageContaining("held-out rows of shape [1, 2]");
        assertThatThrownBy(() -> between(two, wider)).hasMessageContaining("2 units in the generated rows and 3");
    }
}
