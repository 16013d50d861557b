package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.objective.RbmGradientState;
import org.boltzmann4j.sampler.Reversal;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
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
    private final LayerUpdates updates;
    private final EpochWarnings warnings;
    private final LayerInputs inputs;
    private final Runnable afterMinibatch;
    /** Parameters of the epoch that a stopping rule would keep. */
    private final INDArray best;

    private @Nullable MonitorRows monitorRows;
    private List<PretrainingMonitors> history = new ArrayList<>();
    private double[] baseBias = new double[0];
    private int iteration;

    /**
     * Prepares a layer.
     *
     * @param inputs of the layer
     * @param afterMinibatch called when a minibatch is learnt and the listeners know
     */
    LayerPretrainer(
            RbmTarget target,
            LayerSettings settings,
            ProgressClock clock,
            List<PretrainingListener> listeners,
            Iterable<TrainingListener> stockListeners,
            RandomStreams streams,
            LayerInputs inputs,
            Runnable afterMinibatch) {
        this.target = target;
        this.settings = settings;
        this.clock = clock;
        this.listeners = listeners;
        this.stockListeners = stockListeners;
        this.streams = streams;
        this.inputs = inputs;
        this.afterMinibatch = afterMinibatch;
        this.trainee = traineeOf(target, settings);
        this.best = trainee.params().dup();
        this.warnings = new EpochWarnings(target.label());
        this.updates =
                new LayerUpdates(trainee, settings, stockListeners.iterator().hasNext());
    }

    /** JSON of the layer as it is trained: with the updater and the negative phase of the settings. */
    static String configuration(RbmTarget target, LayerSettings settings) {
        return traineeOf(target, settings).conf().toJson();
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

    /**
     * Begins: bounds, biases from the data, new chains.
     *
     * @param validationInputs for the monitors, or null
     */
    void begin(@Nullable LayerInputs validationInputs) {
        trainee.keepWithinBounds();
        LayerInputs.Summary summary = read(validationInputs);
        Rbm rbm = trainee.rbm();
        if (trainee.layerConf().isVisibleBiasFromData()) {
            DataBiases.start(rbm, summary.means());
        }
        baseBias = rbm.visible().biasesForMeans(summary.means());
        startChains(summary.probes().get(0).size(0));
    }

    /**
     * Goes on.
     *
     * @param validationInputs for the monitors, or null
     * @param state that was read
     * @throws IllegalArgumentException if it does not fit
     */
    void resume(@Nullable LayerInputs validationInputs, StateRecord state) {
        read(validationInputs);
        carry(state);
    }

    private LayerInputs.Summary read(@Nullable LayerInputs validationInputs) {
        LayerInputs.Summary summary = inputs.summarise(settings.monitorRows());
        summary.requireVaryingColumns(target.label(), trainee.layerConf().getVisible());
        List<INDArray> validation = validationInputs == null
                ? List.of()
                : validationInputs.summarise(Integer.MAX_VALUE).probes();
        monitorRows = new MonitorRows(
                trainee.specified(),
                trainee.layerConf().gradient(),
                summary.probes(),
                validation,
                settings.monitors(),
                streams.split("monitors"));
        clock.startLayer(summary);
        return summary;
    }

    /** Trains the layer from where it stands. */
    PretrainingReport.LayerReport train() {
        listeners.forEach(listener -> listener.onLayerStart(clock.progress(Double.NaN)));
        MonitorRows rows = Objects.requireNonNull(monitorRows, "begin or resume first");
        int keptEpoch = 0;
        boolean stopped = false;
        long learnt = clock.minibatch();
        for (int epoch = clock.epoch(); epoch <= settings.epochs() && !stopped; epoch++) {
            clock.startEpoch(epoch, learnt);
            inputs.forEach(epoch, learnt, this::learn);
            learnt = 0;
            RbmGradientState state = state();
            long bounded = warnings.reportBound(epoch, state.bounded());
            PretrainingMonitors monitors = rows.measure(updates.monitored().rbm(), trainee.rbm(), state, bounded);
            warnings.reportTrajectory(epoch, monitors.trajectory());
            history.add(monitors);
            PretrainingProgress progress = clock.progress(state.meanHiddenActivation());
            listeners.forEach(listener -> listener.onEpoch(progress, monitors));
            keptEpoch = epoch;
            StoppingRule rule = settings.stoppingRule();
            if (rule != null) {
                keptEpoch = rule.bestEpoch(history);
                if (keptEpoch == epoch) {
                    best.assign(updates.kept().params());
                }
                stopped = epoch < settings.epochs() && rule.ends(history);
            }
        }
        trainee.params()
                .assign(keptEpoch < history.size() ? best : updates.kept().params());
        PretrainingReport.LayerReport report = new PretrainingReport.LayerReport(
                target.index(), target.name(), history, keptEpoch, stopped, clock.elapsedInLayer());
        listeners.forEach(listener -> listener.onLayerEnd(clock.progress(state().meanHiddenActivation()), report));
        return report;
    }

    /** New chains and offsets; those after an explosion have random numbers of their own. */
    private void startChains(long rows) {
        RandomStreams own = streams.split("gradient");
        int before = updates.explosions();
        RbmGradientState state = new RbmGradientState(
                trainee.rbm(), rows, before == 0 ? own : own.split("after " + before + " explosions"));
        state.setBaseBias(baseBias);
        trainee.startPretraining(state);
    }

    /**
     * Passes everything the next minibatch depends on through a record, but for the parameters: those are the network's.
     *
     * @throws IllegalArgumentException if a record that was read does not fit
     */
    void carry(StateRecord record) {
        clock.carry(record.in("clock"));
        iteration = record.count("iteration", iteration, 0, Integer.MAX_VALUE);
        history = MonitorTape.carry(record, "history", history);
        baseBias = record.numbers("baseBias", baseBias);
        warnings.carry(record);
        updates.carry(record.in("updates"));
        if (settings.stoppingRule() != null) {
            record.matrixInto("best", best);
        }
        if (record.isReading()) {
            startChains(1);
        }
        state().carry(
                        record.in("gradient"),
                        trainee.rbm(),
                        trainee.layerConf().gradient().negativePhase());
        inputs.carry(record.in("inputs"), history.size() + 1, clock.minibatch());
    }

    private void learn(WeightedRows weightedRows) {
        INDArray minibatch = weightedRows.input();
        int rows = Math.toIntExact(minibatch.size(0));
        int epoch = clock.epoch() - 1;
        trainee.computePretrainGradient(minibatch, weightedRows.weights());
        clock.countMinibatch(rows);
        Reversal reversal = state().reversal();
        if (reversal != null) {
            goBack(reversal);
        } else {
            String wrong = updates.apply(iteration, epoch, rows);
            if (wrong != null) {
                goBackOrEnd(wrong);
            }
        }
        PretrainingProgress progress = clock.progress(state().meanHiddenActivation());
        listeners.forEach(listener -> listener.onMinibatch(progress));
        trainee.setInput(minibatch, LayerWorkspaceMgr.noWorkspaces()); // StatsListener asks for its size
        for (TrainingListener listener : stockListeners) {
            listener.iterationDone(trainee, iteration, epoch);
        }
        trainee.clear();
        iteration++;
        afterMinibatch.run();
    }

    private void goBack(Reversal reversal) {
        updates.goBackTo(reversal.checkpoint().rbm());
        LOG.warn(
                "{}, epoch {}, minibatch {}: back to the checkpoint of minibatch {} with {} of the learning rate: the chains"
                        + " have lost it, swaps with it would be accepted with a probability of {}",
                target.label(),
                clock.epoch(),
                clock.minibatch(),
                reversal.checkpoint().minibatch(),
                updates.rateFactor(),
                reversal.swapAcceptance());
    }

    /** Back to healthy parameters at half the rate with new chains, or an end with the last finite ones. */
    private void goBackOrEnd(String wrong) {
        String figures = figures();
        if (!updates.goBack()) {
            throw new PretrainingDivergedException(target.label(), clock.epoch(), clock.minibatch(), wrong, figures);
        }
        PretrainingProgress progress = clock.progress(state().meanHiddenActivation());
        startChains(1);
        warnings.startOver();
        LOG.warn(
                "{}, epoch {}, minibatch {}: {}; {}. Back to healthy parameters, with {} of the learning rate and new chains",
                target.label(),
                clock.epoch(),
                clock.minibatch(),
                wrong,
                figures,
                updates.rateFactor());
        listeners.forEach(listener -> listener.onBackOff(progress, wrong, updates.rateFactor()));
    }

    private String figures() {
        PretrainingMonitors last = history.isEmpty() ? null : history.get(history.size() - 1);
        return String.format(
                Locale.ROOT,
                "mean hidden activation %.3g, |W| %.3g, %s",
                state().meanHiddenActivation(),
                trainee.rbm().weights().norm2Number().doubleValue(),
                last == null
                        ? "no epoch complete"
                        : String.format(
                                Locale.ROOT,
                                "after the last epoch reconstruction error %.3g, free energy %.4g",
                                last.reconstructionError(),
                                last.freeEnergyTrain()));
    }

    private RbmGradientState state() {
        return Objects.requireNonNull(trainee.pretrainState());
    }
}
