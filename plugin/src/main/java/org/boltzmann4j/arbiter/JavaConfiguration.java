package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Configurations of feed-forward networks and graphs as the calls of the host's builders that make them. A layer says what differs from
 * the defaults of its builder, the network what its layers share. The calls are made, and the configuration they give must have the
 * wanted one's JSON: what this class does not know is refused and never left out.
 */
final class JavaConfiguration {

    /** Methods that do not have the name of the field they set. */
    private static final Map<String, String> METHODS = Map.of(
            "layerName", "name",
            "iDropout", "dropOut",
            "activationFn", "activation",
            "weightInitFn", "weightInit",
            "iUpdater", "updater",
            "lossFn", "lossFunction");

    private static final String STEP = " ".repeat(8);

    private final JavaExpressions expressions;
    private final String indent;

    /**
     * Writes configurations.
     *
     * @param expressions of the file they stand in
     * @param indent of the calls
     */
    JavaConfiguration(JavaExpressions expressions, String indent) {
        this.expressions = expressions;
        this.indent = indent;
    }

    private record Call(String method, List<JavaText> arguments) {}

    /**
     * A network of feed-forward layers.
     *
     * @throws UnwritableException if something in it is not known here
     */
    JavaText network(MultiLayerConfiguration wanted) {
        List<Layer> layers =
                wanted.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
        List<Layer> plain = LayerDifferences.plain(layers);
        Set<String> shared = LayerDifferences.shared(layers, plain);
        BuilderCalls calls =
                start(wanted.getConf(0), layers.get(0), plain.get(0), shared).call("list");
        for (int i = 0; i < layers.size(); i++) {
            calls.call("layer", layer(layers.get(i), plain.get(i), shared));
        }
        JavaText made =
                calls.call("setInputType", inputOf(layers.get(0))).call("build").result();
        requireSame(((MultiLayerConfiguration) made.value()).toJson(), wanted.toJson());
        return made;
    }

    private JavaText inputOf(Layer layer) {
        if (layer instanceof FeedForwardLayer sized) {
            InputType input = InputType.feedForward(sized.getNIn());
            return new JavaText(input, expressions.name(InputType.class) + ".feedForward(" + sized.getNIn() + ")");
        }
        throw new UnwritableException("the input of a " + layer.getClass().getSimpleName());
    }

    /**
     * A graph of feed-forward layers.
     *
     * @throws UnwritableException if something in it is not known here
     */
    JavaText graph(ComputationGraphConfiguration wanted) {
        Map<String, Layer> layers = new LinkedHashMap<>();
        wanted.getVertices().forEach((name, vertex) -> layers.put(name, layerOf(name, vertex)));
        List<Layer> all = List.copyOf(layers.values());
        List<Layer> plain = LayerDifferences.plain(all);
        Set<String> shared = LayerDifferences.shared(all, plain);
        BuilderCalls calls = start(wanted.getDefaultConfiguration(), all.get(0), plain.get(0), shared)
                .call("graphBuilder")
                .call("addInputs", texts(wanted.getNetworkInputs()));
        int i = 0;
        for (Map.Entry<String, Layer> layer : layers.entrySet()) {
            List<JavaText> arguments = new ArrayList<>();
            arguments.add(expressions.of(layer.getKey()));
            arguments.add(layer(layer.getValue(), plain.get(i), shared));
            arguments.addAll(List.of(texts(inputsOf(wanted, layer.getKey()))));
            calls.call("addLayer", arguments.toArray(JavaText[]::new));
            i++;
        }
        JavaText made = calls.call("setOutputs", texts(wanted.getNetworkOutputs()))
                .call("setInputTypes", inputs(wanted, layers))
                .call("build")
                .result();
        requireSame(((ComputationGraphConfiguration) made.value()).toJson(), wanted.toJson());
        return made;
    }

    private static List<String> inputsOf(ComputationGraphConfiguration graph, String vertex) {
        List<String> inputs = graph.getVertexInputs().get(vertex);
        return inputs == null ? List.of() : inputs;
    }

    /** The input of a graph is as wide as the first layer that has no other. */
    private JavaText[] inputs(ComputationGraphConfiguration graph, Map<String, Layer> layers) {
        return graph.getNetworkInputs().stream()
                .map(input -> layers.entrySet().stream()
                        .filter(layer -> inputsOf(graph, layer.getKey()).equals(List.of(input)))
                        .findFirst()
                        .orElseThrow(() -> new UnwritableException("the width of the input " + input)))
                .map(layer -> inputOf(layer.getValue()))
                .toArray(JavaText[]::new);
    }

