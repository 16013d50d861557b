package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Ascent;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DeepBeliefBoundTest {

    private final ExactRbm bottom = ExactRbm.bernoulli(4, 3, 1.3, 1);
    private final ExactRbm top = ExactRbm.bernoulli(3, 2, 1.3, 2);
    private final double[][] data = {{1, 0, 1, 1}, {0, 1, 0, 0}, {1, 1, 0, 1}};

    /** With the conditional probabilities written out, over all states of the layer between. */
    @Test
    void itIsTheEnumeratedBoundAndBelowTheLikelihood() {
        double bound = 0;
        double withoutEntropy = 0;
        double logLikelihood = 0;
        double[] topProbabilities = top.visibleProbabilities();
        double[][] between = ExactRbm.binaryStates(3);
        for (double[] v : data) {
            double p = 0;
            for (int s = 0; s < between.length; s++) {
                double up = probability(between[s], bottom.hiddenMean(v));
                double down = probability(v, bottom.visibleMean(between[s]));
                p += down * topProbabilities[s];
                double log = Math.log(down * topProbabilities[s]);
                bound += up * (log - Math.log(up)) / data.length;
                withoutEntropy += up * log / data.length;
            }
            logLikelihood += Math.log(p) / data.length;
        }
        Rbm upper = top.model(DataType.DOUBLE);
        Estimate estimate = DeepBeliefBound.of(
                RbmStack.of(bottom.model(DataType.DOUBLE), upper),
                Nd4j.createFromArray(data),
                ExactLogPartition.of(upper),
                4000,
                RandomStreams.of(1));
        // Beyond 4.5 standard errors once in 150,000 by chance.
        assertThat(Math.abs(estimate.value() - bound)).isLessThan(4.5 * estimate.standardError());
        assertThat(Math.abs(estimate.value() - withoutEntropy)).isGreaterThan(4.5 * estimate.standardError());
        assertThat(bound).isLessThan(logLikelihood);
        assertThat(estimate.standardError()).isBetween(1e-4, 0.1);
        assertThat(estimate.direction()).isEqualTo(Estimate.Direction.LOWER);
    }

    private static double probability(double[] state, double[] mean) {
        double p = 1;
        for (int i = 0; i < state.length; i++) {
            p *= state[i] == 1 ? mean[i] : 1 - mean[i];
        }
        return p;
    }

    @Test
    void theRbmTurnedOverOnTopOfItselfGivesItsOwnLikelihoodWithoutNoise() {
        Rbm lower = bottom.model(DataType.DOUBLE);
        Rbm upper = Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                lower.weights().transpose().dup('c'),
                /* visibleBias= */ lower.hiddenBias(),
                /* hiddenBias= */ lower.visibleBias());
        INDArray v = Nd4j.createFromArray(data);
        Estimate bound =
                DeepBeliefBound.of(RbmStack.of(lower, upper), v, ExactLogPartition.of(upper), 2, RandomStreams.of(1));
        double likelihood = LogLikelihood.withDefaults().of(lower, v).claim().value();
        assertThat(bound.value()).isCloseTo(likelihood, within(1e-9));
        assertThat(bound.standardError()).isLessThan(1e-6); // the square root of rounding
    }

    @Test
    void anEstimateOfTheTopFromBelowLeavesTheSideOpen() {
        Rbm upper = top.model(DataType.DOUBLE);
        RbmStack stack = RbmStack.of(bottom.model(DataType.DOUBLE), upper);
        INDArray v = Nd4j.createFromArray(data);
        INDArray between = Ascent.topVisible(stack, v, RandomStreams.of(2));
        assertThat(between.shape()).containsExactly(3, 3);
        double[] base = AnnealedImportanceSampling.baseBias(upper, between);
        AnnealedImportanceSampling annealing = AnnealedImportanceSampling.of(BetaSchedule.linear(50), 100);
        Estimate forward = annealing.logPartition(upper, base, RandomStreams.of(3));
        assertThat(DeepBeliefBound.of(stack, v, forward, 10, RandomStreams.of(1))
                        .direction())
                .isEqualTo(Estimate.Direction.UNKNOWN);
        Estimate reverse = annealing.reverse(
                upper, base, ExactSamples.visible(upper, 100, 1, RandomStreams.of(4)), RandomStreams.of(5));
        assertThat(DeepBeliefBound.of(stack, v, reverse, 10, RandomStreams.of(1))
                        .direction())
                .isEqualTo(Estimate.Direction.LOWER);
    }

    @Test
    void whatHasNoBoundIsRefused() {
        RbmStack stack = RbmStack.of(bottom.model(DataType.DOUBLE), top.model(DataType.DOUBLE));
        INDArray v = Nd4j.createFromArray(data);
        assertThatThrownBy(() -> DeepBeliefBound.of(stack, v, Estimate.exact(0), 0, RandomStreams.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("draws of the hidden states = 0, expected at least 1");
        Rbm words = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.zeros(DataType.DOUBLE, 4, 3),
                Nd4j.zeros(DataType.DOUBLE, 4),
                Nd4j.zeros(DataType.DOUBLE, 3));
        assertThatThrownBy(() -> DeepBeliefBound.of(
                        RbmStack.of(words, top.model(DataType.DOUBLE)), v, Estimate.exact(0), 1, RandomStreams.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RBM 0 counts words");
    }
}
