package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Chains with fast weights: stationary in the limit of a slow rate only. Measure and bound as in StationarityTest. */
class FastChainsTest {

    private static final int CHAINS = 10_000;
    private static final ExactRbm MODEL = ExactRbm.bernoulli(4, 3, 1.5, 11);

    /** Starts exactly at the model's distribution, with the same gradient after every sweep, and compares p(v) after 16. */
    private static double excess(double rate) {
        Rbm rbm = MODEL.model(DataType.DOUBLE);
        LayerStates visible = new LayerStates(new Bernoulli(), DataType.DOUBLE, CHAINS, 4);
        LayerStates hidden = new LayerStates(new Bernoulli(), DataType.DOUBLE, CHAINS, 3);
        visible.present(Nd4j.createFromArray(MODEL.sample(CHAINS, new Random(2))), (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, RandomStreams.of(3), 0);
        FastChains chains = FastChains.startedAt(rbm, hidden, CHAINS, rate, 0.95, RandomStreams.of(4));
        INDArray gradient = Nd4j.createFromArray(new double[][] {{1, -1, 0}, {0, 1, 1}, {-1, 0, 1}, {1, 1, -1}});
        for (int sweep = 0; sweep < 16; sweep++) {
            chains.advance(rbm, 1);
            chains.follow(gradient, Nd4j.ones(DataType.DOUBLE, 4), Nd4j.ones(DataType.DOUBLE, 3), 1);
        }
        double[] p = MODEL.visibleProbabilities();
        double[] shares = new double[p.length];
        double[][] v = chains.visible().values().toDoubleMatrix();
        for (double[] row : v) {
            shares[(int) (row[0] + 2 * row[1] + 4 * row[2] + 8 * row[3])] += 1.0 / CHAINS;
        }
        double distance = 0;
        double floor = 0;
        for (int s = 0; s < p.length; s++) {
            distance += 0.5 * Math.abs(shares[s] - p[s]);
            floor += 0.5 * Math.sqrt(2 * p[s] * (1 - p[s]) / (Math.PI * CHAINS));
        }
        return distance / (4 * floor);
    }

    @Test
    void slowFastWeightsLeaveTheModelsDistributionAlone() {
        assertThat(excess(0)).isLessThan(1);
        assertThat(excess(1e-6)).isLessThan(1);
    }

    @Test
    void fastWeightsOfANoticeableRateAreCaught() {
        assertThat(excess(0.1)).isGreaterThan(1);
    }

    @Test
    void fastWeightsWithoutAGradientDecayToZeroAndNeverToSubnormalNumbers() {
        Rbm rbm = MODEL.model(DataType.FLOAT);
        LayerStates hidden = new LayerStates(new Bernoulli(), DataType.FLOAT, 5, 3);
        FastChains chains = FastChains.startedAt(rbm, hidden, 5, 1, 0.95, RandomStreams.of(4));
        INDArray weights = Nd4j.ones(DataType.FLOAT, 4, 3);
        INDArray visibleBias = Nd4j.ones(DataType.FLOAT, 4);
        INDArray hiddenBias = Nd4j.ones(DataType.FLOAT, 3);
        chains.follow(weights, visibleBias, hiddenBias, 2);
        // -1/2, the gradient over the rows of the minibatch
        assertThat(chains.fastWeights().toFloatMatrix()[2]).containsOnly(-0.5f);
        weights.assign(0);
        for (int step = 0; step < 1000; step++) {
            chains.follow(weights, visibleBias, hiddenBias, 2);
            float w = chains.fastWeights().getFloat(3, 2);
            assertThat(w == 0 || w < -9e-13f).as("%s", w).isTrue();
        }
        assertThat(chains.fastWeights().amaxNumber().doubleValue()).isZero();
    }
}
