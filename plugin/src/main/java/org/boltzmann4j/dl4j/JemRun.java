package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.SamplingDivergedException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training of {@link JemTrainer}: its epochs, its healthy snapshot and its level of caution. Mutable. */
final class JemRun {

    private static final Logger LOG = LoggerFactory.getLogger(JemTrainer.class);

    /** Number of levels beyond the first. */
    static final int LEVELS = 3;

    private static final double RATE_CUT = 0.1;
    private static final int MORE_STEPS = 2;
    private static final double STEP_CUT = 1 / 3.0;
    private static final double WEIGHT_CUT = 0.5;

    private final JemTrainer.Builder options;
    private final MultiLayerNetwork network;
    private final JointBatches batches;
    private final @Nullable RunDescription description;
    private final GuardWatch watch;
    private final RandomStreams hostStreams;
    private final List<String> returns = new ArrayList<>();
    private final INDArray before;
    private final long start = System.nanoTime();
    private @Nullable CheckpointKeeper keeper;
    private JointGuard.Finding finding = JointGuard.Finding.HEALTHY;
    private JemSnapshot healthy;
    private int epochs;
    private int level;
    private boolean inEpoch;

    /**
     * Prepares a training.
     *
     * @param description of this run if it is written down or goes on, else null
     */
    JemRun(
            JemTrainer.Builder options,
            MultiLayerNetwork network,
            JointBatches batches,
            @Nullable RunDescription description) {
        this.options = options;
        this.network = network;
        this.batches = batches;
        this.description = description;
        this.watch = new GuardWatch(options.guard);
        this.hostStreams = RandomStreams.of(options.training.options.seed).split("host");
        this.before = network.params().dup();
        this.healthy = snapshot(0, 0, network, watch, batches).copy();
        if (description != null) {
            batches.data().keepFingerprints();
        }
    }

    private JemSnapshot snapshot() {
        return snapshot(epochs, level, network, watch, batches);
    }

    private static JemSnapshot snapshot(
            int epochs, int level, MultiLayerNetwork network, GuardWatch watch, JointBatches batches) {
        INDArray updater = network.getUpdater().getStateViewArray();
        return new JemSnapshot(
                epochs,
                level,
                network.getIterationCount(),
                network.getEpochCount(),
                watch.state(),
                network.params(),
                updater,
                batches.state());
    }

    private void assign(JemSnapshot state) {
        network.params().assign(state.parameters().reshape(network.params().shape()));
        INDArray updater = network.getUpdater().getStateViewArray();
        if (updater != null && state.updater() != null) {
            updater.assign(state.updater().reshape(updater.shape()));
        }
    }

    private void keep(JemSnapshot state) {
        healthy.release();
        healthy = state;
    }

    /**
     * Trains.
     *
     * @param from where to go on, or null to begin
     * @throws IllegalArgumentException if it is no checkpoint of this run; the network is as it was
     */
    JemReport train(@Nullable TrainingCheckpoint from) {
        if (options.checkpoints == null) {
            return train(from, null);
        }
        long done = from == null ? 0 : from.state().count("minibatches", 0);
        try (CheckpointKeeper kept = new CheckpointKeeper(
                options.checkpoints,
                options.opener,
                TrainingCheckpoint.Kind.JOINT_TRAINING,
                done,
                from == null ? null : from.file())) {
            return train(from, kept);
        }
    }

    private JemReport train(@Nullable TrainingCheckpoint from, @Nullable CheckpointKeeper kept) {
        keeper = kept;
        if (from != null) {
            resume(from);
        }
        boolean goesOn = true;
        while (goesOn && epochs < options.epochs) {
            goesOn = epoch();
        }
        return new JemReport(
                epochs,
                finding.health(),
                returns,
                goesOn ? null : finding.reason(),
                batches.telemetry(),
                (System.nanoTime() - start) / 1e9,
                batches.samplingSeconds());
    }

    private CheckpointKeeper.Contents contents() {
        StateRecord record = StateRecord.toWrite();
        record.count("minibatches", Objects.requireNonNull(keeper).minibatches());
        snapshot().write(record.in("now"));
        healthy.write(record.in("healthy"));
        batches.data().write(record.in("data"));
        JointTelemetry last = batches.telemetry();
        record.numbers("telemetry", last == null ? new double[0] : last.numbers());
        record.text("health", finding.health().name());
        record.text("reason", finding.reason());
        record.count("returns", returns.size());
        for (int i = 0; i < returns.size(); i++) {
            record.text("return " + i, returns.get(i));
        }
        Map<String, String> about =
                Objects.requireNonNull(description).texts(batches.data().texts());
        about.put(
                "stands at",
                "epoch " + (epochs + 1) + ", minibatch " + batches.data().position());
        return new CheckpointKeeper.Contents(about, record);
    }

