package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.objective.RbmGradientState;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.Solver;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Runtime of an {@link RbmLayer}: a dense layer in {@code fit} and {@code output}, the likelihood gradient of its RBM in
 * pretraining.
 *
 * <p>Units of scale 1 meet the weights as they are. For others the weights are divided by the visible units' scales and
 * multiplied by the hidden ones' on the way in, and so is their gradient on the way back; the input itself is never
 * changed, so dropout sees what the user sees.
 */
final class RbmRuntimeLayer extends BaseLayer<RbmLayer> {

    private static final long serialVersionUID = 1;

    /** Where singular values end that would make the model improper: far enough below 1 for a few steps of momentum. */
    private static final double PROJECTION_BOUND = 0.99;

    private transient @Nullable RbmGradientState state;
    private @Nullable INDArray scales;
    private @Nullable INDArray hiddenScales;

    RbmRuntimeLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    Rbm rbm() {
        return Rbm.of(
                visible(),
                layerConf().getHidden(),
                getParam(RbmParamInitializer.WEIGHT_KEY),
                getParam(RbmParamInitializer.VISIBLE_BIAS_KEY),
                getParam(RbmParamInitializer.HIDDEN_BIAS_KEY));
    }

    /** The same with units as specified: where scales are learned, with those they began with. */
    Rbm specified() {
        return Rbm.of(
                layerConf().getVisible(),
                layerConf().getHidden(),
                getParam(RbmParamInitializer.WEIGHT_KEY),
                getParam(RbmParamInitializer.VISIBLE_BIAS_KEY),
                getParam(RbmParamInitializer.HIDDEN_BIAS_KEY));
    }

    /** The type of the visible units with their present scales. */
    private Unit visible() {
        Unit specified = layerConf().getVisible();
        return specified.learnsScales()
                ? specified.withLogVariances(
                        getParam(RbmParamInitializer.LOG_VARIANCE_KEY).toDoubleVector())
                : specified;
    }

    /** Puts learned scales back within their bounds and, if the user chose so, the weights where the model is proper. */
    void keepWithinBounds() {
        Unit visible = layerConf().getVisible();
        if (visible.learnsScales()) {
            INDArray logVariances = getParam(RbmParamInitializer.LOG_VARIANCE_KEY);
            double[] z = Vectors.values(logVariances);
            visible.bound(z);
            Rows.of(logVariances).write(0, z);
        }
        if (layerConf().getImproperWeights() == ImproperWeights.PROJECTED) {
            ProperPairs.project(
                    visible, layerConf().getHidden(), getParam(RbmParamInitializer.WEIGHT_KEY), PROJECTION_BOUND);
        }
    }

    boolean isProper() {
        return ProperPairs.isProper(
                layerConf().getVisible(), layerConf().getHidden(), getParam(RbmParamInitializer.WEIGHT_KEY));
    }

    @Override
    public void applyConstraints(int iteration, int epoch) {
        super.applyConstraints(iteration, epoch);
        keepWithinBounds();
    }

    @Override
    public boolean isPretrainLayer() {
        return true;
    }

    /**
     * With word counts the hidden bias counts once for every word, {@code vW + N c = v (W + 1 c')}: it is added to every
     * row of the weights, and nothing is left of it.
     */
    @Override
    protected INDArray getParamWithNoise(String param, boolean training, LayerWorkspaceMgr workspaceMgr) {
        INDArray value = super.getParamWithNoise(param, training, workspaceMgr);
        boolean documents = layerConf().getVisible().countsWords();
        if (RbmParamInitializer.WEIGHT_KEY.equals(param)) {
            INDArray weights = scaled(value);
            return documents
                    ? weights.addRowVector(
                            super.getParamWithNoise(RbmParamInitializer.HIDDEN_BIAS_KEY, training, workspaceMgr))
                    : weights;
        }
        return documents && RbmParamInitializer.HIDDEN_BIAS_KEY.equals(param) ? value.mul(0) : value;
    }

