package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.objective.RbmGradientState;
import org.boltzmann4j.sampler.Reversal;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains one layer. A second runtime layer over the network's own parameters carries the gradient, the updater and their
 * counters, so that nothing of the pretraining is left in the network but the parameters.
 */
final class LayerPretrainer {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private final RbmTarget target;
    private final RbmRuntimeLayer trainee;
    private final LayerSettings settings;
    private final ProgressClock clock;
    private final List<PretrainingListener> listeners;
    private final Iterable<TrainingListener> stockListeners;
    private final RandomStreams streams;
    private final ParameterUpdate update;
    private final boolean mayBecomeImproper;
    private final @Nullable AveragedLayer average;
    private int iteration;
    /** Halved by every reversal. */
    private long reportedBound;

    LayerPretrainer(
            RbmTarget target,
            LayerSettings settings,
            ProgressClock clock,
            List<PretrainingListener> listeners,
            Iterable<TrainingListener> stockListeners,
            RandomStreams streams) {
        this.target = target;
        this.settings = settings;
        this.clock = clock;
        this.listeners = listeners;
        this.stockListeners = stockListeners;
        this.streams = streams;
        this.trainee = traineeOf(target, settings);
        INDArray gradientView =
                Nd4j.create(trainee.params().dataType(), 1, trainee.params().length());
        trainee.setBackpropGradientsViewArray(gradientView);
        this.update = new ParameterUpdate(
                trainee, gradientView, stockListeners.iterator().hasNext());
        this.average = settings.average() == null ? null : AveragedLayer.of(trainee, settings.average());
        this.mayBecomeImproper = ProperPairs.needContraction(
                trainee.layerConf().getVisible(), trainee.layerConf().getHidden());
    }

    private static RbmRuntimeLayer traineeOf(RbmTarget target, LayerSettings settings) {
        NeuralNetConfiguration conf = target.runtime().conf().clone();
        RbmLayer layer = (RbmLayer) conf.getLayer();
        if (settings.updater() != null) {
            layer.setIUpdater(settings.updater().clone());
            layer.setBiasUpdater(null);
        }
        if (settings.negativePhase() != null) {
            layer.setNegativePhase(settings.negativePhase());
        }
        INDArray parameters = target.runtime().params();
        return (RbmRuntimeLayer)
                layer.instantiate(conf, List.of(), target.index(), parameters, false, parameters.dataType());
    }

    PretrainingReport.LayerReport train(LayerInputs inputs, @Nullable LayerInputs validationInputs) {
        long start = System.nanoTime();
        trainee.keepWithinBounds();
        LayerInputs.Summary summary = inputs.summarise(settings.monitorRows());
        requireVaryingColumns(summary);
        List<INDArray> validation = validationInputs == null
                ? List.of()
                : validationInputs.summarise(Integer.MAX_VALUE).probes();
        Rbm rbm = trainee.rbm();
        startBiases(rbm, summary.means());
        RbmGradientState state =
                new RbmGradientState(rbm, summary.probes().get(0).size(0), streams.split("gradient"));
        state.setBaseBias(rbm.visible().biasesForMeans(summary.means()));
        trainee.startPretraining(state);
        MonitorRows monitorRows = new MonitorRows(
                rbm,
                trainee.layerConf().gradient(),
                summary.probes(),
                validation,
                settings.monitors(),
                streams.split("monitors"));
        clock.startLayer(summary);
        listeners.forEach(listener -> listener.onLayerStart(clock.progress(Double.NaN)));

        List<PretrainingMonitors> history = new ArrayList<>();
        INDArray best = trainee.params().dup();
        int keptEpoch = 0;
        boolean stopped = false;
        for (int epoch = 1; epoch <= settings.epochs() && !stopped; epoch++) {
            clock.startEpoch(epoch);
            inputs.forEach(epoch, this::learn);
            long bounded = reportBound(epoch);
            PretrainingMonitors monitors = monitorRows.measure(
                    monitored().rbm(), trainee.rbm(), Objects.requireNonNull(trainee.pretrainState()), bounded);
            reportTrajectory(epoch, monitors.trajectory());
            history.add(monitors);
            PretrainingProgress progress = clock.progress(activation());
            listeners.forEach(listener -> listener.onEpoch(progress, monitors));
            keptEpoch = epoch;
            StoppingRule rule = settings.stoppingRule();
            if (rule != null) {
                keptEpoch = rule.bestEpoch(history);
                if (keptEpoch == epoch) {
                    best.assign(kept().params());
                }
                stopped = epoch < settings.epochs() && rule.ends(history);
            }
        }
        if (keptEpoch < history.size()) {
            trainee.params().assign(best);
        } else if (average != null && average.spec().kept()) {
            trainee.params().assign(kept().params());
        }
        PretrainingReport.LayerReport report = new PretrainingReport.LayerReport(
                target.index(),
                target.name(),
                history,
                keptEpoch,
                stopped,
                Duration.ofNanos(System.nanoTime() - start));
        listeners.forEach(listener -> listener.onLayerEnd(clock.progress(activation()), report));
        return report;
    }

    /** What monitors look at. */
    private RbmRuntimeLayer monitored() {
        return average != null && average.spec().monitored() ? average.layer() : trainee;
    }

    /** What the network has in the end. */
    private RbmRuntimeLayer kept() {
        return average != null && average.spec().kept() ? average.layer() : trainee;
    }

