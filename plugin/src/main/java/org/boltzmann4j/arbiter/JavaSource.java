package org.boltzmann4j.arbiter;

import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.dl4j.ParameterAverage;
import org.boltzmann4j.dl4j.Propagation;
import org.boltzmann4j.sampler.ChainStarts;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A candidate as a class of Java: its configuration by the builders that a program calls, and its training. A configuration that these
 * builders cannot make again as {@link JavaConfiguration} knows them, of convolutions for example, is read from its JSON, and a comment
 * says why.
 */
final class JavaSource {

    private static final String BODY = " ".repeat(8);
    private static final String CALLS = " ".repeat(16);

    private final CandidateRecord candidate;
    private final JavaExpressions expressions = new JavaExpressions();

    private JavaSource(CandidateRecord candidate) {
        this.candidate = candidate;
    }

    /** The class {@code Best}, or a comment if the candidate cannot be made again. */
    static String of(CandidateRecord candidate) {
        if (!candidate.isComplete()) {
            return "// Only configurations with a number of epochs are written as Java.\n";
        }
        try {
            return new JavaSource(candidate).text();
        } catch (IllegalArgumentException foreign) {
            return "// Only configurations of Deeplearning4j's and this plugin's classes are written as Java.\n";
        }
    }

    private String text() {
        CandidateTraining training = new CandidateTraining(candidate.seed(), 1, new TimeLimit(null));
        PretrainedConfiguration configuration = candidate.configuration();
        boolean graph = configuration instanceof DbnGraphConfiguration;
        List<String> rbms = CandidateTraining.rbmLayers(training.initialised(configuration));
        String type = expressions.name(graph ? ComputationGraphConfiguration.class : MultiLayerConfiguration.class);
        String model = expressions.name(graph ? ComputationGraph.class : MultiLayerNetwork.class);
        String data = expressions.name(DataSetIterator.class);
        String made = graph
                ? graph(training.configured((DbnGraphConfiguration) configuration))
                : network(training.configured((DbnConfiguration) configuration));
        String trained = pretraining(rbms) + fineTuning();
        return expressions.imports()
                + "\n/** Candidate " + candidate.index() + " of a search. */\n"
                + "public final class Best {\n\n"
                + "    private Best() {}\n\n"
                + "    /** The configuration. */\n"
                + "    public static " + type + " configuration() {\n" + made + "    }\n\n"
                + "    /** Pretraining on the first data, whose labels are ignored, and fine-tuning on the second. */\n"
                + "    public static " + model + " train(" + data + " unlabelled, " + data
                + " labelled) throws Exception {\n"
                + BODY + model + " network = new " + model + "(configuration());\n"
                + BODY + "network.init();\n"
                + trained
                + BODY + "return network;\n"
                + "    }\n}\n";
    }

    private String network(MultiLayerConfiguration configuration) {
        try {
            return BODY + "return "
                    + new JavaConfiguration(expressions, CALLS)
                            .network(configuration)
                            .text() + ";\n";
        } catch (UnwritableException reason) {
            return fromJson("MultiLayerConfiguration", configuration.toJson(), reason);
        }
    }

    private String graph(ComputationGraphConfiguration configuration) {
        try {
            return BODY + "return "
                    + new JavaConfiguration(expressions, CALLS)
                            .graph(configuration)
                            .text() + ";\n";
        } catch (UnwritableException reason) {
            return fromJson("ComputationGraphConfiguration", configuration.toJson(), reason);
        }
    }

    private static String fromJson(String type, String json, UnwritableException reason) {
        return BODY + "// As JSON, since no builder is known for "
                + String.valueOf(reason.getMessage()).replaceAll("\\s+", " ") + "\n"
                + BODY + "return " + type + ".fromJson(" + block(json) + ");\n";
    }

    private static String block(String json) {
        return "\"\"\"\n" + json.replace("\\", "\\\\").replace("\"\"\"", "\\\"\"\"") + "\"\"\"";
    }

    private String pretraining(List<String> rbms) {
        PretrainingSettings settings = candidate.pretraining();
        if (settings.isNone() || rbms.isEmpty()) {
            return "";
        }
        BuilderCalls calls = new BuilderCalls(
                GreedyPretrainer.builder(), expressions.name(GreedyPretrainer.class) + ".builder()", CALLS);
        if (settings.propagation() != Propagation.MEAN) {
            calls.call("propagation", expressions.of(settings.propagation()));
        }
        if (settings.averagingDecay() != null) {
            calls.call("averaging", expressions.of(ParameterAverage.ofDecay(settings.averagingDecay())));
        }
        perLayer(
                calls,
                "epochs",
                "layerEpochs",
                settings.epochs().stream().map(expressions::of).toList(),
                rbms);
        perLayer(
                calls,
                "updater",
                "layerUpdater",
                settings.updaters().stream().map(this::updater).toList(),
                rbms);
        return BODY + calls.call("build").result().text() + "\n" + CALLS + ".pretrain(network, unlabelled);\n";
    }

    /** One value holds for all layers. */
    private void perLayer(BuilderCalls calls, String ofAll, String ofOne, List<JavaText> values, List<String> layers) {
        if (values.size() == 1) {
            calls.call(ofAll, values.get(0));
        } else if (!values.isEmpty()) {
            for (int i = 0; i < layers.size(); i++) {
                calls.call(ofOne, expressions.of(layers.get(i)), values.get(Math.min(i, values.size() - 1)));
            }
        }
    }

    private JavaText updater(IUpdater updater) {
        try {
            return expressions.of(updater);
        } catch (UnwritableException unknown) {
            return new JavaText(
                    updater,
                    expressions.name(NeuralNetConfiguration.class) + ".mapper()\n" + CALLS + BODY + ".readValue("
                            + block(SearchJson.write(updater)) + ", " + expressions.name(IUpdater.class) + ".class)");
        }
    }

    private String fineTuning() {
        if (candidate.fineTuningEpochs() == null || candidate.fineTuningEpochs() == 0) {
            return "";
        }
        JointSettings joint = candidate.joint();
        if (joint == null) {
            return BODY + "network.fit(labelled, " + candidate.fineTuningEpochs() + ");\n";
        }
        BuilderCalls calls = new BuilderCalls(
                        JointTraining.builder(), expressions.name(JointTraining.class) + ".builder()", CALLS + BODY)
                .call("objective", expressions.of(joint.objective()))
                .call("box", expressions.of(joint.box()));
        if (joint.langevin() != null) {
            calls.call("langevin", expressions.of(joint.langevin()));
        }
        if (joint.dataNoise() != null) {
            calls.call("dataNoise", expressions.of(joint.dataNoise()));
        }
        calls.call("bufferSize", expressions.of(joint.bufferSize()))
                .call("restarts", expressions.of(joint.restartRate()), expressions.of(joint.balancedRestarts()))
                .call("examplesPerClass", expressions.of(joint.examplesPerClass()))
                .call("seed", expressions.of(candidate.seed()));
        if (joint.uniformStarts()) {
            String box = expressions.of(joint.box()).text();
            calls.call(
                    "starts",
                    new JavaText(
                            ChainStarts.uniform(joint.box()),
                            expressions.name(ChainStarts.class) + ".uniform(" + box + ")"));
        }
        return BODY + expressions.name(JemTrainer.class) + ".of("
                + calls.call("build").result().text() + ")\n"
                + CALLS + ".epochs(" + candidate.fineTuningEpochs() + ")\n"
                + CALLS + ".build()\n"
                + CALLS
                + ".fit(network, labelled, unlabelled); // or fit(network, labelled), if all data have labels\n";
    }
}
