package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.Workers;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pretraining of one network, layer after layer: where it stands, and how it goes on from a checkpoint. Mutable. */
final class PretrainingRun {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private final @Nullable TrainingCheckpoint from;
    private final PretrainingOptions options;
    private final Model network;
    private final RbmTargets targets;
    private final List<RbmTarget> layers;
    private final List<LayerSettings> settings;
    private final MinibatchSource<Features> data;
    private final @Nullable MinibatchSource<Features> validation;
    private final ProgressClock clock;
    private final List<TrainingListener> stockListeners;
    private final List<PretrainingListener> listeners;
    private final @Nullable RunDescription description;
    private final List<PretrainingReport.LayerReport> reports = new ArrayList<>();
    private @Nullable CheckpointKeeper keeper;
    private @Nullable LayerPretrainer atWork;
    private int layer;
    /** Of the data, before the layer at work began. */
    private long passesBefore;

    /**
     * Checks that network, data and settings go together.
     *
     * @param from where to go on, or null to begin
     * @throws IllegalArgumentException if they do not
     * @throws IllegalStateException if the network is not initialised, or validation data are missing
     */
    PretrainingRun(
            PretrainingOptions options,
            Model network,
            MinibatchSource<Features> data,
            @Nullable TrainingCheckpoint from) {
        this.from = from;
        this.options = options;
        this.network = network;
        this.data = data;
        this.targets = RbmTargets.of(network);
        this.layers = targets.all();
        this.settings = layers.stream().map(options::settingsOf).toList();
        options.requireNamesIn(layers);
        requireEnoughPasses();
        if (options.stoppingRule != null && options.validation == null) {
            throw new IllegalStateException("a stopping rule needs validation data: set validation(...)");
        }
        warnOfDropout();
        this.validation = options.validation == null ? null : FeatureSource.of(options.validation);
        this.clock = new ProgressClock(layers, settings);
        this.stockListeners = usableListeners();
        this.listeners = new ArrayList<>(options.listeners);
        this.description = options.checkpoints == null && from == null ? null : description();
        if (description != null) {
            data.keepFingerprint();
            if (validation != null) {
                validation.keepFingerprint();
            }
        }
    }

    private void requireEnoughPasses() {
        if (!data.canReset() && options.checkpoints != null) {
            throw new IllegalArgumentException(
                    "the iterator cannot be reset, so a run could not go on from a checkpoint:"
                            + " expected one that can, or no checkpoints");
        }
        if (!data.canReset() && (settings.size() > 1 || settings.get(0).epochs() > 1)) {
            throw new IllegalArgumentException(
                    "the iterator cannot be reset, so it can be read once only: expected one RBM"
                            + " layer and one epoch, got " + settings.size() + " layers and "
                            + settings.get(0).epochs() + " epochs in the first");
        }
    }

    private void warnOfDropout() {
        for (RbmTarget target : layers) {
            if (target.layer().getIDropout() != null || target.layer().getWeightNoise() != null) {
                LOG.warn(
                        "{}: dropout and weight noise concern supervised training and are not applied in pretraining",
                        target.label());
                return;
            }
        }
    }

    /** Some listeners of the host work on whole networks only and would throw, or write files without a network, on a layer. */
    private List<TrainingListener> usableListeners() {
        List<TrainingListener> usable = new ArrayList<>();
        for (TrainingListener listener : targets.listeners()) {
            if (listener instanceof PerformanceListener
                    || listener instanceof EvaluativeListener
                    || listener instanceof CheckpointListener) {
                LOG.info(
                        "{} needs a whole network and is not called in pretraining",
                        listener.getClass().getSimpleName());
            } else {
                usable.add(listener);
            }
        }
        return usable;
    }

    private RunDescription description() {
        Map<String, String> configurations = new LinkedHashMap<>();
        configurations.put("the network", RunDescription.configuration(network));
        for (int i = 0; i < layers.size(); i++) {
            configurations.put(
                    layers.get(i).label() + " in pretraining",
                    LayerPretrainer.configuration(layers.get(i), settings.get(i)));
        }
        return new RunDescription(options.describe(layers), configurations);
    }

    /** Trains the layers. */
    PretrainingReport train() {
        if (from != null) {
            Objects.requireNonNull(description).requireSame(from, options.allowDifferences);
        }
        try (ProgressReporter reporter = ProgressReporter.forThisProcess()) {
            if (options.reportProgress) {
                listeners.add(reporter);
            }
            return options.threads == null ? keeping() : Workers.with(options.threads, this::keeping);
        }
    }

    private PretrainingReport keeping() {
        if (options.checkpoints == null) {
            return layers();
        }
        long done = from == null ? 0 : from.state().count("minibatches", 0);
        try (CheckpointKeeper kept = new CheckpointKeeper(
                options.checkpoints,
                options.opener,
                TrainingCheckpoint.Kind.PRETRAINING,
                done,
                from == null ? null : from.file())) {
            keeper = kept;
            return layers();
        }
    }

