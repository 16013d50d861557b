package org.boltzmann4j.objective;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.Draw;
import org.boltzmann4j.sampler.GibbsSampler;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The stochastic likelihood gradient of a restricted Boltzmann machine,
 * {@code d mean log p / d theta = < -dE/d theta >_data - < -dE/d theta >_model}, with hidden units entering by their
 * conditional means.
 *
 * <p>In the form DL4J's updaters take: a quantity to minimise, as sum over the minibatch. With B rows of data and M
 * chains, and the states divided by their units' scale,
 * {@code dW = -(v'h over data) + B/M (v'h over chains)}: the number of chains never enters the scale.
 *
 * <p>Centered (Melchior et al. 2016, equations 9-11, written for the ordinary parameters) with offsets mu and lambda:
 * {@code dW_c = dW + mu Dh' + Dv lambda'}, {@code db = -Dv - dW_c lambda}, {@code dc = -Dh - dW_c' mu}, where Dv and Dh
 * are the differences of the column sums, data minus chains. With documents of N words the hidden sums are of
 * {@code N h}, the offsets are per word, and B and M count words.
 *
 * @param negativePhase estimator of the model's side
 * @param greyValues presentation of grey values to binary visible units and of probabilities to softmax groups
 * @param centering centered or plain gradient
 */
public record RbmGradient(NegativePhase negativePhase, GreyValues greyValues, Centering centering) {

    /** Smaller offsets become 0: a moving average of zeros would otherwise decay into slow subnormal floats. */
    private static final double SMALLEST_OFFSET = 1e-6;

    /**
     * Computes the gradient for one minibatch and moves chains and offsets on.
     *
     * @param rbm the model, not modified
     * @param data {@code [rows, visible]}, not modified
     * @param state moved on by one minibatch
     * @param weightGradient {@code [visible, hidden]}, contiguous, overwritten
     * @param visibleBiasGradient {@code visible} elements, overwritten
     * @param hiddenBiasGradient {@code hidden} elements, overwritten
     */
    public void compute(
            Rbm rbm,
            INDArray data,
            RbmGradientState state,
            INDArray weightGradient,
            INDArray visibleBiasGradient,
            INDArray hiddenBiasGradient) {
        compute(rbm, data, state, weightGradient, visibleBiasGradient, hiddenBiasGradient, null);
    }

    /**
     * Computes the gradient for one minibatch, that of the log-variances {@code z = log s^2} of Gaussian visible units
     * included, and moves chains and offsets on. With the coupled states {@code u = v/s} it is minus the difference, data
     * minus chains, of {@code (u - b/s)^2 / 2 - u (Wh) / 2}; centering leaves it as it is.
     *
     * @param rbm the model, not modified
     * @param data {@code [rows, visible]}, not modified
     * @param state moved on by one minibatch
     * @param weightGradient {@code [visible, hidden]}, contiguous, overwritten
     * @param visibleBiasGradient {@code visible} elements, overwritten
     * @param hiddenBiasGradient {@code hidden} elements, overwritten
     * @param logVarianceGradient {@code visible} elements, overwritten; null where no scale is learned
     */
    public void compute(
            Rbm rbm,
            INDArray data,
            RbmGradientState state,
            INDArray weightGradient,
            INDArray visibleBiasGradient,
            INDArray hiddenBiasGradient,
            @Nullable INDArray logVarianceGradient) {
        long step = state.minibatches;
        state.visible.use(rbm.visible());
        greyValues.present(rbm.visible(), data, state.visible, state.dataStreams, step);
        GibbsSampler.hiddenGivenVisible(
                rbm, state.visible, state.hidden, Draw.MEAN_AND_SAMPLE, state.positiveStreams, step);
        state.fitBaseBias(rbm);
        ModelSamples chains =
                negativePhase.advance(rbm, state.hidden, state.baseBias, state.chains, state.chainStreams);
        state.chains = chains;
        state.minibatches++;

        // B/M; with documents words for words, so that chains of other lengths than the data's do not pull at the
        // biases.
        double ratio = state.visible.totalWeight() / chains.visible().totalWeight();
        Matrices.transposedProduct(state.visible.samples(), state.hidden.means(), weightGradient, -1, 0);
        Matrices.transposedProduct(chains.visible().samples(), chains.hidden().means(), weightGradient, ratio, 1);
        double[] visibleDifference =
                difference(state.visible.sampleSums(), chains.visible().sampleSums(), ratio);
        double[] hiddenDifference =
                difference(state.hidden.meanSums(), chains.hidden().meanSums(), ratio);

        if (logVarianceGradient != null) {
            writeLogVariances(logVarianceGradient, rbm, state, chains, ratio, weightGradient, visibleDifference);
        }
        if (centering.enabled()) {
            moveOffsets(state, step);
            center(state, weightGradient, visibleDifference, hiddenDifference);
            writeBias(visibleBiasGradient, visibleDifference, rbm.visible(), state.visibleVector);
            writeBias(hiddenBiasGradient, hiddenDifference, rbm.hidden(), state.hiddenVector);
        } else {
            writeBias(visibleBiasGradient, visibleDifference, rbm.visible(), null);
            writeBias(hiddenBiasGradient, hiddenDifference, rbm.hidden(), null);
        }
        chains.follow(weightGradient, visibleBiasGradient, hiddenBiasGradient, data.size(0));
    }

    /**
     * Presents data as training does: grey values to binary units, and probabilities to groups of units, as the option
     * says.
     *
     * @param rbm the model
     * @param data {@code [rows, visible]}, not modified
     * @param streams source of randomness
     * @param step counter within the stream
     * @return visible states, a new array
     */
    public INDArray present(Rbm rbm, INDArray data, RandomStreams streams, long step) {
        LayerStates states = new LayerStates(rbm.visible(), rbm.weights().dataType(), data.size(0), rbm.visibleWidth());
        greyValues.present(rbm.visible(), data, states, streams, step);
        return states.values();
    }

    private static double[] difference(double[] dataSums, double[] chainSums, double ratio) {
        double[] result = new double[dataSums.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = dataSums[i] - ratio * chainSums[i];
        }
        return result;
    }

    /** The first minibatch sets the offsets, later ones move them. */
    private void moveOffsets(RbmGradientState state, long step) {
        double weight = step == 0 ? 1 : centering.offsetStep();
        move(state.visibleOffsets, state.visible.sampleSums(), state.visible.totalWeight(), weight);
        move(state.hiddenOffsets, state.hidden.meanSums(), state.hidden.totalWeight(), weight);
    }

    private static void move(double[] offsets, double[] sums, double rows, double weight) {
        for (int i = 0; i < offsets.length; i++) {
            double offset = (1 - weight) * offsets[i] + weight * sums[i] / rows;
            offsets[i] = Math.abs(offset) < SMALLEST_OFFSET ? 0 : offset;
        }
    }

    private static void center(
            RbmGradientState state, INDArray weightGradient, double[] visibleDifference, double[] hiddenDifference) {
        Rows visiblePair = Rows.of(state.visiblePair);
        visiblePair.write(0, state.visibleOffsets);
        visiblePair.write(1, visibleDifference);
        Rows hiddenPair = Rows.of(state.hiddenPair);
        hiddenPair.write(0, hiddenDifference);
        hiddenPair.write(1, state.hiddenOffsets);
        Matrices.transposedProduct(state.visiblePair, state.hiddenPair, weightGradient, 1, 1);
        INDArray hiddenOffsets = state.hiddenPair.getRow(1, true);
        INDArray visibleOffsets = state.visiblePair.getRow(0, true);
        Matrices.productTransposed(weightGradient, hiddenOffsets, state.visibleVector, -1, 0);
        Matrices.product(visibleOffsets, weightGradient, state.hiddenVector, -1, 0);
    }

    /** Before centering: {@code sum_j W_ij dW_ij} then is minus the difference of {@code u (Wh)}. */
    private static void writeLogVariances(
            INDArray gradient,
            Rbm rbm,
            RbmGradientState state,
            ModelSamples chains,
            double ratio,
            INDArray weightGradient,
            double[] visibleDifference) {
        double[] squares =
                difference(state.visible.squareSums(), chains.visible().squareSums(), ratio);
        double[] bias = rbm.visibleBias().toDoubleVector();
        Rows weightRows = Rows.of(rbm.weights());
        Rows gradientRows = Rows.of(weightGradient);
        double[] w = new double[rbm.hiddenWidth()];
        double[] dw = new double[rbm.hiddenWidth()];
        double[] values = new double[bias.length];
        for (int i = 0; i < values.length; i++) {
            weightRows.read(i, w);
            gradientRows.read(i, dw);
            double products = 0;
            for (int j = 0; j < w.length; j++) {
                products += w[j] * dw[j];
            }
            double scale = rbm.visible().scale(i);
            values[i] = -(squares[i] / 2 - bias[i] / scale * visibleDifference[i] + products / 2);
        }
        Rows.of(gradient.reshape(1, gradient.length())).write(0, values);
    }

    /**
     * Turns differences of coupled states into the bias gradient: the bias meets a state as {@code b x / s^2}, the weights
     * meet it as {@code x / s}, so the plain part is divided by s and the part that centering moves is multiplied by s.
     */
    private static void writeBias(INDArray gradient, double[] difference, Unit unit, @Nullable INDArray moved) {
        double[] values = new double[difference.length];
        double[] correction = moved == null
                ? new double[values.length]
                : moved.reshape(values.length).toDoubleVector();
        for (int i = 0; i < values.length; i++) {
            values[i] = -difference[i] / unit.scale(i) + unit.scale(i) * correction[i];
        }
        Rows.of(gradient.reshape(1, gradient.length())).write(0, values);
    }
}
