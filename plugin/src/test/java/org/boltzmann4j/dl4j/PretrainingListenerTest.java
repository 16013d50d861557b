package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.MonitorReading;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.sampler.SwapReport;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Who is told what, when, in pretraining. */
class PretrainingListenerTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 25, 6, 1);

    private static final class Recorder implements PretrainingListener {
        final List<String> calls = new ArrayList<>();
        final List<PretrainingProgress> progress = new ArrayList<>();
        final List<PretrainingMonitors> monitors = new ArrayList<>();

        private void record(String what, PretrainingProgress now) {
            calls.add(what + " " + now.layer() + "/" + now.layers() + " " + now.layerName() + " epoch " + now.epoch()
                    + "/" + now.epochs() + " minibatch " + now.minibatch() + "/" + now.minibatches());
            progress.add(now);
        }

        @Override
        public void onLayerStart(PretrainingProgress now) {
            record("start", now);
        }

        @Override
        public void onMinibatch(PretrainingProgress now) {
            record("minibatch", now);
        }

        @Override
        public void onEpoch(PretrainingProgress now, PretrainingMonitors measured) {
            record("epoch", now);
            monitors.add(measured);
        }

        @Override
        public void onLayerEnd(PretrainingProgress now, PretrainingReport.LayerReport report) {
            record("end", now);
            assertThat(report.name()).isEqualTo(now.layerName());
        }
    }

    @Test
    void listenersAreCalledInOrderWithTheRightCounts() {
        Recorder recorder = new Recorder();
        PretrainingReport report = Networks.pretrainer(2)
                .layerEpochs("1", 1)
                .listeners(recorder)
                .build()
                .pretrain(Networks.stack(DataType.DOUBLE, 6, 5, 4), Minibatches.of(ROWS, 10));
        assertThat(recorder.calls)
                .containsExactly(
                        "start 1/2 layer0 epoch 1/2 minibatch 0/3",
                        "minibatch 1/2 layer0 epoch 1/2 minibatch 1/3",
                        "minibatch 1/2 layer0 epoch 1/2 minibatch 2/3",
                        "minibatch 1/2 layer0 epoch 1/2 minibatch 3/3",
                        "epoch 1/2 layer0 epoch 1/2 minibatch 3/3",
                        "minibatch 1/2 layer0 epoch 2/2 minibatch 1/3",
                        "minibatch 1/2 layer0 epoch 2/2 minibatch 2/3",
                        "minibatch 1/2 layer0 epoch 2/2 minibatch 3/3",
                        "epoch 1/2 layer0 epoch 2/2 minibatch 3/3",
                        "end 1/2 layer0 epoch 2/2 minibatch 3/3",
                        "start 2/2 layer1 epoch 1/1 minibatch 0/3",
                        "minibatch 2/2 layer1 epoch 1/1 minibatch 1/3",
                        "minibatch 2/2 layer1 epoch 1/1 minibatch 2/3",
                        "minibatch 2/2 layer1 epoch 1/1 minibatch 3/3",
                        "epoch 2/2 layer1 epoch 1/1 minibatch 3/3",
                        "end 2/2 layer1 epoch 1/1 minibatch 3/3");
        PretrainingProgress first = recorder.progress.get(0);
        PretrainingProgress last = recorder.progress.get(recorder.progress.size() - 1);
        assertThat(first.meanHiddenActivation()).isNaN();
        assertThat(first.remaining()).isEqualTo(Duration.ZERO);
        assertThat(recorder.progress.get(1).remaining()).isPositive();
        assertThat(recorder.progress.get(1).meanHiddenActivation()).isBetween(0.0, 1.0);
        assertThat(last.remaining()).as("nothing is left at the end").isEqualTo(Duration.ZERO);
        assertThat(last.examplesPerSecond()).isPositive();
        assertThat(last.elapsed()).isGreaterThanOrEqualTo(first.elapsed()).isLessThanOrEqualTo(report.duration());
        assertThat(report.layers()).extracting(layer -> layer.history().size()).containsExactly(2, 1);
        assertThat(report.layers().get(0).history()).isEqualTo(recorder.monitors.subList(0, 2));
        assertThat(report.layers()).allSatisfy(layer -> {
            assertThat(layer.stoppedEarly()).isFalse();
            assertThat(layer.keptEpoch()).isEqualTo(layer.history().size());
            assertThat(layer.duration()).isPositive();
        });
    }

    @Test
    void monitorsAreMeasuredOnTheRowsTheySay() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5);
        INDArray validation = Minibatches.patterns(DataType.DOUBLE, 7, 6, 9);
        Recorder recorder = new Recorder();
        Networks.pretrainer(1)
                .validation(Minibatches.of(validation, 4))
                .listeners(recorder)
                .build()
                .pretrain(network, Minibatches.of(ROWS, 10));
        Rbm rbm = RbmLayer.modelOf(network, 0);
        PretrainingMonitors monitors = recorder.monitors.get(0);
        assertClose(monitors.freeEnergyTrain(), mean(rbm.freeEnergy(ROWS)));
        assertClose(monitors.freeEnergyValidation(), mean(rbm.freeEnergy(validation)));
        assertClose(monitors.freeEnergyGap(), mean(rbm.freeEnergy(validation)) - mean(rbm.freeEnergy(ROWS)));
        assertClose(monitors.reconstructionError(), ReconstructionError.of(rbm, validation));
        assertClose(
                monitors.meanHiddenActivation(),
                rbm.meanHiddenGivenVisible(ROWS).meanNumber().doubleValue());
        assertClose(
                monitors.weightNorm(),
                Math.sqrt(rbm.weights().mul(rbm.weights()).sumNumber().doubleValue()));

        Recorder without = new Recorder();
        MultiLayerNetwork second = Networks.stack(DataType.DOUBLE, 6, 5);
        // As many minibatches as it takes to have 10 rows: the first.
        Networks.pretrainer(1).monitorRows(10).listeners(without).build().pretrain(second, Minibatches.of(ROWS, 10));
        assertThat(second.params()).as("validation data are never learnt from").isEqualTo(network.params());
        assertThat(without.monitors.get(0).freeEnergyValidation()).isNaN();
        assertThat(without.monitors.get(0).freeEnergyGap()).isNaN();
        INDArray first = Minibatches.of(ROWS, 10).next().getFeatures();
        assertClose(without.monitors.get(0).freeEnergyTrain(), mean(rbm.freeEnergy(first)));
        assertClose(without.monitors.get(0).reconstructionError(), ReconstructionError.of(rbm, first));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static void assertClose(double actual, double expected) {
        assertThat(Math.abs(actual - expected))
                .as("%s and %s", actual, expected)
                .isLessThan(1e-11);
    }

    @Test
    void stockListenersAreCalledWithTheLayerAndItsOwnCounts() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        List<String> calls = new ArrayList<>();
        CollectScoresIterationListener scores = new CollectScoresIterationListener(1);
        network.setListeners(
                new BaseTrainingListener() {
                    @Override
                    public void iterationDone(Model model, int iteration, int epoch) {
                        RbmRuntimeLayer layer = (RbmRuntimeLayer) model;
                        calls.add(layer.getIndex() + ": " + iteration + ", " + epoch);
                        assertThat(layer.score()).isBetween(0.0, 1.0);
                        assertThat(layer.gradient().gradientForVariable()).containsOnlyKeys("W", "b", "vb");
                    }
                },
                scores,
                new ScoreIterationListener(1),
                // Throws when it is shown a layer, so it must not be called.
                new PerformanceListener(1));
        Networks.pretrainer(2).layerEpochs("1", 1).build().pretrain(network, Minibatches.of(ROWS, 10));
        assertThat(calls)
                .containsExactly(
                        "0: 0, 0", "0: 1, 0", "0: 2, 0", "0: 3, 1", "0: 4, 1", "0: 5, 1", "1: 0, 0", "1: 1, 0",
                        "1: 2, 0");
        assertThat(scores.getScoreVsIter().getEffectiveScores()).hasSize(9);
    }

    @Test
    void anExceptionOfAListenerEndsThePretraining() {
        assertThatThrownBy(() -> Networks.pretrainer(2)
                        .listeners(new PretrainingListener() {
                            @Override
                            public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
                                throw new IllegalStateException("enough");
                            }
                        })
                        .build()
                        .pretrain(Networks.stack(DataType.DOUBLE, 6, 5), Minibatches.of(ROWS, 10)))
                .hasMessage("enough");
    }

    @Test
    void theLineOfTheLogHoldsEveryMonitor() {
        PretrainingProgress progress = new PretrainingProgress(
                1, 2, "first", 3, 10, 100, 100, 0.25, 12345.6, Duration.ofSeconds(5), Duration.ofSeconds(125));
        assertThat(ProgressReporter.line(
                        progress, new PretrainingMonitors(0.01234, -100.5, -98.25, 0.2, 7.5, null, 0, null, null)))
                .isEqualTo("RBM layer 1/2, epoch 3/10: reconstruction error 0.0123, free energy -100.50,"
                        + " free-energy gap 2.25, mean activation 0.200, |W| 7.50, 12346 examples/s, 2:05 left");
        assertThat(ProgressReporter.line(
                        progress, new PretrainingMonitors(0.01234, -100.5, Double.NaN, 0.2, 7.5, null, 0, null, null)))
                .doesNotContain("gap");
        SwapReport swaps = new SwapReport(List.of(0.0, 0.4, 1.0), List.of(0.31, 0.784), 12);
        assertThat(ProgressReporter.line(
                        progress, new PretrainingMonitors(0.01234, -100.5, -98.25, 0.2, 7.5, null, 12, null, null)))
                .contains("|W| 7.50, 12 means at their bound, ");
        assertThat(ProgressReporter.line(
                        progress, new PretrainingMonitors(0.01234, -100.5, -98.25, 0.2, 7.5, swaps, 0, null, null)))
                .contains("|W| 7.50, swaps 0.31-0.78 over 3 rungs, 12 round trips, 12346 examples/s");
        List<MonitorReading> readings = List.of(new MonitorReading("log-pseudo-likelihood", -81.2345, 100, 0.127));
        assertThat(ProgressReporter.line(
                        progress,
                        new PretrainingMonitors(0.01234, -100.5, -98.25, 0.2, 7.5, null, 0, null, null, readings)))
                .contains("|W| 7.50, log-pseudo-likelihood -81.235 (100 rows, 0.13 s), 12346 examples/s");
    }

    @Test
    void theBarOfATerminalCoversALayerAndIsLeftInOrder() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5);
        List<String> drawn = new CopyOnWriteArrayList<>(); // another thread draws
        Networks.pretrainer(2)
                .listeners(ProgressReporter.inTerminal(() -> new DelegatingProgressBarConsumer(drawn::add, 160)))
                .build()
                .pretrain(network, Minibatches.of(ROWS, 10));
        assertThat(String.join("\n", drawn))
                .contains("RBM layer 1/1 100% ", "6/6", "epoch 2/2: error")
                .doesNotContain("mean activation");
        MultiLayerNetwork silent = Networks.stack(DataType.DOUBLE, 6, 5);
        GreedyPretrainer.builder().epochs(2).build().pretrain(silent, Minibatches.of(ROWS, 10));
        assertThat(silent.params()).as("watching changes nothing").isEqualTo(network.params());
    }
}
