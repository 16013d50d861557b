package org.boltzmann4j.objective;

import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
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
    private final INDArray visibleRow;
    private final INDArray hiddenRow;
    private final INDArray perRow;
    private long rows;

    OuterProducts(DataType type, long capacity, long visibleWidth, long hiddenWidth) {
        this.visible = Matrices.detached(type, capacity, visibleWidth);
        this.hidden = Matrices.detached(type, capacity, hiddenWidth);
        this.visibleRow = Matrices.detached(type, 1, visibleWidth);
        this.hiddenRow = Matrices.detached(type, 1, hiddenWidth);
        this.perRow = Matrices.detached(type, 1, capacity);
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
        Matrices.copyRows(v, visible, rows, 1);
        Matrices.copyRows(h, hidden, rows, factor);
        rows += v.size(0);
    }

    /** Adds the outer product of two rows. */
    void add(double[] v, double[] h) {
        Rows.of(visible).write(rows, v);
        Rows.of(hidden).write(rows, h);
        rows++;
    }

    /** Writes the sum to {@code [visible, hidden]}. */
    void sum(INDArray result) {
        Matrices.transposedProduct(first(visible), first(hidden), result, 1, 0);
    }

    /** The sum, as {@link #sum} has written it, times a column of hidden values: {@code [visible]}. */
    double[] timesHidden(INDArray sum, double[] column) {
        Rows.of(hiddenRow).write(0, column);
        if (factorsAreSmaller()) {
            through(hiddenRow, hidden, visible, visibleRow);
        } else {
            Matrices.productTransposed(hiddenRow, sum, visibleRow, 1, 0);
        }
        return Vectors.values(visibleRow);
    }

    /** A row of visible values times the sum, as {@link #sum} has written it: {@code [hidden]}. */
    double[] timesVisible(INDArray sum, double[] values) {
        Rows.of(visibleRow).write(0, values);
        if (factorsAreSmaller()) {
            through(visibleRow, visible, hidden, hiddenRow);
        } else {
            Matrices.product(visibleRow, sum, hiddenRow, 1, 0);
        }
        return Vectors.values(hiddenRow);
    }

    /** Through both stacks, where that is shorter than through their product. */
    private void through(INDArray values, INDArray from, INDArray to, INDArray result) {
        INDArray factors = rows == capacity() ? perRow : perRow.get(NDArrayIndex.all(), NDArrayIndex.interval(0, rows));
        Matrices.productTransposed(values, first(from), factors, 1, 0);
        Matrices.product(factors, first(to), result, 1, 0);
    }

    /** Whether a vector meets fewer numbers on the way through both stacks than in their product. */
    private boolean factorsAreSmaller() {
        return rows * (visible.size(1) + hidden.size(1)) < visible.size(1) * hidden.size(1);
    }

    private INDArray first(INDArray stack) {
        return rows == stack.size(0) ? stack : stack.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }
}
