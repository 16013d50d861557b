package org.boltzmann4j.dl4j;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Turns a network with RBM layers into one that Deeplearning4j opens without this plugin.
 *
 * <p>Every {@link RbmLayer} becomes a {@link DenseLayer} with the hidden units' activation, {@code W_ij t_j / s_i} as
 * weights (s and t are the scales of the visible and hidden units, 1 for Bernoulli units) and the hidden bias, which for
 * word counts is added to every row of the weights instead; the visible bias and learned scales, which only pretraining
 * uses, are left behind. Hidden units whose mean no activation function of Deeplearning4j gives are refused. The new network computes the same function. Its outputs may differ in the last bits, because
 * Deeplearning4j lays the weights of a dense layer out in another order.
 *
 * <p>The loss of joint training becomes the stock cross-entropy.
 *
 * <p>All other settings are kept: names, updaters, regularisation, dropout, weight noise, weight initialisation, gradient
 * normalisation, preprocessors, frozen wrappers, counters of iterations and epochs, and constraints as far as the
 * parameters they act on still exist. Not carried over: the state of the updaters (momentum and the like start at zero) and
 * the listeners. With scales other than 1, a penalty or learning rate means something else on the divided weights. Layers
 * of neither kind, a user's own for example, are kept as they are.
 */
public final class StockNetwork {

    private StockNetwork() {}

    /**
     * Makes a network of stock layers with the same outputs.
     *
     * @param network initialised; not modified, nothing is shared with it
     * @return a new network, initialised
     * @throws IllegalStateException if the network is not initialised
     */
    public static MultiLayerNetwork of(MultiLayerNetwork network) {
        requireInitialised(network.isInitCalled());
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        long parameters = 0;
        for (NeuralNetConfiguration layer : conf.getConfs()) {
            replaceIn(layer);
            parameters += layer.getLayer().initializer().numParams(layer);
        }
        MultiLayerNetwork stock = new MultiLayerNetwork(conf);
        stock.init(empty(conf.getDataType(), parameters), false);
        for (int i = 0; i < network.getnLayers(); i++) {
            copy(network.getLayer(i), network.getLayer(i), stock.getLayer(i));
        }
        return stock;
    }

    /**
     * Makes a graph of stock layers with the same outputs.
     *
     * @param graph initialised; not modified, nothing is shared with it
     * @return a new graph, initialised
     * @throws IllegalStateException if the graph is not initialised
     */
    public static ComputationGraph of(ComputationGraph graph) {
        requireInitialised(graph.getVertices() != null);
        ComputationGraphConfiguration conf = graph.getConfiguration().clone();
        // The host's clone of this configuration, unlike that of the other, forgets the counters.
        conf.setIterationCount(graph.getConfiguration().getIterationCount());
        conf.setEpochCount(graph.getConfiguration().getEpochCount());
        long parameters = 0;
        for (GraphVertex vertex : conf.getVertices().values()) {
            replaceIn(vertex);
            parameters += vertex.numParams(true);
        }
        ComputationGraph stock = new ComputationGraph(conf);
        stock.init(empty(conf.getDataType(), parameters), false);
        for (org.deeplearning4j.nn.graph.vertex.GraphVertex vertex : graph.getVertices()) {
            copy(vertex, vertex.hasLayer() ? vertex.getLayer() : null, stock.getVertex(vertex.getVertexName()));
        }
        return stock;
    }

    /**
     * Saves a network as a zip of stock layers, which {@code MultiLayerNetwork.load} or {@code ComputationGraph.load} opens
     * without this plugin on the class path. The file appears complete or not at all.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}; initialised, not modified
     * @param file to write; replaced if it exists, its directories are made
     * @throws IllegalArgumentException if the network is of another kind
     * @throws IllegalStateException if the network is not initialised
     * @throws IOException if the file cannot be written
     */
    public static void save(Model network, File file) throws IOException {
        save(network, file, null);
    }

    /**
     * Saves a network as a zip of stock layers together with the normalizer of its data.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}; initialised, not modified
     * @param file to write; replaced if it exists, its directories are made
     * @param normalizer fitted, or {@code null} for none
     * @throws IllegalArgumentException if the network is of another kind
     * @throws IllegalStateException if the network is not initialised
     * @throws IOException if the file cannot be written
     */
    public static void save(Model network, File file, @Nullable DataNormalization normalizer) throws IOException {
        Model stock = ofEither(network);
        AtomicFile.write(file.toPath(), written -> {
            ModelSerializer.writeModel(stock, written.toFile(), false);
            if (normalizer != null) {
                append(normalizer, written.toFile());
            }
        });
    }

