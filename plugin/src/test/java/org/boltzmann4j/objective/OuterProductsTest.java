package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OuterProductsTest {

    private static double[][] random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[][] result = new double[rows][columns];
        for (double[] row : result) {
            for (int i = 0; i < columns; i++) {
                row[i] = random.nextGaussian();
            }
        }
        return result;
    }

    /**
     * With 30 x 20 numbers in the sum and 50 in each row: 4 and a pair of rows go through the stacks, 11 and a pair are stacked but go
     * through the sum, 40 are multiplied where they lie.
     */
    @ParameterizedTest
    @CsvSource({
        "DOUBLE, 4, 1e-12",
        "DOUBLE, 11, 1e-12",
        "DOUBLE, 40, 1e-12",
        "FLOAT, 4, 1e-4",
        "FLOAT, 11, 1e-4",
        "FLOAT, 40, 3e-4"
    })
    void sumsAndTheirProductsWithVectorsAreThoseOfPlainLoops(DataType type, int rows, double tolerance) {
        double[][] v = random(rows, 30, 1);
        double[][] h = random(rows, 20, 2);
        double[] pairV = random(1, 30, 3)[0];
        double[] pairH = random(1, 20, 4)[0];
        double[][] expected = new double[30][20];
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < 20; j++) {
                expected[i][j] = pairV[i] * pairH[j];
                for (int r = 0; r < rows; r++) {
                    expected[i][j] += -1.5 * v[r][i] * h[r][j];
                }
            }
        }
        OuterProducts products = new OuterProducts(type, 30, 20);
        products.add(random(1, 30, 9)[0], pairH); // to be forgotten
        products.clear();
        products.add(
                Nd4j.createFromArray(v).castTo(type), Nd4j.createFromArray(h).castTo(type), -1.5);
        products.add(pairV, pairH);
        INDArray sum = Nd4j.valueArrayOf(new long[] {30, 20}, 7.0, type);
        products.sum(sum);
        double[] column = random(1, 20, 5)[0];
        double[] row = random(1, 30, 6)[0];
        double[] timesHidden = products.timesHidden(sum, column);
        double[] timesVisible = products.timesVisible(sum, row);
        for (int i = 0; i < 30; i++) {
            double product = 0;
            for (int j = 0; j < 20; j++) {
                assertThat(sum.getDouble(i, j)).isCloseTo(expected[i][j], within(tolerance));
                product += expected[i][j] * column[j];
            }
            assertThat(timesHidden[i]).isCloseTo(product, within(10 * tolerance));
        }
        for (int j = 0; j < 20; j++) {
            double product = 0;
            for (int i = 0; i < 30; i++) {
                product += row[i] * expected[i][j];
            }
            assertThat(timesVisible[j]).isCloseTo(product, within(10 * tolerance));
        }
    }
}
