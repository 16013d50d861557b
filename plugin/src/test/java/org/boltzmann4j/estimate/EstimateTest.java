package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.LadderLogPartition;
import org.boltzmann4j.sampler.TemperedChains;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EstimateTest {

    /** What a user of tempering has at the end of a run, without another sweep. */
    @Test
    void theLadderOfTemperingMakesALikelihood() {
        ExactRbm exact = ExactRbm.bernoulli(6, 4, 1.2, 8);
        Rbm rbm = exact.model(DataType.DOUBLE);
        TemperedChains chains = TemperedChains.startedAtVisible(
                rbm, Ladder.linear(6), null, Nd4j.zeros(DataType.DOUBLE, 6 * 200, 6), RandomStreams.of(2));
        chains.advance(rbm, 30);
        Estimate logPartition = Estimate.of(chains.report().logPartition());
        assertThat(logPartition.direction()).isEqualTo(Direction.UNKNOWN);
        assertThat(logPartition.restsOnFew()).isFalse();
        assertThat(logPartition.largestWeightShare()).isBetween(1 / 200.0, 0.1);
        INDArray v = ExactSamples.visible(rbm, 20, 1, RandomStreams.of(3));
        Estimate likelihood = LogLikelihood.mean(rbm, v, logPartition);
        double truth = LogLikelihood.withDefaults().of(rbm, v).claim().value();
        // By chance beyond 4.5 standard errors once in 150,000.
        assertThat(Math.abs(likelihood.value() - truth)).isLessThan(4.5 * likelihood.standardError());
        assertThat(likelihood.standardError()).isBetween(1e-3, 0.2);
    }

    @Test
    void aLadderWithoutAValueIsRefusedWithTheReason() {
        assertThatThrownBy(() -> Estimate.of(LadderLogPartition.unknown()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("begins at the inverse temperature 0");
    }

    @Test
    void sumsKeepTheWorseOfBothAndSidesAddUp() {
        Estimate below = new Estimate(1, 3, 50, 0.1, Direction.LOWER);
        Estimate other = new Estimate(2, 4, 20, 0.3, Direction.LOWER);
        assertThat(below.plus(other)).isEqualTo(new Estimate(3, 5, 20, 0.3, Direction.LOWER));
        assertThat(below.plus(other.negated()).direction()).isEqualTo(Direction.UNKNOWN);
        assertThat(below.negated()).isEqualTo(new Estimate(-1, 3, 50, 0.1, Direction.UPPER));
        assertThat(Estimate.exact(7).plus(below).direction()).isEqualTo(Direction.LOWER);
        assertThat(below.plus(below.withDirection(Direction.UNBIASED)).direction())
                .isEqualTo(Direction.LOWER);
        assertThat(Estimate.exact(7).plus(Estimate.exact(1)).direction()).isEqualTo(Direction.EXACT);
        assertThat(below.scaledBy(2)).isEqualTo(new Estimate(2, 6, 50, 0.1, Direction.LOWER));
    }
}
