package org.boltzmann4j.dl4j;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * How much each row of data counts in pretraining. The mean of a minibatch becomes the weighted mean
 * {@code sum_n w_n (...) / sum_n w_n}: a row of weight 2 is a row that is there twice, and weights that are all the same
 * change nothing. Chains of contrastive divergence, which start at rows, count as much as these; persistent chains count
 * alike. The starting values of the visible bias follow the weighted means of all data; monitors count every row once.
 *
 * <p>Called for every minibatch of training data that is read, never for validation data; in the training thread. A
 * minibatch without a positive weight, and a weight that is negative or not finite, end the pretraining.
 */
@FunctionalInterface
public interface ExampleWeights {

    /**
     * Weighs the rows of a minibatch.
     *
     * @param minibatch features and, where the iterator has them, labels and masks, not to be modified; what a
     *     {@code DataSetIterator} gives comes with one array of each
     * @return one weight for each row, finite, not negative, not all 0; not modified
     */
    double[] of(MultiDataSet minibatch);

    /**
     * Takes the weights from the first mask of the labels, {@code [rows]} or {@code [rows, 1]}: the place in which DL4J's
     * own supervised training looks for weights of examples.
     *
     * @return the rule; it refuses minibatches without such a mask
     */
    static ExampleWeights ofLabelsMask() {
        return minibatch -> {
            @Nullable INDArray @Nullable [] masks = minibatch.getLabelsMaskArrays();
            INDArray mask = masks == null || masks.length == 0 ? null : masks[0];
            long rows = minibatch.getFeatures(0).size(0);
            if (mask == null || mask.length() != rows) {
                throw new IllegalArgumentException("example weights: the labels mask is "
                        + (mask == null ? "missing" : "of shape " + Arrays.toString(mask.shape()))
                        + ", expected one weight for each of the " + rows + " rows");
            }
            return mask.reshape(rows).toDoubleVector();
        };
    }
}
