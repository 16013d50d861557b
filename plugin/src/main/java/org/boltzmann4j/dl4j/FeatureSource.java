package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Features of either kind of DL4J iterator, labels ignored. What layers cannot be pretrained on is refused here. */
final class FeatureSource {

    private FeatureSource() {}

    /** Rows count alike. */
    static MinibatchSource<Features> of(DataSetIterator iterator) {
        return of(iterator, null);
    }

    static MinibatchSource<Features> of(DataSetIterator iterator, @Nullable ExampleWeights weights) {
        return new MinibatchSource<>(
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
                iterator.resetSupported(),
                FeatureSource::print);
    }

    static MinibatchSource<Features> of(MultiDataSetIterator iterator, @Nullable ExampleWeights weights) {
        return new MinibatchSource<>(
                iterator::hasNext,
                () -> checked(iterator.next(), weights),
                iterator::reset,
                iterator.resetSupported(),
                FeatureSource::print);
    }

    private static void print(Features minibatch, DataFingerprint fingerprint) {
        fingerprint.add(List.of(minibatch.arrays()), minibatch.weights());
    }

    private static INDArray @Nullable [] oneOf(@Nullable INDArray array) {
        return array == null ? null : new INDArray[] {array};
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
