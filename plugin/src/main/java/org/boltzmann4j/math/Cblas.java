package org.boltzmann4j.math;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The BLAS of the CPU backend, called without ND4J in between, which neither writes into parts of an array nor comes to the
 * point as fast. It is the same library with the same setting of its threads: OpenBLAS, or what
 * {@code org.bytedeco.openblas.load} names.
 */
final class Cblas {

    private static final boolean AVAILABLE = isAvailable();

    private Cblas() {}

    private static boolean isAvailable() {
        if (!Backend.isCpu()) {
            return false;
        }
        try {
            Nd4j.factory().blas(); // the backend loads it
            return openblas_nolapack.blas_get_num_threads() > 0;
        } catch (LinkageError e) {
            return false;
        }
    }

    /** Whether matrices can be multiplied here: one type, the result row by row, the factors row by row or column by column. */
    static boolean multiplies(INDArray a, INDArray b, INDArray c) {
        return isServed(c)
                && a.dataType() == c.dataType()
                && b.dataType() == c.dataType()
                && isByRows(c)
                && (isByRows(a) || isByColumns(a))
                && (isByRows(b) || isByColumns(b));
    }

    /** Whether {@code y += factor x} and {@link #sumOfSizes} can be computed here: one type, both without gaps. */
    static boolean adds(INDArray x, INDArray y) {
        return isServed(y) && x.dataType() == y.dataType() && isDense(x) && isDense(y) && x.length() == y.length();
    }

    private static boolean isServed(INDArray array) {
        return AVAILABLE && (array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE);
    }

    private static boolean isDense(INDArray vector) {
        return vector.length() <= Integer.MAX_VALUE
                && vector.rank() > 0
                && vector.length() == vector.size(-1)
                && (vector.stride(-1) == 1 || vector.length() == 1);
    }

    private static boolean isByRows(INDArray matrix) {
        return (matrix.stride(1) == 1 || matrix.size(1) == 1) && fits(matrix, 0, 1);
    }

    private static boolean isByColumns(INDArray matrix) {
        return (matrix.stride(0) == 1 || matrix.size(0) == 1) && fits(matrix, 1, 0);
    }

    /** A single line may have any distance to the next; several must not overlap. */
    private static boolean fits(INDArray matrix, int lines, int elements) {
        return matrix.size(lines) == 1 || matrix.stride(lines) >= matrix.size(elements);
    }

    /**
     * One part of {@code c = alpha op(a) op(b) + beta c}: rows {@code [fromRow, toRow)} and columns {@code [fromColumn,
     * toColumn)} of c.
     */
    static void multiply(
            INDArray a,
            boolean transposeA,
            INDArray b,
            boolean transposeB,
            INDArray c,
            double alpha,
            double beta,
            long fromRow,
            long toRow,
            long fromColumn,
            long toColumn) {
        int rows = Math.toIntExact(toRow - fromRow);
        int columns = Math.toIntExact(toColumn - fromColumn);
        int inner = Math.toIntExact(a.size(transposeA ? 0 : 1));
        long offsetA = fromRow * a.stride(transposeA ? 1 : 0);
        long offsetB = fromColumn * b.stride(transposeB ? 0 : 1);
        long offsetC = fromRow * c.stride(0) + fromColumn * c.stride(1);
        try {
            if (c.dataType() == DataType.FLOAT) {
                openblas_nolapack.cblas_sgemm(
                        openblas_nolapack.CblasRowMajor,
                        operation(a, transposeA),
                        operation(b, transposeB),
                        rows,
                        columns,
                        inner,
                        (float) alpha,
                        floats(a, offsetA),
                        distance(a),
                        floats(b, offsetB),
                        distance(b),
                        (float) beta,
                        floats(c, offsetC),
                        distance(c));
            } else {
                openblas_nolapack.cblas_dgemm(
                        openblas_nolapack.CblasRowMajor,
                        operation(a, transposeA),
                        operation(b, transposeB),
                        rows,
                        columns,
                        inner,
                        alpha,
                        doubles(a, offsetA),
                        distance(a),
                        doubles(b, offsetB),
                        distance(b),
                        beta,
                        doubles(c, offsetC),
                        distance(c));
            }
        } finally { // memory is freed with its array, of which a call sees the address only
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(b);
            Reference.reachabilityFence(c);
        }
    }

    /** {@code y += factor x} for elements {@code [from, to)}. */
    static void add(double factor, INDArray x, INDArray y, long from, long to) {
        int count = Math.toIntExact(to - from);
        try {
            if (y.dataType() == DataType.FLOAT) {
                openblas_nolapack.cblas_saxpy(count, (float) factor, floats(x, from), 1, floats(y, from), 1);
            } else {
                openblas_nolapack.cblas_daxpy(count, factor, doubles(x, from), 1, doubles(y, from), 1);
            }
        } finally {
            Reference.reachabilityFence(x);
            Reference.reachabilityFence(y);
        }
    }

    /** {@code sum |x_i|} over elements {@code [from, to)}. */
    static double sumOfSizes(INDArray x, long from, long to) {
        int count = Math.toIntExact(to - from);
        try {
            return x.dataType() == DataType.FLOAT
                    ? openblas_nolapack.cblas_sasum(count, floats(x, from), 1)
                    : openblas_nolapack.cblas_dasum(count, doubles(x, from), 1);
        } finally {
            Reference.reachabilityFence(x);
        }
    }

    private static FloatPointer floats(INDArray array, long offset) {
        FloatPointer first = (FloatPointer) array.data().addressPointer();
        return offset == 0 ? first : first.getPointer(offset);
    }

    private static DoublePointer doubles(INDArray array, long offset) {
        DoublePointer first = (DoublePointer) array.data().addressPointer();
        return offset == 0 ? first : first.getPointer(offset);
    }

    /** What is stored column by column is the transpose of something stored row by row. */
    private static int operation(INDArray matrix, boolean transpose) {
        return transpose == isByRows(matrix) ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans;
    }

    /** From one line to the next; of a single line anything that its elements fit into. */
    private static int distance(INDArray matrix) {
        int lines = isByRows(matrix) ? 0 : 1;
        return Math.toIntExact(matrix.size(lines) == 1 ? Math.max(1, matrix.size(1 - lines)) : matrix.stride(lines));
    }
}
