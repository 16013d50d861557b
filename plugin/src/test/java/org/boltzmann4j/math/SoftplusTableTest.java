package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftplusTableTest {

    /** Widths around the vectors' ends, sizes on both sides of every bound; rounding of the terms is 1e-13 of their size. */
    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 64, 95, 784, 3000})
    void everyRowHasTheSumOfTheSoftplusUnderEveryShift(int width) {
        Random random = new Random(width);
        for (double spread : new double[] {1e-3, 1, 10, 60, 1e3}) {
            double[][] rows = new double[3][];
            Arrays.setAll(rows, row -> normal(random, width, spread));
            SoftplusTable table = new SoftplusTable(rows);
            for (double[] shift : new double[][] {new double[width], normal(random, width, spread)}) {
                table.setShift(shift);
                for (int row = 0; row < rows.length; row++) {
                    double expected = 0;
                    double size = 1;
                    for (int i = 0; i < width; i++) {
                        expected += StableFunctions.softplus(rows[row][i] + shift[i]);
                        size += Math.abs(rows[row][i]) + Math.abs(shift[i]);
                    }
                    assertThat(table.sum(row))
                            .as("spread %s, row %d", spread, row)
                            .isCloseTo(expected, within(1e-12 * (width + 1) + 1e-13 * size));
                }
            }
        }
    }

    private static double[] normal(Random random, int width, double spread) {
        return random.doubles(width).map(u -> spread * random.nextGaussian()).toArray();
    }

    @Test
    void valuesThatCancelAndValuesFarOutAreNotLost() {
        double[] up = new double[70];
        Arrays.fill(up, 299);
        double[] down = new double[70];
        Arrays.fill(down, -299);
        SoftplusTable table = new SoftplusTable(new double[][] {up, down});
        assertThat(table.sum(0)).isCloseTo(70 * 299, within(1e-8));
        table.setShift(up);
        assertThat(table.sum(0)).isCloseTo(70 * 598, within(1e-8));
        // exp(299) exp(-299) has the rounding of both exponentials, 1e-16 times 299.
        assertThat(table.sum(1)).isCloseTo(70 * Math.log(2), within(1e-11));
        Arrays.fill(up, 1e300);
        assertThat(new SoftplusTable(new double[][] {up}).sum(0)).isCloseTo(70 * 1e300, withinPercentage(1e-10));
        assertThat(new SoftplusTable(new double[][] {{Double.NaN, 0}}).sum(0)).isNaN();
    }
}
