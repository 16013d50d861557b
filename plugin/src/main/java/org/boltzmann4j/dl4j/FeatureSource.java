package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Features of either kind of DL4J iterator, labels ignored. What layers cannot be pretrained on is refused here. */
interface FeatureSource {

    boolean hasNext();

    /** The next minibatch: one array for each input of the network. */
    INDArray[] next();

    void reset();

    boolean canReset();

    static FeatureSource of(DataSetIterator iterator) {
        return new FeatureSource() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public INDArray[] next() {
                DataSet next = iterator.next();
                return checked(
                        new INDArray[] {next.getFeatures()}, new @Nullable INDArray[] {next.getFeaturesMaskArray()});
            }

            @Override
            public void reset() {
                iterator.reset();
            }

            @Override
            public boolean canReset() {
                return iterator.resetSupported();
            }
        };
    }

    static FeatureSource of(MultiDataSetIterator iterator) {
        return new FeatureSource() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public INDArray[] next() {
                MultiDataSet next = (MultiDataSet) iterator.next();
                return checked(next.getFeatures(), next.getFeaturesMaskArrays());
            }

            @Override
            public void reset() {
                iterator.reset();
            }

            @Override
            public boolean canReset() {
                return iterator.resetSupported();
            }
        };
    }

    private static INDArray[] checked(@Nullable INDArray @Nullable [] features, @Nullable INDArray @Nullable [] masks) {
        if (masks != null && Arrays.stream(masks).anyMatch(Objects::nonNull)) {
            throw new IllegalArgumentException("pretraining: the minibatch has a features mask. Masked steps would be"
                    + " learnt as data; cut the sequences into complete rows first");
        }
        INDArray[] result = new INDArray[features == null ? 0 : features.length];
        for (int i = 0; i < result.length; i++) {
            INDArray array = Objects.requireNonNull(features)[i];
            if (array == null) {
                throw new IllegalArgumentException("pretraining: a minibatch has no features");
            }
            if (array.rank() == 3) {
                throw new IllegalArgumentException("pretraining: features of shape " + Arrays.toString(array.shape())
                        + " are sequences. An RBM models single rows; reshape them to [rows, columns] first");
            }
            result[i] = array;
        }
        return result;
    }
}
