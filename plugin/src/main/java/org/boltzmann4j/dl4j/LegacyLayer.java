package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;

/** One layer of Deeplearning4j 0.9.1: an object of one property, which is the layer's kind, among settings of the network. */
final class LegacyLayer {

    private static final Map<String, Activation> ACTIVATIONS = Map.ofEntries(
            Map.entry("Cube", Activation.CUBE),
            Map.entry("HardSigmoid", Activation.HARDSIGMOID),
            Map.entry("HardTanh", Activation.HARDTANH),
            Map.entry("Identity", Activation.IDENTITY),
            Map.entry("RationalTanh", Activation.RATIONALTANH),
            Map.entry("RectifiedTanh", Activation.RECTIFIEDTANH),
            Map.entry("ReLU", Activation.RELU),
            Map.entry("SELU", Activation.SELU),
            Map.entry("Sigmoid", Activation.SIGMOID),
            Map.entry("SoftPlus", Activation.SOFTPLUS),
            Map.entry("SoftSign", Activation.SOFTSIGN),
            Map.entry("Softmax", Activation.SOFTMAX),
            Map.entry("TanH", Activation.TANH));

    private static final Map<String, LossFunction> LOSSES = Map.ofEntries(
            Map.entry("BinaryXENT", LossFunction.XENT),
            Map.entry("CosineProximity", LossFunction.COSINE_PROXIMITY),
            Map.entry("Hinge", LossFunction.HINGE),
            Map.entry("KLD", LossFunction.KL_DIVERGENCE),
            Map.entry("L1", LossFunction.L1),
            Map.entry("L2", LossFunction.L2),
            Map.entry("MAE", LossFunction.MEAN_ABSOLUTE_ERROR),
            Map.entry("MAPE", LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR),
            Map.entry("MCXENT", LossFunction.MCXENT),
            Map.entry("MSE", LossFunction.MSE),
            Map.entry("MSLE", LossFunction.MEAN_SQUARED_LOGARITHMIC_ERROR),
            Map.entry("NegativeLogLikelihood", LossFunction.NEGATIVELOGLIKELIHOOD),
            Map.entry("Poisson", LossFunction.POISSON),
            Map.entry("SquaredHinge", LossFunction.SQUARED_HINGE));

    private final JsonNode conf;
    private final JsonNode fields;
    private final String where;
    private final List<String> notes;

    private LegacyLayer(JsonNode conf, JsonNode fields, String where, List<String> notes) {
        this.conf = conf;
        this.fields = fields;
        this.where = where;
        this.notes = notes;
    }

    /**
     * Translates a layer.
     *
     * @param conf one of the configurations of layers
     * @param index of the layer, for messages
     * @param notes takes what cannot be carried
     */
    static Layer read(JsonNode conf, int index, List<String> notes) throws ModelFormatException {
        Iterator<Map.Entry<String, JsonNode>> kinds = conf.path("layer").fields();
        if (!kinds.hasNext()) {
            throw new ModelFormatException("layer " + index + " is none of Deeplearning4j 0.9.1");
        }
        Map.Entry<String, JsonNode> kind = kinds.next();
        String where = "layer " + index + " (" + ConfigurationJson.shown(kind.getKey()) + "): ";
        LegacyLayer legacy = new LegacyLayer(conf, kind.getValue(), where, notes);
        return switch (kind.getKey()) {
            case "RBM" -> legacy.rbm();
            case "dense" -> legacy.dense();
            case "output" -> legacy.output();
            case "activation" -> legacy.named(new ActivationLayer(legacy.activation()));
            default ->
                throw new ModelFormatException(where + "not read; expected RBM, dense, output or activation layers");
        };
    }

    private Layer rbm() throws ModelFormatException {
        int nIn = width("nin");
        int nOut = width("nout");
        RbmLayer layer = new RbmLayer.Builder()
                .nIn(nIn)
                .nOut(nOut)
                .visible(visible(nIn))
                .hidden(hidden(nOut))
                .negativePhase(
                        ContrastiveDivergence.of(Math.max(1, fields.path("k").asInt(1))))
                .visibleBiasFromData(false) // it has been learnt
                .build();
        if (fields.path("sparsity").asDouble() != 0) {
            note("sparsity(" + number("sparsity") + ") replaced the gradient of the hidden bias; no value of"
                    + " SparsityTarget, which adds to it, does the same");
        }
        if (!"Sigmoid".equals(activationName())) {
            note("activation(" + activationName() + ") had no effect and has none: it follows from the hidden units");
        }
        if (fields.path("preTrainIterations").asInt(1) != 1) {
            note("preTrainIterations(" + fields.path("preTrainIterations").asInt() + "): see GreedyPretrainer.epochs");
        }
        if (number("dropOut") > 0) {
            note("dropOut(" + number("dropOut") + ") concerns fit only now; in pretraining see hiddenUnitDropout");
        }
        return trained(layer);
    }

    private Unit visible(int width) throws ModelFormatException {
        String type = fields.path("visibleUnit").asText();
        return switch (type) {
            case "BINARY" -> new Bernoulli();
            case "GAUSSIAN", "LINEAR", "IDENTITY" -> Gaussian.of(1);
            case "SOFTMAX" -> Softmax.of(width);
            default -> throw unknown("visible units of type " + type);
        };
    }