    /** Nothing of the network is changed before everything is read and compared. */
    private void resume(TrainingCheckpoint from) {
        Objects.requireNonNull(description).requireSame(from, options.allowDifferences);
        StateRecord record = from.state();
        JemSnapshot now;
        JemSnapshot kept;
        JointTelemetry last;
        try {
            now = JemSnapshot.read(record.in("now"), sizes());
            kept = JemSnapshot.read(record.in("healthy"), sizes());
            last = JointTelemetry.of(record.numbers("telemetry", new double[0]));
            finding = new JointGuard.Finding(
                    JointGuard.Health.valueOf(record.text("health", "")), record.text("reason", ""));
            int count = record.count("returns", 0, 0, LEVELS);
            for (int i = 0; i < count; i++) {
                returns.add(record.text("return " + i, ""));
            }
            long features = batches.data().replay(record.in("data"), now.epochs());
            now.batches().chains().requireFeatures(features);
            kept.batches().chains().requireFeatures(features);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(from.file() + ": " + e.getMessage(), e);
        }
        RunDescription.requireSameData(from, batches.data().texts(), options.allowDifferences);
        assign(now);
        watch.restore(now.watch());
        batches.restore(now.batches(), last);
        network.setIterationCount(now.iterations());
        network.setEpochCount(now.networkEpochs());
        epochs = now.epochs();
        level = now.level();
        inEpoch = true;
        useLevel();
        keep(kept);
        now.release();
    }

    private JemSnapshot.Sizes sizes() {
        INDArray updater = network.getUpdater().getStateViewArray();
        return new JemSnapshot.Sizes(
                network.params().dataType(),
                network.params().length(),
                updater == null ? 0 : updater.length(),
                options.training.options.bufferSize,
                batches.totalOutcomes(),
                options.epochs);
    }

    /** Returns whether training may go on. */
    private boolean epoch() {
        if (!inEpoch && !batches.hasNext()) {
            batches.reset();
        }
        inEpoch = true;
        for (TrainingListener listener : network.getListeners()) {
            listener.onEpochStart(network);
        }
        while (batches.hasNext()) {
            finding = step();
            if (finding.isDiverged() && !goBack()) {
                return false;
            }
            if (keeper != null) {
                keeper.minibatchDone(this::contents);
            }
        }
        inEpoch = false;
        for (TrainingListener listener : network.getListeners()) {
            listener.onEpochEnd(network);
        }
        network.incrementEpochCount();
        epochs++;
        return true;
    }

    private JointGuard.Finding step() {
        try {
            DataSet minibatch = batches.next();
            JointTelemetry telemetry = batches.telemetry();
            JointGuard.Finding sampled = watch.look(telemetry);
            if (telemetry != null) {
                options.listeners.forEach(listener -> listener.accept(telemetry));
            }
            if (sampled.isDiverged()) {
                return sampled;
            }
            // Kept only once this minibatch has found nothing wrong with it: the state after the update is untried.
            boolean keep =
                    batches.minibatches() % options.snapshotEvery == 0 && sampled.health() == JointGuard.Health.HEALTHY;
            JemSnapshot untried = keep ? snapshot().copy() : null;
            JointGuard.Finding updated = update(minibatch);
            batches.release();
            if (untried != null && updated.isDiverged()) {
                untried.release();
            } else if (untried != null) {
                keep(untried);
            }
            return updated.isDiverged() ? updated : sampled;
        } catch (SamplingDivergedException | TrainingDivergedException e) {
            return new JointGuard.Finding(
                    JointGuard.Health.DIVERGED, Objects.requireNonNullElse(e.getMessage(), "diverged"));
        }
    }

    private JointGuard.Finding update(DataSet minibatch) {
        INDArray parameters = network.params();
        before.assign(parameters);
        // Dropout draws from ND4J's one generator: without this a resumed run would draw other numbers.
        Nd4j.getRandom().setSeed(hostStreams.key(batches.minibatches(), 0));
        network.fit(minibatch);
        JointGuard.Finding loss = watch.lookAtLoss(network.score());
        if (loss.isDiverged()) {
            return loss;
        }
        double length = before.distance2(parameters);
        if (level == 0 || !Double.isFinite(length)) {
            return watch.lookAtUpdate(length);
        }
        double factor = Math.pow(RATE_CUT, level) * Math.min(1, watch.meanUpdate() / length);
        parameters.subi(before).muli(factor).addi(before);
        return JointGuard.Finding.HEALTHY;
    }

    /** Returns whether there is a level left to go on with. */
    private boolean goBack() {
        assign(healthy);
        watch.returnTo(healthy.watch());
        batches.returnTo(healthy.batches());
        if (level == LEVELS) {
            return false;
        }
        level++;
        useLevel();
        String happened = "minibatch " + batches.minibatches() + ": " + finding.reason() + "; back to minibatch "
                + healthy.batches().minibatches() + ", level " + level;
        LOG.warn("joint training diverged at {}", happened);
        returns.add(happened);
        return true;
    }

    private void useLevel() {
        JointObjective objective = options.training.options.objective;
        Langevin langevin = options.training.options.sampler();
        if (level >= 1) {
            langevin = langevin.withSteps(MORE_STEPS * langevin.steps()).withStep(STEP_CUT * langevin.step());
        }
        if (level >= 2) {
            objective = objective.scaledBy(WEIGHT_CUT);
        }
        if (level >= 3) {
            objective = objective.withTerm(GenerativeTerm.SOFTPLUS);
        }
        batches.use(objective, langevin);
        JointTraining.setLoss(network, objective);
    }
}
