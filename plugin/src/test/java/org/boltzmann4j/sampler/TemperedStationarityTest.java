package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Bernoulli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Chains that start with the exact product of the rungs' distributions must keep it in every rung, swaps included. The
 * measure and its bound, four times the distance that perfect independent samples have in expectation, are those of
 * {@link StationarityTest}; the chains of one rung are independent, so that a false alarm in any of the rungs has a
 * probability below 1e-20. The distributions are enumerated from the energies, not from the sampler's parameters.
 */
class TemperedStationarityTest {

    private static final int CHAINS = 6_000;
    private static final ExactRbm MODEL = ExactRbm.bernoulli(3, 3, 1.6, 21);
    private static final FixedLadder LADDER = Ladder.of(0, 0.3, 0.55, 1);
    private static final double[] BASE = {1.2, -0.8, 0.5};

    private static double[] jointProbabilities(double beta, double[] base) {
        double[][] v = ExactRbm.binaryStates(MODEL.visible());
        double[][] h = ExactRbm.binaryStates(MODEL.hidden());
        double[] p = new double[v.length * h.length];
        for (int s = 0; s < p.length; s++) {
            double[] state = v[s / h.length];
            double energy = beta * MODEL.energy(state, h[s % h.length]);
            for (int i = 0; i < base.length; i++) {
                energy -= (1 - beta) * base[i] * state[i];
            }
            p[s] = Math.exp(-energy);
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    private static double floor(double[] probabilities) {
        return Arrays.stream(probabilities)
                .map(p -> 0.5 * Math.sqrt(2 * p * (1 - p) / (Math.PI * CHAINS)))
                .sum();
    }

    /** Total variation distance from the exact distribution over its bound. */
    private static double excess(double[][] v, double[][] h, double[] probabilities) {
        double[] shares = new double[probabilities.length];
        for (int row = 0; row < v.length; row++) {
            shares[(index(v[row]) << MODEL.hidden()) + index(h[row])] += 1.0 / CHAINS;
        }
        double distance = IntStream.range(0, shares.length)
                .mapToDouble(s -> 0.5 * Math.abs(shares[s] - probabilities[s]))
                .sum();
        return distance / (4 * floor(probabilities));
    }

    /** Much faster than the array's own conversion. */
    private static double[][] rows(INDArray states) {
        Rows rows = Rows.of(states);
        double[][] result = new double[(int) rows.count()][rows.width()];
        for (int row = 0; row < result.length; row++) {
            rows.read(row, result[row]);
        }
        return result;
    }

    private static int index(double[] state) {
        int index = 0;
        for (int i = 0; i < state.length; i++) {
            if (state[i] != 0 && state[i] != 1) {
                throw new AssertionError("no binary state: " + state[i]);
            }
            index |= (int) state[i] << i;
        }
        return index;
    }

    /** Visible parts of exact states, rung after rung. */
    private static INDArray exactStart(double[] base) {
        Random random = new Random(5);
        double[][] states = ExactRbm.binaryStates(MODEL.visible());
        double[][] v = new double[LADDER.start().size() * CHAINS][];
        double[][] rungs = LADDER.start().stream()
                .map(beta -> jointProbabilities(beta, base))
                .toArray(double[][]::new);
        for (int row = 0; row < v.length; row++) {
            double[] p = rungs[row / CHAINS];
            double u = random.nextDouble();
            int s = 0;
            while (s < p.length - 1 && u >= p[s]) {
                u -= p[s++];
            }
            v[row] = states[s >> MODEL.hidden()];
        }
        return Nd4j.createFromArray(v);
    }

    private static double largestExcess(TemperedChains chains, double[] base) {
        double largest = 0;
        for (int r = 0; r < LADDER.start().size(); r++) {
            double[] p = jointProbabilities(LADDER.start().get(r), base);
            double[][] v = rows(chains.visibleAt(r));
            double[][] h = rows(chains.hiddenAt(r));
            largest = Math.max(largest, excess(v, h, p));
        }
        return largest;
    }

    static Stream<Arguments> sweepsAndPaths() {
        return Stream.of(new double[0], BASE)
                .flatMap(base -> IntStream.of(1, 4, 16).mapToObj(sweeps -> Arguments.of(sweeps, base)));
    }

    private static TemperedChains exactChains(Ladder ladder, double[] base, DataType type) {
        return TemperedChains.startedAtVisible(
                MODEL.model(type),
                ladder,
                base.length == 0 ? null : base,
                exactStart(base).castTo(type),
                RandomStreams.of(3).split("tempered"));
    }

    @ParameterizedTest(name = "{0} sweeps, base biases {1}")
    @MethodSource("sweepsAndPaths")
    void everyRungKeepsItsJointDistribution(int sweeps, double[] base) {
        DataType type = sweeps == 4 ? DataType.FLOAT : DataType.DOUBLE;
        TemperedChains chains = exactChains(LADDER, base, type);
        chains.advance(MODEL.model(type), sweeps);
        assertThat(largestExcess(chains, base)).isLessThan(1);
        assertThat(chains.report().swapAcceptanceRates())
                .as("the test is about swaps")
                .allMatch(rate -> rate > 0.2 && rate < 0.95);
        // The gradient's statistics: states of the model, with their hidden means.
        double[] model = jointProbabilities(1, base);
        double[][] v = rows(chains.visible().values());
        assertThat(excess(v, rows(chains.hidden().values()), model)).isLessThan(1);
        INDArray means = MODEL.model(DataType.DOUBLE).meanHiddenGivenVisible(Nd4j.createFromArray(v));
        // Rounding of floats.
        assertThat(chains.hidden()
                        .means()
                        .castTo(DataType.DOUBLE)
                        .sub(means)
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-6);
    }

    @Test
    void conditionalsAndSwapsAtOtherTemperaturesAreCaught() {
        TemperedChains chains = exactChains(Ladder.of(0, 0.15, 0.8, 1), new double[0], DataType.DOUBLE);
        chains.advance(MODEL.model(DataType.DOUBLE), 4);
        assertThat(largestExcess(chains, new double[0])).isGreaterThan(1);
    }

    @Test
    void aPathFromOtherBaseRatesIsCaught() {
        INDArray start = exactStart(BASE);
        TemperedChains chains = TemperedChains.startedAtVisible(
                MODEL.model(DataType.DOUBLE), LADDER, new double[3], start, RandomStreams.of(3));
        chains.advance(MODEL.model(DataType.DOUBLE), 4);
        assertThat(largestExcess(chains, BASE)).isGreaterThan(1);
    }

    /** The swap written out once more, state by state, with a rule of its own. */
    private static double largestExcessOfKernel(double[] base, SwapRule rule) {
        Rbm rbm = MODEL.model(DataType.DOUBLE);
        RandomStreams streams = RandomStreams.of(9);
        int rungs = LADDER.start().size();
        LayerStates visible = new LayerStates(rbm.visible(), DataType.DOUBLE, (long) rungs * CHAINS, 3);
        LayerStates hidden = new LayerStates(rbm.hidden(), DataType.DOUBLE, (long) rungs * CHAINS, 3);
        double[] betas = new double[rungs * CHAINS];
        Arrays.setAll(betas, row -> LADDER.start().get(row / CHAINS));
        visible.tempering().setInverseTemperatures(betas);
        hidden.tempering().setInverseTemperatures(betas);
        if (base.length > 0) {
            visible.tempering().setBaseBias(base);
            hidden.tempering().setBaseBias(new double[3]);
        }
        INDArray v = exactStart(base);
        for (int sweep = 0; sweep < 4; sweep++) {
            visible.present(v, (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, streams.split("up"), sweep);
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, streams.split("down"), sweep);
            double[][] vs = rows(visible.values());
            double[][] hs = rows(hidden.values());
            for (int chain = 0; chain < CHAINS; chain++) {
                SplittableRandom random = streams.split("swap").random(sweep, chain);
                for (int r = 0; r + 1 < rungs; r++) {
                    int a = r * CHAINS + chain;
                    int b = a + CHAINS;
                    double logRatio = (betas[a] - betas[b]) * (slope(vs[a], hs[a], base) - slope(vs[b], hs[b], base));
                    if (rule.accepts(logRatio, random.nextDouble())) {
                        double[] swappedVisible = vs[a];
                        vs[a] = vs[b];
                        vs[b] = swappedVisible;
                        double[] swappedHidden = hs[a];
                        hs[a] = hs[b];
                        hs[b] = swappedHidden;
                    }
                }
            }
            v = Nd4j.createFromArray(vs);
            if (sweep == 3) {
                double largest = 0;
                for (int r = 0; r < rungs; r++) {
                    largest = Math.max(
                            largest,
                            excess(
                                    Arrays.copyOfRange(vs, r * CHAINS, (r + 1) * CHAINS),
                                    Arrays.copyOfRange(hs, r * CHAINS, (r + 1) * CHAINS),
                                    jointProbabilities(LADDER.start().get(r), base)));
                }
                return largest;
            }
        }
        throw new AssertionError("no sweep");
    }

    private static double slope(double[] v, double[] h, double[] base) {
        double slope = MODEL.energy(v, h);
        for (int i = 0; i < base.length; i++) {
            slope += base[i] * v[i];
        }
        return slope;
    }

    private interface SwapRule {
        boolean accepts(double logRatio, double uniform);
    }

    @Test
    void aSwapWithTheWrongSignIsCaughtOnBothPaths() {
        for (double[] base : new double[][] {{}, BASE}) {
            assertThat(largestExcessOfKernel(base, (logRatio, u) -> u < Math.exp(logRatio)))
                    .as("the right rule")
                    .isLessThan(1);
            assertThat(largestExcessOfKernel(base, (logRatio, u) -> u < Math.exp(-logRatio)))
                    .as("the sign flipped")
                    .isGreaterThan(1);
            assertThat(largestExcessOfKernel(base, (logRatio, u) -> true))
                    .as("every swap accepted")
                    .isGreaterThan(1);
        }
    }

    /** From the energies of the states, for both paths: what the sweep leaves behind is what the swaps need. */
    @Test
    void theSlopesLeftBehindByDrawsAreTheEnergiesOfTheStates() {
        slopesAreEnergies(DataType.DOUBLE, 1e-13); // rounding of a dozen additions of numbers below 10
        slopesAreEnergies(DataType.FLOAT, 1e-5);
    }

    private static void slopesAreEnergies(DataType type, double tolerance) {
        Rbm rbm = MODEL.model(type);
        for (double[] base : new double[][] {{}, BASE}) {
            LayerStates visible = new LayerStates(rbm.visible(), type, 6, 3);
            LayerStates hidden = new LayerStates(rbm.hidden(), type, 6, 3);
            double[] betas = {0, 0.2, 0.4, 0.6, 0.8, 1};
            visible.tempering().setInverseTemperatures(betas);
            hidden.tempering().setInverseTemperatures(betas);
            visible.tempering().setBaseBias(base.length == 0 ? null : base);
            hidden.tempering().setBaseBias(base.length == 0 ? null : new double[3]);
            visible.tempering().trackSlopes(6, false);
            hidden.tempering().trackSlopes(6, true);
            hidden.present(Nd4j.createFromArray(new double[6][3]).addi(1), (row, values) -> {});
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, RandomStreams.of(1), 0);
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN_AND_SAMPLE, RandomStreams.of(2), 0);
            double[][] v = rows(visible.values());
            double[][] h = rows(hidden.values());
            for (int row = 0; row < 6; row++) {
                double found =
                        visible.tempering().slopes()[row] + hidden.tempering().slopes()[row];
                assertThat(Math.abs(found - slope(v[row], h[row], base))).isLessThan(tolerance);
            }
        }
    }

