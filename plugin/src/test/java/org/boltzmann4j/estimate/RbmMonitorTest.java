package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RbmMonitorTest {

    private final ExactRbm exact = ExactRbm.bernoulli(8, 4, 1.2, 3);
    private final Rbm rbm = exact.model(DataType.DOUBLE);
    private final INDArray train = Nd4j.createFromArray(exact.sample(500, new Random(1)));
    private final INDArray heldOut = Nd4j.createFromArray(exact.sample(400, new Random(2)));

    private MonitorReading read(RbmMonitor monitor) {
        return monitor.read(rbm, train, heldOut, RandomStreams.of(1));
    }

    @Test
    void eachReadsItsFigureOnTheFirstRowsOnly() {
        INDArray seen = train.get(NDArrayIndex.interval(0, 50), NDArrayIndex.all());
        INDArray unseen = heldOut.get(NDArrayIndex.interval(0, 50), NDArrayIndex.all());
        RbmMonitor pseudo = RbmMonitor.pseudoLikelihood(50);
        assertThat(read(pseudo).value())
                .isEqualTo(PseudoLikelihood.exact(rbm, unseen).value());
        assertThat(read(RbmMonitor.sampledPseudoLikelihood(50, 2)).value())
                .isEqualTo(PseudoLikelihood.sampled(rbm, unseen, 2, RandomStreams.of(1))
                        .value());
        assertThat(read(RbmMonitor.freeEnergyGap(50)).value())
                .isEqualTo(FreeEnergyGap.of(rbm, seen, unseen).value());
        assertThat(read(RbmMonitor.reconstructionError(50)).value()).isEqualTo(ReconstructionError.of(rbm, unseen));
        MonitorReading reading = read(pseudo);
        assertThat(reading.rows()).isEqualTo(50);
        assertThat(reading.seconds()).isPositive();
        assertThat(reading.toString()).startsWith("log-pseudo-likelihood -").contains(" (50 rows, ");
        assertThat(read(RbmMonitor.reconstructionError(1000)).rows()).isEqualTo(500);
    }

    @Test
    void withoutHeldOutRowsTrainingRowsStandInButForTheGap() {
        RandomStreams streams = RandomStreams.of(1);
        assertThat(RbmMonitor.reconstructionError(1000)
                        .read(rbm, train, null, streams)
                        .value())
                .isEqualTo(ReconstructionError.of(rbm, train));
        assertThat(RbmMonitor.pseudoLikelihood(1000)
                        .read(rbm, train, null, streams)
                        .value())
                .isEqualTo(PseudoLikelihood.exact(rbm, train).value());
        assertThat(RbmMonitor.freeEnergyGap(10).read(rbm, train, null, streams).value())
                .isNaN();
    }

    /** The ratio for the model that made the held-out rows, and for the same one with one visible bias moved. */
    @Test
    void theTwoSampleRatioIsNearOneForTheRightModelAndLargeForAWrongOne() {
        RbmMonitor monitor = RbmMonitor.twoSample(400, 40);
        // 16 and 56 pairs of squares with a mean of 1: beyond 1.7 is less likely than 1 in 10,000.
        assertThat(read(monitor).value()).isBetween(0.4, 1.7);
        Rbm wrong = Rbm.of(
                rbm.visible(),
                rbm.hidden(),
                rbm.weights(),
                rbm.visibleBias().add(Nd4j.createFromArray(2.0, 0, 0, 0, 0, 0, 0, 0)),
                rbm.hiddenBias());
        assertThat(monitor.read(wrong, train, heldOut, RandomStreams.of(1)).value())
                .isGreaterThan(2.5);
        assertThat(monitor.rows()).isEqualTo(400);
        assertThat(monitor.name()).isEqualTo("two-sample ratio after 40 sweeps");
    }

    @Test
    void documentsAreGeneratedWithTheMeanLength() {
        Rbm words = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.createFromArray(new double[][] {{0.5, -0.4}, {-0.3, 0.9}, {0.2, 0.1}}),
                Nd4j.createFromArray(0.1, -0.2, 0.4),
                Nd4j.createFromArray(-0.3, 0.2));
        INDArray documents = ExactSamples.visible(words, 300, 6, RandomStreams.of(4));
        double ratio = RbmMonitor.twoSample(300, 20)
                .read(words, documents, null, RandomStreams.of(1))
                .value();
        assertThat(ratio).isBetween(0.02, 3.0); // three counts with one sum: two independent differences
    }

    @Test
    void higherIsBetterForPseudoLikelihoodsOnly() {
        assertThat(RbmMonitor.pseudoLikelihood(1).isMinimised()).isFalse();
        assertThat(RbmMonitor.sampledPseudoLikelihood(1, 1).isMinimised()).isFalse();
        assertThat(List.of(RbmMonitor.freeEnergyGap(1), RbmMonitor.reconstructionError(1), RbmMonitor.twoSample(2, 2)))
                .allMatch(RbmMonitor::isMinimised);
    }

    @Test
    void numbersOutOfRangeAreNamed() {
        assertThatThrownBy(() -> RbmMonitor.pseudoLikelihood(0)).hasMessageContaining("rows = 0");
        assertThatThrownBy(() -> RbmMonitor.sampledPseudoLikelihood(1, 0)).hasMessageContaining("units per row = 0");
        assertThatThrownBy(() -> RbmMonitor.twoSample(1, 5)).hasMessageContaining("1 rows and 5 sweeps");
        assertThatThrownBy(() -> RbmMonitor.twoSample(5, 1)).hasMessageContaining("5 rows and 1 sweeps");
    }
}
