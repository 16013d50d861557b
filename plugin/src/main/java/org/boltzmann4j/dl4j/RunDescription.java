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
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a run was started with, in texts: two runs with the same settings, network and data are the same run. The environment is part of it
 * for the reader, and because bits may differ where it does.
 *
 * @param settings of the pretrainer, by name
 * @param configurations JSON of the network and of each layer as it is trained, by name
 */
record RunDescription(Map<String, String> settings, Map<String, String> configurations) {

    private static final String SETTING = "setting ";
    private static final String CONFIGURATION = "configuration of ";
    private static final String ENVIRONMENT = "environment ";

    static Map<String, String> environment() {
        Map<String, String> result = new TreeMap<>();
        result.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        result.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        result.put("backend", Nd4j.getBackend().getClass().getSimpleName());
        result.put("threads of the BLAS", String.valueOf(Nd4j.factory().blas().getMaxThreads()));
        return result;
    }

    /** Everything as texts for a manifest. */
    Map<String, String> texts() {
        Map<String, String> result = new LinkedHashMap<>();
        settings.forEach((name, text) -> result.put(SETTING + name, text));
        configurations.forEach((name, text) -> result.put(CONFIGURATION + name, text));
        environment().forEach((name, text) -> result.put(ENVIRONMENT + name, text));
        return result;
    }

    /** Settings and configurations that a manifest has otherwise. */
    List<String> differences(Map<String, String> about) {
        Map<String, String> now = new TreeMap<>();
        Map<String, String> then = new TreeMap<>();
        settings.forEach((name, text) -> now.put(name, text));
        about.forEach((name, text) -> {
            if (name.startsWith(SETTING)) {
                then.put(name.substring(SETTING.length()), text);
            }
        });
        List<String> result = differences(then, now);
        Map<String, String> jsonThen = new TreeMap<>();
        Map<String, String> jsonNow = new TreeMap<>();
        configurations.forEach((name, json) -> flatten(name, json, jsonNow));
        about.forEach((name, json) -> {
            if (name.startsWith(CONFIGURATION)) {
                flatten(name.substring(CONFIGURATION.length()), json, jsonThen);
            }
        });
        result.addAll(differences(jsonThen, jsonNow));
        return result;
    }

    /** Properties of the environment that a manifest has otherwise: not of the run, but of its bits. */
    static List<String> environmentDifferences(Map<String, String> about) {
        Map<String, String> then = new TreeMap<>();
        about.forEach((name, text) -> {
            if (name.startsWith(ENVIRONMENT)) {
                then.put(name.substring(ENVIRONMENT.length()), text);
            }
        });
        return differences(then, environment());
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
