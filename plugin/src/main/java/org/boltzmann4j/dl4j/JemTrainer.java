package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * {@link JointTraining} under guard. Every minibatch is looked at by a {@link JointGuard}; healthy states are kept at intervals. If the
 * training diverges, the network, its updater and the chains return to the last healthy state, and the training goes on with what is left
 * of its epochs, one level safer each time:
 *
 * <ol>
 *   <li>twice the Langevin steps, each a third as long, a tenth of the learning rate;
 *   <li>half the generative weights, a tenth of the rate again;
 *   <li>the SOFTPLUS term instead of another one, a tenth of the rate again.
 * </ol>
 *
 * <p>After these it stops with the last healthy state. A lower rate is applied to the update itself, {@code theta + factor (theta' -
 * theta)}, so that every updater and schedule obeys and the configuration stays; and no update is longer than the mean healthy one
 * times the factor, so that a learning rate that somebody or a schedule has set too high does no harm a second time. A training in
 * which nothing diverges is that of {@code network.fit(batches, epochs)}, bit by bit, as long as no layer draws random numbers.
 *
 * <p>With {@link Builder#checkpoints} it is written down as a pretraining is: at any minibatch, by signals and interrupts too, and gone on
 * with by {@link #resume}, with the same bits.
 *
 * <p>Random numbers of the host's layers (dropout) come from ND4J's generator, which is seeded for each minibatch. Immutable.
 */
public final class JemTrainer {

    private final Builder options;
    private final @Nullable TrainingCheckpoint from;
    private final AtomicBoolean used = new AtomicBoolean();

    private JemTrainer(Builder options, @Nullable TrainingCheckpoint from) {
        this.options = options;
        this.from = from;
    }

    /**
     * Starts from the defaults: 10 epochs, the default guard, a snapshot every 50 minibatches, no checkpoints.
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
     * @throws IllegalArgumentException if network or data do not fit, or a checkpoint is of another run; the network is then as it was
     * @throws IllegalStateException if the network is not initialised, or the folder of the checkpoints holds later ones
     * @throws TrainingInterruptedException with checkpoints, if a signal or an interrupt asks for an end
     */
    public JemReport fit(MultiLayerNetwork network, DataSetIterator data) {
        return run(network, data, null);
    }

    /**
     * Trains a network on rows with and without labels. An epoch is one pass over the labelled ones.
     *
     * @param network initialised, ending in a softmax output layer with cross-entropy; trained in place, its listeners are called
     * @param data features in the box with one-hot labels; can be reset
     * @param unlabelled a minibatch of them joins each of the labelled ones, see {@link JointTraining#batches}; can be reset
     * @return what was done; divergence is reported here, not thrown
     * @throws IllegalArgumentException if network or data do not fit, or a checkpoint is of another run; the network is then as it was
     * @throws IllegalStateException if the network is not initialised, or the folder of the checkpoints holds later ones
     * @throws TrainingInterruptedException with checkpoints, if a signal or an interrupt asks for an end
     */
    public JemReport fit(MultiLayerNetwork network, DataSetIterator data, DataSetIterator unlabelled) {
        return run(network, data, unlabelled);
    }

    /**
     * Returns the same trainer with a checkpoint to go on from: its {@code fit} replaces parameters and updater of the network by those of
     * the checkpoint and ends with the bits of a training that was never interrupted, on the same machine with the same number of BLAS
     * threads.
     *
     * <p>The data have to be the same, from their beginning: an iterator whose order depends on how often it was reset has to be as new.
     * Settings and network have to be those of the checkpoint ({@link Builder#allowDifferences}). Otherwise {@code fit} throws an {@link
     * IllegalArgumentException} that names what differs, and the network is as it was.
     *
     * @param checkpoint written by a training with {@link Builder#checkpoints}
     * @return a trainer for one run
     * @throws CheckpointException if the file cannot be read, is no such checkpoint, or is damaged
     */
    public JemTrainer resume(Path checkpoint) throws CheckpointException {
        return new JemTrainer(options, TrainingCheckpoint.read(checkpoint, TrainingCheckpoint.Kind.JOINT_TRAINING));
    }

    /**
     * Returns the same trainer with the newest usable checkpoint of its folder to go on from, or this one if there is none.
     *
     * @return a trainer for one run
     * @throws IllegalStateException if there is no folder in the settings
     * @throws IOException if the folder cannot be read
     */
    public JemTrainer resumeLatest() throws IOException {
        if (options.checkpoints == null) {
            throw new IllegalStateException("there is nothing to resume from: set checkpoints(...)");
        }
        Optional<Path> latest = options.checkpoints.latest();
        return latest.isPresent() ? resume(latest.get()) : this;
    }

    private JemReport run(MultiLayerNetwork network, DataSetIterator data, @Nullable DataSetIterator unlabelled) {
        if (!data.resetSupported() || (unlabelled != null && !unlabelled.resetSupported())) {
            throw new IllegalArgumentException("the data cannot be reset: expected iterators that can");
        }
        if (from != null && used.getAndSet(true)) {
            throw new IllegalStateException("a checkpoint serves one run: call resume(...) again");
        }
        NetworkEnergy.outputOf(network);
        RunDescription description =
                options.checkpoints == null && from == null ? null : options.describe(network, unlabelled != null);
        try {
            JointBatches batches = options.training.batches(network, data, unlabelled);
            return new JemRun(options, network, batches, description).train(from);
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

        @Nullable Checkpoints checkpoints;

        CheckpointArchive.Opener opener = Files::newOutputStream;
        boolean allowDifferences;

        final List<Consumer<JointTelemetry>> listeners = new ArrayList<>();

        private Builder(JointTraining training) {
            this.training = training;
        }

        private Builder(Builder other) {
            this(other.training);
            this.epochs = other.epochs;
            this.guard = other.guard;
            this.snapshotEvery = other.snapshotEvery;
            this.checkpoints = other.checkpoints;
            this.opener = other.opener;
            this.allowDifferences = other.allowDifferences;
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
         * Has the training written down at intervals, so that {@link JemTrainer#resume} can go on with it, and ended in order by signals
         * and interrupts. A checkpoint that cannot be written, on a full disk for example, is a warning: the training goes on, the file
         * before stays. Default: none.
         *
         * @param checkpoints where, how often and how many
         * @return this
         */
        public Builder checkpoints(Checkpoints checkpoints) {
            this.checkpoints = Objects.requireNonNull(checkpoints, "checkpoints");
            return this;
        }

        /**
         * Sets whether a training may go on from a checkpoint of other settings, another configuration or other data: they are then a
         * warning. What the state itself depends on, such as the number of parameters and chains, has to be the same in any case. Default:
         * false.
         *
         * @param allow true to go on nevertheless
         * @return this
         */
        public Builder allowDifferences(boolean allow) {
            this.allowDifferences = allow;
            return this;
        }

        /** Where checkpoints are written to: a test puts a full disk there. */
        Builder opener(CheckpointArchive.Opener opener) {
            this.opener = opener;
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

        /** Everything that decides about the outcome, but for listeners. */
        RunDescription describe(MultiLayerNetwork network, boolean hasUnlabelled) {
            Map<String, String> settings = training.options.describe();
            settings.put("epochs", String.valueOf(epochs));
            settings.put("guard", guard.toString());
            settings.put("snapshotEvery", String.valueOf(snapshotEvery));
            settings.put("unlabelled data", hasUnlabelled ? "given" : "none");
            return new RunDescription(settings, Map.of("the network", RunDescription.configuration(network)));
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
            return new JemTrainer(new Builder(this), null);
        }
    }
}
