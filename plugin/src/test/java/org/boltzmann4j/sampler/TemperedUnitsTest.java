package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Parallel tempering over every type of unit that has an exact conditional keeps every rung's distribution of the binary
 * layer opposite to it, on both paths; see {@link TemperedStationarityTest} for measure and bound. On the path from base
 * rates the exact distribution of a rung is that of a model with other parameters at the inverse temperature 1. The
 * probability of a false alarm is below 1e-10 in all.
 */
class TemperedUnitsTest {

    private static final int CHAINS = 5_000;
    private static final FixedLadder LADDER = Ladder.of(0.35, 0.7, 1);

    private record Case(SmallModel model, double documentLength) {
        @Override
        public String toString() {
            return model.rbm().visible() + " visible, " + model.rbm().hidden() + " hidden, " + documentLength;
        }

        double[] probabilities(double beta, boolean fromBaseRates) {
            Rbm rbm = model.rbm();
            Conditions at = Conditions.PLAIN.withDocumentLength(documentLength);
            if (!fromBaseRates) {
                return model.probabilities(Conditions.at(beta).withDocumentLength(documentLength));
            }
            INDArray base = Nd4j.createFromArray(base());
            return new SmallModel(
                            Rbm.of(
                                    rbm.visible(),
                                    rbm.hidden(),
                                    rbm.weights().mul(beta),
                                    base.mul(1 - beta).add(rbm.visibleBias().mul(beta)),
                                    rbm.hiddenBias().mul(beta)),
                            model.binaryHidden())
                    .probabilities(at);
        }

        double[] base() {
            double[] base = new double[model.rbm().visibleWidth()];
            Arrays.setAll(base, i -> i % 2 == 0 ? 1.8 : -1.6);
            return base;
        }
    }

    private static Case visible(Unit unit, int width, double spread, double documentLength) {
        return new Case(SmallModel.random(unit, new Bernoulli(), width, 3, spread, documentLength, 17), documentLength);
    }

    private static Case hidden(Unit unit, int width, double spread) {
        return new Case(SmallModel.random(new Bernoulli(), unit, 4, width, spread, 1, 19), 1);
    }

    static Stream<Case> cases() {
        return Stream.of(
                visible(new Bernoulli(), 4, 1.5, 1),
                visible(Binomial.of(3), 3, 0.8, 1),
                visible(Gaussian.of(0.5, 1.7, 1), 3, 1, 1),
                visible(Softmax.of(3), 6, 1.8, 1),
                visible(new ReplicatedSoftmax(), 5, 0.8, 6),
                visible(Poisson.of(1e6), 3, 0.8, 1),
                visible(NoisyRelu.exact(), 3, 0.8, 1),
                visible(
                        Mixed.of(
                                Mixed.Part.of(new Bernoulli(), 2),
                                Mixed.Part.of(Softmax.of(3), 3),
                                Mixed.Part.of(Gaussian.of(0.6), 1)),
                        6,
                        1.3,
                        1),
                hidden(Binomial.of(3), 3, 0.9),
                hidden(Softmax.of(3), 6, 1.8),
                hidden(Gaussian.of(0.7), 3, 0.9),
                hidden(Poisson.of(1e6), 3, 0.7),
                hidden(NoisyRelu.exact(), 3, 0.9));
    }

    /** Total variation distance over its bound, the largest of all rungs. */
    private static double largestExcess(Case tried, TemperedChains chains, boolean fromBaseRates) {
        double largest = 0;
        for (int r = 0; r < LADDER.start().size(); r++) {
            double[] p = tried.probabilities(LADDER.start().get(r), fromBaseRates);
            double floor = Arrays.stream(p)
                    .map(x -> 0.5 * Math.sqrt(2 * x * (1 - x) / (Math.PI * CHAINS)))
                    .sum();
            Rows rows = Rows.of(tried.model().binaryHidden() ? chains.hiddenAt(r) : chains.visibleAt(r));
            double[] x = new double[rows.width()];
            double[] shares = new double[p.length];
            for (int row = 0; row < CHAINS; row++) {
                rows.read(row, x);
                int index = 0;
                for (int i = 0; i < x.length; i++) {
                    index |= (int) x[i] << i;
                }
                shares[index] += 1.0 / CHAINS;
            }
            double distance = IntStream.range(0, p.length)
                    .mapToDouble(s -> 0.5 * Math.abs(shares[s] - p[s]))
                    .sum();
            largest = Math.max(largest, distance / (4 * floor));
        }
        return largest;
    }

    /** Exact states of all rungs, started at the visible layer. */
    private static TemperedChains exactChains(Case tried, boolean fromBaseRates) {
        Rbm rbm = tried.model().rbm();
        Random random = new Random(7);
        int rungs = LADDER.start().size();
        int width = tried.model().binaryHidden() ? rbm.hiddenWidth() : rbm.visibleWidth();
        double[][] binary = new double[rungs * CHAINS][width];
        for (int r = 0; r < rungs; r++) {
            double[] p = tried.probabilities(LADDER.start().get(r), fromBaseRates);
            for (int chain = 0; chain < CHAINS; chain++) {
                double u = random.nextDouble();
                int s = 0;
                while (s < p.length - 1 && u >= p[s]) {
                    u -= p[s++];
                }
                for (int i = 0; i < width; i++) {
                    binary[r * CHAINS + chain][i] = (s >> i) & 1;
                }
            }
        }
        INDArray v = Nd4j.createFromArray(binary);
        if (tried.model().binaryHidden()) {
            LayerStates visible = new LayerStates(rbm.visible(), DataType.DOUBLE, binary.length, rbm.visibleWidth());
            LayerStates hidden = new LayerStates(rbm.hidden(), DataType.DOUBLE, binary.length, width);
            hidden.present(v, (row, values) -> {});
            double[] betas = new double[binary.length];
            Arrays.setAll(betas, row -> LADDER.start().get(row / CHAINS));
            visible.tempering().setInverseTemperatures(betas);
            visible.tempering().setBaseBias(fromBaseRates ? tried.base() : null);
            if (rbm.visible().countsWords()) {
                double[] lengths = new double[binary.length];
                Arrays.fill(lengths, tried.documentLength());
                hidden.setLengths(lengths);
            }
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, RandomStreams.of(8), 0);
            v = visible.values();
        }
        return TemperedChains.startedAtVisible(
                rbm, LADDER, fromBaseRates ? tried.base() : null, v, RandomStreams.of(9));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void everyRungKeepsItsDistributionOnBothPaths(Case tried) {
        for (boolean fromBaseRates : new boolean[] {false, true}) {
            TemperedChains chains = exactChains(tried, fromBaseRates);
            for (int sweeps : new int[] {1, 3, 12}) {
                chains.advance(tried.model().rbm(), sweeps);
                assertThat(largestExcess(tried, chains, fromBaseRates))
                        .as("%s more sweeps, from base rates: %s", sweeps, fromBaseRates)
                        .isLessThan(1);
            }
            assertThat(chains.report().swapAcceptanceRates())
                    .as("the test is about swaps")
                    .allMatch(rate -> rate > 0.1 && rate < 0.99);
        }
    }

    /** The two paths end at the same model and are different on the way. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void theOtherPathIsCaught(Case tried) {
        TemperedChains chains = exactChains(tried, true);
        chains.advance(tried.model().rbm(), 4);
        assertThat(largestExcess(tried, chains, false)).isGreaterThan(1);
    }
}
