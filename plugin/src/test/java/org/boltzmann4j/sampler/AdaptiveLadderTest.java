package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The ladder that moves: its arithmetic, and where it ends on a model with a cold and a warm half. */
class AdaptiveLadderTest {

    private static final int CHAINS = 200;
    private static final Rbm MODEL = ExactRbm.bernoulli(8, 6, 3, 41).model(DataType.DOUBLE);

    @Test
    void rungsMoveToEqualRejection() {
        double[] ladder = {0, 0.5, 1};
        // The first pair rejects three times as often: a quarter of the total is reached at 1/6, half at 1/3.
        assertThat(AdaptiveLadder.equalised(ladder, new double[] {0.6, 0.2}, 3))
                .containsExactly(new double[] {0, 1 / 3.0, 1}, within(1e-12));
        assertThat(AdaptiveLadder.equalised(ladder, new double[] {0.6, 0.2}, 5))
                .containsExactly(new double[] {0, 1 / 6.0, 1 / 3.0, 0.5, 1}, within(1e-12));
        assertThat(AdaptiveLadder.equalised(ladder, new double[] {0.4, 0.4}, 3)).containsExactly(ladder, within(1e-12));
        assertThat(AdaptiveLadder.equalised(ladder, new double[] {0, 0}, 4))
                .as("nothing rejected")
                .containsExactly(new double[] {0, 1 / 3.0, 2 / 3.0, 1}, within(1e-12));
    }

    @Test
    void aRungIsWantedOnlyBelowTheAimAndUpToTheLargestNumber() {
        AdaptiveLadder spec = new AdaptiveLadder(0.4, 3, 4, 0.0, 10);
        assertThat(spec.wantsAnother(new double[] {0.7, 0.52})).isTrue();
        assertThat(spec.wantsAnother(new double[] {0.7, 0.48})).isFalse();
        assertThat(spec.wantsAnother(new double[] {0.9, 0.9, 0.9})).isFalse();
    }

    private static TemperedChains chains(Ladder ladder) {
        INDArray v = Nd4j.zeros(DataType.DOUBLE, (long) ladder.start().size() * CHAINS, 8);
        return TemperedChains.startedAtVisible(MODEL, ladder, null, v, RandomStreams.of(6));
    }

    @Test
    void theLadderGrowsUntilItsRatesReachTheAimAndAreEqual() {
        TemperedChains fixed = chains(Ladder.linear(3));
        fixed.advance(MODEL, 200);
        List<Double> before = fixed.report().swapAcceptanceRates();
        assertThat(before).as("why it has to move").anyMatch(rate -> rate < 0.5);

        TemperedChains moving = chains(new AdaptiveLadder(0.6, 3, 20, 0.0, 40));
        for (int step = 0; step < 40; step++) {
            moving.advance(MODEL, 20);
        }
        moving.restartReport();
        for (int step = 0; step < 10; step++) {
            moving.advance(MODEL, 20);
        }
        SwapReport report = moving.report();
        assertThat(report.rungs()).startsWith(0.0).endsWith(1.0).isSorted().hasSizeBetween(4, 19);
        // 200 chains and 200 sweeps: standard error below 0.01 even with an autocorrelation of 20 sweeps. Half-way
        // moves
        // leave differences of a few hundredths.
        assertThat(report.swapAcceptanceRates()).as("%s", report).allMatch(rate -> rate > 0.52 && rate < 0.85);
        double least =
                report.swapAcceptanceRates().stream().min(Double::compare).orElseThrow();
        double most = report.swapAcceptanceRates().stream().max(Double::compare).orElseThrow();
        assertThat(most - least).as("%s", report).isLessThan(0.1);
        assertThat(report.roundTrips()).isPositive();
    }

    @Test
    void addedRungsKeepEveryChainAndTheNumberOfTheModels() {
        TemperedChains moving = chains(new AdaptiveLadder(0.95, 2, 6, 0.0, 1));
        for (int step = 1; step <= 6; step++) {
            moving.advance(MODEL, 1);
            int rungs = moving.report().rungs().size();
            assertThat(rungs).isEqualTo(Math.min(6, 2 + step));
            for (int r = 0; r < rungs; r++) {
                assertThat(moving.visibleAt(r).shape()).containsExactly(CHAINS, 8);
            }
            assertThat(moving.visible().rows()).isEqualTo(CHAINS);
        }
    }
}
