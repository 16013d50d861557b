package org.boltzmann4j.math;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products into given arrays, shared among {@link Workers} where there are some, and shape checks at public entries. */
public final class Matrices {

    /** Rows. */
    private static final long SHORTEST_COPY = 32;

    private Matrices() {}

    /**
     * {@code c = alpha a b + beta c}.
     *
     * @param a {@code [n, m]}, not modified
     * @param b {@code [m, p]}, not modified
     * @param c {@code [n, p]} contiguous, overwritten; read only if beta is not 0
     * @param alpha factor of the product
     * @param beta factor of the old content
     */
    public static void product(INDArray a, INDArray b, INDArray c, double alpha, double beta) {
        MatrixProduct.compute(a, false, b, false, c, alpha, beta);
    }

    /**
     * {@code c = alpha a' b + beta c}.
     *
     * @param a {@code [m, n]}, not modified
     * @param b {@code [m, p]}, not modified
     * @param c {@code [n, p]} contiguous, overwritten; read only if beta is not 0
     * @param alpha factor of the product
     * @param beta factor of the old content
     */
    public static void transposedProduct(INDArray a, INDArray b, INDArray c, double alpha, double beta) {
        MatrixProduct.compute(a, true, b, false, c, alpha, beta);
    }

    /**
     * {@code c = alpha a b' + beta c}.
     *
     * @param a {@code [n, m]}, not modified
     * @param b {@code [p, m]}, not modified
     * @param c {@code [n, p]} contiguous, overwritten; read only if beta is not 0
     * @param alpha factor of the product
     * @param beta factor of the old content
     */
    public static void productTransposed(INDArray a, INDArray b, INDArray c, double alpha, double beta) {
        MatrixProduct.compute(a, false, b, true, c, alpha, beta);
    }

    /**
     * Copies rows, times a factor.
     *
     * @param source {@code [n, width]}, not modified
     * @param target {@code [at least firstRow + n, width]}, changed in place
     * @param firstRow where the first row goes
     * @param factor of every element
     */
    public static void copyRows(INDArray source, INDArray target, long firstRow, double factor) {
        Pieces.of(source.size(0), SHORTEST_COPY).forEach(source.size(0), (piece, from, to) -> Rows.of(source)
                .copyTo(Rows.of(target), from, to, firstRow, factor));
    }

    /**
     * Allocates a matrix in 'c' order outside every workspace, so that it outlives the scope it is made in.
     *
     * @param type float or double
     * @param rows at least 1
     * @param columns at least 1
     * @return zeros, owned by the caller
     */
    @SuppressWarnings("try") // the scope does its work by being open
    public static INDArray detached(DataType type, long rows, long columns) {
        try (var scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.create(type, new long[] {rows, columns}, 'c');
        }
    }

    /**
     * Checks that an array is a matrix of the expected width.
     *
     * @param array to be checked
     * @param width expected number of columns
     * @param name how the message calls the array
     * @return the array
     * @throws IllegalArgumentException if it is not
     */
    public static INDArray requireMatrix(INDArray array, long width, String name) {
        if (array.rank() != 2 || array.size(1) != width) {
            throw new IllegalArgumentException(
                    name + ": expected shape [rows, " + width + "], got " + java.util.Arrays.toString(array.shape()));
        }
        return array;
    }
}
