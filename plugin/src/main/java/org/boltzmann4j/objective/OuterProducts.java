package org.boltzmann4j.objective;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A sum {@code sum_r v_r' h_r} of outer products of rows. The weight gradient is such a sum, over data, chains and the two rows
 * by which centering corrects it. Mutable.
 *
 * <p>Few rows are collected in two stacks and computed as one matrix product: written in one go, the sum is touched once, where
 * a product for each part would read and write the largest array of the step again and again. Rows that are together longer than the sum
 * would take longer to be copied than that, and are multiplied where they lie.
 */
final class OuterProducts {

    /** Rows multiplied where they lie. */
    private record Part(INDArray visible, INDArray hidden, double factor) {}

    private final INDArray visibleRow;
    private final INDArray hiddenRow;
    private final List<Part> parts = new ArrayList<>();
    private INDArray visible;
    private INDArray hidden;
    private INDArray perRow;
    private long rows;

    OuterProducts(DataType type, long visibleWidth, long hiddenWidth) {
        this.visibleRow = Matrices.detached(type, 1, visibleWidth);
        this.hiddenRow = Matrices.detached(type, 1, hiddenWidth);
        this.visible = Matrices.detached(type, 2, visibleWidth);
        this.hidden = Matrices.detached(type, 2, hiddenWidth);
        this.perRow = Matrices.detached(type, 1, 2);
    }

    void clear() {
        rows = 0;
        parts.clear();
    }

    /** Adds {@code factor * v'h}, {@code v [n, visible]} and {@code h [n, hidden]}; neither may change before the sum is there. */
    void add(INDArray v, INDArray h, double factor) {
        if (isLongerThanTheSum(v.size(0))) {
            parts.add(new Part(v, h, factor));
            return;
        }
        reserve(rows + v.size(0));
        Matrices.copyRows(v, visible, rows, 1);
        Matrices.copyRows(h, hidden, rows, factor);
        rows += v.size(0);
    }

    /** Adds the outer product of two rows. */
    void add(double[] v, double[] h) {
        reserve(rows + 1);
        Rows.of(visible).write(rows, v);
        Rows.of(hidden).write(rows, h);
        rows++;
    }

    private void reserve(long count) {
        if (count > visible.size(0)) {
            visible = longer(visible, count);
            hidden = longer(hidden, count);
            perRow = Matrices.detached(perRow.dataType(), 1, count);
        }
    }

    private INDArray longer(INDArray stack, long count) {
        INDArray result = Matrices.detached(stack.dataType(), count, stack.size(1));
        if (rows > 0) {
            Matrices.copyRows(first(stack), result, 0, 1);
        }
        return result;
    }

    /** Writes the sum to {@code [visible, hidden]}. */
    void sum(INDArray result) {
        double others = 0;
        if (rows > 0) {
            Matrices.transposedProduct(first(visible), first(hidden), result, 1, 0);
            others = 1;
        }
        for (Part part : parts) {
            Matrices.transposedProduct(part.visible, part.hidden, result, part.factor, others);
            others = 1;
        }
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
        INDArray factors =
                rows == perRow.size(1) ? perRow : perRow.get(NDArrayIndex.all(), NDArrayIndex.interval(0, rows));
        Matrices.productTransposed(values, first(from), factors, 1, 0);
        Matrices.product(factors, first(to), result, 1, 0);
    }

    /** Whether a vector meets fewer numbers on the way through both stacks than in their product. */
    private boolean factorsAreSmaller() {
        return parts.isEmpty() && !isLongerThanTheSum(rows);
    }

    private boolean isLongerThanTheSum(long count) {
        return count * (visible.size(1) + hidden.size(1)) >= visible.size(1) * hidden.size(1);
    }

    private INDArray first(INDArray stack) {
        return rows == stack.size(0) ? stack : stack.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }
}