    /** How often the bound acted in this epoch. */
    private long reportBound(int epoch) {
        long bounded = Objects.requireNonNull(trainee.pretrainState()).bounded();
        long inThisEpoch = bounded - reportedBound;
        if (inThisEpoch > 0) {
            LOG.warn(
                    "{}, epoch {}: the bound on the mean of the Poisson units acted {} times. While it does, the chains are"
                            + " not those of the model: lower the learning rate, or raise the bound if the data need it",
                    target.label(),
                    epoch,
                    inThisEpoch);
            reportedBound = bounded;
        }
        return inThisEpoch;
    }

    private void reportTrajectory(int epoch, @Nullable TrajectoryReport trajectory) {
        if (trajectory == null) {
            return;
        }
        if (trajectory.missesEquilibrium()) {
            LOG.warn(
                    "{}, epoch {}: different training rows have a total probability of {} by log Z along the checkpoints:"
                            + " their chains are not in equilibrium, and log Z is too small. Thermalise longer",
                    target.label(),
                    epoch,
                    trajectory.dataProbability());
        }
        if (!trajectory.thermalised()) {
            LOG.warn(
                    "{}, epoch {}: the last checkpoint was thermalised for fewer autocorrelation times than asked for",
                    target.label(),
                    epoch);
        }
    }

    private void requireVaryingColumns(LayerInputs.Summary summary) {
        Unit visible = trainee.layerConf().getVisible();
        int constant = summary.rows() > 1
                ? summary.constantColumn(
                        i -> visible.typeOf(i) instanceof Gaussian || visible.typeOf(i) instanceof LearnedGaussian)
                : -1;
        if (constant >= 0) {
            throw new IllegalArgumentException(target.label() + ": column " + (constant + 1)
                    + " of the input has the same value in all " + summary.rows()
                    + " rows, expected every column to vary"
                    + " with Gaussian visible units: its density would grow without bound, and standardising divides by"
                    + " a standard deviation of 0. Drop the column, or add a little noise to it");
        }
    }

    /**
     * {@code b} from the data's means, {@code c = c_0 - t (mean/s)'W}, with the scales t of the hidden units: they start
     * with the mean inputs they would have had on centered data (Hinton 2012, section 8); for documents with the means per
     * word, since c counts for every word. A layer that has been trained before keeps its biases.
     */
    private void startBiases(Rbm rbm, double[] means) {
        if (!trainee.layerConf().isVisibleBiasFromData()
                || !rbm.visibleBias().eq(0).all()) {
            return;
        }
        double[] bias = rbm.visible().biasesForMeans(means);
        double[] hiddenBias = Vectors.values(rbm.hiddenBias());
        double[] row = new double[rbm.hiddenWidth()];
        double words = rbm.visible().countsWords() ? Arrays.stream(means).sum() : 1;
        Rows weights = Rows.of(rbm.weights());
        for (int i = 0; i < bias.length; i++) {
            weights.read(i, row);
            for (int j = 0; j < row.length; j++) {
                hiddenBias[j] -= means[i]
                        / words
                        / rbm.visible().scale(i)
                        * row[j]
                        * rbm.hidden().scale(j);
            }
        }
        Rows.of(rbm.visibleBias()).write(0, bias);
        Rows.of(rbm.hiddenBias()).write(0, hiddenBias);
    }

    private void learn(WeightedRows weightedRows) {
        INDArray minibatch = weightedRows.input();
        int rows = Math.toIntExact(minibatch.size(0));
        int epoch = clock.epoch() - 1;
        trainee.computePretrainGradient(minibatch, weightedRows.weights());
        Reversal reversal = Objects.requireNonNull(trainee.pretrainState()).reversal();
        if (reversal != null) {
            goBack(reversal, rows);
        } else {
            step(epoch, rows);
        }
        PretrainingProgress progress = clock.progress(activation());
        listeners.forEach(listener -> listener.onMinibatch(progress));
        trainee.setInput(minibatch, LayerWorkspaceMgr.noWorkspaces()); // StatsListener asks for its size
        for (TrainingListener listener : stockListeners) {
            listener.iterationDone(trainee, iteration, epoch);
        }
        trainee.clear();
        iteration++;
    }

    /** The parameters of the checkpoint, half the rate, and an updater that remembers nothing of what led astray. */
    private void goBack(Reversal reversal, int rows) {
        clock.countMinibatch(rows);
        trainee.restore(reversal.checkpoint().rbm());
        update.slowDown();
        if (average != null) {
            average.restartAt(trainee.params());
        }
        LOG.warn(
                "{}, epoch {}, minibatch {}: back to the checkpoint of minibatch {} with {} of the learning rate: the chains"
                        + " have lost it, swaps with it would be accepted with a probability of {}",
                target.label(),
                clock.epoch(),
                clock.minibatch(),
                reversal.checkpoint().minibatch(),
                update.rateFactor(),
                reversal.swapAcceptance());
    }

    private void step(int epoch, int rows) {
        double factor = update.prepare(iteration, epoch, rows);
        clock.countMinibatch(rows);
        if (Double.isNaN(factor)) { // before the parameters are touched
            throw new PretrainingDivergedException(
                    target.label(), clock.epoch(), clock.minibatch(), "the update is not finite");
        }
        INDArray before = mayBecomeImproper ? trainee.params().dup() : null;
        update.apply(factor);
        trainee.applyConstraints(iteration, epoch);
        if (before != null && !trainee.isProper()) {
            trainee.params().assign(before);
            throw new PretrainingDivergedException(
                    target.label(),
                    clock.epoch(),
                    clock.minibatch(),
                    "the update would bring the largest singular value of the weights to 1, where the density of these"
                            + " visible and hidden units has no finite integral; improperWeights(PROJECTED) would keep"
                            + " it below");
        }
        if (average != null) {
            average.follow(trainee.params());
        }
    }

    private double activation() {
        return Objects.requireNonNull(trainee.pretrainState()).meanHiddenActivation();
    }
}
