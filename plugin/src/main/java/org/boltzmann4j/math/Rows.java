package org.boltzmann4j.math;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads and writes whole rows of a matrix {@code [n, width]} as heap arrays, whatever the type and layout of the matrix.
 *
 * <p>Fused passes over rows between matrix products are several times faster than chains of ND4J operations, which
 * compete with the BLAS for the cores. On the CPU backend and for arrays in 'c' order rows move in bulk; any other array
 * is served through ND4J's portable access. Not thread-safe: one instance per thread.
 */
public final class Rows {

    // A strong reference: the buffers below see native memory that is freed together with the array.
    private final INDArray array;
    private final boolean isVector;
    private final int width;
    private final @Nullable FloatBuffer floats;
    private final @Nullable DoubleBuffer doubles;
    private final float[] scratch;
    private final int stride;
    private final int offset;

    private Rows(INDArray array) {
        this.array = array;
        this.isVector = array.rank() == 1;
        this.width = Math.toIntExact(array.size(-1));
        boolean bulk = Backend.isCpu() && array.length() > 0 && (array.stride(-1) == 1 || width == 1) && fits(array);
        this.stride = bulk ? Math.toIntExact(count() == 1 ? width : array.stride(0)) : 0;
        this.offset = bulk ? Math.toIntExact(array.offset()) : 0;
        this.floats = bulk && array.dataType() == DataType.FLOAT ? array.data().asNioFloat() : null;
        this.doubles =
                bulk && array.dataType() == DataType.DOUBLE ? array.data().asNioDouble() : null;
        this.scratch = floats == null ? new float[0] : new float[width];
    }

    /**
     * Opens a matrix for access by rows.
     *
     * @param array {@code [n, width]}, or {@code [width]} for one row; float or double; written in place by {@link #write}
     * @return access to its rows
     */
    public static Rows of(INDArray array) {
        if (array.rank() != 2 && array.rank() != 1) {
            throw new IllegalArgumentException(
                    "expected a matrix [rows, columns], got an array of rank " + array.rank());
        }
        return new Rows(array);
    }

    private static boolean fits(INDArray array) {
        long last = array.offset()
                + array.length()
                + (array.rank() == 1 ? 0 : (array.size(0) - 1) * Math.max(array.stride(0), array.size(1)));
        return last * 8 < Integer.MAX_VALUE;
    }

    /**
     * Returns the number of columns.
     *
     * @return the width
     */
    public int width() {
        return width;
    }

    /**
     * Returns the number of rows.
     *
     * @return the count
     */
    public long count() {
        return isVector ? 1 : array.size(0);
    }

    /**
     * Reads one row.
     *
     * @param row its index
     * @param into {@code [width]}, overwritten
     */
    public void read(long row, double[] into) {
        if (floats != null) {
            read(row, scratch);
            for (int i = 0; i < scratch.length; i++) {
                into[i] = scratch[i];
            }
        } else if (doubles != null) {
            doubles.get(offset + (int) row * stride, into, 0, width);
        } else {
            for (int i = 0; i < width; i++) {
                into[i] = isVector ? array.getDouble(i) : array.getDouble(row, i);
            }
        }
    }

    /**
     * Writes one row.
     *
     * @param row its index
     * @param from {@code [width]}, not modified
     */
    public void write(long row, double[] from) {
        if (floats != null) {
            for (int i = 0; i < scratch.length; i++) {
                scratch[i] = (float) from[i];
            }
            write(row, scratch);
        } else if (doubles != null) {
            doubles.put(offset + (int) row * stride, from, 0, width);
        } else {
            for (int i = 0; i < width; i++) {
                put(row, i, from[i]);
            }
        }
    }

    /**
     * Reads one row in single precision.
     *
     * @param row its index
     * @param into {@code [width]}, overwritten
     */
    public void read(long row, float[] into) {
        if (floats != null) {
            floats.get(offset + (int) row * stride, into, 0, width);
        } else {
            for (int i = 0; i < width; i++) {
                into[i] = isVector ? array.getFloat(i) : array.getFloat(row, i);
            }
        }
    }

    /**
     * Writes one row in single precision.
     *
     * @param row its index
     * @param from {@code [width]}, not modified
     */
    public void write(long row, float[] from) {
        if (floats != null) {
            floats.put(offset + (int) row * stride, from, 0, width);
        } else {
            for (int i = 0; i < width; i++) {
                put(row, i, from[i]);
            }
        }
    }

    /**
     * Copies all rows, times a factor, into another matrix.
     *
     * @param target of the same width; written in place
     * @param firstRow where the first row goes
     * @param factor of every element
     */
    public void copyTo(Rows target, long firstRow, double factor) {
        copyTo(target, 0, count(), firstRow, factor);
    }

    /** Copies some rows, times a factor, to rows of another matrix that lie elsewhere by {@code shift}. */
    void copyTo(Rows target, long from, long to, long shift, double factor) {
        if (floats != null && target.floats != null) {
            float single = (float) factor;
            for (long row = from; row < to; row++) {
                read(row, scratch);
                for (int i = 0; i < scratch.length; i++) {
                    scratch[i] *= single;
                }
                target.write(shift + row, scratch);
            }
            return;
        }
        double[] x = new double[width];
        for (long row = from; row < to; row++) {
            read(row, x);
            for (int i = 0; i < width; i++) {
                x[i] *= factor;
            }
            target.write(shift + row, x);
        }
    }

    private void put(long row, int column, double value) {
        if (isVector) {
            array.putScalar(column, value);
        } else {
            array.putScalar(row, column, value);
        }
    }
}