    /** {@code W_ij t_j / s_i}, with the scales t of the hidden units: what a feed-forward layer multiplies its input by. */
    private INDArray scaled(INDArray weights) {
        INDArray divisor = scales();
        INDArray divided = divisor == null ? weights : weights.divColumnVector(divisor);
        INDArray factor = hiddenScales();
        return factor == null ? divided : divided.mulRowVector(factor);
    }

    /** Weights that do to the input what this layer does: not to be modified, may be the parameter. */
    INDArray feedForwardWeights() {
        INDArray weights = scaled(getParam(RbmParamInitializer.WEIGHT_KEY));
        return layerConf().getVisible().countsWords()
                ? weights.addRowVector(getParam(RbmParamInitializer.HIDDEN_BIAS_KEY))
                : weights;
    }

    /** The bias that goes with {@link #feedForwardWeights}: not to be modified, may be the parameter. */
    INDArray feedForwardBias() {
        INDArray bias = getParam(RbmParamInitializer.HIDDEN_BIAS_KEY);
        return layerConf().getVisible().countsWords() ? bias.mul(0) : bias;
    }

    /** The host's way through the flat array takes every matrix for column-major; these are row-major. */
    @Override
    public void setParams(INDArray params) {
        if (params != paramsFlattened) {
            setParams(params, 'c');
        }
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        Pair<Gradient, INDArray> result = super.backpropGradient(epsilon, workspaceMgr);
        INDArray divisor = scales();
        INDArray factor = hiddenScales();
        INDArray weightGradient = gradientView(RbmParamInitializer.WEIGHT_KEY);
        if (layerConf().getVisible().countsWords()) {
            // Every row of the weights carries the bias.
            INDArray biasGradient = gradientView(RbmParamInitializer.HIDDEN_BIAS_KEY);
            biasGradient.assign(weightGradient.sum(0).reshape(biasGradient.shape()));
        }
        if (divisor != null) {
            weightGradient.diviColumnVector(divisor);
        }
        if (factor != null) {
            weightGradient.muliRowVector(factor);
        }
        // The host's updater wants every gradient, and skips the update of these: they belong to pretraining.
        for (String key : gradientViews.keySet()) {
            if (layerConf().isPretrainParam(key)) {
                INDArray view = gradientView(key);
                view.assign(0);
                result.getFirst().gradientForVariable().put(key, view);
            }
        }
        return result;
    }

    /** The host counts every parameter; the score of supervised training must not hold a penalty nothing there can lower. */
    @Override
    public double calcRegularizationScore(boolean backpropParamsOnly) {
        double score = super.calcRegularizationScore(backpropParamsOnly);
        if (backpropParamsOnly) {
            INDArray visibleBias = getParam(RbmParamInitializer.VISIBLE_BIAS_KEY);
            List<Regularization> penalties = layerConf().getRegularizationBias();
            for (Regularization penalty : penalties == null ? List.<Regularization>of() : penalties) {
                score -= penalty.score(visibleBias, getIterationCount(), getEpochCount());
            }
        }
        return score;
    }

    private INDArray gradientView(String key) {
        return Objects.requireNonNull(gradientViews.get(key), key);
    }

    private @Nullable INDArray scales() {
        Unit visible = visible();
        if (visible.isUnscaled()) {
            return null;
        }
        if (layerConf().getVisible().learnsScales()) {
            return detached(visible.scales((int) layerConf().getNIn()))
                    .reshape(layerConf().getNIn(), 1);
        }
        if (scales == null) {
            scales = detached(visible.scales((int) layerConf().getNIn()))
                    .reshape(layerConf().getNIn(), 1);
        }
        return scales;
    }

    private @Nullable INDArray hiddenScales() {
        Unit hidden = layerConf().getHidden();
        if (hidden.isUnscaled()) {
            return null;
        }
        if (hiddenScales == null) {
            hiddenScales = detached(hidden.scales((int) layerConf().getNOut()))
                    .reshape(1, layerConf().getNOut());
        }
        return hiddenScales;
    }

