package org.boltzmann4j.dl4j;

import org.boltzmann4j.math.Matrices;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Room for matrices of one width whose numbers of rows change from use to use. Arrays outside of the heap are freed when the garbage
 * collector finds their handles, which are small and few: one made in every step of a sampler would fill gigabytes first.
 */
final class GrowingMatrix {

    private final DataType type;
    private final long columns;
    private @Nullable INDArray room;
    private @Nullable INDArray lent;

    GrowingMatrix(DataType type, long columns) {
        this.type = type;
        this.columns = columns;
    }

    /**
     * Lends the first rows; whatever was lent before must not be used any more.
     *
     * @param rows at least 1
     * @return {@code [rows, columns]} in 'c' order, outside every workspace, of any content
     */
    INDArray first(long rows) {
        INDArray present = lent;
        if (present == null || present.size(0) != rows) {
            present = part(rows);
            lent = present;
        }
        return present;
    }

    private INDArray part(long rows) {
        INDArray all = room;
        if (all == null || all.size(0) < rows) {
            if (all != null) {
                all.close();
            }
            all = Matrices.detached(type, rows, columns);
            room = all;
        }
        return all.size(0) == rows ? all : all.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }
}
