package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Small whole numbers, of which every sum is exact in any order. */
class VectorsTest {

    private static INDArray wholeNumbers(DataType type, int length, int period) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = i % period - period / 2;
        }
        return Nd4j.createFromArray(values).castTo(type);
    }

    /** Lengths around those at which vectors are cut; a part of a longer array as well as a whole one. */
    @ParameterizedTest(name = "{0}, {1} elements, {2} threads")
    @CsvSource({"FLOAT, 1, 1", "FLOAT, 99999, 2", "FLOAT, 100000, 2", "FLOAT, 250001, 3", "DOUBLE, 250001, 2"})
    void vectorsAreAddedAndSummedAsInPlainLoops(DataType type, int length, int threads) {
        INDArray x = wholeNumbers(type, length, 7);
        INDArray whole = wholeNumbers(type, length + 5, 11);
        INDArray y = whole.get(NDArrayIndex.interval(3, length + 3));
        double[] expected = whole.toDoubleVector();
        double size = 0;
        for (int i = 0; i < length; i++) {
            expected[i + 3] += -2 * x.getDouble(i);
            size += Math.abs(x.getDouble(i));
        }
        double found = Workers.with(threads, () -> {
            Vectors.add(-2, x, y);
            return Vectors.sumOfSizes(x);
        });
        assertThat(whole.toDoubleVector()).isEqualTo(expected);
        assertThat(found).isEqualTo(size);
        assertThat(Vectors.sumOfSizes(x)).isEqualTo(size);
        assertThat(Vectors.values(y)).hasSize(length).endsWith(expected[length + 2]);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void aSumOfSizesIsFiniteOnlyIfEveryElementIs(double bad) {
        INDArray x = wholeNumbers(DataType.FLOAT, 120_000, 5);
        assertThat(Workers.with(2, () -> Vectors.sumOfSizes(x))).isCloseTo(144_000, within(0.0));
        x.putScalar(110_000, bad);
        assertThat(Workers.with(2, () -> Vectors.sumOfSizes(x))).isNotFinite();
    }

    /** Every second element: neither the BLAS without gaps nor rows in bulk serve it. */
    @ParameterizedTest
    @CsvSource({"FLOAT", "DOUBLE"})
    void vectorsWithGapsAreServedToo(DataType type) {
        INDArray parent = wholeNumbers(type, 40, 9).reshape(20, 2);
        INDArray x = parent.getColumn(0);
        INDArray y = wholeNumbers(type, 20, 5);
        double[] expected = y.add(x.mul(3)).toDoubleVector();
        Vectors.add(3, x, y);
        assertThat(y.toDoubleVector()).isEqualTo(expected);
        assertThat(Vectors.values(x)).isEqualTo(x.toDoubleVector());
        assertThat(Vectors.sumOfSizes(x)).isEqualTo(x.norm1Number().doubleValue());
    }
}
