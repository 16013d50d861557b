package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Rows with labels and rows without, as joint training reads them: how far, and what they look like. Mutable. */
final class JointData {

    /** By how much a pass may be longer than those that are read again. */
    private static final int MOST_UNEVEN = 100;

    private final DataSetIterator iterator;
    private final MinibatchSource<DataSet> labelled;
    private final @Nullable MinibatchSource<DataSet> unlabelled;

    /** Of iterators that stand at the beginning of a pass. */
    JointData(DataSetIterator labelled, @Nullable DataSetIterator unlabelled) {
        this.iterator = labelled;
        this.labelled = source(labelled);
        this.unlabelled = unlabelled == null ? null : source(unlabelled);
    }

    private static MinibatchSource<DataSet> source(DataSetIterator data) {
        return new MinibatchSource<>(data::hasNext, data::next, data::reset, data.resetSupported(), JointData::print);
    }

    private static void print(DataSet minibatch, DataFingerprint fingerprint) {
        fingerprint.add(
                Stream.of(minibatch.getFeatures(), minibatch.getLabels())
                        .filter(Objects::nonNull)
                        .toList(),
                new double[0]);
    }

    boolean hasNext() {
        return labelled.hasNext();
    }

    DataSet next() {
        return labelled.next();
    }

    DataSet next(int examples) {
        return labelled.taken(iterator.next(examples));
    }

    void reset() {
        labelled.reset();
    }

    /** How many labelled minibatches of the pass at work were read. */
    long position() {
        return labelled.position();
    }

    /** Whether there are rows without labels. */
    boolean hasUnlabelled() {
        return unlabelled != null;
    }

    /**
     * The next rows without labels, which start over when they end.
     *
     * @param shape of a minibatch of labelled rows, not modified
     * @return flat
     */
    INDArray unlabelledRows(long[] shape) {
        INDArray features =
                nextOf(Objects.requireNonNull(unlabelled, "unlabelled")).getFeatures();
        if (!Arrays.equals(
                Arrays.copyOfRange(features.shape(), 1, features.rank()), Arrays.copyOfRange(shape, 1, shape.length))) {
            throw new IllegalArgumentException("unlabelled data of shape " + Arrays.toString(features.shape())
                    + ", expected examples like the labelled ones, " + Arrays.toString(shape));
        }
        return JointBatches.flat(features);
    }

    private static DataSet nextOf(MinibatchSource<DataSet> unlabelled) {
        if (!unlabelled.hasNext()) {
            if (!unlabelled.canReset()) {
                throw new IllegalArgumentException("the unlabelled data have ended and cannot be reset");
            }
            unlabelled.reset();
        }
        return unlabelled.next();
    }

    /** From now on {@link #texts} says what was read. */
    void keepFingerprints() {
        labelled.keepFingerprint();
        if (unlabelled != null) {
            unlabelled.keepFingerprint();
        }
    }

    /** What was read, by name. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        labelled.describe("labelled data", texts);
        if (unlabelled != null) {
            unlabelled.describe("unlabelled data", texts);
        }
        return texts;
    }

    /** Passes how far the data have been read to a record that will be written. */
    void write(StateRecord record) {
        carry(record.in("labelled"), labelled, Integer.MAX_VALUE);
        if (unlabelled != null) {
            carry(record.in("unlabelled"), unlabelled, Integer.MAX_VALUE);
        }
    }

    /**
     * Reads the data as far as a record says, within what the epochs allow.
     *
     * @param epochs that were complete
     * @return number of features, or 0 if nothing was to be read
     * @throws IllegalArgumentException if the record says something else
     */
    long replay(StateRecord record, int epochs) {
        DataSet last = carry(record.in("labelled"), labelled, epochs);
        if (unlabelled != null) {
            long most = MOST_UNEVEN * (epochs + 1L) * labelled.longestPass();
            carry(record.in("unlabelled"), unlabelled, (int) Math.min(most, Integer.MAX_VALUE));
        }
        return last == null ? 0 : JointBatches.flat(last.getFeatures()).size(1);
    }

    private static @Nullable DataSet carry(StateRecord record, MinibatchSource<DataSet> source, int mostPasses) {
        int passes = record.count("passes", (int) source.passes(), 0, mostPasses);
        int position = record.count("position", (int) source.position(), 0, Integer.MAX_VALUE);
        return record.isReading() ? source.replay(passes, position) : null;
    }
}
