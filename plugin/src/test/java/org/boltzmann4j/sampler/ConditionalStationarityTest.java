package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.KnownCase;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Conditions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Chains that hold known values and start with the exact conditional distribution must keep it. Given the known units the
 * others and the hidden ones are a smaller model ({@link SmallModel#given}), whose binary layer is enumerated; for the
 * binary model the joint states are enumerated from the energies as well. The measure and its bound, four times the distance
 * that perfect independent samples have in expectation, are those of {@link StationarityTest}; the probability of a false
 * alarm is below 1e-20. Beside each a wrong kernel is caught.
 */
class ConditionalStationarityTest {

    private static final int CHAINS = 6_000;
    private static final FixedLadder LADDER = Ladder.of(0.25, 0.6, 1);
    private static final ExactRbm BINARY = ExactRbm.bernoulli(4, 3, 1.5, 11);
    private static final double[] HELD = {Double.NaN, 1, Double.NaN, 0};
    private static final double[] BASE = {1.2, -0.8, 0.5, -0.3};

    static Stream<KnownCase> cases() {
        return KnownCase.all().stream();
    }

    private static double floor(double[] probabilities) {
        return Arrays.stream(probabilities)
                .map(p -> 0.5 * Math.sqrt(2 * p * (1 - p) / (Math.PI * CHAINS)))
                .sum();
    }

    /** Total variation distance over its bound, of states that are bits of an index. */
    private static double excess(double[][] states, double[] probabilities) {
        double[] shares = new double[probabilities.length];
        for (double[] state : states) {
            int index = 0;
            for (int i = 0; i < state.length; i++) {
                if (state[i] != 0 && state[i] != 1) {
                    throw new AssertionError("no binary state: " + state[i]);
                }
                index |= (int) state[i] << i;
            }
            shares[index] += 1.0 / states.length;
        }
        double distance = IntStream.range(0, shares.length)
                .mapToDouble(s -> 0.5 * Math.abs(shares[s] - probabilities[s]))
                .sum();
        return distance / (4 * floor(probabilities));
    }

    private static INDArray repeated(INDArray row, int rows) {
        return InferenceChains.stacked(row, rows);
    }

    private static KnownValues known(KnownCase tried) {
        return KnownValues.of(tried.rows(1), tried.mask());
    }

    /** Complete visible states whose binary layer is exact at each rung, rung after rung. */
    private static INDArray exactStart(KnownCase tried, List<Double> rungs) {
        Rbm rbm = tried.whole().rbm();
        int rows = rungs.size() * CHAINS;
        double[] betas = new double[rows];
        Arrays.setAll(betas, row -> rungs.get(row / CHAINS));
        INDArray[] binary = rungs.stream()
                .map(beta -> tried.rest()
                        .binaryStates(
                                CHAINS,
                                Conditions.at(beta).withDocumentLength(tried.restLength()),
                                new Random(Math.round(100 * beta))))
                .toArray(INDArray[]::new);
        INDArray states = Nd4j.vstack(binary);
        if (!tried.whole().binaryHidden()) {
            INDArray v = repeated(tried.rows(1), rows);
            int[] unknown = unknown(tried);
            for (int i = 0; i < unknown.length; i++) {
                v.putColumn(unknown[i], states.getColumn(i));
            }
            return v;
        }
        LayerStates visible = new LayerStates(rbm.visible(), DataType.DOUBLE, rows, rbm.visibleWidth());
        LayerStates hidden = new LayerStates(rbm.hidden(), DataType.DOUBLE, rows, rbm.hiddenWidth());
        visible.tempering().setInverseTemperatures(betas);
        visible.hold(known(tried));
        hidden.present(states, (row, values) -> {});
        if (rbm.visible().countsWords()) {
            double[] lengths = new double[rows];
            Arrays.fill(lengths, tried.documentLength());
            hidden.setLengths(lengths);
        }
        GibbsSampler.visibleGivenHidden(
                rbm, hidden, visible, Draw.SAMPLE, RandomStreams.of(7).split("start"), 0);
        return visible.values();
    }

    private static int[] unknown(KnownCase tried) {
        return IntStream.range(0, tried.known().length)
                .filter(i -> !tried.known()[i])
                .toArray();
    }

    private static double[][] binaryLayer(KnownCase tried, INDArray v, INDArray h) {
        if (tried.whole().binaryHidden()) {
            return KnownCase.elements(h);
        }
        int[] unknown = unknown(tried);
        return Arrays.stream(KnownCase.elements(v))
                .map(row -> Arrays.stream(unknown).mapToDouble(i -> row[i]).toArray())
                .toArray(double[][]::new);
    }

    private static double excessAfter(KnownCase tried, int sweeps, boolean held) {
        Rbm rbm = tried.whole().rbm();
        Chains chains = Chains.startedAtVisible(
                rbm, exactStart(tried, List.of(1.0)), RandomStreams.of(4).split("chains"));
        chains.hold(held ? known(tried) : null);
        chains.advance(rbm, sweeps);
        double[] exact = tried.rest().probabilities(Conditions.PLAIN.withDocumentLength(tried.restLength()));
        return excess(
                binaryLayer(tried, chains.visible().values(), chains.hidden().values()), exact);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void chainsKeepTheConditionalDistribution(KnownCase tried) {
        for (int sweeps : new int[] {1, 4, 16}) {
            assertThat(excessAfter(tried, sweeps, true)).as("%d sweeps", sweeps).isLessThan(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void chainsThatLetTheKnownValuesGoAreCaught(KnownCase tried) {
        assertThat(excessAfter(tried, 16, false)).isGreaterThan(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void everyRungOfTemperedChainsKeepsItsConditionalDistribution(KnownCase tried) {
        Rbm rbm = tried.whole().rbm();
        TemperedChains chains = TemperedChains.startedAtVisible(
                rbm, LADDER, null, exactStart(tried, LADDER.start()), RandomStreams.of(5));
        chains.hold(known(tried));
        chains.advance(rbm, 4);
        assertThat(chains.report().swapAcceptanceRates())
                .as("the test is about swaps")
                .allMatch(rate -> rate > 0.1 && rate < 0.999);
        for (int rung = 0; rung < LADDER.start().size(); rung++) {
            Conditions at = Conditions.at(LADDER.start().get(rung)).withDocumentLength(tried.restLength());
            double[][] states = binaryLayer(tried, chains.visibleAt(rung), chains.hiddenAt(rung));
            assertThat(excess(states, tried.rest().probabilities(at)))
                    .as("rung %d", rung)
                    .isLessThan(1);
        }
    }

    /** The joint distribution of all units, known ones included, at an inverse temperature, from the energies. */
    private static double[] jointProbabilities(double beta, double[] base) {
        double[][] v = ExactRbm.binaryStates(BINARY.visible());
        double[][] h = ExactRbm.binaryStates(BINARY.hidden());
        double[] p = new double[v.length * h.length];
        for (int s = 0; s < p.length; s++) {
            double[] state = v[s % v.length];
            double energy = beta * BINARY.energy(state, h[s / v.length]);
            boolean possible = true;
            for (int i = 0; i < state.length; i++) {
                energy -= base.length == 0 ? 0 : (1 - beta) * base[i] * state[i];
                possible &= Double.isNaN(HELD[i]) || HELD[i] == state[i];
            }
            p[s] = possible ? Math.exp(-energy) : 0;
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    private static KnownValues heldInBinary() {
        double[][] mask = new double[1][HELD.length];
        Arrays.setAll(mask[0], i -> Double.isNaN(HELD[i]) ? 0 : 1);
        return KnownValues.of(Nd4j.createFromArray(new double[][] {HELD}), Nd4j.createFromArray(mask));
    }

    private static INDArray exactBinaryStart(List<Double> rungs, double[] base) {
        double[][] states = ExactRbm.binaryStates(BINARY.visible());
        double[][] v = new double[rungs.size() * CHAINS][];
        Random random = new Random(8);
        for (int row = 0; row < v.length; row++) {
            double[] p = jointProbabilities(rungs.get(row / CHAINS), base);
            double u = random.nextDouble();
            int s = 0;
            while (s < p.length - 1 && u >= p[s]) {
                u -= p[s++];
            }
            v[row] = states[s % states.length];
        }
        return Nd4j.createFromArray(v);
    }

    private static double[][] joint(INDArray v, INDArray h) {
        return joint(KnownCase.elements(v), KnownCase.elements(h));
    }

    private static double[][] joint(double[][] v, double[][] h) {
        double[][] states = new double[v.length][];
        for (int row = 0; row < v.length; row++) {
            states[row] = Arrays.copyOf(v[row], v[row].length + h[row].length);
            System.arraycopy(h[row], 0, states[row], v[row].length, h[row].length);
        }
        return states;
    }

    @Test
    void everyPassHoldsKnownBinaryValues() {
        double[] none = {};
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            for (boolean portable : new boolean[] {false, true}) {
                Rbm rbm = BINARY.model(type);
                Chains chains = Chains.startedAtVisible(
                        rbm, exactBinaryStart(List.of(1.0), none).castTo(type), RandomStreams.of(3));
                if (portable) {
                    chains.visible().use(new PortablePass(chains.visible()));
                    chains.hidden().use(new PortablePass(chains.hidden()));
                }
                chains.hold(heldInBinary());
                chains.keepVisibleMeans();
                chains.advance(rbm, 8);
                assertThat(excess(
                                joint(chains.visible().values(), chains.hidden().values()),
                                jointProbabilities(1, none)))
                        .as("%s, portable: %s", type, portable)
                        .isLessThan(1);
                assertThat(chains.visible().meanValues().getColumn(1).toDoubleVector())
                        .as("means of a known unit")
                        .containsOnly(1);
                assertThat(chains.visible().sampleSums()[1]).isEqualTo(CHAINS);
            }
        }
    }

    private static double largestExcess(TemperedChains chains, double[] base) {
        double largest = 0;
        for (int rung = 0; rung < LADDER.start().size(); rung++) {
            double[] p = jointProbabilities(LADDER.start().get(rung), base);
            largest = Math.max(largest, excess(joint(chains.visibleAt(rung), chains.hiddenAt(rung)), p));
        }
        return largest;
    }

    private static TemperedChains binaryTempered(double[] base, DataType type) {
        return TemperedChains.startedAtVisible(
                BINARY.model(type),
                LADDER,
                base.length == 0 ? null : base,
                exactBinaryStart(LADDER.start(), base).castTo(type),
                RandomStreams.of(6));
    }

    @Test
    void everyRungKeepsItsJointDistributionOnBothPaths() {
        for (double[] base : new double[][] {{}, BASE}) {
            for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
                TemperedChains chains = binaryTempered(base, type);
                chains.hold(heldInBinary());
                chains.advance(BINARY.model(type), 8);
                assertThat(largestExcess(chains, base))
                        .as("%s, base %s", type, Arrays.toString(base))
                        .isLessThan(1);
            }
        }
    }

    @Test
    void swapsByEnergiesWithoutTheKnownUnitsAreCaught() {
        assertThat(largestExcessOfKernel(true)).as("complete states").isLessThan(1);
        assertThat(largestExcessOfKernel(false)).as("unknown units only").isGreaterThan(1);
    }

    /** Tempering written out once more, state by state, with swaps by the energies of complete states or of the unknown units. */
    private static double largestExcessOfKernel(boolean complete) {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        int rungs = LADDER.start().size();
        int rows = rungs * CHAINS;
        LayerStates visible = new LayerStates(rbm.visible(), DataType.DOUBLE, rows, 4);
        LayerStates hidden = new LayerStates(rbm.hidden(), DataType.DOUBLE, rows, 3);
        double[] betas = new double[rows];
        Arrays.setAll(betas, row -> LADDER.start().get(row / CHAINS));
        visible.tempering().setInverseTemperatures(betas);
        hidden.tempering().setInverseTemperatures(betas);
        visible.hold(heldInBinary());
        RandomStreams streams = RandomStreams.of(9);
        double[][] v = exactBinaryStart(LADDER.start(), new double[0]).toDoubleMatrix();
        double[][] h = {};
        for (int sweep = 0; sweep < 4; sweep++) {
            visible.present(Nd4j.createFromArray(v), (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, streams.split("up"), sweep);
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, streams.split("down"), sweep);
            v = KnownCase.elements(visible.values());
            h = KnownCase.elements(hidden.values());
            for (int a = 0; a < rows - CHAINS; a++) {
                int b = a + CHAINS;
                double logRatio = (betas[a] - betas[b]) * (energy(v[a], h[a], complete) - energy(v[b], h[b], complete));
                if (streams.split("swap").random(sweep, a).nextDouble() < Math.exp(logRatio)) {
                    swap(v, a, b);
                    swap(h, a, b);
                }
            }
        }
        double largest = 0;
        for (int rung = 0; rung < rungs; rung++) {
            double[][] states = Arrays.copyOfRange(v, rung * CHAINS, (rung + 1) * CHAINS);
            double[][] features = Arrays.copyOfRange(h, rung * CHAINS, (rung + 1) * CHAINS);
            double[] p = jointProbabilities(LADDER.start().get(rung), new double[0]);
            largest = Math.max(largest, excess(joint(states, features), p));
        }
        return largest;
    }

    private static double energy(double[] v, double[] h, boolean complete) {
        double[] counted = v.clone();
        for (int i = 0; i < counted.length && !complete; i++) {
            counted[i] = Double.isNaN(HELD[i]) ? v[i] : 0;
        }
        return BINARY.energy(counted, h);
    }

    private static void swap(double[][] states, int a, int b) {
        double[] kept = states[a];
        states[a] = states[b];
        states[b] = kept;
    }

    /** From the energies of the complete states, for both paths and both passes. */
    @Test
    void theSlopesOfSwapsCountTheKnownUnits() {
        for (double[] base : new double[][] {{}, BASE}) {
            for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
                Rbm rbm = BINARY.model(type);
                LayerStates visible = new LayerStates(rbm.visible(), type, 3, 4);
                LayerStates hidden = new LayerStates(rbm.hidden(), type, 3, 3);
                double[] betas = {0.25, 0.6, 1};
                for (LayerStates states : List.of(visible, hidden)) {
                    states.tempering().setInverseTemperatures(betas);
                }
                visible.tempering().setBaseBias(base.length == 0 ? null : base);
                hidden.tempering().setBaseBias(base.length == 0 ? null : new double[3]);
                visible.tempering().trackSlopes(3, false);
                hidden.tempering().trackSlopes(3, true);
                visible.hold(heldInBinary());
                hidden.present(Nd4j.ones(3, 3), (row, values) -> {});
                GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, RandomStreams.of(1), 0);
                GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, RandomStreams.of(2), 0);
                double[][] v = KnownCase.elements(visible.values());
                double[][] h = KnownCase.elements(hidden.values());
                for (int row = 0; row < 3; row++) {
                    double slope = BINARY.energy(v[row], h[row]);
                    for (int i = 0; i < base.length; i++) {
                        slope += base[i] * v[row][i];
                    }
                    double found = visible.tempering().slopes()[row]
                            + hidden.tempering().slopes()[row];
                    // Rounding of a dozen additions of numbers below 10, in single precision.
                    assertThat(Math.abs(found - slope)).isLessThan(1e-5);
                }
            }
        }
    }

    @Test
    void aLadderThatGrowsGoesOnHolding() {
        Rbm rbm = BINARY.model(DataType.FLOAT);
        INDArray v = exactBinaryStart(List.of(1.0, 1.0), new double[0]).castTo(DataType.FLOAT);
        TemperedChains chains = TemperedChains.startedAtVisible(
                rbm, new AdaptiveLadder(0.95, 2, 6, 0.1, 2), null, v, RandomStreams.of(6));
        chains.hold(heldInBinary());
        for (int i = 0; i < 6; i++) {
            chains.advance(rbm, 2);
        }
        assertThat(chains.report().rungs()).hasSizeGreaterThan(2);
        assertThat(chains.visibleAt(1).getColumn(1).toDoubleVector()).containsOnly(1);
        assertThat(chains.visibleAt(0).getColumn(3).toDoubleVector()).containsOnly(0);
    }

    @Test
    void knownValuesThatSwapsWouldMixAreRefused() {
        TemperedChains chains = binaryTempered(new double[0], DataType.DOUBLE);
        KnownValues many = KnownValues.ofColumns(4, 0, Nd4j.zeros(7, 2));
        assertThatThrownBy(() -> chains.hold(many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("known values of 7 rows for 6000 chains in every rung, expected a divisor of the number of"
                        + " chains");
    }
}