    private PretrainingReport layers() {
        LayerPretrainer restored = from == null ? null : restored(from);
        while (layer < layers.size()) {
            LayerPretrainer pretrainer = restored == null ? pretrainer() : restored;
            if (restored == null) {
                pretrainer.begin(validationInputs());
            }
            restored = null;
            atWork = pretrainer;
            reports.add(pretrainer.train());
            layer++;
        }
        return new PretrainingReport(reports, clock.elapsed());
    }

    /** The layer that was at work; if the checkpoint does not fit, the network is as it was. */
    private LayerPretrainer restored(TrainingCheckpoint from) {
        INDArray before = network.params().dup();
        try {
            LayerPretrainer pretrainer = readAgain(from);
            RunDescription.requireSameData(from, dataTexts(), options.allowDifferences);
            return pretrainer;
        } catch (RuntimeException e) { // a refusal, or an iterator's own
            network.params().assign(before);
            throw e;
        }
    }

    /** State from the file, inputs from the data, which are read as far as they were. */
    private LayerPretrainer readAgain(TrainingCheckpoint from) {
        try {
            StateRecord state = from.state();
            carry(state);
            data.replayPasses(passesBefore);
            if (validation != null) {
                validation.replayPasses(layer);
            }
            LayerPretrainer pretrainer = pretrainer();
            pretrainer.resume(validationInputs(), state.in("training"));
            return pretrainer;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(from.file() + ": " + e.getMessage(), e);
        }
    }

    private Map<String, String> dataTexts() {
        Map<String, String> texts = new TreeMap<>();
        data.describe("training data", texts);
        if (validation != null) {
            validation.describe("validation data", texts);
        }
        return texts;
    }

    private LayerPretrainer pretrainer() {
        RbmTarget target = layers.get(layer);
        clock.setLayer(layer);
        passesBefore = data.passes();
        RandomStreams streams = streams(target);
        LayerInputs inputs = new LayerInputs(
                targets,
                target,
                data,
                options.exampleWeights != null,
                target.label(),
                options.propagation,
                streams.split("inputs"),
                options.cacheBytes);
        return new LayerPretrainer(
                target, settings.get(layer), clock, listeners, stockListeners, streams, inputs, this::minibatchDone);
    }

    private @Nullable LayerInputs validationInputs() {
        RbmTarget target = layers.get(layer);
        return validation == null
                ? null
                : new LayerInputs(
                        targets,
                        target,
                        validation,
                        false,
                        target.label() + ", validation data",
                        Propagation.MEAN,
                        streams(target).split("validation"),
                        0);
    }

    private RandomStreams streams(RbmTarget target) {
        return RandomStreams.of(options.seedOf(target)).split("pretraining").split("layer " + target.index());
    }

    private void minibatchDone() {
        if (keeper != null) {
            keeper.minibatchDone(this::contents);
        }
    }

    private CheckpointKeeper.Contents contents() {
        StateRecord state = StateRecord.toWrite();
        carry(state);
        Objects.requireNonNull(atWork).carry(state.in("training"));
        Map<String, String> about = Objects.requireNonNull(description).texts(dataTexts());
        about.put("stands at", layers.get(layer).label() + ", " + clock.place());
        return new CheckpointKeeper.Contents(about, state);
    }

    /** Passes what belongs to no single layer through a record. */
    private void carry(StateRecord record) {
        record.count("minibatches", keeper == null ? 0 : keeper.minibatches());
        layer = record.count("layer", layer, 0, layers.size() - 1);
        record.matrixInto("parameters", network.params());
        for (int i = 0; i < layer; i++) {
            StateRecord part = record.in("layer " + i);
            PretrainingReport.LayerReport report = record.isReading() ? null : reports.get(i);
            List<PretrainingMonitors> history =
                    MonitorTape.carry(part, "history", report == null ? List.of() : report.history());
            int kept = part.count("keptEpoch", report == null ? 0 : report.keptEpoch(), 0, Integer.MAX_VALUE);
            boolean stopped = part.flag("stoppedEarly", report != null && report.stoppedEarly());
            long nanos =
                    part.count("nanos", report == null ? 0 : report.duration().toNanos());
            if (report == null) {
                RbmTarget target = layers.get(i);
                reports.add(new PretrainingReport.LayerReport(
                        target.index(), target.name(), history, kept, stopped, Duration.ofNanos(nanos)));
            }
        }
        // A layer reads the data once before its first epoch. They are read again as often: a file must not say any
        // number.
        int most =
                reports.stream().mapToInt(report -> report.history().size() + 1).sum();
        passesBefore = record.count("passesBefore", (int) passesBefore, 0, most);
    }
}
