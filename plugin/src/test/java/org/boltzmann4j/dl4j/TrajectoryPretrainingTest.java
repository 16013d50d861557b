package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Trajectory tempering inside of a network, and the autocorrelation monitor of every kind of chain. */
class TrajectoryPretrainingTest {

    private static final INDArray ROWS = Nd4j.createFromArray(IntStream.range(0, 40)
            .mapToObj(row -> new Random(row).doubles(6).map(Math::round).toArray())
            .toArray(double[][]::new));

    private static MultiLayerNetwork network(NegativePhase phase, double rate) {
        return Networks.single(
                DataType.DOUBLE,
                6,
                5,
                base -> base.updater(new Nesterovs(rate, 0.5)),
                layer -> layer.negativePhase(phase));
    }

    private static List<PretrainingMonitors> train(MultiLayerNetwork network, INDArray rows, int epochs) {
        return Networks.pretrainer(epochs)
                .build()
                .pretrain(network, Minibatches.of(rows, 10))
                .layers()
                .get(0)
                .history();
    }

    @Test
    void trajectoryTemperingTrainsAndReportsAndTheSameSeedGivesTheSameParameters() {
        MultiLayerNetwork network = network(TrajectoryTempering.of(1, 20), 0.3);
        PretrainingMonitors last = train(network, ROWS, 30).get(29);
        TrajectoryReport trajectory = Objects.requireNonNull(last.trajectory());
        assertThat(trajectory.checkpoints()).isGreaterThanOrEqualTo(2);
        assertThat(trajectory.reversals()).isZero();
        assertThat(trajectory.dataProbability()).isBetween(0.05, 1.0);
        assertThat(trajectory.missesEquilibrium()).isFalse();
        assertThat(Objects.requireNonNull(last.swaps()).swapAcceptanceRates())
                .hasSize(trajectory.checkpoints())
                .allMatch(rate -> rate > 0.1 && rate <= 1);
        PretrainingProgress progress =
                new PretrainingProgress(1, 1, "0", 30, 30, 4, 4, 0.5, 100, Duration.ZERO, Duration.ZERO);
        assertThat(ProgressReporter.line(progress, last))
                .contains(" checkpoints, log Z ")
                .contains(", autocorrelation ");
        MultiLayerNetwork again = network(TrajectoryTempering.of(1, 20), 0.3);
        train(again, ROWS, 30);
        assertThat(again.params()).isEqualTo(network.params());
    }

    @Test
    void aCatastrophicRateIsHalvedUntilTrainingGoesOn() {
        MultiLayerNetwork network = network(TrajectoryTempering.of(1, 20), 400);
        MultiLayerNetwork lost = network(PersistentContrastiveDivergence.of(1, 20), 400);
        List<PretrainingMonitors> history = train(network, ROWS, 20);
        train(lost, ROWS, 20);
        TrajectoryReport report = Objects.requireNonNull(history.get(19).trajectory());
        assertThat(report.reversals()).isBetween(4, 20);
        assertThat(lost.params().amaxNumber().doubleValue()).as("without").isGreaterThan(500);
        assertThat(network.params().amaxNumber().doubleValue()).isLessThan(50);
        // It has learned: independent units would reconstruct with the variance of the data, a quarter.
        assertThat(history.get(19).reconstructionError()).isLessThan(0.2);
    }

    @Test
    void aReversalRestoresEveryParameter() {
        MultiLayerNetwork network =
                Networks.single(DataType.DOUBLE, 6, 5, base -> {}, layer -> layer.visible(LearnedGaussian.standard()));
        RbmRuntimeLayer runtime = (RbmRuntimeLayer) network.getLayer(0);
        INDArray before = runtime.params().dup();
        Rbm model = runtime.rbm();
        // A copy, since the model is a view of the parameters.
        Rbm copy = Rbm.of(
                model.visible(),
                model.hidden(),
                model.weights().dup(),
                model.visibleBias().dup(),
                model.hiddenBias().dup());
        runtime.params().addi(0.7);
        runtime.restore(copy);
        // Rounding of a logarithm and its inverse.
        assertThat(runtime.params().sub(before).amaxNumber().doubleValue()).isCloseTo(0, within(1e-14));
    }

    @Test
    void theHostsOwnPretrainingCannotGoBackAndSaysSo() {
        MultiLayerNetwork network = network(TrajectoryTempering.of(1, 20), 4_000);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        network.pretrainLayer(0, ROWS);
                    }
                })
                .hasMessageContaining("the last update has to be taken back")
                .hasMessageContaining("Use GreedyPretrainer");
    }

    @Test
    void everyPersistentChainHasAnAutocorrelationTime() {
        for (NegativePhase phase : List.of(
                PersistentContrastiveDivergence.of(1, 7),
                FastPersistentContrastiveDivergence.of(1, 7, 0.05),
                ParallelTempering.of(1, 7, Ladder.linear(4)),
                TrajectoryTempering.of(1, 7))) {
            List<PretrainingMonitors> history = train(network(phase, 0.1), ROWS, 6);
            assertThat(history.get(2).autocorrelation()).as("12 minibatches").isNull();
            assertThat(Objects.requireNonNull(history.get(5).autocorrelation()).value())
                    .as("%s", phase)
                    .isBetween(0.3, 12.0); // the trace has 24 minibatches
            assertThat(history.get(5).trajectory() != null).isEqualTo(phase instanceof TrajectoryTempering);
        }
        assertThat(train(network(ContrastiveDivergence.of(1), 0.1), ROWS, 6)
                        .get(5)
                        .autocorrelation())
                .isNull();
    }

    @Test
    void aLayerWithTrajectoriesComesBackFromJson() {
        MultiLayerConfiguration conf =
                network(TrajectoryTempering.of(2, 7), 0.1).getLayerWiseConfigurations();
        assertThat(conf.toJson().replaceAll("\\s", ""))
                .contains("\"negativePhase\":{\"type\":\"trajectoryTempering\",\"chains\":7,\"k\":2,\"rules\":{"
                        + "\"freezeBelow\":0.3,\"ladderInterval\":1,\"longest\":2000,\"reservoirFactor\":10,"
                        + "\"reverseBelow\":0.1,\"thermalisation\":20.0,\"thinning\":2.0}}");
        assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    }

    @Test
    void documentsAreRefusedWhenTheLayerIsBuilt() {
        assertThatThrownBy(() -> Networks.rbm(6, 5)
                        .visible(new ReplicatedSoftmax())
                        .negativePhase(TrajectoryTempering.of(1, 7))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("documents of different lengths cannot be swapped");
    }
}
