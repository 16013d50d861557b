package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a joint training returns to, or goes on from: parameters, updater, chains, averages and counters, at one moment. Its arrays are
 * those of the training itself, until it is copied.
 */
record JemSnapshot(
        int epochs,
        int level,
        int iterations,
        int networkEpochs,
        List<Double> watch,
        INDArray parameters,
        @Nullable INDArray updater,
        JointBatches.State batches) {

    /**
     * Sizes that the arrays of a training have.
     *
     * @param type of the parameters and samples
     * @param parameters of the network
     * @param updater values of its updater's state, 0 for none
     * @param chains in a buffer
     * @param classes of the data
     * @param epochs the training shall have
     */
    record Sizes(DataType type, long parameters, long updater, int chains, int classes, int epochs) {}

    /** The same in arrays that nobody else has, and that can be freed. */
    JemSnapshot copy() {
        return new JemSnapshot(
                epochs,
                level,
                iterations,
                networkEpochs,
                watch,
                row(parameters),
                updater == null ? null : row(updater),
                batches.copy());
    }

    private static INDArray row(INDArray values) {
        INDArray row = Matrices.detached(values.dataType(), 1, values.length());
        return row.assign(values.reshape(1, values.length()));
    }

    /** Frees the arrays of a copy, which nobody may use any more. */
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

    /** Passes everything to a record that will be written. */
    void write(StateRecord record) {
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
    }

    private static void write(StateRecord record, @Nullable ReplayBuffer buffer) {
        if (record.flag("there", buffer != null) && buffer != null) {
            record.matrix("samples", buffer.samples());
            record.counts("visits", longs(buffer.visits()));
            record.counts("labels", longs(buffer.labels()));
        }
    }

    private static long[] longs(int[] values) {
        return IntStream.of(values).asLongStream().toArray();
    }

    /**
     * Takes everything from a record that was read.
     *
     * @throws IllegalArgumentException if it holds something else
     */
    static JemSnapshot read(StateRecord record, Sizes sizes) {
        double[] watch = new double[GuardWatch.NUMBERS];
        record.numbersInto("watch", watch);
        INDArray parameters = record.heldMatrix("parameters");
        require(parameters, sizes.type(), sizes.parameters(), "parameters");
        INDArray updater = record.flag("hasUpdater", false) ? record.heldMatrix("updater") : null;
        if (updater == null) {
            requireLength(0, sizes.updater(), "values of the updater's state");
        } else {
            require(updater, sizes.type(), sizes.updater(), "values of the updater's state");
        }
        return new JemSnapshot(
                record.count("epochs", 0, 0, sizes.epochs()),
                record.count("level", 0, 0, JemRun.LEVELS),
                record.count("iterations", 0, 0, Integer.MAX_VALUE),
                record.count("networkEpochs", 0, 0, Integer.MAX_VALUE),
                Arrays.stream(watch).boxed().toList(),
                parameters,
                updater,
                new JointBatches.State(
                        record.count("minibatches", 0, 0, Integer.MAX_VALUE),
                        new JointChains.State(
                                record.count("steps", 0),
                                buffer(record.in("free"), sizes, false),
                                buffer(record.in("blocked"), sizes, true))));
    }

    private static void require(INDArray held, DataType type, long length, String what) {
        requireLength(held.length(), length, what);
        requireType(held, type, what);
    }

    private static void requireLength(long held, long wanted, String what) {
        if (held != wanted) {
            throw new IllegalArgumentException("holds " + held + " " + what + ", expected " + wanted);
        }
    }

    private static void requireType(INDArray held, DataType type, String what) {
        if (held.dataType() != type) {
            throw new IllegalArgumentException("holds " + what + " of type " + held.dataType() + ", expected " + type);
        }
    }

    private static @Nullable ReplayBuffer buffer(StateRecord record, Sizes sizes, boolean blocked) {
        if (!record.flag("there", false)) {
            return null;
        }
        INDArray samples = record.heldMatrix("samples");
        requireLength(samples.size(0), sizes.chains(), "samples");
        requireType(samples, sizes.type(), "samples");
        int[] none = new int[0];
        return ReplayBuffer.of(
                samples,
                record.indices("visits", none, sizes.chains(), Integer.MAX_VALUE),
                record.indices("labels", none, sizes.chains(), sizes.classes()),
                sizes.classes(),
                blocked);
    }
}
