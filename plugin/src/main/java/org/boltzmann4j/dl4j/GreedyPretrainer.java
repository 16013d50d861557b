package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.math.BlasKernels;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.objective.NegativePhase;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.learning.config.IUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Greedy layer-wise pretraining (Hinton, Osindero, Teh 2006): every {@link RbmLayer} of a network is trained in turn, without
 * labels, as a restricted Boltzmann machine of its inputs, which the layers below compute in inference mode. Layers that are
 * no RBM, and frozen ones, are passed through.
 *
 * <p>Of the network only the parameters of its RBM layers change. Its updater, its iteration and epoch counters, and so the
 * schedules of the fine-tuning that follows, are untouched: pretraining counts from 0 in every layer. Dropout and weight
 * noise of the layers concern supervised training and are not applied.
 *
 * <p>Every value of the data is checked in a first pass, before anything is learnt. Immutable; the same pretrainer may be used
 * for several networks, one after the other. Same seed, same data, same number of BLAS threads: same bits; with
 * {@link Builder#threads} whatever the number.
 */
public final class GreedyPretrainer {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private static final AtomicBoolean BLAS_LOOKED_AT = new AtomicBoolean();

    private final Builder options;

    private GreedyPretrainer(Builder options) {
        this.options = options;
    }

    /**
     * Starts from the defaults: 10 epochs, each layer's own updater and negative phase, means handed up.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Pretrains the RBM layers of a network.
     *
     * @param network initialised; parameters of its RBM layers are changed
     * @param data labelled or not; reset before every pass, labels ignored
     * @return what was done
     * @throws IllegalArgumentException if the data do not fit the network or its visible units
     * @throws IllegalStateException if the network is not initialised, or validation data are needed and missing
     * @throws PretrainingDivergedException if an update is not finite
     */
    public PretrainingReport pretrain(MultiLayerNetwork network, DataSetIterator data) {
        return pretrain(network, FeatureSource.of(data, options.exampleWeights));
    }

    /**
     * Pretrains the RBM layers of a graph with one input, in topological order.
     *
     * @param graph initialised; parameters of its RBM layers are changed
     * @param data labelled or not; reset before every pass, labels ignored
     * @return what was done
     * @throws IllegalArgumentException if the data do not fit the graph or its visible units
     * @throws IllegalStateException if the graph is not initialised, or validation data are needed and missing
     * @throws PretrainingDivergedException if an update is not finite
     */
    public PretrainingReport pretrain(ComputationGraph graph, DataSetIterator data) {
        return pretrain(graph, FeatureSource.of(data, options.exampleWeights));
    }

    /**
     * Pretrains the RBM layers of a graph with any number of inputs, in topological order.
     *
     * @param graph initialised; parameters of its RBM layers are changed
     * @param data labelled or not; reset before every pass, labels ignored
     * @return what was done
     * @throws IllegalArgumentException if the data do not fit the graph or its visible units
     * @throws IllegalStateException if the graph is not initialised, or validation data are needed and missing
     * @throws PretrainingDivergedException if an update is not finite
     */
    public PretrainingReport pretrain(ComputationGraph graph, MultiDataSetIterator data) {
        return pretrain(graph, FeatureSource.of(data, options.exampleWeights));
    }

    private PretrainingReport pretrain(Model network, FeatureSource data) {
        RbmTargets targets = RbmTargets.of(network);
        List<RbmTarget> layers = targets.all();
        List<LayerSettings> settings = layers.stream().map(options::settingsOf).toList();
        options.requireNamesIn(layers);
        requireEnoughPasses(data, settings);
        if (options.stoppingRule != null && options.validation == null) {
            throw new IllegalStateException("a stopping rule needs validation data: set validation(...)");
        }
        warnOfDropout(layers);
        warnOfSlowBlas();
        List<PretrainingListener> listeners = new ArrayList<>(options.listeners);
        try (ProgressReporter reporter = ProgressReporter.forThisProcess()) {
            if (options.reportProgress) {
                listeners.add(reporter);
            }
            return options.threads == null
                    ? pretrain(targets, settings, data, listeners)
                    : Workers.with(options.threads, () -> pretrain(targets, settings, data, listeners));
        }
    }

    private PretrainingReport pretrain(
            RbmTargets targets, List<LayerSettings> settings, FeatureSource data, List<PretrainingListener> listeners) {
        List<RbmTarget> layers = targets.all();
        ProgressClock clock = new ProgressClock(layers, settings);
        List<TrainingListener> stockListeners = usableListeners(targets);
        FeatureSource validation = options.validation == null ? null : FeatureSource.of(options.validation);
        List<PretrainingReport.LayerReport> reports = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            RbmTarget target = layers.get(i);
            long seed = options.seed != null
                    ? options.seed
                    : target.runtime().conf().getSeed();
            RandomStreams streams = RandomStreams.of(seed).split("pretraining").split("layer " + target.index());
            LayerInputs inputs = new LayerInputs(
                    targets,
                    target,
                    data,
                    options.exampleWeights != null,
                    target.label(),
                    options.propagation,
                    streams.split("inputs"),
                    options.cacheBytes);
            LayerInputs validationInputs = validation == null
                    ? null
                    : new LayerInputs(
                            targets,
                            target,
                            validation,
                            false,
                            target.label() + ", validation data",
                            Propagation.MEAN,
                            streams.split("validation"),
                            0);
            reports.add(new LayerPretrainer(target, settings.get(i), clock, listeners, stockListeners, streams)
                    .train(inputs, validationInputs));
        }
        return new PretrainingReport(reports, clock.elapsed());
    }

    private static void requireEnoughPasses(FeatureSource data, List<LayerSettings> settings) {
        if (!data.canReset() && (settings.size() > 1 || settings.get(0).epochs() > 1)) {
            throw new IllegalArgumentException(
                    "the iterator cannot be reset, so it can be read once only: expected one RBM"
                            + " layer and one epoch, got " + settings.size() + " layers and "
                            + settings.get(0).epochs() + " epochs in the first");
        }
    }

    /** Once in a process: nothing about it changes. */
    private static void warnOfSlowBlas() {
        if (!BLAS_LOOKED_AT.getAndSet(true)) {
            BlasKernels.loaded().flatMap(BlasKernels::advice).ifPresent(LOG::warn);
        }
    }

    private static void warnOfDropout(List<RbmTarget> layers) {
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
    private static List<TrainingListener> usableListeners(RbmTargets targets) {
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

    /** Collects the options of a {@link GreedyPretrainer}. Layers are named by index, as a number or string, or by name. */
    public static final class Builder {

        private int epochs = 10;
        private @Nullable IUpdater updater;
        private @Nullable Long seed;
        private @Nullable Integer threads;
        private @Nullable DataSetIterator validation;
        private @Nullable StoppingRule stoppingRule;
        private @Nullable ExampleWeights exampleWeights;
        private @Nullable ParameterAverage average;
        private Propagation propagation = Propagation.MEAN;
        private long cacheBytes = 512L << 20;
        private int monitorRows = 1000;
        private boolean reportProgress = true;
        private final List<PretrainingListener> listeners = new ArrayList<>();
        private final List<RbmMonitor> monitors = new ArrayList<>();
        private final Map<String, Integer> layerEpochs = new HashMap<>();
        private final Map<String, IUpdater> layerUpdaters = new HashMap<>();
        private final Map<String, NegativePhase> layerNegativePhases = new HashMap<>();

        private Builder() {}

        private Builder(Builder other) {
            this.epochs = other.epochs;
            this.updater = other.updater;
            this.seed = other.seed;
            this.threads = other.threads;
            this.validation = other.validation;
            this.stoppingRule = other.stoppingRule;
            this.exampleWeights = other.exampleWeights;
            this.average = other.average;
            this.propagation = other.propagation;
            this.cacheBytes = other.cacheBytes;
            this.monitorRows = other.monitorRows;
            this.reportProgress = other.reportProgress;
            this.listeners.addAll(other.listeners);
            this.monitors.addAll(other.monitors);
            this.layerEpochs.putAll(other.layerEpochs);
            this.layerUpdaters.putAll(other.layerUpdaters);
            this.layerNegativePhases.putAll(other.layerNegativePhases);
        }

        /**
         * Sets the epochs of every layer. Default: 10.
         *
         * @param epochs at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder epochs(int epochs) {
            this.epochs = requirePositive(epochs, "epochs");
            return this;
        }

        /**
         * Sets the epochs of one layer.
         *
         * @param layer name or index
         * @param epochs at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder layerEpochs(String layer, int epochs) {
            layerEpochs.put(layer, requirePositive(epochs, "epochs of layer " + layer));
            return this;
        }

        /**
         * Sets the updater of every layer instead of their own, which then serves fine-tuning only.
         *
         * @param updater copied for each layer; schedules count from 0 in every layer
         * @return this
         */
        public Builder updater(IUpdater updater) {
            this.updater = Objects.requireNonNull(updater, "updater");
            return this;
        }

        /**
         * Sets the updater of one layer.
         *
         * @param layer name or index
         * @param updater copied; schedules count from 0
         * @return this
         */
        public Builder layerUpdater(String layer, IUpdater updater) {
            layerUpdaters.put(layer, Objects.requireNonNull(updater, "updater"));
            return this;
        }

        /**
         * Sets the negative phase of one layer instead of its own.
         *
         * @param layer name or index
         * @param negativePhase the specification
         * @return this
         */
        public Builder layerNegativePhase(String layer, NegativePhase negativePhase) {
            layerNegativePhases.put(layer, Objects.requireNonNull(negativePhase, "negativePhase"));
            return this;
        }

        /**
         * Sets the seed. Default: the network's.
         *
         * @param seed any value
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Has this many threads share the rows of every minibatch and of all chains, each with a BLAS of one thread. Any number
         * computes the same bits, other ones than without this option. It pays for large minibatches, many chains and rungs;
         * for minibatches of 100 rows it gains little. While it pretrains, the BLAS of the whole process has one thread, for other
         * networks too; afterwards it has as many as before. Default: the threads of the BLAS, as the process has set them.
         *
         * @param threads at least 1, usefully at most the number of cores
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder threads(int threads) {
            this.threads = requirePositive(threads, "threads");
            return this;
        }

        /**
         * Sets validation data for the monitors and the stopping rule. Held in memory.
         *
         * @param validation labelled or not; never learnt from
         * @return this
         */
        public Builder validation(DataSetIterator validation) {
            this.validation = Objects.requireNonNull(validation, "validation");
            return this;
        }

        /**
         * Ends layers early. Needs validation data.
         *
         * @param stoppingRule when, and which epoch to keep
         * @return this
         */
        public Builder stopEarly(StoppingRule stoppingRule) {
            this.stoppingRule = Objects.requireNonNull(stoppingRule, "stoppingRule");
            return this;
        }

        /**
         * Sets how much each row of the training data counts. Default: all alike.
         *
         * @param exampleWeights called for every minibatch read
         * @return this
         */
        public Builder exampleWeights(ExampleWeights exampleWeights) {
            this.exampleWeights = Objects.requireNonNull(exampleWeights, "exampleWeights");
            return this;
        }

        /**
         * Averages the parameters of every layer over its updates, for the monitors, in the end, or both. During training
         * listeners see the network's parameters as they are. Costs one copy of the parameters and two passes over them for
         * each update. Default: no average.
         *
         * @param average decay, and what the average is for
         * @return this
         */
        public Builder averaging(ParameterAverage average) {
            this.average = Objects.requireNonNull(average, "average");
            return this;
        }

        /**
         * Sets what pretrained layers hand up to the ones above. Default: means.
         *
         * @param propagation means or samples
         * @return this
         */
        public Builder propagation(Propagation propagation) {
            this.propagation = Objects.requireNonNull(propagation, "propagation");
            return this;
        }

        /**
         * Bounds the memory for inputs of upper layers, kept instead of recomputed every epoch. If the inputs of a layer do
         * not fit they are recomputed. Kept minibatches come in a new order every epoch, with the rows each had at first;
         * recomputed ones come as the iterator gives them. Default: 512 MiB.
         *
         * @param bytes at least 0; 0 never keeps any
         * @return this
         * @throws IllegalArgumentException if negative
         */
        public Builder cacheBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("cacheBytes = " + bytes + ", expected at least 0");
            }
            this.cacheBytes = bytes;
            return this;
        }

        /**
         * Sets how many rows of training data the monitors are measured on after each epoch. Default: 1000.
         *
         * @param rows at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder monitorRows(int rows) {
            this.monitorRows = requirePositive(rows, "monitorRows");
            return this;
        }

        /**
         * Sets whether progress is shown: a bar in a terminal, log lines elsewhere. Default: true.
         *
         * @param report false for silence
         * @return this
         */
        public Builder reportProgress(boolean report) {
            this.reportProgress = report;
            return this;
        }

        /**
         * Adds figures to be measured after every epoch of every layer, on validation rows and on those of
         * {@link #monitorRows}, presented once as the layer's option for grey values says. They come to the listeners in
         * {@link PretrainingMonitors#readings} and are shown with their cost.
         *
         * @param more measured in the order given
         * @return this
         */
        public Builder monitors(RbmMonitor... more) {
            monitors.addAll(List.of(more));
            return this;
        }

        /**
         * Adds listeners.
         *
         * @param more called in the order given
         * @return this
         */
        public Builder listeners(PretrainingListener... more) {
            listeners.addAll(List.of(more));
            return this;
        }

        /**
         * Makes the pretrainer.
         *
         * @return immutable; later changes of this builder do not reach it
         */
        public GreedyPretrainer build() {
            return new GreedyPretrainer(new Builder(this));
        }

        private static int requirePositive(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " = " + value + ", expected at least 1");
            }
            return value;
        }

        private LayerSettings settingsOf(RbmTarget target) {
            return new LayerSettings(
                    Objects.requireNonNullElse(of(layerEpochs, target), epochs),
                    of(layerUpdaters, target) != null ? of(layerUpdaters, target) : updater,
                    of(layerNegativePhases, target),
                    average,
                    stoppingRule,
                    monitorRows,
                    List.copyOf(monitors));
        }

        private static <T> @Nullable T of(Map<String, T> settings, RbmTarget target) {
            T byName = settings.get(target.name());
            return byName != null ? byName : settings.get(String.valueOf(target.index()));
        }

        private void requireNamesIn(List<RbmTarget> layers) {
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
    }
}
