package org.boltzmann4j.dl4j;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Everything a training goes on from, besides its settings and data: numbers and arrays in a format of their own, so that reading one
 * neither executes nor deserialises anything. Sizes are checked before memory is taken.
 */
record JemCheckpoint(
        int epochs,
        int level,
        int iterations,
        int networkEpochs,
        List<Double> watch,
        INDArray parameters,
        @Nullable INDArray updater,
        JointBatches.State batches) {

    private static final long MAGIC = 0x42344a4a454d3031L; // "B4JJEM01"

    private static final int MOST_CLASSES = 1 << 20; // counts of them are kept

    /** Frees the arrays, which nobody may use any more. */
    void release() {
        parameters.close();
        if (updater != null) {
            updater.close();
        }
        release(batches.chains().free());
        release(batches.chains().blocked());
    }

    private static void release(@Nullable ReplayBuffer buffer) {
        if (buffer != null) {
            buffer.samples().close();
        }
    }

    void write(File file) throws IOException {
        AtomicFile.write(file.toPath(), written -> {
            try (DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(written)))) {
                out.writeLong(MAGIC);
                out.writeInt(epochs);
                out.writeInt(level);
                out.writeInt(iterations);
                out.writeInt(networkEpochs);
                for (double value : watch) {
                    out.writeDouble(value);
                }
                out.writeLong(batches.minibatches());
                out.writeLong(batches.chains().steps());
                write(out, parameters);
                write(out, updater);
                write(out, batches.chains().free());
                write(out, batches.chains().blocked());
            }
        });
    }

    private static void write(DataOutputStream out, @Nullable INDArray matrix) throws IOException {
        out.writeBoolean(matrix != null);
        if (matrix == null) {
            return;
        }
        boolean wide = matrix.dataType() == DataType.DOUBLE;
        out.writeBoolean(wide);
        out.writeInt((int) matrix.size(0));
        out.writeInt((int) matrix.size(1));
        Rows rows = Rows.of(matrix);
        double[] row = new double[rows.width()];
        for (long r = 0; r < rows.count(); r++) {
            rows.read(r, row);
            for (double value : row) {
                if (wide) {
                    out.writeDouble(value);
                } else {
                    out.writeFloat((float) value);
                }
            }
        }
    }

    private static void write(DataOutputStream out, @Nullable ReplayBuffer buffer) throws IOException {
        write(out, buffer == null ? null : buffer.samples());
        if (buffer != null) {
            out.writeInt(buffer.classCounts().length);
            for (int visits : buffer.visits()) {
                out.writeInt(visits);
            }
            for (int label : buffer.labels()) {
                out.writeInt(label);
            }
        }
    }

    /**
     * Reads a checkpoint.
     *
     * @param parameters number of the network's parameters
     * @param updater number of values of its updater's state, 0 for none
     * @param chains size of the buffers
     * @throws IOException if the file is not one, is damaged, or is that of another training
     */
    static JemCheckpoint read(File file, long parameters, long updater, int chains) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.toPath())))) {
            if (in.readLong() != MAGIC) {
                throw new IOException(file + " is no checkpoint of joint training");
            }
            int epochs = in.readInt();
            int level = in.readInt();
            int iterations = in.readInt();
            int networkEpochs = in.readInt();
            List<Double> watch = new ArrayList<>();
            for (int i = 0; i < GuardWatch.NUMBERS; i++) {
                watch.add(in.readDouble());
            }
            if (epochs < 0 || level < 0 || level > JemRun.LEVELS || iterations < 0 || networkEpochs < 0) {
                throw new IOException(file + " is damaged: counters below 0 or an unknown level");
            }
            long minibatches = in.readLong();
            long steps = in.readLong();
            INDArray values = matrix(in, file, 1, parameters, "parameters");
            INDArray state = matrix(in, file, 1, updater, "values of the updater's state");
            ReplayBuffer free = buffer(in, file, chains, false);
            ReplayBuffer blocked = buffer(in, file, chains, true);
            if (values == null || in.read() >= 0) {
                throw new IOException(file + " is damaged: no parameters, or something behind the end");
            }
            return new JemCheckpoint(
                    epochs,
                    level,
                    iterations,
                    networkEpochs,
                    watch,
                    values,
                    state,
                    new JointBatches.State(minibatches, new JointChains.State(steps, free, blocked)));
        } catch (EOFException e) {
            throw new IOException(file + " is damaged: it ends too early", e);
        }
    }

    private static @Nullable INDArray matrix(DataInputStream in, File file, long rows, long columns, String what)
            throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        boolean wide = in.readBoolean();
        int n = in.readInt();
        int m = in.readInt();
        if (n != rows || (columns >= 0 && m != columns) || m < 1 || (long) n * m * (wide ? 8 : 4) > file.length()) {
            throw new IOException(file + " holds an array of " + n + " x " + m + " " + what + ", expected " + rows
                    + " x " + (columns < 0 ? "the features" : columns) + ": the network or its settings are others");
        }
        INDArray matrix = Nd4j.create(wide ? DataType.DOUBLE : DataType.FLOAT, new long[] {n, m}, 'c');
        Rows into = Rows.of(matrix);
        double[] row = new double[m];
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < m; i++) {
                row[i] = wide ? in.readDouble() : in.readFloat();
            }
            into.write(r, row);
        }
        return matrix;
    }

    private static @Nullable ReplayBuffer buffer(DataInputStream in, File file, int chains, boolean blocked)
            throws IOException {
        INDArray samples = matrix(in, file, chains, -1, "samples");
        if (samples == null) {
            return null;
        }
        int classes = in.readInt();
        if (classes < 1 || classes > MOST_CLASSES) {
            throw new IOException(file + " is damaged: " + classes + " classes, expected 1 to " + MOST_CLASSES);
        }
        int[] visits = new int[chains];
        int[] labels = new int[chains];
        for (int i = 0; i < chains; i++) {
            visits[i] = in.readInt();
        }
        for (int i = 0; i < chains; i++) {
            labels[i] = in.readInt();
        }
        try {
            return ReplayBuffer.of(samples, visits, labels, classes, blocked);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
    }
}
