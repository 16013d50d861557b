package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Chains that start with the model's exact distribution must keep it. The measure is the total variation distance between
 * the histogram of many chains and the exact probabilities; its floor is the expectation of that distance for perfect
 * independent samples. It must stay under four times the floor: by McDiarmid's inequality a perfect sampler exceeds that
 * with a probability below {@code exp(-2 * chains * (3 * floor)^2)}, here less than 1e-60.
 */
class StationarityTest {

    private static final int CHAINS = 30_000;

    private static final ExactRbm BINARY = ExactRbm.bernoulli(4, 3, 1.5, 11);
    private static final ExactRbm GAUSSIAN = ExactRbm.gaussian(3, 4, 0.8, 12);

    private static double floor(double[] probabilities) {
        double floor = 0;
        for (double p : probabilities) {
            floor += 0.5 * Math.sqrt(2 * p * (1 - p) / (Math.PI * CHAINS));
        }
        return floor;
    }

    private static double totalVariation(int[] counts, double[] probabilities) {
        double distance = 0;
        for (int s = 0; s < counts.length; s++) {
            distance += 0.5 * Math.abs((double) counts[s] / CHAINS - probabilities[s]);
        }
        return distance;
    }

    private static int index(INDArray states, int row) {
        int index = 0;
        for (int i = 0; i < states.size(1); i++) {
            double value = states.getDouble(row, i);
            assertThat(value).isIn(0.0, 1.0);
            index |= (int) value << i;
        }
        return index;
    }

    private static double jointDistance(LayerStates visible, LayerStates hidden) {
        int[] counts = new int[1 << (BINARY.visible() + BINARY.hidden())];
        for (int row = 0; row < CHAINS; row++) {
            counts[(index(visible.samples(), row) << BINARY.hidden()) + index(hidden.samples(), row)]++;
        }
        return totalVariation(counts, BINARY.jointProbabilities());
    }

    private static Chains exactChains(ExactRbm exact, DataType type) {
        INDArray v = Nd4j.createFromArray(exact.sample(CHAINS, new Random(2))).castTo(type);
        return Chains.startedAtVisible(exact.model(type), v, RandomStreams.of(3).split("stationarity"));
    }

    @ParameterizedTest(name = "{0} sweeps")
    @ValueSource(ints = {1, 4, 16})
    void binaryChainsKeepTheJointDistribution(int sweeps) {
        double bound = 4 * floor(BINARY.jointProbabilities());
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Chains chains = exactChains(BINARY, type);
            chains.advance(BINARY.model(type), sweeps);
            assertThat(jointDistance(chains.visible(), chains.hidden()))
                    .as("%s", type)
                    .isLessThan(bound);
        }
    }

    @Test
    void portableBinaryChainsKeepTheJointDistribution() {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Chains chains = portable(exactChains(BINARY, type));
            chains.advance(BINARY.model(type), 8);
            assertThat(jointDistance(chains.visible(), chains.hidden()))
                    .as("%s", type)
                    .isLessThan(4 * floor(BINARY.jointProbabilities()));
        }
    }

    private static Chains portable(Chains chains) {
        chains.visible().use(new PortablePass(chains.visible()));
        chains.hidden().use(new PortablePass(chains.hidden()));
        return chains;
    }

    @ParameterizedTest(name = "{0} sweeps")
    @ValueSource(ints = {1, 4, 16})
    void chainsOverGaussianUnitsKeepTheDistribution(int sweeps) {
        keepTheGaussianDistribution(exactChains(GAUSSIAN, DataType.DOUBLE), sweeps);
    }

    @Test
    void portableChainsOverGaussianUnitsKeepTheDistribution() {
        keepTheGaussianDistribution(portable(exactChains(GAUSSIAN, DataType.DOUBLE)), 8);
    }

    private static void keepTheGaussianDistribution(Chains chains, int sweeps) {
        chains.advance(GAUSSIAN.model(DataType.DOUBLE), sweeps);
        double[] probabilities = GAUSSIAN.hiddenProbabilities();
        int[] counts = new int[probabilities.length];
        for (int row = 0; row < CHAINS; row++) {
            counts[index(chains.hidden().samples(), row)]++;
        }
        assertThat(totalVariation(counts, probabilities)).isLessThan(4 * floor(probabilities));

        INDArray v = chains.visible().values();
        double[][] states = ExactRbm.binaryStates(GAUSSIAN.hidden());
        for (int i = 0; i < GAUSSIAN.visible(); i++) {
            double mean = 0;
            double square = 0;
            double s = GAUSSIAN.sigma(i);
            for (int h = 0; h < states.length; h++) {
                double m = GAUSSIAN.visibleMean(states[h])[i];
                mean += probabilities[h] * m;
                square += probabilities[h] * (m * m + s * s);
            }
            double variance = square - mean * mean;
            double[] x = v.getColumn(i).toDoubleVector();
            double sampleMean = 0;
            double sampleVariance = 0;
            double fourth = 0;
            for (double value : x) {
                sampleMean += value / CHAINS;
                sampleVariance += (value - mean) * (value - mean) / CHAINS;
                fourth += Math.pow(value - mean, 4) / CHAINS;
            }
            // Five standard errors, 18 comparisons in all: false alarm 1e-5.
            assertThat(sampleMean).isCloseTo(mean, within(5 * Math.sqrt(variance / CHAINS)));
            assertThat(sampleVariance)
                    .isCloseTo(variance, within(5 * Math.sqrt((fourth - variance * variance) / CHAINS)));
        }
    }

    @Test
    void aKernelThatHandsMeansDownInsteadOfSamplesIsCaught() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        Chains start = exactChains(BINARY, DataType.DOUBLE);
        LayerStates visible = start.visible();
        LayerStates hidden = start.hidden();
        RandomStreams streams = RandomStreams.of(4);
        for (int sweep = 0; sweep < 16; sweep++) {
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN, streams.split("hidden"), sweep);
            hidden.present(hidden.means().dup(), (row, values) -> {});
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, streams.split("visible"), sweep);
        }
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, streams.split("hidden"), 16);
        assertThat(jointDistance(visible, hidden)).isGreaterThan(4 * floor(BINARY.jointProbabilities()));
    }

    /** The RBM of DL4J 0.9.1 seeded its generator anew before every draw. */
    @Test
    void aKernelThatUsesTheSameRandomNumbersInEverySweepIsCaught() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        Chains start = exactChains(BINARY, DataType.DOUBLE);
        RandomStreams streams = RandomStreams.of(5);
        for (int sweep = 0; sweep < 16; sweep++) {
            GibbsSampler.visibleGivenHidden(rbm, start.hidden(), start.visible(), Draw.SAMPLE, streams, 0);
            GibbsSampler.hiddenGivenVisible(rbm, start.visible(), start.hidden(), Draw.SAMPLE, streams, 0);
        }
        assertThat(jointDistance(start.visible(), start.hidden()))
                .isGreaterThan(4 * floor(BINARY.jointProbabilities()));
    }

    @Test
    void aKernelThatForgetsTheVisibleBiasIsCaught() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        Rbm wrong = Rbm.of(
                rbm.visible(), rbm.hidden(), rbm.weights(), rbm.visibleBias().mul(0), rbm.hiddenBias());
        Chains chains = exactChains(BINARY, DataType.DOUBLE);
        chains.advance(wrong, 4);
        assertThat(jointDistance(chains.visible(), chains.hidden()))
                .isGreaterThan(4 * floor(BINARY.jointProbabilities()));
    }
}
