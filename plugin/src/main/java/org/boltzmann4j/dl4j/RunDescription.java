package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run was started with, in texts: two runs with the same settings, network and data are the same run. The environment is part of it
 * for the reader, and because bits may differ where it does.
 *
 * @param settings of the pretrainer, by name
 * @param configurations JSON of the network and of each layer as it is trained, by name
 */
record RunDescription(Map<String, String> settings, Map<String, String> configurations) {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private static final String SETTING = "setting ";
    private static final String CONFIGURATION = "configuration of ";
    private static final String ENVIRONMENT = "environment ";
    private static final String DATA = "data ";
    private static final int MOST_NAMED = 5;

    static Map<String, String> environment() {
        Map<String, String> result = new TreeMap<>();
        result.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        result.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        result.put("backend", Nd4j.getBackend().getClass().getSimpleName());
        result.put("threads of the BLAS", String.valueOf(Nd4j.factory().blas().getMaxThreads()));
        return result;
    }

    /**
     * JSON of a network's configuration, without the counters in it, which are the training's. Its loss is the stock one, whatever a joint
     * training has put there.
     */
    static String configuration(Model network) {
        if (network instanceof ComputationGraph graph) {
            ComputationGraphConfiguration configuration =
                    graph.getConfiguration().clone();
            configuration.setIterationCount(0);
            configuration.setEpochCount(0);
            return configuration.toJson();
        }
        MultiLayerConfiguration configuration =
                ((MultiLayerNetwork) network).getLayerWiseConfigurations().clone();
        configuration.setIterationCount(0);
        configuration.setEpochCount(0);
        for (NeuralNetConfiguration layer : configuration.getConfs()) {
            layer.setIterationCount(0);
            layer.setEpochCount(0);
            JointTraining.setStockLoss(layer.getLayer());
        }
        return configuration.toJson();
    }

    /**
     * Checks that a checkpoint is one of this run, as far as can be told before the data are read.
     *
     * @param allowed whether differences are a warning
     * @throws IllegalArgumentException if they are not, and there are some
     */
    void requireSame(TrainingCheckpoint from, boolean allowed) {
        settle(from, "is a checkpoint of another run", differences(from.about()), allowed);
        List<String> environment = differences(part(from.about(), ENVIRONMENT), environment());
        if (!environment.isEmpty()) {
            LOG.warn("{} was written elsewhere ({}): the bits may be others", from.file(), environment);
        }
    }

    /**
     * Checks that data, read as far as those of a checkpoint, are the same.
     *
     * @param data what they look like, by name
     * @param allowed whether differences are a warning
     * @throws IllegalArgumentException if they are not, and there are some
     */
    static void requireSameData(TrainingCheckpoint from, Map<String, String> data, boolean allowed) {
        settle(from, "is a checkpoint of a run on other data", differences(part(from.about(), DATA), data), allowed);
    }

    private static void settle(TrainingCheckpoint from, String what, List<String> differences, boolean allowed) {
        if (differences.isEmpty()) {
            return;
        }
        int named = Math.min(MOST_NAMED, differences.size());
        String text = from.file() + " " + what + ": " + String.join("; ", differences.subList(0, named))
                + (differences.size() > named ? "; and " + (differences.size() - named) + " more" : "");
        if (!allowed) {
            throw new IllegalArgumentException(text + ". To go on nevertheless: allowDifferences(true)");
        }
        LOG.warn(text);
    }

    /**
     * Everything as texts for a manifest.
     *
     * @param data what they look like so far, by name
     */
    Map<String, String> texts(Map<String, String> data) {
        Map<String, String> result = new LinkedHashMap<>();
        data.forEach((name, text) -> result.put(DATA + name, text));
        settings.forEach((name, text) -> result.put(SETTING + name, text));
        configurations.forEach((name, text) -> result.put(CONFIGURATION + name, text));
        environment().forEach((name, text) -> result.put(ENVIRONMENT + name, text));
        return result;
    }

    private List<String> differences(Map<String, String> about) {
        List<String> result = differences(part(about, SETTING), settings);
        Map<String, String> jsonThen = new TreeMap<>();
        Map<String, String> jsonNow = new TreeMap<>();
        configurations.forEach((name, json) -> flatten(name, json, jsonNow));
        part(about, CONFIGURATION).forEach((name, json) -> flatten(name, json, jsonThen));
        result.addAll(differences(jsonThen, jsonNow));
        return result;
    }

    private static Map<String, String> part(Map<String, String> about, String prefix) {
        Map<String, String> result = new TreeMap<>();
        about.forEach((name, text) -> {
            if (name.startsWith(prefix)) {
                result.put(name.substring(prefix.length()), text);
            }
        });
        return result;
    }

    private static List<String> differences(Map<String, String> then, Map<String, String> now) {
        List<String> result = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String before = then.get(name);
            String after = now.get(name);
            if (!Objects.equals(before, after)) {
                result.add(name + ": " + (before == null ? "nothing" : before) + " in the checkpoint, "
                        + (after == null ? "nothing" : after) + " now");
            }
        }
        return result;
    }

    private static void flatten(String name, String json, Map<String, String> into) {
        try {
            FlatJson.read(json.getBytes(StandardCharsets.UTF_8))
                    .forEach((path, text) -> into.put(name + ": " + path, text));
        } catch (IOException e) {
            into.put(name, "no JSON: " + e.getMessage());
        }
    }
}