    private static Layer layerOf(String name, GraphVertex vertex) {
        if (vertex instanceof LayerVertex layer && layer.getPreProcessor() == null) {
            return layer.getLayerConf().getLayer();
        }
        throw new UnwritableException("vertex " + name + ", a "
                + vertex.getClass().getSimpleName()
                + (vertex instanceof LayerVertex ? " with a preprocessor" : ""));
    }

    private JavaText[] texts(List<String> names) {
        return names.stream().map(expressions::of).toArray(JavaText[]::new);
    }

    private static void requireSame(String made, String wanted) {
        Iterator<String> lines = made.lines().iterator();
        wanted.lines()
                .filter(line -> !lines.hasNext() || !lines.next().equals(line))
                .findFirst()
                .ifPresent(line -> {
                    throw new UnwritableException("the setting " + line.strip());
                });
    }

    private BuilderCalls start(NeuralNetConfiguration network, Layer first, Layer plain, Set<String> shared) {
        NeuralNetConfiguration usual = new NeuralNetConfiguration.Builder().build();
        BuilderCalls calls = new BuilderCalls(
                        new NeuralNetConfiguration.Builder(),
                        "new " + expressions.name(NeuralNetConfiguration.class) + ".Builder()",
                        indent)
                .call("seed", expressions.of(network.getSeed()));
        if (network.getDataType() != usual.getDataType()) {
            calls.call("dataType", expressions.of(network.getDataType()));
        }
        if (network.isMiniBatch() != usual.isMiniBatch()) {
            calls.call("miniBatch", expressions.of(network.isMiniBatch()));
        }
        LayerDifferences.of(first, plain).forEach((field, value) -> {
            if (shared.contains(field)) {
                make(calls, call(field, value));
            }
        });
        return calls;
    }

    private static void make(BuilderCalls calls, Call call) {
        calls.call(call.method(), call.arguments().toArray(JavaText[]::new));
    }

    private JavaText layer(Layer layer, Layer plain, Set<String> shared) {
        BuilderCalls calls = new BuilderCalls(
                LayerDifferences.builderOf(layer),
                "new " + expressions.name(layer.getClass()) + ".Builder()",
                indent + STEP);
        if (layer instanceof FeedForwardLayer sized) {
            calls.call("nOut", expressions.of(Math.toIntExact(sized.getNOut())));
        }
        Map<String, Object> stated = LayerDifferences.of(layer, plain);
        if (layer instanceof BaseOutputLayer output) {
            // Nobody remembers their defaults.
            stated.put("lossFn", output.getLossFn());
            stated.put("activationFn", output.getActivationFn());
        }
        stated.forEach((field, value) -> {
            if (!shared.contains(field)) {
                make(calls, call(field, value));
            }
        });
        return calls.call("build").result();
    }

    private Call call(String field, @Nullable Object value) {
        if (value instanceof Regularization term) {
            return new Call(field, regularization(term));
        }
        if (field.equals("constraints")) {
            throw new UnwritableException("constraints of parameters");
        }
        return new Call(METHODS.getOrDefault(field, field), List.of(argument(field, value)));
    }

    private JavaText argument(String field, @Nullable Object value) {
        if (value == null) {
            throw new UnwritableException(field + " left out");
        }
        if (value instanceof IActivation function) {
            return expressions.activation(function);
        }
        if (value instanceof IWeightInit start) {
            return expressions.weightInit(start);
        }
        return value instanceof ILossFunction loss ? expressions.loss(loss) : expressions.of(value);
    }

    private List<JavaText> regularization(Regularization term) {
        if (term instanceof L1Regularization l1) {
            return List.of(constant(l1.getL1()));
        }
        if (term instanceof L2Regularization l2) {
            return List.of(constant(l2.getL2()));
        }
        if (term instanceof WeightDecay decay) {
            return List.of(constant(decay.getCoeff()), expressions.of(decay.isApplyLR()));
        }
        throw new UnwritableException("regularisation by " + term.getClass().getName());
    }

    private JavaText constant(ISchedule schedule) {
        if (schedule instanceof FixedSchedule fixed) {
            return expressions.of(fixed.getValue());
        }
        throw new UnwritableException("regularisation with the schedule " + schedule);
    }
}
