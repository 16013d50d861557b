package org.boltzmann4j.arbiter;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as Java: the configuration of the network from its JSON, which leaves nothing out, after a comment that says what its
 * RBM layers are; then pretraining and fine-tuning by the calls a program makes.
 */
final class JavaSource {

    private JavaSource() {}

    /** Statements for the body of a method with the variables {@code unlabelled} and {@code labelled}, iterators. */
    static String of(CandidateRecord candidate) {
        if (candidate.network() == null || candidate.fineTuningEpochs() == null) {
            return "// Only networks with a number of epochs are written as Java; the JSON says everything.\n";
        }
        MultiLayerConfiguration configuration =
                MultiLayerConfiguration.fromJson(candidate.network().toString());
        configuration.getConfs().forEach(conf -> conf.setSeed(candidate.seed()));
        List<Integer> rbms = IntStream.range(0, configuration.getConfs().size())
                .filter(i -> configuration.getConf(i).getLayer() instanceof RbmLayer)
                .boxed()
                .toList();
        String layers = configuration.getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .filter(RbmLayer.class::isInstance)
                .map(layer -> "// " + summary((RbmLayer) layer) + "\n")
                .collect(Collectors.joining());
        return layers
                + "MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(\"\"\"\n"
                + configuration.toJson().replace("\\", "\\\\").replace("\"\"\"", "\\\"\"\"")
                + "\"\"\");\n"
                + "MultiLayerNetwork network = new MultiLayerNetwork(configuration);\n"
                + "network.init();\n"
                + pretraining(candidate.pretraining(), rbms)
                + "network.fit(labelled, " + candidate.fineTuningEpochs() + ");\n";
    }

    private static String summary(RbmLayer layer) {
        return "RbmLayer: " + layer.getNIn() + " " + literal(layer.getVisible()) + " visible, " + layer.getNOut() + " "
                + literal(layer.getHidden()) + " hidden units, " + literal(layer.getNegativePhase());
    }

    private static String pretraining(PretrainingSettings settings, List<Integer> rbms) {
        if (settings.isNone() || rbms.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                "GreedyPretrainer.builder()\n        .propagation(Propagation." + settings.propagation() + ")\n");
        for (int i = 0; i < rbms.size(); i++) {
            text.append("        .layerEpochs(\"").append(rbms.get(i)).append("\", ");
            text.append(settings.epochs().get(Math.min(i, settings.epochs().size() - 1)))
                    .append(")\n");
            if (!settings.updaters().isEmpty()) {
                Object updater =
                        settings.updaters().get(Math.min(i, settings.updaters().size() - 1));
                text.append("        .layerUpdater(\"")
                        .append(rbms.get(i))
                        .append("\", NeuralNetConfiguration.mapper()\n");
                text.append("                .readValue(\"\"\"\n").append(SearchJson.write(updater));
                text.append("\"\"\", IUpdater.class))\n");
            }
        }
        return text + "        .build()\n        .pretrain(network, unlabelled);\n";
    }

    /** A specification as the expression that makes it: all of them are records. */
    static String literal(@Nullable Object value) {
        if (value instanceof Record specification) {
            List<String> arguments = new ArrayList<>();
            for (RecordComponent component : specification.getClass().getRecordComponents()) {
                try {
                    arguments.add(literal(component.getAccessor().invoke(specification)));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(component + " cannot be read", e);
                }
            }
            return "new " + specification.getClass().getSimpleName() + "(" + String.join(", ", arguments) + ")";
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(JavaSource::literal).collect(Collectors.joining(", ", "List.of(", ")"));
        }
        if (value instanceof Enum<?> constant) {
            return constant.getDeclaringClass().getSimpleName() + "." + constant.name();
        }
        return String.valueOf(value);
    }
}
