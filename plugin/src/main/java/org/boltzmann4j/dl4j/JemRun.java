package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.SamplingDivergedException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
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
    private static final double WEIGHT_CUT = 0.5;

    private final JemTrainer.Builder options;
    private final MultiLayerNetwork network;
    private final JointBatches batches;
    private final GuardWatch watch;
    private final List<String> returns = new ArrayList<>();
    private final INDArray before;
    private final long start = System.nanoTime();
    private JointGuard.Finding finding = JointGuard.Finding.HEALTHY;
    private JemCheckpoint healthy;
    private int epochs;
    private int level;

    JemRun(JemTrainer.Builder options, MultiLayerNetwork network, JointBatches batches) {
        this.options = options;
        this.network = network;
        this.batches = batches;
        this.watch = new GuardWatch(options.guard);
        this.before = network.params().dup();
        this.healthy = snapshot(0, 0, network, watch, batches);
    }

    private JemCheckpoint snapshot() {
        return snapshot(epochs, level, network, watch, batches);
    }

    private static JemCheckpoint snapshot(
            int epochs, int level, MultiLayerNetwork network, GuardWatch watch, JointBatches batches) {
        INDArray updater = network.getUpdater().getStateViewArray();
        return new JemCheckpoint(
                epochs,
                level,
                network.getIterationCount(),
                network.getEpochCount(),
                watch.state(),
                row(network.params()),
                updater == null ? null : row(updater),
                batches.snapshot());
    }

    /** A copy that can be freed. */
    private static INDArray row(INDArray values) {
        INDArray row = Matrices.detached(values.dataType(), 1, values.length());
        return row.assign(values.reshape(1, values.length()));
    }

    private void assign(JemCheckpoint state) {
        network.params().assign(state.parameters().reshape(network.params().shape()));
        INDArray updater = network.getUpdater().getStateViewArray();
        if (updater != null && state.updater() != null) {
            updater.assign(state.updater().reshape(updater.shape()));
        }
    }

    void resume(JemCheckpoint state) {
        assign(state);
        watch.restore(state.watch());
        batches.restore(state.batches());
        network.setIterationCount(state.iterations());
        network.setEpochCount(state.networkEpochs());
        epochs = state.epochs();
        level = state.level();
        useLevel();
        keep(snapshot());
    }

    private void keep(JemCheckpoint state) {
        healthy.release();
        healthy = state;
    }

    JemReport train() throws IOException {
        boolean goesOn = true;
        while (goesOn && epochs < options.epochs) {
            goesOn = epoch();
            if (options.checkpoint != null) {
                JemCheckpoint state = snapshot();
                state.write(options.checkpoint);
                state.release();
            }
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

    /** Returns whether training may go on. */
    private boolean epoch() {
        if (!batches.hasNext()) {
            batches.reset();
        }
        // Dropout draws from ND4J's one generator: without this a resumed run would draw other numbers.
        Nd4j.getRandom()
                .setSeed(RandomStreams.of(options.training.options.seed)
                        .split("host")
                        .key(epochs, 0));
        for (TrainingListener listener : network.getListeners()) {
            listener.onEpochStart(network);
        }
        while (batches.hasNext()) {
            finding = step();
            if (finding.isDiverged() && !goBack()) {
                return false;
            }
        }
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
            JemCheckpoint untried = keep ? snapshot() : null;
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
            langevin = langevin.withSteps(MORE_STEPS * langevin.steps());
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
