package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Compares the products with plain loops. That is a check of the machine's BLAS too: a library that picks the wrong
 * kernel for a processor gives wrong numbers for some shapes only.
 */
class MatricesTest {

    private static INDArray random(DataType type, char order, long rows, long columns, long seed) {
        Random random = new Random(seed);
        INDArray array = Nd4j.create(type, new long[] {rows, columns}, order);
        for (long i = 0; i < rows; i++) {
            for (long j = 0; j < columns; j++) {
                array.putScalar(i, j, random.nextDouble() - 0.4);
            }
        }
        return array;
    }

    static Stream<Arguments> shapes() {
        int[][] shapes = {
            {1, 1, 1},
            {1, 7, 5},
            {7, 1, 5},
            {7, 5, 1},
            {3, 4, 5},
            {16, 16, 16},
            {17, 33, 65},
            {100, 20, 50},
            {64, 129, 31}
        };
        return Stream.of(DataType.FLOAT, DataType.DOUBLE)
                .flatMap(type -> Stream.of(shapes).map(shape -> Arguments.of(type, shape[0], shape[1], shape[2])));
    }

    /** c = alpha a b + beta c in plain loops. */
    private static double[][] expected(INDArray a, INDArray b, INDArray c, double alpha, double beta) {
        double[][] result = new double[(int) a.size(0)][(int) b.size(1)];
        double[][] left = a.castTo(DataType.DOUBLE).toDoubleMatrix();
        double[][] right = b.castTo(DataType.DOUBLE).toDoubleMatrix();
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j < result[0].length; j++) {
                double sum = 0;
                for (int m = 0; m < right.length; m++) {
                    sum += left[i][m] * right[m][j];
                }
                result[i][j] = alpha * sum + (beta == 0 ? 0 : beta * c.getDouble(i, j));
            }
        }
        return result;
    }

    private static void assertSame(INDArray actual, double[][] expected, DataType type) {
        // At most 129 products below 1, each rounded once: 129 half ulps, with room for another order of summation.
        double tolerance = type == DataType.FLOAT ? 2e-5 : 1e-13;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[0].length; j++) {
                assertThat(Math.abs(actual.getDouble(i, j) - expected[i][j]))
                        .as("element (%d, %d)", i, j)
                        .isLessThan(tolerance);
            }
        }
    }

    @ParameterizedTest(name = "{0} {1} x {2} x {3}")
    @MethodSource("shapes")
    void productsAgreeWithPlainLoopsInEveryLayoutOfTheFactors(DataType type, int n, int m, int p) {
        for (char left : new char[] {'c', 'f'}) {
            for (char right : new char[] {'c', 'f'}) {
                for (double beta : new double[] {0, 1, -0.5}) {
                    INDArray a = random(type, left, n, m, 1);
                    INDArray b = random(type, right, m, p, 2);
                    INDArray c = random(type, 'c', n, p, 3);
                    double[][] expected = expected(a, b, c, 0.75, beta);
                    INDArray plain = c.dup('c');
                    Matrices.product(a, b, plain, 0.75, beta);
                    assertSame(plain, expected, type);
                    INDArray leftTransposed = c.dup('c');
                    Matrices.transposedProduct(a.transpose().dup(left), b, leftTransposed, 0.75, beta);
                    assertSame(leftTransposed, expected, type);
                    INDArray rightTransposed = c.dup('c');
                    Matrices.productTransposed(a, b.transpose().dup(right), rightTransposed, 0.75, beta);
                    assertSame(rightTransposed, expected, type);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} {1} x {2} x {3}")
    @MethodSource("shapes")
    void theResultMayBeAContiguousPartOfALargerArrayInRowOrder(DataType type, int n, int m, int p) {
        // The host's documentation asks for 'f' order; the gradient views of the RBM layer are in 'c' order.
        INDArray a = random(type, 'c', n, m, 1);
        INDArray b = random(type, 'c', m, p, 2);
        INDArray flat = Nd4j.create(type, 3 + n * p + 4).addi(9);
        INDArray inside = flat.get(NDArrayIndex.interval(3, 3 + n * p)).reshape('c', n, p);
        assertThat(inside.isView()).isTrue();
        Matrices.product(a, b, inside, 1, 0);
        assertSame(inside, expected(a, b, inside, 1, 0), type);
        for (long i : new long[] {0, 1, 2, 3 + n * p, 6 + n * p}) {
            assertThat(flat.getDouble(i)).as("neighbour %d", i).isEqualTo(9);
        }
        INDArray buffer = Nd4j.create(type, n + 2, p).addi(9);
        INDArray firstRows = buffer.get(NDArrayIndex.interval(0, n), NDArrayIndex.all());
        Matrices.transposedProduct(a.transpose().dup('c'), b, firstRows, 1, 0);
        assertSame(buffer, expected(a, b, inside, 1, 0), type);
        assertThat(buffer.getRow(n).toDoubleVector()).containsOnly(9);
    }

    @ParameterizedTest(name = "{0} {1} x {2} x {3}")
    @MethodSource("shapes")
    void factorsMayBeViewsWithGapsAndAreNotModified(DataType type, int n, int m, int p) {
        INDArray wide = random(type, 'c', n + 2, m + 3, 1);
        INDArray a = wide.get(NDArrayIndex.interval(1, n + 1), NDArrayIndex.interval(2, m + 2));
        INDArray b =
                random(type, 'f', m + 1, p + 1, 2).get(NDArrayIndex.interval(0, m), NDArrayIndex.interval(1, p + 1));
        INDArray before = wide.dup();
        INDArray c = Matrices.detached(type, n, p);
        Matrices.product(a, b, c, 1, 0);
        assertSame(c, expected(a, b, c, 1, 0), type);
        assertThat(wide).isEqualTo(before);
    }

    @Test
    void factorsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
        INDArray a = Nd4j.create(DataType.FLOAT, 2, 3);
        INDArray c = Matrices.detached(DataType.FLOAT, 2, 2).addi(9);
        assertThatThrownBy(() -> Matrices.product(a, a, c, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("product of [2, 3] and [2, 3] into [2, 2]: the shapes do not fit");
        assertThatThrownBy(() -> Matrices.transposedProduct(a, a, c, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3]' and");
        assertThat(c.toDoubleMatrix()).isDeepEqualTo(new double[][] {{9, 9}, {9, 9}});
    }

    /** What the BLAS cannot be given as it lies in memory: two types, and gaps between all elements. */
    @Test
    void factorsThatOnlyTheHostCanMultiplyAreLeftToIt() {
        INDArray wide = random(DataType.FLOAT, 'c', 6, 8, 1);
        INDArray a = wide.get(NDArrayIndex.interval(0, 2, 6), NDArrayIndex.interval(0, 2, 8));
        INDArray b = random(DataType.FLOAT, 'c', 4, 5, 2);
        INDArray c = Matrices.detached(DataType.FLOAT, 3, 5);
        Matrices.product(a, b, c, 1, 0);
        assertSame(c, expected(a, b, c, 1, 0), DataType.FLOAT);
    }

    @Test
    void anOldContentOfNaNIsNotReadWhenBetaIsZero() {
        INDArray c = Matrices.detached(DataType.DOUBLE, 2, 2).addi(Double.NaN);
        INDArray a = Nd4j.eye(2).castTo(DataType.DOUBLE);
        Matrices.product(a, a, c, 1, 0);
        assertThat(c).isEqualTo(a);
    }

    @Test
    void detachedArraysOutliveTheWorkspaceTheyAreMadeIn() {
        WorkspaceConfiguration configuration =
                WorkspaceConfiguration.builder().initialSize(1 << 16).build();
        INDArray detached;
        try (MemoryWorkspace workspace =
                Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "matrices test")) {
            assertThat(Nd4j.create(DataType.FLOAT, 2, 3).isAttached())
                    .as("an ordinary array in %s", workspace.getId())
                    .isTrue();
            detached = Matrices.detached(DataType.FLOAT, 2, 3);
            assertThat(detached.isAttached()).isFalse();
        }
        assertThat(detached.addi(1).sumNumber().doubleValue()).isEqualTo(6);
        assertThat(detached.ordering()).isEqualTo('c');
    }

    @Test
    void anArrayOfAnotherShapeIsRefusedByName() {
        INDArray array = Nd4j.create(DataType.FLOAT, 2, 3);
        assertThat(Matrices.requireMatrix(array, 3, "states")).isSameAs(array);
        assertThatThrownBy(() -> Matrices.requireMatrix(array, 4, "states"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("states: expected shape [rows, 4], got [2, 3]");
        assertThatThrownBy(() -> Matrices.requireMatrix(Nd4j.create(DataType.FLOAT, 3), 3, "states"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got [3]");
    }
}
