package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Freezing, going back and log Z of trajectory tempering. */
class TrajectoryChainsTest {

    private static final ExactRbm WEAK = ExactRbm.bernoulli(5, 4, 0.3, 41);
    private static final ExactRbm STRONG = ExactRbm.bernoulli(5, 4, 2.5, 42);

    private static TrajectoryChains start(Rbm rbm, int chains) {
        return TrajectoryChains.startedAt(
                rbm, new double[rbm.visibleWidth()], chains, TrajectoryRules.STANDARD, RandomStreams.of(4));
    }

    private static ExactRbm between(ExactRbm a, ExactRbm b, double share) {
        Rbm from = a.model(DataType.DOUBLE);
        Rbm to = b.model(DataType.DOUBLE);
        return new ExactRbm(
                from.weights().mul(1 - share).add(to.weights().mul(share)).toDoubleMatrix(),
                from.visibleBias()
                        .mul(1 - share)
                        .add(to.visibleBias().mul(share))
                        .toDoubleVector(),
                from.hiddenBias().mul(1 - share).add(to.hiddenBias().mul(share)).toDoubleVector(),
                new double[0]);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void aTrainingMayBeginFarFromTheModelWithoutWeights(DataType type) {
        Rbm rbm = STRONG.model(type);
        TrajectoryChains chains = start(rbm, 100);
        chains.advance(rbm, 1);
        TrajectoryReport report = chains.report(rbm, Nd4j.createFromArray(ExactRbm.binaryStates(5)));
        assertThat(report.checkpoints()).as("rungs were needed").isGreaterThan(2);
        // Five standard errors, and a half more since states two autocorrelation times apart are not quite independent.
        assertThat(report.logPartition().value())
                .isCloseTo(
                        STRONG.logPartition(),
                        within(7.5 * report.logPartition().standardError()));
        assertThat(report.logPartition().standardError()).isBetween(1e-3, 0.1);
        assertThat(report.thermalised()).isTrue();
        // All states there are.
        assertThat(Math.log(report.dataProbability()))
                .isCloseTo(0, within(7.5 * report.logPartition().standardError()));
        assertThat(chains.swapReport().swapAcceptanceRates()).allMatch(rate -> rate > 0.15);
        assertThat(chains.swapReport().roundTrips()).isPositive();
    }

    /**
     * Over 20 seeds, in units z of its own standard error, which is up to a half too small since states two autocorrelation times apart
     * are not quite independent: beyond 4.5 such units once in 7,000 by chance for all seeds together, and for their mean times
     * sqrt(20).
     */
    @Test
    void logPartitionAgreesWithEnumerationForEverySeed() {
        Rbm rbm = STRONG.model(DataType.DOUBLE);
        double sum = 0;
        double squares = 0;
        for (int seed = 0; seed < 20; seed++) {
            TrajectoryChains chains = TrajectoryChains.startedAt(
                    rbm, new double[rbm.visibleWidth()], 40, TrajectoryRules.STANDARD, RandomStreams.of(seed));
            chains.advance(rbm, 1);
            LadderLogPartition found = chains.report(rbm, null).logPartition();
            double z = (found.value() - STRONG.logPartition()) / (1.5 * found.standardError());
            assertThat(Math.abs(z)).as("seed %d: %s", seed, found).isLessThan(4.5);
            assertThat(found.effectiveSampleSize()).isBetween(10.0, 400.0);
            assertThat(found.largestWeightShare()).isBetween(1 / 400.0, 0.2);
            sum += z;
            squares += z * z;
        }
        assertThat(Math.abs(sum) / Math.sqrt(20)).isLessThan(4.5);
        // Between (2/3)^2 and 1 in the mean, with a deviation of 0.32 of it; half of it, and five deviations.
        assertThat(squares / 20).isBetween(0.1, 2.6);
    }

    @Test
    void gaussianUnitsHaveTheirLogPartitionToo() {
        ExactRbm exact = ExactRbm.gaussian(3, 4, 0.9, 12);
        Rbm rbm = exact.model(DataType.DOUBLE);
        TrajectoryChains chains = start(rbm, 100);
        chains.advance(rbm, 1);
        TrajectoryReport report = chains.report(rbm, null);
        assertThat(report.logPartition().value())
                .isCloseTo(
                        exact.logPartition(), within(7.5 * report.logPartition().standardError()));
        assertThat(report.dataProbability()).isNaN();
        assertThat(report.missesEquilibrium()).isFalse();
    }

    @Test
    void aModelThatWandersOffIsFrozenOnTheWayAndALoopBackIsCutOff() {
        Rbm rbm = WEAK.model(DataType.DOUBLE);
        TrajectoryChains chains = start(rbm, 60);
        int most = 0;
        for (int step = 0; step <= 100; step++) {
            ExactRbm now = between(WEAK, STRONG, step / 100.0);
            chains.advance(now.model(DataType.DOUBLE), 1);
            assertThat(chains.reversal()).isNull();
            most = Math.max(most, chains.ladder().size());
        }
        TrajectoryReport report = chains.report(STRONG.model(DataType.DOUBLE), null);
        assertThat(report.checkpoints()).isGreaterThan(2);
        assertThat(report.logPartition().value())
                .isCloseTo(
                        STRONG.logPartition(),
                        within(7.5 * report.logPartition().standardError()));
        List<Double> rungs = chains.swapReport().rungs();
        assertThat(rungs).isSorted().endsWith(101.0);
        Set<Long> frozen = new HashSet<>();
        for (int step = 1; step <= 400; step++) {
            double share = Math.abs(1 - step % 200 / 100.0); // from the end to the start and back, twice
            chains.advance(between(WEAK, STRONG, share).model(DataType.DOUBLE), 1);
            frozen.add(chains.ladder().top().minibatch());
            most = Math.max(most, chains.ladder().size());
        }
        assertThat(frozen).as("checkpoints on the way").hasSizeGreaterThan(most);
    }

    @Test
    void anUpdateThatLosesTheCheckpointIsTakenBackAndTheChainsAreThereAlready() {
        Rbm good = WEAK.model(DataType.DOUBLE);
        TrajectoryChains chains = start(good, 50);
        chains.advance(good, 1);
        Rbm bad = WEAK.model(DataType.DOUBLE);
        bad.weights().muli(-300);
        for (double poison : new double[] {1, Double.NaN}) {
            bad.weights().putScalar(0, 0, poison);
            chains.advance(bad, 1);
            Reversal reversal = Objects.requireNonNull(chains.reversal());
            assertThat(reversal.checkpoint().rbm().weights()).isEqualTo(good.weights());
            assertThat(reversal.swapAcceptance() >= 0.1).isFalse();
            assertThat(chains.visible().samples().sumNumber().doubleValue()).isFinite();
            assertThat(chains.hidden().means())
                    .isEqualTo(good.meanHiddenGivenVisible(chains.visible().values()));
        }
        chains.advance(good, 1);
        assertThat(chains.reversal()).isNull();
        assertThat(chains.report(good, null).reversals()).isEqualTo(2);
        assertThat(chains.report(good, null).summary())
                .contains("2 checkpoints")
                .endsWith(", 2 reversals");
    }

    @Test
    void theCheckpointDoesNotFollowTheParameters() {
        Rbm rbm = WEAK.model(DataType.DOUBLE);
        Checkpoint checkpoint = Checkpoint.of(rbm, 3);
        INDArray before = rbm.weights().dup();
        rbm.weights().addi(1);
        rbm.visibleBias().addi(1);
        assertThat(checkpoint.rbm().weights()).isEqualTo(before);
        assertThat(checkpoint
                        .rbm()
                        .visibleBias()
                        .sub(rbm.visibleBias())
                        .sumNumber()
                        .doubleValue())
                .isCloseTo(-5, within(1e-12)); // rounding
    }

    @Test
    void theSameSeedGivesTheSameChains() {
        Rbm rbm = STRONG.model(DataType.FLOAT);
        TrajectoryChains one = start(rbm, 20);
        TrajectoryChains other = start(rbm, 20);
        for (int i = 0; i < 3; i++) {
            one.advance(rbm, 2);
            other.advance(rbm, 2);
        }
        assertThat(one.visible().samples()).isEqualTo(other.visible().samples());
        assertThat(one.swapReport()).isEqualTo(other.swapReport());
        assertThat(one.report(rbm, null)).isEqualTo(other.report(rbm, null));
    }

    @Test
    void expectedAcceptanceReweightsTheChains() {
        double[] x = {0, 5};
        double[] y = {0, 2};
        double all = (1 + Math.exp(-2) + 1 + 1) / 4;
        // Rounding.
        assertThat(SwapAcceptance.expected(x, new double[2], y)).isCloseTo(all, within(1e-12));
        double first = (1 + Math.exp(-2)) / 2;
        assertThat(SwapAcceptance.expected(x, new double[] {800, -800}, y)).isCloseTo(first, within(1e-12));
        assertThat(SwapAcceptance.expected(x, new double[] {0, Double.NaN}, y)).isNaN();
        assertThat(SwapAcceptance.expected(new double[] {0, Double.NaN}, new double[2], y))
                .isNaN();
    }

    @Test
    void probabilitiesAboveOneAreProofOfMissingEquilibrium() {
        LadderLogPartition logPartition = new LadderLogPartition(10, 0.1, 61.34, 0.1);
        assertThat(new TrajectoryReport(3, 0, null, true, logPartition, 1.5).missesEquilibrium())
                .isTrue();
        assertThat(new TrajectoryReport(3, 0, null, true, logPartition, 1.3).missesEquilibrium())
                .isFalse();
        assertThat(new TrajectoryReport(3, 0, null, true, logPartition, Double.NaN).missesEquilibrium())
                .isFalse();
        assertThat(new TrajectoryReport(3, 2, null, true, logPartition, 1).summary())
                .isEqualTo("3 checkpoints, log Z 10.00 +- 0.10 (effective sample size 61.3), 2 reversals");
    }

    @Test
    void theReportCallsCheckpointsByTheirMinibatches() {
        assertThat(new SwapReport(List.of(0.0, 12.0, 400.0), List.of(0.5, Double.NaN), 3))
                .hasToString("0 -(0.50)- 12 -(NaN)- 400, 3 round trips");
        assertThat(new SwapReport(List.of(0.0, 12.0, 400.0), List.of(0.5, Double.NaN), 3).summary())
                .isEqualTo("swaps 0.50-0.50 over 3 rungs, 3 round trips");
    }
}
