package org.boltzmann4j.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What data look like: counts and a checksum of everything in the first pass over them, and of the pass at work so far. Other data are told
 * by the first, another order by the second. CRC-32C is cheap beside learning from the same rows, and no defence against somebody who
 * makes other data of the same checksum. Mutable.
 */
final class DataFingerprint {

    private final CRC32C checksum = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private String beginning = "";
    private long minibatches;
    private long rows;
    private @Nullable String first;

    /**
     * Takes a minibatch.
     *
     * @param arrays features, labels and whatever else of it is learnt from, not modified
     * @param weights of its rows, empty for none, not modified
     */
    void add(List<INDArray> arrays, double[] weights) {
        for (INDArray array : arrays) {
            String shape = Arrays.toString(array.shape());
            checksum.update(shape.getBytes(StandardCharsets.US_ASCII));
            if (minibatches == 0) {
                beginning += shape;
            }
            if (!array.isEmpty()) {
                add(array.reshape(array.size(0), array.length() / array.size(0)));
            }
        }
        update(weights);
        minibatches++;
        rows += arrays.isEmpty() ? 0 : arrays.get(0).size(0);
    }

    private void add(INDArray matrix) {
        Rows values = Rows.of(matrix);
        if (matrix.dataType() == DataType.FLOAT) {
            float[] row = new float[values.width()];
            for (long r = 0; r < values.count(); r++) {
                values.read(r, row);
                room(row.length * Float.BYTES).asFloatBuffer().put(row);
                checksum.update(buffer);
            }
        } else {
            double[] row = new double[values.width()];
            for (long r = 0; r < values.count(); r++) {
                values.read(r, row);
                update(row);
            }
        }
    }

    private void update(double[] values) {
        room(values.length * Double.BYTES).asDoubleBuffer().put(values);
        checksum.update(buffer);
    }

    /** The buffer, to be filled with so many bytes. */
    private ByteBuffer room(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear().limit(bytes);
    }

    /** Another pass begins. */
    void endPass() {
        if (first == null && minibatches > 0) {
            first = thisPass();
        }
        checksum.reset();
        minibatches = 0;
        rows = 0;
        beginning = "";
    }

    /** Whether all of the data have been seen. */
    boolean hasFirstPass() {
        return first != null;
    }

    /** The first pass, which may be the one at work. */
    String firstPass() {
        return first != null ? first : thisPass();
    }

    /** The pass at work so far. */
    String thisPass() {
        return minibatches + " minibatches of " + rows + " rows, first " + beginning + ", checksum "
                + String.format("%08x", checksum.getValue());
    }
}
