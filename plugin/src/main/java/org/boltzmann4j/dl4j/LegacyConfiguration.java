package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * The configuration of a network of Deeplearning4j 0.9.1, as one of this release, by {@link ModelReader#legacyConfiguration}.
 *
 * @param configuration of RBM, dense, activation and output layers
 * @param notCarried what it had that this configuration has not, or has in another way, a sentence each
 */
public record LegacyConfiguration(MultiLayerConfiguration configuration, List<String> notCarried) {

    /** Copies the list. */
    public LegacyConfiguration {
        notCarried = List.copyOf(notCarried);
    }

    /**
     * Translates a configuration.
     *
     * @param root JSON of 0.9.1's {@code MultiLayerConfiguration}
     * @param type of the parameters, which 0.9.1 did not write down
     * @throws ModelFormatException if it has no layers, layers of other kinds, or preprocessors
     */
    static LegacyConfiguration of(JsonNode root, DataType type) throws ModelFormatException {
        JsonNode confs = root.path("confs");
        if (!confs.isArray() || confs.isEmpty()) {
            throw new ModelFormatException("no configuration of a network of Deeplearning4j 0.9.1: it has no layers");
        }
        if (!root.path("inputPreProcessors").isEmpty()) {
            throw new ModelFormatException("a network of Deeplearning4j 0.9.1 with preprocessors between its layers, \""
                    + ConfigurationJson.shown(root.path("inputPreProcessors").toString()) + "\", which are not read");
        }
        List<String> notes = new ArrayList<>();
        JsonNode first = confs.path(0);
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(first.path("seed").asLong())
                .miniBatch(first.path("miniBatch").asBoolean(true))
                .dataType(type)
                .list();
        for (int i = 0; i < confs.size(); i++) {
            list.layer(i, LegacyLayer.read(confs.path(i), i, notes));
        }
        noteTraining(root, first, notes);
        MultiLayerConfiguration conf = list.validateOutputLayerConfig(false).build();
        conf.setIterationCount(root.path("iterationCount").asInt());
        return new LegacyConfiguration(conf, notes);
    }

    private static void noteTraining(JsonNode root, JsonNode first, List<String> notes) {
        if (root.path("pretrain").asBoolean()) {
            notes.add("pretrain(true): fit no longer pretrains, call GreedyPretrainer before it");
        }
        if (!root.path("backprop").asBoolean(true)) {
            notes.add("backprop(false): fit now always trains by backpropagation");
        }
        String algorithm = first.path("optimizationAlgo").asText();
        if (!algorithm.equals("STOCHASTIC_GRADIENT_DESCENT")) {
            notes.add("optimizationAlgo(" + ConfigurationJson.shown(algorithm) + "): stochastic gradient descent now");
        }
        int iterations = first.path("numIterations").asInt(1);
        if (iterations != 1) {
            notes.add("iterations(" + iterations + "): every minibatch is one iteration now");
        }
        if (first.path("useRegularization").asBoolean()) {
            notes.add(
                    "penalties: 0.9.1 added l1 and l2 times the weights to an update after the learning rate and divided both by the"
                            + " size of the minibatch; l2 is a weight decay without the learning rate now, l1 is added to the gradient, and"
                            + " neither is divided");
        }
    }
}
