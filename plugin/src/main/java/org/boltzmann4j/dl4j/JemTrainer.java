package org.boltzmann4j.dl4j;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * {@link JointTraining} under guard. Every minibatch is looked at by a {@link JointGuard}; healthy states are kept at intervals. If the
 * training diverges, the network, its updater and the chains return to the last healthy state, and the training goes on with what is left
 * of its epochs, one level safer each time:
 *
 * <ol>
 *   <li>twice the Langevin steps, a tenth of the learning rate;
 *   <li>half the generative weights, a tenth of the rate again;
 *   <li>the SOFTPLUS term instead of another one, a tenth of the rate again.
 * </ol>
 *
 * <p>After these it stops with the last healthy state. A lower rate is applied to the update itself, {@code theta + factor (theta' -
 * theta)}, so that every updater and schedule obeys and the configuration stays; and no update is longer than the mean healthy one
 * times the factor, so that a learning rate that somebody or a schedule has set too high does no harm a second time. A training in
 * which nothing diverges is that of {@code network.fit(batches, epochs)}, bit by bit, as long as no layer draws random numbers.
 *
 * <p>Random numbers of the host's layers (dropout) come from ND4J's generator, which is seeded at the start of each epoch. Immutable.
 */
public final class JemTrainer {

    private final Builder options;

    private JemTrainer(Builder options) {
        this.options = options;
    }

    /**
     * Starts from the defaults: 10 epochs, the default guard, a snapshot every 50 minibatches, no file.
     *
     * @param training objective, sampler and noise
     * @return a builder
     */
    public static Builder of(JointTraining training) {
        return new Builder(Objects.requireNonNull(training, "training"));
    }

    /**
     * Trains a network. Afterwards it has its stock loss again, whatever happened.
     *
     * @param network initialised, ending in a softmax output layer with cross-entropy; trained in place, its listeners are called
     * @param data features in the box with one-hot labels, see {@link JointTraining#batches}; can be reset
     * @return what was done; divergence is reported here, not thrown
     * @throws IllegalArgumentException if network or data do not fit
     * @throws IllegalStateException if the network is not initialised
     * @throws IOException if a checkpoint cannot be written
     */
    public JemReport fit(MultiLayerNetwork network, DataSetIterator data) throws IOException {
        return run(network, data, null, null);
    }

    /**
     * Trains a network on rows with and without labels. An epoch is one pass over the labelled ones.
     *
     * @param network initialised, ending in a softmax output layer with cross-entropy; trained in place, its listeners are called
     * @param data features in the box with one-hot labels; can be reset
     * @param unlabelled a minibatch of them joins each of the labelled ones, see {@link JointTraining#batches}; can be reset
     * @return what was done; divergence is reported here, not thrown
     * @throws IllegalArgumentException if network or data do not fit
     * @throws IllegalStateException if the network is not initialised
     * @throws IOException if a checkpoint cannot be written
     */
    public JemReport fit(MultiLayerNetwork network, DataSetIterator data, DataSetIterator unlabelled)
            throws IOException {
        return run(network, data, unlabelled, null);
    }

    /**
     * Goes on with a training from the file of {@link Builder#checkpoint}, as if it had not been interrupted. The data are read once and
     * reset for every epoch done, which brings an iterator whose order depends on its resets to where it was. A divergence
     * before the first new snapshot returns to the checkpoint.
     *
     * @param network with the configuration it had; its parameters are replaced
     * @param data the same, from their beginning
     * @return what was done
     * @throws IllegalArgumentException if network or data do not fit
     * @throws IllegalStateException if there is no checkpoint file in the settings, or the network is not initialised
     * @throws IOException if the file cannot be read, is damaged, or belongs to another training
     */
    public JemReport resume(MultiLayerNetwork network, DataSetIterator data) throws IOException {
        return run(network, data, null, checkpointOf(network));
    }

