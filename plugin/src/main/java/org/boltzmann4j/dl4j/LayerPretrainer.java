package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.objective.RbmGradientState;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains one layer. A second runtime layer over the network's own parameters carries the gradient, the updater and their
 * counters, so that nothing of the pretraining is left in the network but the parameters.
 */
final class LayerPretrainer {

    private final RbmTarget target;
    private final RbmRuntimeLayer trainee;
    private final LayerSettings settings;
    private final ProgressClock clock;
    private final List<PretrainingListener> listeners;
    private final Iterable<TrainingListener> stockListeners;
    private final RandomStreams streams;
    private final INDArray gradientView;
    private final LayerUpdater updater;
    private int iteration;

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
        this.gradientView =
                Nd4j.create(trainee.params().dataType(), 1, trainee.params().length());
        trainee.setBackpropGradientsViewArray(gradientView);
        this.updater = new LayerUpdater(trainee);
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
        LayerInputs.Summary summary = inputs.summarise(settings.monitorRows());
        requireVaryingColumns(summary);
        List<INDArray> validation = validationInputs == null
                ? List.of()
                : validationInputs.summarise(Integer.MAX_VALUE).probes();
        Rbm rbm = trainee.rbm();
        startBiases(rbm, summary.means());
        trainee.startPretraining(
                new RbmGradientState(rbm, summary.probes().get(0).size(0), streams.split("gradient")));
        MonitorRows monitorRows = new MonitorRows(
                rbm, trainee.layerConf().gradient(), summary.probes(), validation, streams.split("monitors"));
        clock.startLayer(summary);
        listeners.forEach(listener -> listener.onLayerStart(clock.progress(Double.NaN)));

        List<PretrainingMonitors> history = new ArrayList<>();
        INDArray best = trainee.params().dup();
        int keptEpoch = 0;
        boolean stopped = false;
        for (int epoch = 1; epoch <= settings.epochs() && !stopped; epoch++) {
            clock.startEpoch(epoch);
            inputs.forEach(epoch, this::learn);
            PretrainingMonitors monitors = monitorRows.measure(rbm);
            history.add(monitors);
            PretrainingProgress progress = clock.progress(activation());
            listeners.forEach(listener -> listener.onEpoch(progress, monitors));
            keptEpoch = epoch;
            StoppingRule rule = settings.stoppingRule();
            if (rule != null) {
                keptEpoch = rule.bestEpoch(history);
                if (keptEpoch == epoch) {
                    best.assign(trainee.params());
                }
                stopped = epoch < settings.epochs() && rule.ends(history);
            }
        }
        if (keptEpoch < history.size()) {
            trainee.params().assign(best);
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

    private void requireVaryingColumns(LayerInputs.Summary summary) {
        int constant = summary.rows() > 1 ? summary.constantColumn() : -1;
        if (constant >= 0 && trainee.layerConf().getVisible() instanceof Gaussian) {
            throw new IllegalArgumentException(target.label() + ": column " + (constant + 1)
                    + " of the input has the same value in all " + summary.rows()
                    + " rows, expected every column to vary"
                    + " with Gaussian visible units: its density would grow without bound, and standardising divides by"
                    + " a standard deviation of 0. Drop the column, or add a little noise to it");
        }
    }

    /**
     * {@code b} from the data's means, {@code c = c_0 - (mean/s)'W}: the hidden units start with the mean inputs they would
     * have had on centered data (Hinton 2012, section 8). A layer that has been trained before keeps its biases.
     */
    private void startBiases(Rbm rbm, double[] means) {
        if (!trainee.layerConf().isVisibleBiasFromData()
                || !rbm.visibleBias().eq(0).all()) {
            return;
        }
        double[] bias = new double[means.length];
        double[] hiddenBias = rbm.hiddenBias().toDoubleVector();
        double[] row = new double[rbm.hiddenWidth()];
        Rows weights = Rows.of(rbm.weights());
        for (int i = 0; i < bias.length; i++) {
            bias[i] = rbm.visible().biasForMean(means[i]);
            weights.read(i, row);
            for (int j = 0; j < row.length; j++) {
                hiddenBias[j] -= means[i] / rbm.visible().scale(i) * row[j];
            }
        }
        Rows.of(rbm.visibleBias().reshape(1, bias.length)).write(0, bias);
        Rows.of(rbm.hiddenBias().reshape(1, hiddenBias.length)).write(0, hiddenBias);
    }

    private void learn(INDArray minibatch) {
        int rows = Math.toIntExact(minibatch.size(0));
        int epoch = clock.epoch() - 1;
        trainee.computePretrainGradient(minibatch);
        updater.update(trainee, trainee.gradient(), iteration, epoch, rows, LayerWorkspaceMgr.noWorkspaces());
        clock.countMinibatch(rows);
        // A sum is finite only if every element is, and costs one pass; checked before the parameters are touched.
        if (!Double.isFinite(gradientView.sumNumber().doubleValue())) {
            throw new PretrainingDivergedException(
                    target.label(), clock.epoch(), clock.minibatch(), "the update is not finite");
        }
        trainee.params().subi(gradientView.reshape(trainee.params().shape()));
        trainee.applyConstraints(iteration, epoch);
        PretrainingProgress progress = clock.progress(activation());
        listeners.forEach(listener -> listener.onMinibatch(progress));
        trainee.setInput(minibatch, LayerWorkspaceMgr.noWorkspaces()); // StatsListener asks for its size
        for (TrainingListener listener : stockListeners) {
            listener.iterationDone(trainee, iteration, epoch);
        }
        trainee.clear();
        iteration++;
    }

    private double activation() {
        return Objects.requireNonNull(trainee.pretrainState()).meanHiddenActivation();
    }
}