    @SuppressWarnings("try") // the scope does its work by being open
    private INDArray detached(double[] values) {
        try (var scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createFromArray(values).castTo(dataType);
        }
    }

    /** The host's own pretraining calls this. Dropout concerns supervised training only, so it is not applied here. */
    @Override
    public void fit(INDArray data, LayerWorkspaceMgr workspaceMgr) {
        setInput(data, workspaceMgr);
        if (solver == null) {
            solver = new Solver.Builder()
                    .model(this)
                    .configure(conf())
                    .listeners(getListeners())
                    .build();
        }
        optimizer = solver.getOptimizer();
        solver.optimize(workspaceMgr);
    }

    @Override
    public void computeGradientAndScore(LayerWorkspaceMgr workspaceMgr) {
        computePretrainGradient(Objects.requireNonNull(input, "input"), new double[0]);
        if (state != null && state.reversal() != null) {
            throw new IllegalStateException("layer " + index + ": the last update has to be taken back, "
                    + state.reversal()
                    + ", which the host's own pretraining cannot do. Use GreedyPretrainer, or a lower"
                    + " learning rate");
        }
        score = reconstructionError();
    }

    /** Fills the gradient views for one minibatch, as sums over it, and moves the chains on. No weights: all rows count 1. */
    void computePretrainGradient(INDArray data, double[] exampleWeights) {
        Rbm rbm = rbm();
        if (state == null) {
            state = new RbmGradientState(
                    rbm,
                    data.size(0),
                    RandomStreams.of(conf.getSeed()).split("pretraining").split("layer " + index));
        }
        layerConf()
                .gradient()
                .compute(
                        rbm,
                        data.castTo(dataType),
                        exampleWeights,
                        state,
                        gradientView(RbmParamInitializer.WEIGHT_KEY),
                        gradientView(RbmParamInitializer.VISIBLE_BIAS_KEY),
                        gradientView(RbmParamInitializer.HIDDEN_BIAS_KEY),
                        layerConf().getVisible().learnsScales()
                                ? gradientView(RbmParamInitializer.LOG_VARIANCE_KEY)
                                : null);
        DefaultGradient result = new DefaultGradient(gradientsFlattened);
        for (Map.Entry<String, INDArray> view : gradientViews.entrySet()) {
            result.setGradientFor(view.getKey(), view.getValue());
        }
        gradient = result;
    }

    /** Copies the parameters of another model of the same shape. */
    void restore(Rbm other) {
        getParam(RbmParamInitializer.WEIGHT_KEY).assign(other.weights());
        restore(RbmParamInitializer.VISIBLE_BIAS_KEY, Vectors.values(other.visibleBias()));
        restore(RbmParamInitializer.HIDDEN_BIAS_KEY, Vectors.values(other.hiddenBias()));
        if (layerConf().getVisible().learnsScales()) {
            double[] logVariances = other.visible().scales(other.visibleWidth());
            Arrays.setAll(logVariances, i -> 2 * Math.log(logVariances[i]));
            restore(RbmParamInitializer.LOG_VARIANCE_KEY, logVariances);
        }
    }

    private void restore(String key, double[] values) {
        Rows.of(getParam(key).reshape(1, values.length)).write(0, values);
    }

    /** State of the pretraining, or null before its first minibatch. */
    @Nullable RbmGradientState pretrainState() {
        return state;
    }

    void startPretraining(RbmGradientState fresh) {
        this.state = fresh;
    }

    /** Mean squared difference per visible unit between the last minibatch and its reconstruction. */
    double reconstructionError() {
        return state == null ? Double.NaN : ReconstructionError.of(rbm(), state.lastPresented());
    }

    /** In pretraining listeners ask for it after the update: the error of the last minibatch under the new weights. */
    @Override
    public double score() {
        return state == null ? score : reconstructionError();
    }
}
