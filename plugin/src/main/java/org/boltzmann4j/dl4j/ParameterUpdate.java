package org.boltzmann4j.dl4j;

import java.util.List;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.Vectors;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * The step from a gradient to new parameters. The host's updater makes it out of several passes over arrays as large as the
 * parameters, which for small minibatches take as long as the matrix products. Plain gradient steps, with or without a
 * schedule, are one pass of the BLAS instead; everything else is left to the host.
 */
final class ParameterUpdate {

    private static final double LARGEST_FLOAT_STEP = 1e30;
    private static final double LARGEST_STEP = 1e300;

    private final RbmRuntimeLayer layer;
    private final INDArray gradient;
    private final @Nullable Sgd plain;
    private LayerUpdater updater;
    private double rateFactor = 1;
    private double length;

    /**
     * An update of a layer.
     *
     * @param layer whose gradient views and parameters are meant
     * @param gradient the flat array under the views
     * @param gradientIsRead whether a listener may look at the gradient afterwards, which it knows as the host leaves it:
     *     divided by the minibatch and times the rate
     */
    ParameterUpdate(RbmRuntimeLayer layer, INDArray gradient, boolean gradientIsRead) {
        this.layer = layer;
        this.gradient = gradient;
        this.updater = new LayerUpdater(layer);
        this.plain = gradientIsRead ? null : plain(layer);
    }

    private static @Nullable Sgd plain(RbmRuntimeLayer layer) {
        RbmLayer conf = layer.layerConf();
        IUpdater bias = conf.getBiasUpdater();
        GradientNormalization normalization = conf.getGradientNormalization();
        boolean untouched = normalization == null || normalization == GradientNormalization.None;
        boolean sameForBiases = bias == null || bias.equals(conf.getIUpdater());
        return conf.getIUpdater() instanceof Sgd sgd
                        && sameForBiases
                        && untouched
                        && isEmpty(conf.getRegularization())
                        && isEmpty(conf.getRegularizationBias())
                ? sgd
                : null;
    }

    private static boolean isEmpty(@Nullable List<Regularization> penalties) {
        return penalties == null || penalties.isEmpty();
    }

    /**
     * Turns the sums over a minibatch into a step.
     *
     * @param iteration updates before this one
     * @param epoch epochs before this one
     * @param rows of the minibatch
     * @return the factor that {@link #apply} will subtract the gradient with
     */
    double prepare(int iteration, int epoch, int rows) {
        double factor = rateFactor; // what the host's updaters return is proportional to their rate
        if (plain != null) {
            factor *= plain.getLearningRate(iteration, epoch) / (layer.conf().isMiniBatch() ? rows : 1);
        } else {
            updater.update(layer, layer.gradient(), iteration, epoch, rows, LayerWorkspaceMgr.noWorkspaces());
        }
        // A sum of sizes is finite only if every element is. One far below the largest number leaves room for the sum
        // with
        // the parameters.
        double size = Math.abs(factor) * Vectors.sumOfSizes(gradient);
        double largest = gradient.dataType() == DataType.FLOAT ? LARGEST_FLOAT_STEP : LARGEST_STEP;
        length = size < largest ? size : Double.NaN;
        return factor;
    }

    /** Sum of the absolute values of the prepared step; NaN if it is not finite. */
    double length() {
        return length;
    }

    /** Rate and memory of the updater. */
    void carry(StateRecord record) {
        rateFactor = record.number("rateFactor", rateFactor);
        INDArray memory = updater.getStateViewArray();
        if (record.flag("hasMemory", memory != null)) {
            if (memory == null) {
                throw new IllegalArgumentException("there is a memory of an updater, but this updater has none");
            }
            record.matrixInto("memory", memory);
        }
    }

    /** Subtracts the step from the parameters. */
    void apply(double factor) {
        Vectors.add(-factor, gradient, layer.params());
    }

    /** Goes on at half the rate, with an updater that remembers nothing of what led astray. */
    void slowDown() {
        rateFactor /= 2;
        updater = new LayerUpdater(layer);
    }

    /** What is left of the rate. */
    double rateFactor() {
        return rateFactor;
    }
}
