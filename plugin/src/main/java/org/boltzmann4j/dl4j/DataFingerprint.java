package org.boltzmann4j.dl4j;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Shapes and a hash of the first minibatches that are read: cheap, and enough to notice other data or another order. Mutable. */
final class DataFingerprint {

    private static final int MINIBATCHES = 2;

    private final MessageDigest digest = Checksums.sha256();
    private final StringBuilder shapes = new StringBuilder();
    private int taken;
    private String hash = "";

    /** Whether the first minibatches have been seen. */
    boolean isComplete() {
        return taken == MINIBATCHES;
    }

    void add(Features minibatch) {
        if (isComplete()) {
            return;
        }
        for (INDArray array : minibatch.arrays()) {
            shapes.append(Arrays.toString(array.shape()));
            long rows = array.size(0);
            Rows values = Rows.of(array.reshape(rows, array.length() / rows));
            double[] row = new double[values.width()];
            for (long r = 0; r < rows; r++) {
                values.read(r, row);
                update(row);
            }
        }
        update(minibatch.weights());
        taken++;
        if (isComplete()) {
            end();
        }
    }

    private void update(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        digest.update(bytes.array());
    }

    /** There are no more minibatches. */
    void end() {
        taken = MINIBATCHES;
        if (hash.isEmpty()) {
            hash = HexFormat.of().formatHex(digest.digest());
        }
    }

    /** Shapes and hash, once complete. */
    @Override
    public String toString() {
        return "first minibatches of shapes " + shapes + " with hash " + hash.substring(0, Math.min(16, hash.length()));
    }
}
