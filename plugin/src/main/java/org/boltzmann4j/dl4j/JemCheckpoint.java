package org.boltzmann4j.dl4j;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Everything a joint training goes on from, besides its settings and data. */
record JemCheckpoint(
        int epochs,
        int level,
        int iterations,
        int networkEpochs,
        List<Double> watch,
        INDArray parameters,
        @Nullable INDArray updater,
        JointBatches.State batches) {

    static final String KIND = "joint training";

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
        StateRecord record = StateRecord.toWrite();
        record.count("epochs", epochs);
        record.count("level", level);
        record.count("iterations", iterations);
        record.count("networkEpochs", networkEpochs);
        record.numbers("watch", watch.stream().mapToDouble(value -> value).toArray());
        record.count("minibatches", batches.minibatches());
        record.count("steps", batches.chains().steps());
        record.matrixInto("parameters", parameters);
        if (record.flag("hasUpdater", updater != null) && updater != null) {
            record.matrixInto("updater", updater);
        }
        write(record.in("free"), batches.chains().free());
        write(record.in("blocked"), batches.chains().blocked());
        Map<String, String> about = Map.of("stands at", "the end of epoch " + epochs);
        CheckpointArchive.write(file.toPath(), KIND, about, record, Files::newOutputStream);
    }

    private static void write(StateRecord record, @Nullable ReplayBuffer buffer) {
        if (record.flag("there", buffer != null) && buffer != null) {
            record.matrix("samples", buffer.samples());
            record.count("classes", buffer.classCounts().length);
            record.counts("visits", longs(buffer.visits()));
            record.counts("labels", longs(buffer.labels()));
        }
    }

    private static long[] longs(int[] values) {
        return IntStream.of(values).asLongStream().toArray();
    }

    /**
     * Reads a checkpoint.
     *
     * @param parameters number of the network's parameters
     * @param updater number of values of its updater's state, 0 for none
     * @param chains size of the buffers
     * @throws CheckpointException if the file is not one, is damaged, or is that of another training
     */
    static JemCheckpoint read(File file, long parameters, long updater, int chains) throws CheckpointException {
        Path path = file.toPath();
        StateRecord record = CheckpointArchive.read(path, KIND).state();
        try {
            double[] watch = record.numbers("watch", new double[0]);
            if (watch.length != GuardWatch.NUMBERS) {
                throw new IllegalArgumentException(watch.length + " numbers of the guard");
            }
            INDArray memory = record.flag("hasUpdater", false) ? record.heldMatrix("updater") : null;
            requireLength(memory == null ? 0 : memory.length(), updater, "values of the updater's state");
            INDArray values = record.heldMatrix("parameters");
            requireLength(values.length(), parameters, "parameters");
            return new JemCheckpoint(
                    record.count("epochs", 0, 0, Integer.MAX_VALUE),
                    record.count("level", 0, 0, JemRun.LEVELS),
                    record.count("iterations", 0, 0, Integer.MAX_VALUE),
                    record.count("networkEpochs", 0, 0, Integer.MAX_VALUE),
                    Arrays.stream(watch).boxed().toList(),
                    values,
                    memory,
                    new JointBatches.State(
                            record.count("minibatches", 0),
                            new JointChains.State(
                                    record.count("steps", 0),
                                    buffer(record.in("free"), chains, false),
                                    buffer(record.in("blocked"), chains, true))));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(path, e.getMessage() + ": the network or its settings are others", e);
        }
    }

    private static void requireLength(long held, long wanted, String what) {
        if (held != wanted) {
            throw new IllegalArgumentException("holds " + held + " " + what + ", expected " + wanted);
        }
    }

    private static @Nullable ReplayBuffer buffer(StateRecord record, int chains, boolean blocked) {
        if (!record.flag("there", false)) {
            return null;
        }
        INDArray samples = record.heldMatrix("samples");
        requireLength(samples.size(0), chains, "samples");
        int[] none = new int[0];
        int classes = record.count("classes", 0, 1, MOST_CLASSES);
        return ReplayBuffer.of(
                samples,
                record.indices("visits", none, chains, Integer.MAX_VALUE),
                record.indices("labels", none, chains, classes),
                classes,
                blocked);
    }
}