    /** {@code writeModel} takes a normalizer too, but closes its stream before the last flush and throws. */
    private static void append(DataNormalization normalizer, File file) throws IOException {
        try {
            ModelSerializer.addNormalizerToModel(file, normalizer);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static Model ofEither(Model network) {
        if (network instanceof MultiLayerNetwork layered) {
            return of(layered);
        }
        if (network instanceof ComputationGraph graph) {
            return of(graph);
        }
        throw new IllegalArgumentException("expected a MultiLayerNetwork or a ComputationGraph, got "
                + network.getClass().getName());
    }

    private static void requireInitialised(boolean initialised) {
        if (!initialised) {
            throw new IllegalStateException("the network has no parameters yet: call init() before exporting it");
        }
    }

    /** Given to {@code init} so that it draws no weights, which would reseed the generator all of ND4J shares. */
    private static @Nullable INDArray empty(DataType type, long parameters) {
        return parameters == 0 ? null : Nd4j.create(type, 1, parameters);
    }

    private static void replaceIn(GraphVertex vertex) {
        if (vertex instanceof LayerVertex layerVertex) {
            replaceIn(layerVertex.getLayerConf());
        } else if (vertex instanceof FrozenVertex frozen) {
            replaceIn(frozen.getUnderlying());
        }
    }

    private static void replaceIn(NeuralNetConfiguration conf) {
        JointTraining.setStockLoss(conf.getLayer()); // of a copy
        if (holdsRbm(conf.getLayer())) {
            conf.setLayer(stock(conf.getLayer()));
            conf.clearVariables(); // init() lists the parameters of the new layer
        }
    }

    private static boolean holdsRbm(org.deeplearning4j.nn.conf.layers.Layer layer) {
        return layer instanceof RbmLayer
                || (layer instanceof FrozenLayer frozen && holdsRbm(frozen.getLayer()))
                || (layer instanceof BaseWrapperLayer wrapper && holdsRbm(wrapper.getUnderlying()));
    }

    private static org.deeplearning4j.nn.conf.layers.Layer stock(org.deeplearning4j.nn.conf.layers.Layer layer) {
        if (layer instanceof RbmLayer rbm) {
            return dense(rbm);
        }
        if (layer instanceof FrozenLayer frozen) {
            return refrozen(frozen, stock(frozen.getLayer()));
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            BaseWrapperLayer result = (BaseWrapperLayer) wrapper.clone();
            result.setUnderlying(stock(wrapper.getUnderlying()));
            return result;
        }
        return layer;
    }

    private static FrozenLayer refrozen(FrozenLayer frozen, org.deeplearning4j.nn.conf.layers.Layer inner) {
        FrozenLayer result = new FrozenLayer(inner);
        result.setLayerName(frozen.getLayerName());
        result.setIDropout(frozen.getIDropout());
        if (frozen.getConstraints() != null) { // the setter sets those of the inner layer too
            result.setConstraints(constraints(frozen.getConstraints()));
        }
        return result;
    }

    private static DenseLayer dense(RbmLayer rbm) {
        DenseLayer dense = new DenseLayer.Builder()
                .nIn(rbm.getNIn())
                .nOut(rbm.getNOut())
                .activation(activation(rbm))
                .build();
        dense.setLayerName(rbm.getLayerName());
        dense.setTimeDistributedFormat(rbm.getTimeDistributedFormat());
        dense.setIDropout(rbm.getIDropout());
        dense.setWeightInitFn(rbm.getWeightInitFn());
        dense.setBiasInit(rbm.getBiasInit());
        dense.setGainInit(rbm.getGainInit());
        dense.setRegularization(rbm.getRegularization());
        dense.setRegularizationBias(rbm.getRegularizationBias());
        dense.setGradientNormalization(rbm.getGradientNormalization());
        dense.setGradientNormalizationThreshold(rbm.getGradientNormalizationThreshold());
        // What follows is shared by the host's clones, and its setLearningRate changes updaters in place.
        dense.setIUpdater(rbm.getIUpdater() == null ? null : rbm.getIUpdater().clone());
        dense.setBiasUpdater(
                rbm.getBiasUpdater() == null ? null : rbm.getBiasUpdater().clone());
        dense.setWeightNoise(
                rbm.getWeightNoise() == null ? null : rbm.getWeightNoise().clone());
        dense.setConstraints(constraints(rbm.getConstraints()));
        return dense;
    }

    private static Activation activation(RbmLayer rbm) {
        Activation stock = rbm.getHidden().stockActivation(rbm.getNOut());
        if (stock == null) {
            throw new IllegalArgumentException("RBM layer \"" + rbm.getLayerName() + "\": no activation function of"
                    + " Deeplearning4j gives the mean of " + rbm.getHidden() + " hidden units, expected Bernoulli or"
                    + " Gaussian ones, or one softmax group");
        }
        return stock;
    }

    private static @Nullable List<LayerConstraint> constraints(@Nullable List<LayerConstraint> all) {
        List<LayerConstraint> kept = new ArrayList<>();
        for (LayerConstraint constraint : all == null ? List.<LayerConstraint>of() : all) {
            Set<String> parameters = new TreeSet<>(constraint.getParams());
            parameters.remove(RbmParamInitializer.VISIBLE_BIAS_KEY);
            parameters.remove(RbmParamInitializer.LOG_VARIANCE_KEY);
            if (!parameters.isEmpty()) {
                LayerConstraint copy = constraint.clone();
                copy.setParams(parameters);
                kept.add(copy);
            }
        }
        return kept.isEmpty() ? null : kept;
    }

    /** {@code from} is the layer itself or its vertex. */
    private static void copy(Trainable from, @Nullable Layer layer, Trainable to) {
        if (from.numParams() == 0) {
            return;
        }
        Layer inner = layer;
        while (inner instanceof org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer wrapper) {
            inner = wrapper.getUnderlying();
        }
        if (inner instanceof RbmRuntimeLayer rbm) {
            parameter(to, DefaultParamInitializer.WEIGHT_KEY).assign(rbm.feedForwardWeights());
            parameter(to, DefaultParamInitializer.BIAS_KEY).assign(rbm.feedForwardBias());
        } else {
            to.params().assign(from.params());
        }
    }

    private static INDArray parameter(Trainable layer, String key) {
        return Objects.requireNonNull(layer.paramTable(false).get(key), key);
    }
}
