package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.SwapReport;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Parallel tempering and fast weights inside of a network. */
class TemperingPretrainingTest {

    private static final INDArray ROWS = Nd4j.createFromArray(IntStream.range(0, 40)
            .mapToObj(row -> new Random(row).doubles(6).toArray())
            .toArray(double[][]::new));

    private static MultiLayerNetwork network(NegativePhase phase) {
        return Networks.single(DataType.DOUBLE, 6, 5, base -> {}, layer -> layer.negativePhase(phase));
    }

    private static PretrainingReport train(MultiLayerNetwork network) {
        return Networks.pretrainer(3).build().pretrain(network, Minibatches.of(ROWS, 10));
    }

    @Test
    void everyNegativePhaseTrainsAndTheSameSeedGivesTheSameParameters() {
        for (NegativePhase phase : List.of(
                ParallelTempering.of(1, 7, Ladder.linear(4)),
                ParallelTempering.of(1, 7, Ladder.linear(4)).withPath(TemperingPath.BASE_RATES),
                ParallelTempering.of(2, 3, new AdaptiveLadder(0.9, 2, 5, 0.0, 4)),
                FastPersistentContrastiveDivergence.of(1, 7, 0.05))) {
            MultiLayerNetwork network = network(phase);
            INDArray before = network.params().dup();
            PretrainingReport report = train(network);
            assertThat(network.params().sub(before).amaxNumber().doubleValue())
                    .as("%s", phase)
                    .isGreaterThan(0.01)
                    .isLessThan(10);
            MultiLayerNetwork again = network(phase);
            train(again);
            assertThat(again.params()).isEqualTo(network.params());
            SwapReport swaps = report.layers().get(0).history().get(2).swaps();
            if (phase instanceof ParallelTempering) {
                assertThat(Objects.requireNonNull(swaps).swapAcceptanceRates())
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allMatch(rate -> rate > 0.3 && rate <= 1);
            } else {
                assertThat(swaps).isNull();
            }
        }
    }

    @Test
    void aLayerWithTemperingComesBackFromJson() {
        MultiLayerConfiguration conf =
                network(ParallelTempering.of(1, 7, Ladder.of(0, 0.5, 1))).getLayerWiseConfigurations();
        assertThat(conf.toJson().replaceAll("\\s", ""))
                .contains("\"negativePhase\":{\"type\":\"parallelTempering\",\"chains\":7,\"k\":1,\"ladder\":{\"type\":"
                        + "\"fixed\",\"inverseTemperatures\":[0.0,0.5,1.0]},\"path\":\"TEMPERATURE\"}");
        assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    }

    @Test
    void aLadderThatUnboundedUnitsCannotClimbIsRefusedWhenTheLayerIsBuiltOrThePhaseReplaced() {
        ParallelTempering cold = ParallelTempering.of(1, 7, Ladder.linear(3));
        assertThatThrownBy(() -> Networks.rbm(6, 5)
                        .visible(Gaussian.of(1))
                        .negativePhase(cold)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the ladder begins at 0");
        MultiLayerNetwork network = Networks.gaussian(DataType.DOUBLE, 6, 5, 1);
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .layerNegativePhase("0", cold)
                        .build()
                        .pretrain(network, Minibatches.of(ROWS, 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the ladder begins at 0");
    }
}
