package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RowsTest {

    /** A layout: the array and the parent it is a view of. */
    record Layout(INDArray parent, INDArray array) {}

    private static INDArray numbers(DataType type, char order, long rows, long columns) {
        // Multiples of 1/8: exact in float too.
        return Nd4j.arange((double) rows * columns)
                .castTo(type)
                .divi(8)
                .reshape('c', rows, columns)
                .dup(order);
    }

    static Stream<Arguments> layouts() {
        return Stream.of(DataType.FLOAT, DataType.DOUBLE)
                .flatMap(type -> Stream.of(
                        layout(type, "whole, 'c'", 'c', 5, 4, a -> a),
                        layout(type, "whole, 'f'", 'f', 5, 4, a -> a),
                        layout(type, "transposed 'c'", 'c', 4, 5, INDArray::transpose),
                        layout(type, "transposed 'f'", 'f', 4, 5, INDArray::transpose),
                        layout(
                                type,
                                "rows of 'c'",
                                'c',
                                7,
                                4,
                                a -> a.get(NDArrayIndex.interval(2, 6), NDArrayIndex.all())),
                        layout(
                                type,
                                "rows of 'f'",
                                'f',
                                7,
                                4,
                                a -> a.get(NDArrayIndex.interval(2, 6), NDArrayIndex.all())),
                        layout(
                                type,
                                "columns of 'c'",
                                'c',
                                5,
                                7,
                                a -> a.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 6))),
                        layout(
                                type,
                                "columns of 'f'",
                                'f',
                                5,
                                7,
                                a -> a.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 6))),
                        layout(
                                type,
                                "block of 'c'",
                                'c',
                                6,
                                7,
                                a -> a.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(3, 6))),
                        layout(
                                type,
                                "every other row",
                                'c',
                                6,
                                4,
                                a -> a.get(NDArrayIndex.interval(1, 2, 6), NDArrayIndex.all())),
                        layout(type, "one row of 'c'", 'c', 5, 4, a -> a.getRow(3, true)),
                        layout(type, "one row of 'f'", 'f', 5, 4, a -> a.getRow(3, true)),
                        layout(type, "one column of 'c'", 'c', 5, 4, a -> a.getColumn(2, true)),
                        layout(type, "one column of 'f'", 'f', 5, 4, a -> a.getColumn(2, true)),
                        layout(type, "a column laid down", 'c', 5, 4, a -> a.getColumn(2, true)
                                .transpose()),
                        layout(type, "a single element", 'c', 1, 1, a -> a),
                        layout(type, "a row vector of 'f'", 'f', 1, 6, a -> a),
                        layout(type, "a column vector of 'f'", 'f', 6, 1, a -> a),
                        layout(type, "a matrix inside a flat view", 'c', 1, 30, a -> a.reshape(30)
                                .get(NDArrayIndex.interval(5, 17))
                                .reshape('c', 3, 4)),
                        layout(type, "a vector inside a flat view", 'c', 1, 30, a -> a.reshape(30)
                                .get(NDArrayIndex.interval(5, 17))
                                .reshape(1, 12))));
    }

    private static Arguments layout(
            DataType type,
            String name,
            char order,
            long rows,
            long columns,
            java.util.function.UnaryOperator<INDArray> view) {
        INDArray parent = numbers(type, order, rows, columns);
        return Arguments.of(type + ", " + name, new Layout(parent, view.apply(parent)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void rowsAreReadAsTheArrayHasThem(String name, Layout layout) {
        INDArray array = layout.array();
        Rows rows = Rows.of(array);
        assertThat(rows.width()).isEqualTo((int) array.size(1));
        assertThat(rows.count()).isEqualTo(array.size(0));
        double[] x = new double[rows.width()];
        for (long row = rows.count() - 1; row >= 0; row--) {
            rows.read(row, x);
            for (int i = 0; i < x.length; i++) {
                assertThat(x[i]).as("row %d, column %d", row, i).isEqualTo(array.getDouble(row, i));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void whatIsWrittenArrivesInTheArrayAndNowhereElse(String name, Layout layout) {
        INDArray array = layout.array();
        INDArray before = array.dup();
        double outside =
                layout.parent().sumNumber().doubleValue() - array.sumNumber().doubleValue();
        Rows rows = Rows.of(array);
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = -1 - row - 16.0 * i;
            }
            rows.write(row, x);
        }
        for (long row = 0; row < rows.count(); row++) {
            for (int i = 0; i < x.length; i++) {
                assertThat(array.getDouble(row, i)).isEqualTo(-1 - row - 16.0 * i);
            }
        }
        // Sums of multiples of 1/8 are exact.
        assertThat(layout.parent().sumNumber().doubleValue() - array.sumNumber().doubleValue())
                .isEqualTo(outside);
        array.assign(before);
    }

    @Test
    void aWriteIsSeenByOperationsOfTheHostAndTheOtherWayRound() {
        INDArray array = Nd4j.create(DataType.FLOAT, 3, 2);
        Rows rows = Rows.of(array);
        rows.write(1, new double[] {2, 3});
        assertThat(array.mul(2).getRow(1).toFloatVector()).containsExactly(4, 6);
        array.addi(1);
        double[] x = new double[2];
        rows.read(1, x);
        assertThat(x).containsExactly(3, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"contiguous", "a column", "part of a column"})
    void aVectorIsOneRow(String kind) {
        INDArray parent = numbers(DataType.FLOAT, 'c', 5, 3);
        INDArray vector =
                switch (kind) {
                    case "contiguous" -> Nd4j.createFromArray(1f, 2, 3, 4, 5);
                    case "a column" -> parent.getColumn(1);
                    default -> parent.get(NDArrayIndex.interval(1, 4), NDArrayIndex.point(2));
                };
        assertThat(vector.rank()).isEqualTo(1);
        Rows rows = Rows.of(vector);
        assertThat(rows.count()).isEqualTo(1);
        double[] x = new double[rows.width()];
        rows.read(0, x);
        assertThat(x).isEqualTo(vector.toDoubleVector());
        Arrays.setAll(x, i -> -1.0 - i);
        rows.write(0, x);
        assertThat(vector.toDoubleVector()).isEqualTo(x);
    }

    @Test
    void onlyMatricesAndVectorsHaveRows() {
        assertThatThrownBy(() -> Rows.of(Nd4j.create(DataType.FLOAT, 5, 2, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[rows, columns]")
                .hasMessageContaining("rank 3");
    }

    @Test
    void doublesRoundToTheNearestFloat() {
        INDArray array = Nd4j.create(DataType.FLOAT, 1, 50);
        double[] x = new Random(3).doubles(50, -10, 10).toArray();
        Rows.of(array).write(0, x);
        double[] back = new double[50];
        Rows.of(array).read(0, back);
        for (int i = 0; i < x.length; i++) {
            assertThat(back[i]).isEqualTo((float) x[i]);
        }
    }
}