    @Test
    void aSingleRungIsPersistentContrastiveDivergenceBitForBit() {
        Rbm rbm = MODEL.model(DataType.DOUBLE);
        LayerStates start = new LayerStates(new Bernoulli(), DataType.DOUBLE, 4, 3);
        start.present(
                Nd4j.createFromArray(new double[][] {{0, 1, 1}, {1, 0, 0}, {1, 1, 1}, {0, 0, 1}}), (row, v) -> {});
        Chains plain = Chains.startedAt(rbm, start, 7, RandomStreams.of(4));
        TemperedChains tempered = TemperedChains.startedAt(rbm, Ladder.linear(1), null, start, 7, RandomStreams.of(4));
        for (int step = 1; step < 4; step++) {
            plain.advance(rbm, step);
            tempered.advance(rbm, step);
            assertThat(tempered.visible().samples()).isEqualTo(plain.visible().samples());
            assertThat(tempered.hidden().means()).isEqualTo(plain.hidden().means());
            assertThat(tempered.visible().sampleSums())
                    .isEqualTo(plain.visible().sampleSums());
            assertThat(tempered.hidden().meanSums()).isEqualTo(plain.hidden().meanSums());
        }
        assertThat(tempered.report().swapAcceptanceRates()).isEmpty();
    }

