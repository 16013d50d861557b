package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Features of either kind of DL4J iterator, labels ignored. What layers cannot be pretrained on is refused here. */
final class FeatureSource {

    private final BooleanSupplier hasNext;
    private final Supplier<Features> next;
    private final Runnable reset;
    private final boolean canReset;
    private final DataFingerprint fingerprint = new DataFingerprint();
    private long passes;

    private FeatureSource(BooleanSupplier hasNext, Supplier<Features> next, Runnable reset, boolean canReset) {
        this.hasNext = hasNext;
        this.next = next;
        this.reset = reset;
        this.canReset = canReset;
    }

    /** Rows count alike. */
    static FeatureSource of(DataSetIterator iterator) {
        return of(iterator, null);
    }

    static FeatureSource of(DataSetIterator iterator, @Nullable ExampleWeights weights) {
        return new FeatureSource(
                iterator::hasNext,
                () -> {
                    DataSet minibatch = iterator.next();
                    return checked(
                            new MultiDataSet(
                                    oneOf(minibatch.getFeatures()),
                                    oneOf(minibatch.getLabels()),
                                    oneOf(minibatch.getFeaturesMaskArray()),
                                    oneOf(minibatch.getLabelsMaskArray())),
                            weights);
                },
                iterator::reset,
                iterator.resetSupported());
    }

    private static INDArray @Nullable [] oneOf(@Nullable INDArray array) {
        return array == null ? null : new INDArray[] {array};
    }

    static FeatureSource of(MultiDataSetIterator iterator, @Nullable ExampleWeights weights) {
        return new FeatureSource(
                iterator::hasNext, () -> checked(iterator.next(), weights), iterator::reset, iterator.resetSupported());
    }

    boolean hasNext() {
        return hasNext.getAsBoolean();
    }

    /** The next minibatch. */
    Features next() {
        Features minibatch = next.get();
        fingerprint.add(minibatch);
        return minibatch;
    }

    void reset() {
        if (passes > 0) {
            fingerprint.end(); // even if there was one minibatch only
        }
        reset.run();
        passes++;
    }

    /** How often the data have been read from their beginning. */
    long passes() {
        return passes;
    }

    /** Begins to read as often as before an interruption: the order of an iterator may depend on how often it was reset. */
    void replay(long wanted) {
        while (passes < wanted) {
            reset();
            // Some iterators reset only what has been read from; the first pass is that of the fingerprint.
            do {
                if (hasNext()) {
                    next();
                } else {
                    fingerprint.end();
                }
            } while (!fingerprint.isComplete());
        }
    }

    /** Of the first minibatches of the first pass. */
    DataFingerprint fingerprint() {
        return fingerprint;
    }

    boolean canReset() {
        return canReset;
    }

    private static Features checked(
            org.nd4j.linalg.dataset.api.MultiDataSet minibatch, @Nullable ExampleWeights weights) {
        @Nullable INDArray @Nullable [] features = minibatch.getFeatures();
        @Nullable INDArray @Nullable [] masks = minibatch.getFeaturesMaskArrays();
        if (masks != null && Arrays.stream(masks).anyMatch(Objects::nonNull)) {
            throw new IllegalArgumentException("pretraining: the minibatch has a features mask. Masked steps would be"
                    + " learnt as data; cut the sequences into complete rows first");
        }
        if (features == null) {
            throw new IllegalArgumentException("pretraining: a minibatch has no features");
        }
        INDArray[] result = new INDArray[features.length];
        for (int i = 0; i < result.length; i++) {
            INDArray array = features[i];
            if (array == null) {
                throw new IllegalArgumentException("pretraining: a minibatch has no features");
            }
            if (array.rank() == 3) {
                throw new IllegalArgumentException("pretraining: features of shape " + Arrays.toString(array.shape())
                        + " are sequences. An RBM models single rows; reshape them to [rows, columns] first");
            }
            result[i] = array;
        }
        return new Features(result, weights == null ? new double[0] : weights.of(minibatch));
    }
}
