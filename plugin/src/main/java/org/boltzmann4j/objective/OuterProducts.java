package org.boltzmann4j.objective;

import java.util.function.BiConsumer;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A sum {@code sum_r v_r' h_r} of outer products of rows, collected in two stacks and computed as one matrix product. The
 * weight gradient is such a sum, over data, chains and the two rows by which centering corrects it: written in one go it is
 * touched once, where a product for each part would read and write the largest array of the step again and again. Mutable.
 */
final class OuterProducts {

    private final INDArray visible;
    private final INDArray hidden;
    private final Rows visibleRows;
    private final Rows hiddenRows;
    private long rows;

    OuterProducts(DataType type, long capacity, long visibleWidth, long hiddenWidth) {
        this.visible = Matrices.detached(type, capacity, visibleWidth);
        this.hidden = Matrices.detached(type, capacity, hiddenWidth);
        this.visibleRows = Rows.of(visible);
        this.hiddenRows = Rows.of(hidden);
    }

    OuterProducts withCapacity(long capacity) {
        return new OuterProducts(visible.dataType(), capacity, visible.size(1), hidden.size(1));
    }

    long capacity() {
        return visible.size(0);
    }

    void clear() {
        rows = 0;
    }

    /** Adds {@code factor * v'h}, {@code v [n, visible]} and {@code h [n, hidden]}; both are copied. */
    void add(INDArray v, INDArray h, double factor) {
        Rows.of(v).copyTo(visibleRows, rows, 1);
        Rows.of(h).copyTo(hiddenRows, rows, factor);
        rows += v.size(0);
    }

    /** Adds the outer product of two rows. */
    void add(double[] v, double[] h) {
        visibleRows.write(rows, v);
        hiddenRows.write(rows, h);
        rows++;
    }

    /** Writes the sum to {@code [visible, hidden]}. */
    void sum(INDArray result) {
        Matrices.transposedProduct(first(visible), first(hidden), result, 1, 0);
    }

    /** The sum, as {@link #sum} has written it, times a column of hidden values: {@code [visible]}. */
    double[] timesHidden(INDArray sum, double[] column) {
        return times(column, hidden, visible, (row, result) -> Matrices.productTransposed(row, sum, result, 1, 0));
    }

    /** A row of visible values times the sum, as {@link #sum} has written it: {@code [hidden]}. */
    double[] timesVisible(INDArray sum, double[] values) {
        return times(values, visible, hidden, (row, result) -> Matrices.product(row, sum, result, 1, 0));
    }

    /** Through both stacks where that is shorter than through their product. */
    private double[] times(double[] values, INDArray from, INDArray to, BiConsumer<INDArray, INDArray> throughTheSum) {
        INDArray row = Matrices.detached(visible.dataType(), 1, values.length);
        Rows.of(row).write(0, values);
        INDArray result = Matrices.detached(row.dataType(), 1, to.size(1));
        if (factorsAreSmaller()) {
            INDArray perRow = Matrices.detached(row.dataType(), 1, rows);
            Matrices.productTransposed(row, first(from), perRow, 1, 0);
            Matrices.product(perRow, first(to), result, 1, 0);
        } else {
            throughTheSum.accept(row, result);
        }
        return result.reshape(result.length()).toDoubleVector();
    }

    /** Whether a vector meets fewer numbers on the way through both stacks than in their product. */
    private boolean factorsAreSmaller() {
        return rows * (visible.size(1) + hidden.size(1)) < visible.size(1) * hidden.size(1);
    }

    private INDArray first(INDArray stack) {
        return rows == stack.size(0) ? stack : stack.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }
}
