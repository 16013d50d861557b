package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Rows;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * How unusual rows are to an RBM layer: the free energy of the layer's input v, with base measures counted,
 * {@code F(v) - log base(v) = -log p(v) - log Z} in nats. The constant log Z is left out, so scores of one layer compare with each
 * other, not with those of another layer or of other parameters; the larger, the less likely.
 *
 * <ul>
 *   <li>In the lowest layer v are the features, and the score orders them by their likelihood. Grey values of binary units enter
 *       the formula as they are.
 *   <li>In an upper layer v are the hidden means of the layers below, which is what it was trained on: the score says how unusual
 *       these features are, not how likely the data are. Rows that the layers below map to the same means have the same score.
 *   <li>Word counts of different length have different log Z: compare documents of one length.
 * </ul>
 *
 * <p>A row with a value that none of the units can have, or is not a number, scores infinity. The network is read at every call and
 * never changed. Not thread-safe.
 */
public final class AnomalyScore {

    private final ChosenLayer layer;

    private AnomalyScore(ChosenLayer layer) {
        this.layer = layer;
    }

    /**
     * The score of an RBM layer.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph} with one input
     * @param layer index of the layer
     * @return the score, which follows later changes of the parameters
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static AnomalyScore of(Model network, int layer) {
        return new AnomalyScore(ChosenLayer.of(network, layer));
    }

    /**
     * The score of an RBM layer.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph} with one input
     * @param layer name of the layer or, in a graph, of its vertex
     * @return the score, which follows later changes of the parameters
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static AnomalyScore of(Model network, String layer) {
        return new AnomalyScore(ChosenLayer.of(network, layer));
    }

    /**
     * Scores rows.
     *
     * @param features {@code [n, features]} of the network, not modified
     * @return one score for each row
     * @throws IllegalArgumentException if the shape does not fit
     */
    public double[] score(INDArray features) {
        INDArray v = layer.inputOf(features);
        Rbm rbm = layer.rbm();
        double[] score = rbm.freeEnergy(v);
        double[] logBase = rbm.logBaseMeasure(v);
        Rows rows = Rows.of(v);
        double[] x = new double[rows.width()];
        for (int row = 0; row < score.length; row++) {
            rows.read(row, x);
            boolean possible = rbm.visible().firstRefused(x) < 0;
            score[row] = possible ? score[row] - logBase[row] : Double.POSITIVE_INFINITY;
        }
        return score;
    }

    /**
     * Scores all rows of an iterator, in its order.
     *
     * @param data reset before, if it can be, and read once; labels are ignored
     * @return one score for each row
     * @throws IllegalArgumentException if a shape does not fit or features are masked
     */
    public double[] score(DataSetIterator data) {
        if (data.resetSupported()) {
            data.reset();
        }
        DoubleStream.Builder scores = DoubleStream.builder();
        while (data.hasNext()) {
            Arrays.stream(score(layer.featuresOf(data.next()))).forEach(scores);
        }
        return scores.build().toArray();
    }
}
