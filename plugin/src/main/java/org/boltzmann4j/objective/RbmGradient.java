package org.boltzmann4j.objective;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.sampler.Draw;
import org.boltzmann4j.sampler.GibbsSampler;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.UnitMasks;
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
 * <p>Rows of data may have weights w of their own: <em>over data</em> then means {@code B / sum w} times the weighted sum,
 * so that the rows' mean becomes a weighted mean and the scale of the gradient stays.
 *
 * @param negativePhase estimator of the model's side
 * @param greyValues presentation of grey values to binary visible units and of probabilities to softmax groups
 * @param centering centered or plain gradient
 * @param sparsity target for the mean activation of the hidden units, or null for none
 * @param hiddenUnitDropout which hidden units take part, or null for all
 */
public record RbmGradient(
        NegativePhase negativePhase,
        GreyValues greyValues,
        Centering centering,
        @Nullable SparsityTarget sparsity,
        @Nullable HiddenUnitDropout hiddenUnitDropout) {

    /** Smaller offsets become 0: a moving average of zeros would otherwise decay into slow subnormal floats. */
    private static final double SMALLEST_OFFSET = 1e-6;

    /**
     * A gradient of the likelihood alone, of the model with all its units.
     *
     * @param negativePhase estimator of the model's side
     * @param greyValues presentation of grey values
     * @param centering centered or plain gradient
     */
    public RbmGradient(NegativePhase negativePhase, GreyValues greyValues, Centering centering) {
        this(negativePhase, greyValues, centering, null, null);
    }

    /**
     * Computes the gradient for one minibatch and moves chains and offsets on. Where the chains ask for a
     * {@link RbmGradientState#reversal} the gradient is 0 and the offsets stay.
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
     * Computes the gradient for one minibatch of rows that count alike, that of the log-variances included, and moves chains
     * and offsets on.
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
        compute(
                rbm,
                data,
                new double[0],
                state,
                weightGradient,
                visibleBiasGradient,
                hiddenBiasGradient,
                logVarianceGradient);
    }

    /**
     * Computes the gradient for one minibatch, that of the log-variances {@code z = log s^2} of Gaussian visible units
     * included, and moves chains and offsets on. With the coupled states {@code u = v/s} it is minus the difference, data
     * minus chains, of {@code (u - b/s)^2 / 2 - u (Wh) / 2}; centering leaves it as it is.
     *
     * @param rbm the model, not modified
     * @param data {@code [rows, visible]}, not modified
     * @param exampleWeights one for each row, finite, not negative and not all 0, not modified; an empty array for 1
     *     everywhere
     * @param state moved on by one minibatch
     * @param weightGradient {@code [visible, hidden]}, contiguous, overwritten
     * @param visibleBiasGradient {@code visible} elements, overwritten
     * @param hiddenBiasGradient {@code hidden} elements, overwritten
     * @param logVarianceGradient {@code visible} elements, overwritten; null where no scale is learned
     */
    public void compute(
            Rbm rbm,
            INDArray data,
            double[] exampleWeights,
            RbmGradientState state,
            INDArray weightGradient,
            INDArray visibleBiasGradient,
            INDArray hiddenBiasGradient,
            @Nullable INDArray logVarianceGradient) {
        long step = state.minibatches;
        state.visible.use(rbm.visible());
        state.visible.setRowWeights(exampleWeights);
        state.hidden.setRowWeights(exampleWeights);
        greyValues.present(rbm.visible(), data, state.visible, state.dataStreams, step);
        GibbsSampler.hiddenGivenVisible(
                rbm, state.visible, state.hidden, Draw.MEAN_AND_SAMPLE, state.positiveStreams, step);
        System.arraycopy(state.hidden.meanSums(), 0, state.hiddenMeanSums, 0, state.hiddenMeanSums.length);
        state.hiddenWeight = state.hidden.totalWeight();
        state.fitBaseBias(rbm);
        ModelSamples chains = advance(rbm, state, step);
        state.chains = chains;
        state.minibatches++;
        if (chains.reversal() != null) {
            // The statistics of a model that is given up: neither the parameters nor the offsets may see them.
            weightGradient.assign(0);
            visibleBiasGradient.assign(0);
            hiddenBiasGradient.assign(0);
            if (logVarianceGradient != null) {
                logVarianceGradient.assign(0);
            }
            state.forgetTrace();
            return;
        }
        if (negativePhase.keepsChains()) {
            state.trace(chains);
        }
        state.hidden.weighMeans();
        chains.hidden().weighMeans();

        // B/M; with documents words for words, so that chains of other lengths than the data's do not pull at the
        // biases.
        double ratio = state.visible.totalWeight() / chains.visible().totalWeight();
        // B / sum w, and without weights exactly 1.
        double scale = data.size(0) / state.visible.totalRowWeight();
        double[] visibleDifference =
                difference(state.visible.sampleSums(), chains.visible().sampleSums(), ratio, scale);
        double[] hiddenDifference =
                difference(state.hidden.meanSums(), chains.hidden().meanSums(), ratio, scale);

        OuterProducts products = state.outerProducts();
        products.add(state.visible.samples(), state.hidden.means(), -scale);
        products.add(chains.visible().samples(), chains.hidden().means(), scale * ratio);
        if (logVarianceGradient != null) {
            products.sum(weightGradient);
            double[] squareDifference =
                    difference(state.visible.squareSums(), chains.visible().squareSums(), ratio, scale);
            writeLogVariances(logVarianceGradient, rbm, squareDifference, weightGradient, visibleDifference);
        }
        if (centering.enabled()) {
            moveOffsets(state, step);
            products.add(state.visibleOffsets, hiddenDifference);
            products.add(visibleDifference, state.hiddenOffsets);
            products.sum(weightGradient);
            double[] visibleShift = products.timesHidden(weightGradient, state.hiddenOffsets);
            double[] hiddenShift = products.timesVisible(weightGradient, state.visibleOffsets);
            writeBias(visibleBiasGradient, visibleDifference, rbm.visible(), visibleShift);
            writeBias(hiddenBiasGradient, hiddenDifference, rbm.hidden(), hiddenShift);
        } else {
            if (logVarianceGradient == null) {
                products.sum(weightGradient);
            }
            writeBias(visibleBiasGradient, visibleDifference, rbm.visible(), null);
            writeBias(hiddenBiasGradient, hiddenDifference, rbm.hidden(), null);
        }
        chains.follow(weightGradient, visibleBiasGradient, hiddenBiasGradient, data.size(0));
        if (sparsity != null) {
            sparsity.move(state.activation, state.hiddenMeanSums, state.hidden.totalWeight(), rbm.hidden(), step == 0);
            pullToTarget(sparsity, state, scale, weightGradient, hiddenBiasGradient);
        }
    }

    /** Leaves the positive hidden means masked where units are dropped; the samples are those of all units. */
    private ModelSamples advance(Rbm rbm, RbmGradientState state, long step) {
        if (hiddenUnitDropout == null || hiddenUnitDropout.retainProbability() == 1) {
            return negativePhase.advance(rbm, state.hidden, state.baseBias, state.chains, state.chainStreams);
        }
        UnitMasks masks = UnitMasks.of(hiddenUnitDropout.retainProbability(), state.maskStreams, step);
        state.hidden.maskMeans(masks);
        return negativePhase.advanceMasked(rbm, state.hidden, masks, state.chains, state.chainStreams);
    }

    /** Minus a sum over the minibatch of the target's ascent direction, like all of the gradient. */
    private static void pullToTarget(
            SparsityTarget sparsity,
            RbmGradientState state,
            double scale,
            INDArray weightGradient,
            INDArray hiddenBiasGradient) {
        double[] ascent = sparsity.ascent(state.activation);
        double total = scale * state.hidden.totalWeight();
        Rows bias = Rows.of(hiddenBiasGradient);
        double[] gradient = new double[ascent.length];
        bias.read(0, gradient);
        for (int j = 0; j < gradient.length; j++) {
            gradient[j] -= total * ascent[j];
        }
        bias.write(0, gradient);
        if (sparsity.onWeights()) {
            INDArray sums = row(state.visible.sampleSums(), weightGradient);
            Matrices.transposedProduct(sums, row(ascent, weightGradient), weightGradient, -scale, 1);
        }
    }

    private static INDArray row(double[] values, INDArray like) {
        INDArray row = Matrices.detached(like.dataType(), 1, values.length);
        Rows.of(row).write(0, values);
        return row;
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

    private static double[] difference(double[] dataSums, double[] chainSums, double ratio, double scale) {
        double[] result = new double[dataSums.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = scale * (dataSums[i] - ratio * chainSums[i]);
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

    /** Before centering: {@code sum_j W_ij dW_ij} then is minus the difference of {@code u (Wh)}. */
    private static void writeLogVariances(
            INDArray gradient, Rbm rbm, double[] squares, INDArray weightGradient, double[] visibleDifference) {
        double[] bias = Vectors.values(rbm.visibleBias());
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
        Rows.of(gradient).write(0, values);
    }

    /**
     * Turns differences of coupled states into the bias gradient: the bias meets a state as {@code b x / s^2}, the weights
     * meet it as {@code x / s}, so the plain part is divided by s and the part that centering moves is multiplied by s.
     */
    private static void writeBias(
            INDArray gradient, double[] difference, Unit unit, double @Nullable [] centeringShift) {
        double[] values = new double[difference.length];
        for (int i = 0; i < values.length; i++) {
            double shift = centeringShift == null ? 0 : centeringShift[i];
            values[i] = -difference[i] / unit.scale(i) - unit.scale(i) * shift;
        }
        Rows.of(gradient).write(0, values);
    }
}
