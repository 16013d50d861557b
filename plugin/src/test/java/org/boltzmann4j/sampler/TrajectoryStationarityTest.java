package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Chains that start with the exact distributions of their models must keep them in every rung, swaps included. The
 * measure and its bound, four times the distance that perfect independent samples have in expectation, are those of
 * {@link StationarityTest}; the chains of one rung are independent, so that a false alarm has a probability below 1e-20.
 */
class TrajectoryStationarityTest {

    private static final int CHAINS = 8_000;
    /** The first has no weights; the biases of the others do not follow their weights as they do with temperatures. */
    private static final List<ExactRbm> MODELS = List.of(
            new ExactRbm(new double[4][3], new double[] {0.4, -0.6, 0.2, 0}, new double[3], new double[0]),
            ExactRbm.bernoulli(4, 3, 0.7, 21),
            ExactRbm.bernoulli(4, 3, 1.6, 21));

    private static double[][] rows(INDArray states) {
        Rows rows = Rows.of(states);
        double[][] result = new double[(int) rows.count()][rows.width()];
        for (int row = 0; row < result.length; row++) {
            rows.read(row, result[row]);
        }
        return result;
    }

    /** Total variation distance from the exact distribution over its bound. */
    private static double excess(double[][] v, ExactRbm model) {
        double[] p = model.visibleProbabilities();
        double[] shares = new double[p.length];
        for (double[] state : v) {
            int index = 0;
            for (int i = 0; i < state.length; i++) {
                assertThat(state[i]).isIn(0.0, 1.0);
                index |= (int) state[i] << i;
            }
            shares[index] += 1.0 / v.length;
        }
        double distance = 0;
        double floor = 0;
        for (int s = 0; s < p.length; s++) {
            distance += 0.5 * Math.abs(shares[s] - p[s]);
            floor += 0.5 * Math.sqrt(2 * p[s] * (1 - p[s]) / (Math.PI * v.length));
        }
        return distance / (4 * floor);
    }

    private static TrajectoryLadder exactLadder(DataType type) {
        Random random = new Random(5);
        TrajectoryLadder ladder = null;
        for (int r = 0; r < MODELS.size(); r++) {
            INDArray start =
                    Nd4j.createFromArray(MODELS.get(r).sample(CHAINS, random)).castTo(type);
            Checkpoint checkpoint = Checkpoint.of(MODELS.get(r).model(type), r);
            if (ladder == null) {
                ladder = new TrajectoryLadder(checkpoint, start, RandomStreams.of(3));
            } else {
                ladder.push(checkpoint, start);
            }
        }
        return Objects.requireNonNull(ladder);
    }

    private static double largestExcess(TrajectoryLadder ladder) {
        double largest = 0;
        for (int r = 0; r < MODELS.size(); r++) {
            largest = Math.max(largest, excess(rows(ladder.states(r)), MODELS.get(r)));
        }
        return largest;
    }

    @ParameterizedTest(name = "{0} sweeps")
    @ValueSource(ints = {1, 4, 16})
    void everyRungKeepsItsDistribution(int sweeps) {
        TrajectoryLadder ladder = exactLadder(sweeps == 4 ? DataType.FLOAT : DataType.DOUBLE);
        for (int i = 0; i < sweeps; i++) {
            ladder.sweep();
        }
        assertThat(largestExcess(ladder)).isLessThan(1);
        assertThat(ladder.swapAcceptanceRates().subList(0, sweeps == 1 ? 1 : 2))
                .as("the test is about swaps")
                .allMatch(rate -> rate > 0.2 && rate < 0.95);
    }

    private interface SwapRule {
        boolean accepts(double logRatio, double uniform);
    }

