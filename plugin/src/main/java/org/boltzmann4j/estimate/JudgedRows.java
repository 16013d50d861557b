package org.boltzmann4j.estimate;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.objective.GreyValues;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows on which a model is judged.
 *
 * @param states {@code [n, visible]}, as the units take them
 * @param treatment what made them of the data, in words
 */
record JudgedRows(INDArray states, String treatment) {

    /**
     * The features of all minibatches below each other.
     *
     * @throws IllegalArgumentException if there are none
     */
    static INDArray featuresOf(DataSetIterator data) {
        if (data.resetSupported()) {
            data.reset();
        }
        List<INDArray> batches = new ArrayList<>();
        while (data.hasNext()) {
            batches.add(data.next().getFeatures());
        }
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("log-likelihood: the iterator has no data");
        }
        return Nd4j.vstack(batches);
    }

    /**
     * Presents data to the visible units of a model, once.
     *
     * @throws IllegalArgumentException if the shape does not fit or a value is none of the units'
     */
    static JudgedRows presented(Rbm rbm, INDArray data, GreyValues greyValues, long seed, RandomStreams streams) {
        Matrices.requireMatrix(data, rbm.visibleWidth(), "log-likelihood: rows");
        INDArray typed = data.castTo(rbm.weights().dataType());
        requireAccepted(rbm, typed, greyValues);
        INDArray states = greyValues.presentOnce(rbm.visible(), typed, streams);
        if (states.equalsWithEps(typed, 0)) {
            return new JudgedRows(typed, "as they are");
        }
        return switch (greyValues) {
            case SAMPLED -> new JudgedRows(states, "grey values drawn once with seed " + seed);
            case THRESHOLDED -> new JudgedRows(states, "grey values cut at one half");
            case MEANS -> throw new IllegalStateException("means are taken as they are");
        };
    }

    private static void requireAccepted(Rbm rbm, INDArray data, GreyValues greyValues) {
        Rows rows = Rows.of(data);
        double[] values = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, values);
            int refused = rbm.visible().firstRefused(values);
            if (refused >= 0) {
                throw new IllegalArgumentException("log-likelihood: row " + row + ", column " + refused + " is "
                        + values[refused] + ", expected " + rbm.visible().expectation());
            }
        }
        if (greyValues == GreyValues.MEANS
                && !GreyValues.THRESHOLDED
                        .presentOnce(rbm.visible(), data, RandomStreams.of(0))
                        .equalsWithEps(data, 0)) {
            throw new IllegalArgumentException("log-likelihood: grey values taken as means of binary units, expected"
                    + " SAMPLED or THRESHOLDED: only states have a probability");
        }
    }
}