    @Test
    void theSameSeedGivesTheSameChains() {
        TemperedChains one = exactChains(LADDER, BASE, DataType.FLOAT);
        TemperedChains other = exactChains(LADDER, BASE, DataType.FLOAT);
        one.advance(MODEL.model(DataType.FLOAT), 3);
        other.advance(MODEL.model(DataType.FLOAT), 3);
        assertThat(one.visibleAt(2)).isEqualTo(other.visibleAt(2));
        assertThat(one.report()).isEqualTo(other.report());
    }

    @Test
    void roundTripsAndRatesAreCountedAndForgotten() {
        TemperedChains chains = exactChains(LADDER, new double[0], DataType.FLOAT);
        assertThat(chains.report().swapAcceptanceRates()).hasSize(3).allMatch(rate -> rate.isNaN());
        chains.advance(MODEL.model(DataType.FLOAT), 1);
        // Even pairs come before odd ones, so a state needs two sweeps from the model down to the last of four rungs.
        assertThat(chains.report().roundTrips()).isZero();
        chains.advance(MODEL.model(DataType.FLOAT), 30);
        assertThat(chains.report().roundTrips()).isGreaterThan(CHAINS);
        chains.restartReport();
        assertThat(chains.report().roundTrips()).isZero();
        assertThat(chains.report().swapAcceptanceRates()).allMatch(rate -> rate.isNaN());
    }