    /**
     * Goes on with a training on rows with and without labels. Of the unlabelled ones as many minibatches are read as the training has
     * used.
     *
     * @param network with the configuration it had; its parameters are replaced
     * @param data the same, from their beginning
     * @param unlabelled the same, from their beginning
     * @return what was done
     * @throws IllegalArgumentException if network or data do not fit
     * @throws IllegalStateException if there is no checkpoint file in the settings, or the network is not initialised
     * @throws IOException if the file cannot be read, is damaged, or belongs to another training
     */
    public JemReport resume(MultiLayerNetwork network, DataSetIterator data, DataSetIterator unlabelled)
            throws IOException {
        return run(network, data, unlabelled, checkpointOf(network));
    }

    private JemCheckpoint checkpointOf(MultiLayerNetwork network) throws IOException {
        if (options.checkpoint == null) {
            throw new IllegalStateException("there is nothing to resume from: set checkpoint(file)");
        }
        NetworkEnergy.outputOf(network);
        INDArray updater = network.getUpdater().getStateViewArray();
        return JemCheckpoint.read(
                options.checkpoint,
                network.params().length(),
                updater == null ? 0 : updater.length(),
                options.training.options.bufferSize);
    }

    private JemReport run(
            MultiLayerNetwork network,
            DataSetIterator data,
            @Nullable DataSetIterator unlabelled,
            @Nullable JemCheckpoint from)
            throws IOException {
        if (!data.resetSupported() || (unlabelled != null && !unlabelled.resetSupported())) {
            throw new IllegalArgumentException("the data cannot be reset: expected iterators that can");
        }
        JemRun run = new JemRun(options, network, options.training.batches(network, data, unlabelled));
        try {
            if (from != null) {
                for (int epoch = 0; epoch < from.epochs(); epoch++) {
                    if (data.hasNext()) {
                        data.next();
                    }
                    data.reset();
                }
                run.resume(from);
            }
            return run.train();
        } finally {
            JointTraining.finish(network);
        }
    }

    /** Collects the settings of a {@link JemTrainer}. */
    public static final class Builder {

        final JointTraining training;
        int epochs = 10;
        JointGuard guard = JointGuard.defaults();
        int snapshotEvery = 50;

        @Nullable File checkpoint;

        final List<Consumer<JointTelemetry>> listeners = new ArrayList<>();

        private Builder(JointTraining training) {
            this.training = training;
        }

        private Builder(Builder other) {
            this(other.training);
            this.epochs = other.epochs;
            this.guard = other.guard;
            this.snapshotEvery = other.snapshotEvery;
            this.checkpoint = other.checkpoint;
            this.listeners.addAll(other.listeners);
        }

        /**
         * Sets the number of epochs, those before a resume included. Default: 10.
         *
         * @param count at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder epochs(int count) {
            this.epochs = requirePositive(count, "epochs");
            return this;
        }

        /**
         * Sets what counts as healthy.
         *
         * @param thresholds the guard
         * @return this
         */
        public Builder guard(JointGuard thresholds) {
            this.guard = Objects.requireNonNull(thresholds, "guard");
            return this;
        }

        /**
         * Sets how often a healthy state is kept. Default: every 50 minibatches.
         *
         * @param minibatches at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder snapshotEvery(int minibatches) {
            this.snapshotEvery = requirePositive(minibatches, "snapshotEvery");
            return this;
        }

        /**
         * Sets a file to {@link JemTrainer#resume} from, written after every epoch and when training stops.
         *
         * @param file replaced if it exists; complete at any time
         * @return this
         */
        public Builder checkpoint(File file) {
            this.checkpoint = Objects.requireNonNull(file, "file");
            return this;
        }

        /**
         * Adds a listener to the telemetry of every minibatch, before its update.
         *
         * @param listener called in the order added
         * @return this
         */
        public Builder listener(Consumer<JointTelemetry> listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        private static int requirePositive(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " = " + value + ", expected at least 1");
            }
            return value;
        }

        /**
         * Makes the trainer.
         *
         * @return immutable; later changes of this builder do not reach it
         */
        public JemTrainer build() {
            return new JemTrainer(new Builder(this));
        }
    }
}
