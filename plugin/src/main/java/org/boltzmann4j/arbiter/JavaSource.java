package org.boltzmann4j.arbiter;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as Java: the configuration of the network or graph from its JSON, which leaves nothing out, after a comment that says what
 * its RBM layers are; then pretraining and fine-tuning by the calls a program makes.
 */
final class JavaSource {

    private JavaSource() {}

    /** Statements for the body of a method with the variables {@code unlabelled} and {@code labelled}, iterators. */
    static String of(CandidateRecord candidate) {
        if (!candidate.isComplete()) {
            return "// Only configurations with a number of epochs are written as Java.\n";
        }
        Model model;
        try {
            model = new CandidateTraining(candidate.seed(), 1, new TimeLimit(null))
                    .initialised(candidate.configuration());
        } catch (IllegalArgumentException foreign) {
            return "// Only configurations of Deeplearning4j's and this plugin's classes are written as Java.\n";
        }
        boolean graph = model instanceof ComputationGraph;
        String type = graph ? "ComputationGraphConfiguration" : "MultiLayerConfiguration";
        String json = model instanceof MultiLayerNetwork network
                ? network.getLayerWiseConfigurations().toJson()
                : ((ComputationGraph) model).getConfiguration().toJson();
        String made = graph ? "ComputationGraph" : "MultiLayerNetwork";
        return summaries(model)
                + type + " configuration = " + type + ".fromJson(\"\"\"\n"
                + json.replace("\\", "\\\\").replace("\"\"\"", "\\\"\"\"")
                + "\"\"\");\n"
                + made + " network = new " + made + "(configuration);\n"
                + "network.init();\n"
                + pretraining(candidate.pretraining(), CandidateTraining.rbmLayers(model))
                + fineTuning(candidate);
    }

    private static String summaries(Model model) {
        Layer[] layers = model instanceof MultiLayerNetwork network
                ? network.getLayers()
                : ((ComputationGraph) model).getLayers();
        return Arrays.stream(layers)
                .map(layer -> layer.conf().getLayer())
                .filter(RbmLayer.class::isInstance)
                .map(layer -> "// " + summary((RbmLayer) layer) + "\n")
                .collect(Collectors.joining());
    }

    private static String fineTuning(CandidateRecord candidate) {
        JointSettings joint = candidate.joint();
        if (joint == null) {
            return "network.fit(labelled, " + candidate.fineTuningEpochs() + ");\n";
        }
        return "JemTrainer.of(JointTraining.builder()\n"
                + "        .objective(" + literal(joint.objective()) + ")\n"
                + "        .box(" + literal(joint.box()) + ")\n"
                + (joint.langevin() == null ? "" : "        .langevin(" + literal(joint.langevin()) + ")\n")
                + (joint.dataNoise() == null ? "" : "        .dataNoise(" + joint.dataNoise() + ")\n")
                + "        .bufferSize(" + joint.bufferSize() + ")\n"
                + "        .restarts(" + joint.restartRate() + ", " + joint.balancedRestarts() + ")\n"
                + "        .seed(" + candidate.seed() + "L)\n"
                + "        .build())\n"
                + "        .epochs(" + candidate.fineTuningEpochs() + ")\n"
                + "        .build()\n"
                + "        .fit(network, labelled, unlabelled); // or fit(network, labelled), if all data have labels\n";
    }

    private static String summary(RbmLayer layer) {
        return "RbmLayer: " + layer.getNIn() + " " + literal(layer.getVisible()) + " visible, " + layer.getNOut() + " "
                + literal(layer.getHidden()) + " hidden units, " + literal(layer.getNegativePhase());
    }

    private static String pretraining(PretrainingSettings settings, List<String> rbms) {
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
            return "new " + name(specification.getClass()) + "(" + String.join(", ", arguments) + ")";
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(JavaSource::literal).collect(Collectors.joining(", ", "List.of(", ")"));
        }
        if (value instanceof Enum<?> constant) {
            return name(constant.getDeclaringClass()) + "." + constant.name();
        }
        return String.valueOf(value);
    }

    private static String name(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return outer == null ? type.getSimpleName() : name(outer) + "." + type.getSimpleName();
    }
}
