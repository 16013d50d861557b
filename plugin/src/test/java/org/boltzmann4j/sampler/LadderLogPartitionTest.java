package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The log Z that a ladder of parallel tempering from the inverse temperature 0 has without further sampling. */
class LadderLogPartitionTest {

    private static final int CHAINS = 200;
    private static final int SEEDS = 20;

    private record Case(Unit visible, boolean fromBaseRates) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case(new Bernoulli(), true),
                new Case(new Bernoulli(), false),
                new Case(Binomial.of(3), true),
                new Case(Binomial.of(3), false),
                new Case(Gaussian.of(0.8), true));
    }

    private static SwapReport reportOf(Rbm rbm, double[] base, Ladder ladder, int chains, long seed) {
        TemperedChains run = TemperedChains.startedAtVisible(
                rbm,
                ladder,
                base.length == 0 ? null : base,
                Nd4j.zeros(DataType.DOUBLE, (long) ladder.start().size() * chains, rbm.visibleWidth()),
                RandomStreams.of(seed));
        run.advance(rbm, 20);
        return run.report();
    }

    /**
     * In units z of its own standard error, over 20 seeds: |z| above 4.5 has a probability of 7e-6, and the mean of the 20 times
     * sqrt(20) is held to the same bound.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void itAgreesWithEnumeration(Case model) {
        SmallModel small = SmallModel.random(model.visible(), new Bernoulli(), 5, 4, 1, 1, 3);
        double exact = small.logPartition(Conditions.PLAIN);
        double[] base = model.fromBaseRates() ? new double[] {0.3, -0.2, 0.1, 0.4, -0.5} : new double[0];
        double sum = 0;
        double squares = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            SwapReport report = reportOf(small.rbm(), base, Ladder.linear(5), CHAINS, seed);
            double z = (report.logPartition().value() - exact)
                    / report.logPartition().standardError();
            assertThat(Math.abs(z)).as("seed %d: %s", seed, report.summary()).isLessThan(4.5);
            assertThat(report.logPartition().standardError()).isBetween(1e-3, 0.3);
            assertThat(report.logPartition().effectiveSampleSize()).isBetween(20.0, (double) CHAINS);
            assertThat(report.logPartition().largestWeightShare()).isBetween(1.0 / CHAINS, 0.1);
            sum += z;
            squares += z * z;
        }
        assertThat(Math.abs(sum) / Math.sqrt(SEEDS)).isLessThan(4.5);
        // Chi-squared of 20 over 20: mean 1, standard deviation 0.32, five of which above; the errors are known to 5 %.
        assertThat(squares / SEEDS).isBetween(0.15, 2.7);
    }

    @Test
    void itIsThatOfTheModelAndNotOfTheHottestRung() {
        Rbm rbm = ExactRbm.bernoulli(5, 4, 1.5, 3).model(DataType.DOUBLE);
        double atHottest = 9 * Math.log(2);
        SwapReport report = reportOf(rbm, new double[0], Ladder.linear(5), CHAINS, 1);
        assertThat(Math.abs(report.logPartition().value() - atHottest))
                .isGreaterThan(10 * report.logPartition().standardError());
        assertThat(report.summary()).contains(", " + report.logPartition()).contains("log Z ", "effective sample size");
    }

    /** Two rungs of a strong model hardly overlap: few states say what the ratio is, and the size tells. */
    @Test
    void rungsTooFarApartAreSeenByTheEffectiveSampleSize() {
        Rbm rbm = ExactRbm.bernoulli(30, 20, 1.5, 3).model(DataType.DOUBLE);
        LadderLogPartition far =
                reportOf(rbm, new double[0], Ladder.linear(2), CHAINS, 1).logPartition();
        LadderLogPartition near =
                reportOf(rbm, new double[0], Ladder.linear(40), CHAINS, 1).logPartition();
        assertThat(far.effectiveSampleSize()).isLessThan(10);
        assertThat(near.effectiveSampleSize()).isGreaterThan(20);
    }

    @Test
    void whereItIsUnknownNothingIsClaimed() {
        Rbm binary = ExactRbm.bernoulli(5, 4, 1, 3).model(DataType.DOUBLE);
        assertThat(reportOf(binary, new double[0], Ladder.of(0.2, 0.6, 1), 5, 1)
                        .logPartition()
                        .value())
                .as("no rung at 0")
                .isNaN();
        assertThat(TemperedChains.startedAtVisible(
                                binary, Ladder.linear(3), null, Nd4j.zeros(DataType.DOUBLE, 6, 5), RandomStreams.of(1))
                        .report()
                        .logPartition()
                        .value())
                .as("before the first sweep")
                .isNaN();
        Rbm relu = Rbm.of(
                new Bernoulli(),
                NoisyRelu.exact(),
                Nd4j.zeros(DataType.DOUBLE, 3, 2),
                Nd4j.zeros(DataType.DOUBLE, 3),
                Nd4j.zeros(DataType.DOUBLE, 2));
        assertThat(reportOf(relu, new double[3], Ladder.linear(3), 5, 1)
                        .logPartition()
                        .value())
                .isNaN();
        Rbm words = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.zeros(DataType.DOUBLE, 3, 2),
                Nd4j.zeros(DataType.DOUBLE, 3),
                Nd4j.zeros(DataType.DOUBLE, 2));
        TemperedChains documents = TemperedChains.startedAtVisible(
                words, Ladder.linear(3), new double[3], Nd4j.ones(DataType.DOUBLE, 6, 3), RandomStreams.of(1));
        documents.advance(words, 2);
        assertThat(documents.report().logPartition().value()).isNaN();
    }
}
