package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.math.BlasKernels;
import org.boltzmann4j.objective.NegativePhase;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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

    private final PretrainingOptions options;
    private final @Nullable TrainingCheckpoint from;
    private final AtomicBoolean used = new AtomicBoolean();

    private GreedyPretrainer(PretrainingOptions options, @Nullable TrainingCheckpoint from) {
        this.options = options;
        this.from = from;
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
     * @throws IllegalArgumentException if the data do not fit the network or its visible units, or a checkpoint is of another run
     * @throws IllegalStateException if the network is not initialised, validation data are needed and missing, or the folder of the
     *     checkpoints holds later ones
     * @throws PretrainingDivergedException if the training of a layer explodes
     * @throws TrainingInterruptedException with checkpoints, if a signal or an interrupt asks for an end
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
     * @throws PretrainingDivergedException if the training of a layer explodes
     * @throws TrainingInterruptedException with checkpoints, if a signal or an interrupt asks for an end
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
     * @throws PretrainingDivergedException if the training of a layer explodes
     * @throws TrainingInterruptedException with checkpoints, if a signal or an interrupt asks for an end
     */
    public PretrainingReport pretrain(ComputationGraph graph, MultiDataSetIterator data) {
        return pretrain(graph, FeatureSource.of(data, options.exampleWeights));
    }

    /**
     * Returns the same pretrainer with a checkpoint to go on from: its {@code pretrain} replaces the network's parameters by those of the
     * checkpoint and ends with the bits of a run that was never interrupted, on the same machine with the same number of BLAS threads.
     *
     * <p>The data have to be the same, from their beginning: an iterator whose order depends on how often it was reset has to be as new, so
     * that the resets and reads before the interruption can be repeated. Settings and network have to be those of the checkpoint
     * ({@link Builder#allowDifferences}). Otherwise {@code pretrain} throws an {@link IllegalArgumentException} that names
     * what differs, and the network is as it was.
     *
     * @param checkpoint written by a pretraining with {@link Builder#checkpoints}
     * @return a pretrainer for one run
     * @throws CheckpointException if the file cannot be read, is no such checkpoint, or is damaged
     */
    public GreedyPretrainer resume(Path checkpoint) throws CheckpointException {
        return new GreedyPretrainer(options, TrainingCheckpoint.read(checkpoint, TrainingCheckpoint.Kind.PRETRAINING));
    }

    /**
     * Returns the same pretrainer with the newest usable checkpoint of its folder to go on from, or this one if there is none: a program
     * that is started again after every crash needs nothing else.
     *
     * @return a pretrainer for one run
     * @throws IllegalStateException if there is no folder in the settings
     * @throws IOException if the folder cannot be read
     */
    public GreedyPretrainer resumeLatest() throws IOException {
        if (options.checkpoints == null) {
            throw new IllegalStateException("there is nothing to resume from: set checkpoints(...)");
        }
        Optional<Path> latest = options.checkpoints.latest();
        return latest.isPresent() ? resume(latest.get()) : this;
    }

    private PretrainingReport pretrain(Model network, MinibatchSource<Features> data) {
        if (from != null && used.getAndSet(true)) {
            throw new IllegalStateException("a checkpoint serves one run: call resume(...) again");
        }
        PretrainingRun run = new PretrainingRun(options, network, data, from);
        warnOfSlowBlas();
        return run.train();
    }

    /** Once in a process: nothing about it changes. */
    private static void warnOfSlowBlas() {
        if (!BLAS_LOOKED_AT.getAndSet(true)) {
            BlasKernels.loaded().flatMap(BlasKernels::advice).ifPresent(LOG::warn);
        }
    }

    /** Collects the options of a {@link GreedyPretrainer}. Layers are named by index, as a number or string, or by name. */
    public static final class Builder {

        private final PretrainingOptions options = new PretrainingOptions();

        private Builder() {}

        /**
         * Sets the epochs of every layer. Default: 10.
         *
         * @param epochs at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder epochs(int epochs) {
            options.epochs = requirePositive(epochs, "epochs");
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
            options.layerEpochs.put(layer, requirePositive(epochs, "epochs of layer " + layer));
            return this;
        }

        /**
         * Sets the updater of every layer instead of their own, which then serves fine-tuning only.
         *
         * @param updater copied for each layer; schedules count from 0 in every layer
         * @return this
         */
        public Builder updater(IUpdater updater) {
            options.updater = Objects.requireNonNull(updater, "updater");
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
            options.layerUpdaters.put(layer, Objects.requireNonNull(updater, "updater"));
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
            options.layerNegativePhases.put(layer, Objects.requireNonNull(negativePhase, "negativePhase"));
            return this;
        }

        /**
         * Sets the seed. Default: the network's.
         *
         * @param seed any value
         * @return this
         */
        public Builder seed(long seed) {
            options.seed = seed;
            return this;
        }

        /**
         * Has this many threads share all large products and passes over rows, each with a BLAS of one thread. Any number computes
         * the same bits, possibly other ones than without this option. While it pretrains, the BLAS of the whole process has one thread, for other
         * networks too; afterwards it has as many as before. Default: the threads of the BLAS, as the process has set them.
         *
         * @param threads at least 1, usefully at most the number of cores
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder threads(int threads) {
            options.threads = requirePositive(threads, "threads");
            return this;
        }

        /**
         * Sets validation data for the monitors and the stopping rule. Held in memory.
         *
         * @param validation labelled or not; never learnt from
         * @return this
         */
        public Builder validation(DataSetIterator validation) {
            options.validation = Objects.requireNonNull(validation, "validation");
            return this;
        }

        /**
         * Ends layers early. Needs validation data.
         *
         * @param stoppingRule when, and which epoch to keep
         * @return this
         */
        public Builder stopEarly(StoppingRule stoppingRule) {
            options.stoppingRule = Objects.requireNonNull(stoppingRule, "stoppingRule");
            return this;
        }

        /**
         * Sets how much each row of the training data counts. Default: all alike.
         *
         * @param exampleWeights called for every minibatch read
         * @return this
         */
        public Builder exampleWeights(ExampleWeights exampleWeights) {
            options.exampleWeights = Objects.requireNonNull(exampleWeights, "exampleWeights");
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
            options.average = Objects.requireNonNull(average, "average");
            return this;
        }

        /**
         * Sets what pretrained layers hand up to the ones above. Default: means.
         *
         * @param propagation means or samples
         * @return this
         */
        public Builder propagation(Propagation propagation) {
            options.propagation = Objects.requireNonNull(propagation, "propagation");
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
            options.cacheBytes = bytes;
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
            options.monitorRows = requirePositive(rows, "monitorRows");
            return this;
        }

        /**
         * Has the run written down at intervals, so that {@link GreedyPretrainer#resume} can go on with it, and ended in order by signals
         * and interrupts. A checkpoint that cannot be written, on a full disk for example, is a warning: the run goes on, the file before
         * stays. Needs data that can be reset. Default: none.
         *
         * @param checkpoints where, how often and how many
         * @return this
         */
        public Builder checkpoints(Checkpoints checkpoints) {
            options.checkpoints = Objects.requireNonNull(checkpoints, "checkpoints");
            return this;
        }

        /**
         * Sets whether a run may go on from a checkpoint of other settings, another configuration or other data: they are then a warning.
         * What the state itself depends on, such as the shapes of layers, has to be the same in any case. Default: false.
         *
         * @param allow true to go on nevertheless
         * @return this
         */
        public Builder allowDifferences(boolean allow) {
            options.allowDifferences = allow;
            return this;
        }

        /**
         * Sets how often a layer may go back when it explodes: to its parameters of 50 to 100 usual updates before, with half of the
         * learning rate, an updater without memory and new chains; listeners and the log are told. Costs two copies of the layer's
         * parameters. Default: 0, an explosion ends the pretraining.
         *
         * @param times at least 0
         * @return this
         * @throws IllegalArgumentException if negative
         */
        public Builder backOff(int times) {
            if (times < 0) {
                throw new IllegalArgumentException("backOff = " + times + ", expected at least 0");
            }
            options.backOffs = times;
            return this;
        }

        /** Where checkpoints are written to: a test puts a full disk there. */
        Builder opener(CheckpointArchive.Opener opener) {
            options.opener = opener;
            return this;
        }

        /**
         * Sets whether progress is shown: a bar in a terminal, log lines elsewhere. Default: true.
         *
         * @param report false for silence
         * @return this
         */
        public Builder reportProgress(boolean report) {
            options.reportProgress = report;
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
            options.monitors.addAll(List.of(more));
            return this;
        }

        /**
         * Adds listeners.
         *
         * @param more called in the order given
         * @return this
         */
        public Builder listeners(PretrainingListener... more) {
            options.listeners.addAll(List.of(more));
            return this;
        }

        /**
         * Makes the pretrainer.
         *
         * @return immutable; later changes of this builder do not reach it
         */
        public GreedyPretrainer build() {
            return new GreedyPretrainer(options.copy(), null);
        }

        private static int requirePositive(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " = " + value + ", expected at least 1");
            }
            return value;
        }
    }
}