    private Unit hidden(int width) throws ModelFormatException {
        String type = fields.path("hiddenUnit").asText();
        return switch (type) {
            case "BINARY" -> new Bernoulli();
            case "GAUSSIAN" -> {
                note("Gaussian hidden units returned their mean with noise; now they return the mean");
                yield Gaussian.of(1);
            }
            case "IDENTITY" -> Gaussian.of(1);
            case "RECTIFIED" -> {
                note(
                        "rectified hidden units returned max(0, t) of their input t; now they return the mean of noisy ones,"
                                + " about log(1 + exp(t))");
                yield NoisyRelu.rectified();
            }
            case "SOFTMAX" -> Softmax.of(width);
            default -> throw unknown("hidden units of type " + type);
        };
    }

    private Layer dense() throws ModelFormatException {
        return trained(new DenseLayer.Builder()
                .nIn(width("nin"))
                .nOut(width("nout"))
                .activation(activation())
                .build());
    }

    private Layer output() throws ModelFormatException {
        return trained(new OutputLayer.Builder(loss())
                .nIn(width("nin"))
                .nOut(width("nout"))
                .activation(activation())
                .build());
    }

    private <T extends Layer> T named(T layer) {
        layer.setLayerName(fields.path("layerName").asText(null));
        double retained = number("dropOut");
        if (retained > 0 && conf.path("useDropConnect").asBoolean() && layer instanceof BaseLayer base) {
            base.setWeightNoise(new DropConnect(retained));
        } else if (retained > 0) {
            layer.setIDropout(new Dropout(retained));
        }
        return layer;
    }

    private Layer trained(BaseLayer layer) throws ModelFormatException {
        LegacyUpdater updater = new LegacyUpdater(conf, fields, this::note);
        layer.setIUpdater(updater.ofWeights());
        layer.setBiasUpdater(updater.ofBiases());
        boolean penalised = conf.path("useRegularization").asBoolean();
        layer.setRegularization(penalised ? penalties("l1", "l2") : new ArrayList<>());
        layer.setRegularizationBias(penalised ? penalties("l1Bias", "l2Bias") : new ArrayList<>());
        layer.setWeightInitFn(weightInit());
        layer.setBiasInit(number("biasInit"));
        if (fields.hasNonNull("gradientNormalization")) {
            layer.setGradientNormalization(choice(
                    GradientNormalization.class,
                    fields.path("gradientNormalization").asText()));
            layer.setGradientNormalizationThreshold(number("gradientNormalizationThreshold"));
        }
        return named(layer);
    }

    private List<Regularization> penalties(String l1, String l2) {
        List<Regularization> penalties = new ArrayList<>();
        if (number(l1) > 0) {
            penalties.add(new L1Regularization(number(l1)));
        }
        if (number(l2) > 0) {
            penalties.add(new WeightDecay(number(l2), false));
        }
        return penalties;
    }

    /** Of no consequence for a network that has its parameters. */
    private IWeightInit weightInit() throws ModelFormatException {
        String name = fields.path("weightInit").asText("XAVIER");
        JsonNode dist = fields.path("dist");
        String kind = dist.path("type").asText();
        if (!name.equals("DISTRIBUTION")) {
            try {
                return WeightInit.valueOf(name.toUpperCase(Locale.ROOT)).getWeightInitFunction();
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                note("weightInit(" + ConfigurationJson.shown(name) + "): XAVIER now");
                return new WeightInitXavier();
            }
        }
        if (kind.endsWith(".NormalDistribution") || kind.endsWith(".GaussianDistribution")) {
            return new WeightInitDistribution(new NormalDistribution(
                    dist.path("mean").asDouble(), dist.path("std").asDouble()));
        }
        if (kind.endsWith(".UniformDistribution")) {
            return new WeightInitDistribution(new UniformDistribution(
                    dist.path("lower").asDouble(), dist.path("upper").asDouble()));
        }
        note("weightInit(DISTRIBUTION) of " + ConfigurationJson.shown(kind) + ": XAVIER now");
        return new WeightInitXavier();
    }

    private String activationName() {
        Iterator<String> names = fields.path("activationFn").fieldNames();
        return names.hasNext() ? ConfigurationJson.shown(names.next()) : "none";
    }

    private IActivation activation() throws ModelFormatException {
        String name = activationName();
        double alpha = fields.path("activationFn").path(name).path("alpha").asDouble();
        Activation known = ACTIVATIONS.get(name);
        if (known != null) {
            return known.getActivationFunction();
        }
        return switch (name) {
            case "LReLU" -> new ActivationLReLU(alpha);
            case "ELU" -> new ActivationELU(alpha);
            default -> throw unknown("activation " + name);
        };
    }

    private ILossFunction loss() throws ModelFormatException {
        Iterator<Map.Entry<String, JsonNode>> losses = fields.path("lossFn").fields();
        if (!losses.hasNext()) {
            throw unknown("no loss function");
        }
        Map.Entry<String, JsonNode> loss = losses.next();
        LossFunction known = LOSSES.get(loss.getKey());
        if (known == null) {
            throw unknown("loss function " + loss.getKey());
        }
        if (loss.getValue().hasNonNull("weights")) {
            note("weights of the loss function: none now");
        }
        return known.getILossFunction();
    }

    private int width(String field) throws ModelFormatException {
        JsonNode value = fields.path(field);
        if (!value.canConvertToInt() || value.asInt() < 1) {
            throw new ModelFormatException(
                    where + field + " = " + ConfigurationJson.shown(value.toString()) + ", expected at least 1");
        }
        return value.asInt();
    }

    private <E extends Enum<E>> E choice(Class<E> type, String name) throws ModelFormatException {
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw unknown(type.getSimpleName() + " " + name);
        }
    }

    private double number(String field) {
        return fields.path(field).asDouble();
    }

    private void note(String text) {
        notes.add(where + text);
    }

    private ModelFormatException unknown(String what) {
        return new ModelFormatException(where + ConfigurationJson.shown(what) + ", which is not read");
    }
}
