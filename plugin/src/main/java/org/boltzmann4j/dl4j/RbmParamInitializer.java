package org.boltzmann4j.dl4j;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Lays the parameters of an RBM layer out in one flat array: {@code W} in 'c' order, hidden bias, visible bias, and the
 * log-variances of the visible units if their type learns them.
 *
 * <p>'c' order because the gradient is then written straight into its view by the matrix products. Unlike the host's own
 * initializer for pretrained layers, this one counts the visible bias everywhere and calls it a bias.
 */
final class RbmParamInitializer implements ParamInitializer {

    static final RbmParamInitializer INSTANCE = new RbmParamInitializer();

    static final String WEIGHT_KEY = DefaultParamInitializer.WEIGHT_KEY;
    static final String HIDDEN_BIAS_KEY = DefaultParamInitializer.BIAS_KEY;
    static final String VISIBLE_BIAS_KEY = "v" + DefaultParamInitializer.BIAS_KEY;

    /** Neither weight nor bias: no penalty of the host's acts on it. */
    static final String LOG_VARIANCE_KEY = "vz";

    private static final List<String> WEIGHT_KEYS = List.of(WEIGHT_KEY);
    private static final List<String> BIAS_KEYS = List.of(HIDDEN_BIAS_KEY, VISIBLE_BIAS_KEY);
    private static final List<String> KEYS = List.of(WEIGHT_KEY, HIDDEN_BIAS_KEY, VISIBLE_BIAS_KEY);
    private static final List<String> KEYS_AND_SCALES =
            List.of(WEIGHT_KEY, HIDDEN_BIAS_KEY, VISIBLE_BIAS_KEY, LOG_VARIANCE_KEY);

    private RbmParamInitializer() {}

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        FeedForwardLayer rbm = (FeedForwardLayer) layer;
        long scales = learnsScales(rbm) ? rbm.getNIn() : 0;
        return rbm.getNIn() * rbm.getNOut() + rbm.getNOut() + rbm.getNIn() + scales;
    }

    private static boolean learnsScales(Layer layer) {
        return layer instanceof RbmLayer rbm && rbm.getVisible().learnsScales();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return learnsScales(layer) ? KEYS_AND_SCALES : KEYS;
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return WEIGHT_KEYS;
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return BIAS_KEYS;
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return WEIGHT_KEY.equals(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return BIAS_KEYS.contains(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        FeedForwardLayer layer = (FeedForwardLayer) conf.getLayer();
        if (paramsView.length() != numParams(layer)) {
            throw new IllegalStateException("RbmLayer (name: " + layer.getLayerName() + "): expected "
                    + numParams(layer) + " parameters, got " + paramsView.length());
        }
        paramKeys(layer).forEach(conf::addVariable);
        if (initializeParams) {
            long weights = layer.getNIn() * layer.getNOut();
            INDArray flat = paramsView.reshape(paramsView.length());
            layer.getWeightInitFn()
                    .init(
                            (double) layer.getNIn(),
                            (double) layer.getNOut(),
                            new long[] {layer.getNIn(), layer.getNOut()},
                            'c',
                            flat.get(NDArrayIndex.interval(0, weights)));
            flat.get(NDArrayIndex.interval(weights, weights + layer.getNOut())).assign(layer.getBiasInit());
            flat.get(NDArrayIndex.interval(weights + layer.getNOut(), flat.length()))
                    .assign(0);
            if (learnsScales(layer)) {
                double[] start = ((RbmLayer) layer).getVisible().initialLogVariances(Math.toIntExact(layer.getNIn()));
                flat.get(NDArrayIndex.interval(flat.length() - layer.getNIn(), flat.length()))
                        .assign(Nd4j.createFromArray(start).castTo(flat.dataType()));
            }
        }
        return Collections.synchronizedMap(views(layer, paramsView));
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views((FeedForwardLayer) conf.getLayer(), gradientView);
    }

    private static Map<String, INDArray> views(FeedForwardLayer layer, INDArray view) {
        long nIn = layer.getNIn();
        long nOut = layer.getNOut();
        INDArray flat = view.reshape(view.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        views.put(WEIGHT_KEY, flat.get(NDArrayIndex.interval(0, nIn * nOut)).reshape('c', nIn, nOut));
        views.put(HIDDEN_BIAS_KEY, flat.get(NDArrayIndex.interval(nIn * nOut, nIn * nOut + nOut)));
        long biases = nIn * nOut + nOut;
        views.put(VISIBLE_BIAS_KEY, flat.get(NDArrayIndex.interval(biases, biases + nIn)));
        if (learnsScales(layer)) {
            views.put(LOG_VARIANCE_KEY, flat.get(NDArrayIndex.interval(biases + nIn, biases + 2 * nIn)));
        }
        return views;
    }
}
