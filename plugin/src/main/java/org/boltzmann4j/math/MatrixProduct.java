package org.boltzmann4j.math;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code c = alpha op(a) op(b) + beta c}, shared among {@link Workers} where there are some.
 *
 * <p>The larger factor is what gets cut: every piece packs all of the smaller one anew, and only that. A minibatch times the
 * weights is therefore cut along the hidden units, where cutting it along the rows would pack the weights once for each piece.
 */
final class MatrixProduct {

    /** Some tens of microseconds: less is done before another thread has noticed it. */
    private static final double FEWEST_MULTIPLICATIONS = 1e6;

    /** Shorter pieces keep the kernels of the BLAS from their full speed. */
    private static final long SHORTEST_PIECE = 120;

    /** From here on longer pieces gain little: packing the other factor is a small part of what is done with it. */
    private static final long LONG_PIECE = 240;

    private MatrixProduct() {}

    static void compute(
            INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c, double alpha, double beta) {
        long rows = c.size(0);
        long columns = c.size(1);
        long inner = a.size(transposeA ? 0 : 1);
        if (a.size(transposeA ? 1 : 0) != rows
                || b.size(transposeB ? 1 : 0) != inner
                || b.size(transposeB ? 0 : 1) != columns) {
            throw new IllegalArgumentException("product of " + Arrays.toString(a.shape()) + (transposeA ? "'" : "")
                    + " and " + Arrays.toString(b.shape()) + (transposeB ? "'" : "") + " into "
                    + Arrays.toString(c.shape()) + ": the shapes do not fit");
        }
        if (!Cblas.multiplies(a, b, c)) {
            Nd4j.gemm(a, b, c, transposeA, transposeB, alpha, beta);
            return;
        }
        boolean small = (double) rows * columns * inner < FEWEST_MULTIPLICATIONS;
        boolean cutsColumns = b.length() >= a.length();
        // Beside one multiplication, 1 / length of the piece numbers of the other factor are packed, and of this one 1
        // / the
        // side that is not cut: where that is short, longer pieces would not help.
        long shortest = Math.max(SHORTEST_PIECE, Math.min(LONG_PIECE, cutsColumns ? rows : columns));
        Pieces pieces = small ? Pieces.ONE : Pieces.of(cutsColumns ? columns : rows, shortest);
        pieces.forEach(
                cutsColumns ? columns : rows,
                (piece, from, to) -> Cblas.multiply(
                        a,
                        transposeA,
                        b,
                        transposeB,
                        c,
                        alpha,
                        beta,
                        cutsColumns ? 0 : from,
                        cutsColumns ? rows : to,
                        cutsColumns ? from : 0,
                        cutsColumns ? to : columns));
    }
}
