package org.boltzmann4j.dl4j;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.objective.NegativePhase;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.IUpdater;

/** What a {@link GreedyPretrainer.Builder} collects. Mutable; a pretrainer has a copy of its own. */
final class PretrainingOptions {

    int epochs = 10;

    @Nullable IUpdater updater;

    @Nullable Long seed;

    @Nullable Integer threads;

    @Nullable DataSetIterator validation;

    @Nullable StoppingRule stoppingRule;

    @Nullable ExampleWeights exampleWeights;

    @Nullable ParameterAverage average;

    @Nullable Checkpoints checkpoints;

    CheckpointArchive.Opener opener = Files::newOutputStream;
    boolean allowDifferences;
    int backOffs;
    Propagation propagation = Propagation.MEAN;
    long cacheBytes = 512L << 20;
    int monitorRows = 1000;
    boolean reportProgress = true;
    final List<PretrainingListener> listeners = new ArrayList<>();
    final List<RbmMonitor> monitors = new ArrayList<>();
    final Map<String, Integer> layerEpochs = new HashMap<>();
    final Map<String, IUpdater> layerUpdaters = new HashMap<>();
    final Map<String, NegativePhase> layerNegativePhases = new HashMap<>();

    PretrainingOptions copy() {
        PretrainingOptions copy = new PretrainingOptions();
        copy.epochs = epochs;
        copy.updater = updater;
        copy.seed = seed;
        copy.threads = threads;
        copy.validation = validation;
        copy.stoppingRule = stoppingRule;
        copy.exampleWeights = exampleWeights;
        copy.average = average;
        copy.checkpoints = checkpoints;
        copy.opener = opener;
        copy.allowDifferences = allowDifferences;
        copy.backOffs = backOffs;
        copy.propagation = propagation;
        copy.cacheBytes = cacheBytes;
        copy.monitorRows = monitorRows;
        copy.reportProgress = reportProgress;
        copy.listeners.addAll(listeners);
        copy.monitors.addAll(monitors);
        copy.layerEpochs.putAll(layerEpochs);
        copy.layerUpdaters.putAll(layerUpdaters);
        copy.layerNegativePhases.putAll(layerNegativePhases);
        return copy;
    }

    long seedOf(RbmTarget target) {
        return seed != null ? seed : target.runtime().conf().getSeed();
    }

    LayerSettings settingsOf(RbmTarget target) {
        return new LayerSettings(
                Objects.requireNonNullElse(of(layerEpochs, target), epochs),
                of(layerUpdaters, target) != null ? of(layerUpdaters, target) : updater,
                of(layerNegativePhases, target),
                average,
                stoppingRule,
                monitorRows,
                backOffs,
                List.copyOf(monitors));
    }

    private static <T> @Nullable T of(Map<String, T> settings, RbmTarget target) {
        T byName = settings.get(target.name());
        return byName != null ? byName : settings.get(String.valueOf(target.index()));
    }

    void requireNamesIn(List<RbmTarget> layers) {
        List<String> unknown = new ArrayList<>();
        for (Map<String, ?> settings : List.of(layerEpochs, layerUpdaters, layerNegativePhases)) {
            for (String name : settings.keySet()) {
                if (layers.stream()
                        .noneMatch(target -> target.name().equals(name)
                                || String.valueOf(target.index()).equals(name))) {
                    unknown.add(name);
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("settings for " + unknown + ", but the RBM layers are "
                    + layers.stream().map(RbmTarget::label).toList());
        }
    }

    /** What decides about the outcome, as texts; the number of threads does not, whether there are some does. */
    Map<String, String> describe(List<RbmTarget> layers) {
        Map<String, String> result = new TreeMap<>();
        for (RbmTarget target : layers) {
            result.put(
                    "epochs of " + target.label(),
                    String.valueOf(settingsOf(target).epochs()));
            result.put("seed of " + target.label(), String.valueOf(seedOf(target)));
        }
        result.put("threads", threads == null ? "those of the BLAS" : "workers");
        result.put("validation", validation == null ? "none" : "given");
        result.put("stopEarly", String.valueOf(stoppingRule));
        result.put("exampleWeights", exampleWeights == null ? "none" : "given");
        result.put("averaging", String.valueOf(average));
        result.put("backOff", String.valueOf(backOffs));
        result.put("propagation", propagation.name());
        result.put("cacheBytes", String.valueOf(cacheBytes));
        result.put("monitorRows", String.valueOf(monitorRows));
        return result;
    }
}
