package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters of a model as they were at some moment of its training. Immutable. */
public final class Checkpoint {

    private final Rbm rbm;
    private final long minibatch;

    private Checkpoint(Rbm rbm, long minibatch) {
        this.rbm = rbm;
        this.minibatch = minibatch;
    }

    /**
     * Copies the parameters of a model.
     *
     * @param rbm the model, not modified
     * @param minibatch after how many minibatches it had these parameters
     * @return the checkpoint
     */
    static Checkpoint of(Rbm rbm, long minibatch) {
        return mixed(rbm, Vectors.values(rbm.visibleBias()), 1, minibatch);
    }

    /**
     * The model without weights and hidden biases, from which exact independent samples can be drawn.
     *
     * @param rbm gives the units, with their present scales, and the type of the parameters
     * @param baseBias its visible biases, {@code [visible]}, not modified
     * @return the checkpoint
     */
    static Checkpoint ofBaseRates(Rbm rbm, double[] baseBias) {
        return mixed(rbm, baseBias, 0, 0);
    }

    /** {@code (1 - share) E_0 + share E}: for every type of units a model with these mixtures of the parameters. */
    static Checkpoint mixed(Rbm rbm, double[] baseBias, double share, long minibatch) {
        INDArray weights = scaledCopy(rbm.weights(), share);
        INDArray visibleBias = scaledCopy(rbm.visibleBias().reshape(1, rbm.visibleWidth()), share);
        if (share < 1) {
            double[] bias = Vectors.values(rbm.visibleBias());
            for (int i = 0; i < bias.length; i++) {
                bias[i] = (1 - share) * baseBias[i] + share * bias[i];
            }
            Rows.of(visibleBias).write(0, bias);
        }
        INDArray hiddenBias = scaledCopy(rbm.hiddenBias().reshape(1, rbm.hiddenWidth()), share);
        return new Checkpoint(Rbm.of(rbm.visible(), rbm.hidden(), weights, visibleBias, hiddenBias), minibatch);
    }

    /** Passes a checkpoint through a record; the one at present gives type, units and shapes. */
    static Checkpoint carried(StateRecord record, Checkpoint now) {
        Rbm rbm = now.rbm;
        long minibatch = record.count("minibatch", now.minibatch);
        double[] scales = rbm.visible().scales(rbm.visibleWidth());
        double[] heldScales = record.numbers("scales", scales);
        INDArray weights = record.matrix("weights", rbm.weights());
        INDArray visibleBias = record.matrix("visibleBias", row(rbm.visibleBias()));
        INDArray hiddenBias = record.matrix("hiddenBias", row(rbm.hiddenBias()));
        if (!record.isReading()) {
            return now;
        }
        // Learned scales are those of the time the model was frozen.
        Unit visible = Arrays.equals(scales, heldScales)
                ? rbm.visible()
                : rbm.visible().withScales(heldScales);
        return new Checkpoint(Rbm.of(visible, rbm.hidden(), weights, visibleBias, hiddenBias), minibatch);
    }

    private static INDArray row(INDArray bias) {
        return bias.reshape(1, bias.length());
    }

    private static INDArray scaledCopy(INDArray matrix, double factor) {
        INDArray copy = Matrices.detached(matrix.dataType(), matrix.size(0), matrix.size(1));
        copy.assign(matrix);
        return factor == 1 ? copy : copy.muli(factor);
    }

    /**
     * Returns the model.
     *
     * @return the model itself, not to be modified
     */
    public Rbm rbm() {
        return rbm;
    }

    /**
     * Returns after how many minibatches of the training the model had these parameters.
     *
     * @return 0 for the model without weights and for the start
     */
    public long minibatch() {
        return minibatch;
    }

    /** {@code log Z} of a model without weights: the cumulants of its units at their biases. */
    double logPartitionWithoutWeights() {
        double[] visible = new double[rbm.visibleWidth()];
        double[] hidden = new double[rbm.hiddenWidth()];
        return rbm.visible().cumulant(visible, Vectors.values(rbm.visibleBias()), Conditions.PLAIN)
                + rbm.hidden().cumulant(hidden, Vectors.values(rbm.hiddenBias()), Conditions.PLAIN);
    }
}