    @Test
    void theReportPrintsTheLadder() {
        SwapReport report = new SwapReport(java.util.List.of(0.0, 0.5, 1.0), java.util.List.of(0.71, 0.64), 12);
        assertThat(report).hasToString("0.000 -(0.71)- 0.500 -(0.64)- 1.000, 12 round trips");
        assertThat(report.summary()).isEqualTo("swaps 0.64-0.71 over 3 rungs, 12 round trips");
        LadderLogPartition logPartition = new LadderLogPartition(23.406, 0.051, 61.34, 0.1);
        assertThat(new SwapReport(report.rungs(), report.swapAcceptanceRates(), 12, logPartition).summary())
                .isEqualTo("swaps 0.64-0.71 over 3 rungs, 12 round trips,"
                        + " log Z 23.41 +- 0.05 (effective sample size 61.3)");
        assertThat(LadderLogPartition.exact(3)).hasToString("log Z 3.00 +- 0.00");
    }

    @Test
    void statesThatDoNotFitTheRungsAreRefused() {
        assertThatThrownBy(() -> TemperedChains.startedAtVisible(
                        MODEL.model(DataType.DOUBLE), LADDER, null, Nd4j.zeros(7, 3), RandomStreams.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("7 visible states, expected the same number for each of 4 rungs");
    }
}