    /** The sweep written out once more, state by state, with free energies by enumeration and a rule of its own. */
    private static double largestExcessOfKernel(SwapRule rule) {
        Random random = new Random(5);
        RandomStreams streams = RandomStreams.of(9);
        double[][][] v =
                MODELS.stream().map(model -> model.sample(CHAINS, random)).toArray(double[][][]::new);
        for (int sweep = 0; sweep < 4; sweep++) {
            for (int r = 0; r < v.length; r++) {
                Rbm rbm = MODELS.get(r).model(DataType.DOUBLE);
                Chains chains = Chains.startedAtVisible(
                        rbm, Nd4j.createFromArray(v[r]), streams.split("rung " + r + " sweep " + sweep));
                chains.advance(rbm, 1);
                v[r] = rows(chains.visible().samples());
            }
            for (int r = 0; r + 1 < v.length; r++) {
                ExactRbm a = MODELS.get(r);
                ExactRbm c = MODELS.get(r + 1);
                for (int chain = 0; chain < CHAINS; chain++) {
                    double[] x = v[r][chain];
                    double[] y = v[r + 1][chain];
                    double logRatio = (a.freeEnergy(x) - c.freeEnergy(x)) - (a.freeEnergy(y) - c.freeEnergy(y));
                    SplittableRandom uniform = streams.split("swap " + r).random(sweep, chain);
                    if (rule.accepts(logRatio, uniform.nextDouble())) {
                        v[r][chain] = y;
                        v[r + 1][chain] = x;
                    }
                }
            }
        }
        double largest = 0;
        for (int r = 0; r < v.length; r++) {
            largest = Math.max(largest, excess(v[r], MODELS.get(r)));
        }
        return largest;
    }

    @Test
    void aSwapWithTheWrongSignIsCaught() {
        assertThat(largestExcessOfKernel((logRatio, u) -> u < Math.exp(logRatio)))
                .as("the right rule")
                .isLessThan(1);
        assertThat(largestExcessOfKernel((logRatio, u) -> u < Math.exp(-logRatio)))
                .as("the sign flipped")
                .isGreaterThan(1);
        assertThat(largestExcessOfKernel((logRatio, u) -> true))
                .as("every swap accepted")
                .isGreaterThan(1);
    }

    /** With swaps with the reservoir, its renewal, and the thermalisation before: all that training uses. */
    @ParameterizedTest(name = "{0} sweeps between updates")
    @ValueSource(ints = {1, 3})
    void theChainsOfAModelThatStaysAsItIsKeepItsDistribution(int gibbsSteps) {
        ExactRbm model = MODELS.get(2);
        Rbm rbm = model.model(DataType.DOUBLE);
        TrajectoryChains chains = TrajectoryChains.startedAt(
                rbm,
                new double[] {0.3, 0, -0.2, 0.1},
                CHAINS / 2,
                TrajectoryRules.STANDARD.withReservoirFactor(2),
                RandomStreams.of(6));
        for (int i = 0; i < 12; i++) {
            chains.advance(rbm, gibbsSteps);
        }
        assertThat(excess(rows(chains.visible().samples()), model)).isLessThan(1);
        assertThat(largestDifference(
                        chains.hidden().means(),
                        rbm.meanHiddenGivenVisible(chains.visible().values())))
                .isLessThan(1e-12); // rounding
        // The model is its own last checkpoint.
        assertThat(chains.swapReport().swapAcceptanceRates().get(chains.ladder().size() - 1))
                .isEqualTo(1);
    }

    /** The model is no checkpoint here, so that swaps with the reservoir can fail. */
    @Test
    void theChainsOfAModelThatHasMovedAwayFromItsCheckpointKeepItsDistribution() {
        ExactRbm before = MODELS.get(1);
        ExactRbm after = MODELS.get(2);
        TrajectoryChains chains = TrajectoryChains.startedAt(
                before.model(DataType.DOUBLE),
                new double[4],
                CHAINS / 2,
                TrajectoryRules.STANDARD.withReservoirFactor(2).withAcceptance(1e-3, 0),
                RandomStreams.of(6));
        Rbm rbm = after.model(DataType.DOUBLE);
        for (int i = 0; i < 60; i++) {
            chains.advance(rbm, 1);
        }
        assertThat(chains.report(rbm, null).checkpoints())
                .as("nothing frozen on the way")
                .isEqualTo(2);
        assertThat(chains.swapReport().swapAcceptanceRates().get(1)).isBetween(0.2, 0.95);
        assertThat(excess(rows(chains.visible().samples()), after)).isLessThan(1);
    }

    private static double largestDifference(INDArray a, INDArray b) {
        return Arrays.stream(a.sub(b).reshape(a.length()).toDoubleVector())
                .map(Math::abs)
                .max()
                .orElseThrow();
    }
}
