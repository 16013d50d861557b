package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftplusSumTest {

    private final SoftplusSum sum = new SoftplusSum();

    /** Widths around the vectors' and the rounds' ends; 1e-12 for each term, where rounding of the terms is larger. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 64, 500, 784, 895, 896, 897, 3000})
    void itIsTheSumOfTheSoftplus(int width) {
        Random random = new Random(width);
        for (double spread : new double[] {1e-3, 1, 10, 1e3}) {
            double[] x = new double[width];
            double[] shift = new double[width];
            double expected = 0;
            double size = 1;
            for (int i = 0; i < width; i++) {
                x[i] = spread * random.nextGaussian();
                shift[i] = spread * random.nextGaussian();
                expected += StableFunctions.softplus(0.7 * (x[i] + shift[i]));
                size += Math.abs(x[i] + shift[i]);
            }
            assertThat(sum.of(x, shift, 0.7)).isCloseTo(expected, within(1e-12 * (width + 1) + 1e-13 * size));
        }
    }

    @Test
    void farValuesNeitherOverflowNorVanish() {
        double[] zero = new double[2];
        assertThat(sum.of(new double[] {1e300, -1e300}, zero, 1)).isEqualTo(1e300);
        // exp(-39) is still seen where it is all there is, to the precision of 1 + exp(-39)
        assertThat(sum.of(new double[] {-30, -30}, zero, 1)).isCloseTo(2 * Math.exp(-30), within(1e-15));
        assertThat(sum.of(new double[] {Double.NaN, 0}, zero, 1)).isNaN();
    }
}
