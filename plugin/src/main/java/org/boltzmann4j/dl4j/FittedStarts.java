package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.ClassGaussians;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Fits the Gaussians that chains start from to the first examples of each class in an iterator. */
final class FittedStarts {

    private FittedStarts() {}

    /**
     * Reads data until every class has its examples, or to their end, and resets them.
     *
     * @param data with one-hot labels; reset before and after
     * @param classes number of classes
     * @param examplesPerClass how many examples each Gaussian is fitted to, if there are as many
     * @param box that draws are kept in
     * @return the starts
     * @throws IllegalArgumentException if the data cannot be reset or have too few labelled rows of a class
     */
    static ChainStarts of(DataSetIterator data, int classes, int examplesPerClass, Box box) {
        if (!data.resetSupported()) {
            throw new IllegalArgumentException(
                    "the data cannot be reset, so no Gaussian starts can be fitted to them: expected an"
                            + " iterator that can, or other starts");
        }
        List<INDArray> features = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        int[] missing = new int[classes];
        Arrays.fill(missing, examplesPerClass);
        data.reset();
        while (data.hasNext() && IntStream.of(missing).anyMatch(m -> m > 0)) {
            DataSet batch = data.next();
            INDArray rows = JointBatches.flat(batch.getFeatures());
            int[] found = ClassLabels.of(batch.getLabels(), (int) rows.size(0), classes);
            for (int i = 0; i < found.length; i++) {
                if (found[i] != ClassLabels.NONE && missing[found[i]]-- > 0) {
                    features.add(rows.getRow(i, true).dup('c'));
                    labels.add(found[i]);
                }
            }
        }
        data.reset();
        if (features.isEmpty()) {
            throw new IllegalArgumentException(
                    "no row of the data has a label, so no Gaussian starts can be fitted: expected"
                            + " labels, or other starts");
        }
        return ClassGaussians.fit(
                Nd4j.vstack(features).dup('c'),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                classes,
                examplesPerClass,
                box);
    }
}
