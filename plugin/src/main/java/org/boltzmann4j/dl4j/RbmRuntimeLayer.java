package org.boltzmann4j.dl4j;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.math.RandomStreams;
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
 * <p>Units of scale 1 meet the weights as they are. For others the weights are divided by the scales on the way in, and
 * so is their gradient on the way back; the input itself is never changed, so dropout sees what the user sees.
 */
final class RbmRuntimeLayer extends BaseLayer<RbmLayer> {

    private static final long serialVersionUID = 1;

    private transient @Nullable RbmGradientState state;
    private @Nullable INDArray scales;

    RbmRuntimeLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    Rbm rbm() {
        return Rbm.of(
                layerConf().getVisible(),
                layerConf().getHidden(),
                getParam(RbmParamInitializer.WEIGHT_KEY),
                getParam(RbmParamInitializer.VISIBLE_BIAS_KEY),
                getParam(RbmParamInitializer.HIDDEN_BIAS_KEY));
    }

    @Override
    public boolean isPretrainLayer() {
        return true;
    }

    @Override
    protected INDArray getParamWithNoise(String param, boolean training, LayerWorkspaceMgr workspaceMgr) {
        INDArray value = super.getParamWithNoise(param, training, workspaceMgr);
        INDArray divisor = scales();
        return divisor != null && RbmParamInitializer.WEIGHT_KEY.equals(param) ? value.divColumnVector(divisor) : value;
    }

    /** Weights that do to the input what this layer does, {@code W_ij / s_i}: not to be modified, may be the parameter. */
    INDArray feedForwardWeights() {
        INDArray weights = getParam(RbmParamInitializer.WEIGHT_KEY);
        INDArray divisor = scales();
        return divisor == null ? weights : weights.divColumnVector(divisor);
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
        if (divisor != null) {
            gradientView(RbmParamInitializer.WEIGHT_KEY).diviColumnVector(divisor);
        }
        // The host's updater wants every gradient, and skips this one's update: it belongs to pretraining.
        INDArray visibleBias = gradientView(RbmParamInitializer.VISIBLE_BIAS_KEY);
        visibleBias.assign(0);
        result.getFirst().gradientForVariable().put(RbmParamInitializer.VISIBLE_BIAS_KEY, visibleBias);
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

    @SuppressWarnings("try") // the scope does its work by being open
    private @Nullable INDArray scales() {
        Unit visible = layerConf().getVisible();
        if (visible.isUnscaled()) {
            return null;
        }
        if (scales == null) {
            double[] values = new double[(int) layerConf().getNIn()];
            for (int i = 0; i < values.length; i++) {
                values[i] = visible.scale(i);
            }
            try (var scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                scales = Nd4j.createFromArray(values).castTo(dataType).reshape(values.length, 1);
            }
        }
        return scales;
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
        computePretrainGradient(Objects.requireNonNull(input, "input"));
        score = reconstructionError();
    }

    /** Fills the gradient views for one minibatch, as sums over it, and moves the chains on. */
    void computePretrainGradient(INDArray data) {
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
                        state,
                        gradientView(RbmParamInitializer.WEIGHT_KEY),
                        gradientView(RbmParamInitializer.VISIBLE_BIAS_KEY),
                        gradientView(RbmParamInitializer.HIDDEN_BIAS_KEY));
        DefaultGradient result = new DefaultGradient(gradientsFlattened);
        for (Map.Entry<String, INDArray> view : gradientViews.entrySet()) {
            result.setGradientFor(view.getKey(), view.getValue());
        }
        gradient = result;
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
