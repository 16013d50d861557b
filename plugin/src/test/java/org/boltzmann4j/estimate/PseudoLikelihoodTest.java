package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PseudoLikelihoodTest {

    /** From the table of all probabilities: {@code p(v) / (p(v) + p(v with i flipped))}. */
    @Test
    void theExactOneIsThatOfTheEnumeratedConditionals() {
        ExactRbm exact = ExactRbm.bernoulli(6, 4, 1.5, 7);
        double[] p = exact.visibleProbabilities();
        double[][] all = ExactRbm.binaryStates(6);
        double[] perState = new double[all.length];
        for (int s = 0; s < all.length; s++) {
            for (int i = 0; i < 6; i++) {
                perState[s] += Math.log(p[s] / (p[s] + p[s ^ (1 << i)]));
            }
        }
        Estimate all64 = PseudoLikelihood.exact(exact.model(DataType.DOUBLE), Nd4j.createFromArray(all));
        assertThat(all64.value()).isCloseTo(Arrays.stream(perState).average().orElseThrow(), within(1e-9));
        assertThat(all64.direction()).isEqualTo(Estimate.Direction.EXACT);
        assertThat(all64.standardError()).isZero();
        for (int s : new int[] {0, 13, 63}) {
            INDArray one = Nd4j.createFromArray(new double[][] {all[s]});
            assertThat(PseudoLikelihood.exact(exact.model(DataType.DOUBLE), one).value())
                    .isCloseTo(perState[s], within(1e-9));
        }
    }

    /** Probabilities up to a factor are those of free energies and base measures, which the reference values hold. */
    @Test
    void unitsWithMoreStatesAndGroupsCountAllOfTheirStates() {
        Unit visible = new Mixed(List.of(
                Mixed.Part.of(Binomial.of(3), 1), Mixed.Part.of(Softmax.of(3), 3), Mixed.Part.of(new Bernoulli(), 1)));
        Random random = new Random(3);
        double[][] weights = new double[5][2];
        for (double[] row : weights) {
            Arrays.setAll(row, j -> 1.2 * random.nextGaussian());
        }
        for (Unit hidden : List.of(new Bernoulli(), Binomial.of(2), Gaussian.of(0.7))) {
            Rbm rbm = Rbm.of(
                    visible,
                    hidden,
                    Nd4j.createFromArray(weights),
                    Nd4j.createFromArray(0.3, -0.4, 0.9, 0.1, -0.6),
                    Nd4j.createFromArray(0.2, -0.5));
            double[] v = {2, 0, 1, 0, 1};
            double[][][] alternatives = {
                {{0, 0, 1, 0, 1}, {1, 0, 1, 0, 1}, v, {3, 0, 1, 0, 1}},
                {{2, 1, 0, 0, 1}, v, {2, 0, 0, 1, 1}},
                {{2, 0, 1, 0, 0}, v}
            };
            double expected = 0;
            for (double[][] states : alternatives) {
                expected += weight(rbm, v)
                        - Math.log(Arrays.stream(states)
                                .mapToDouble(state -> Math.exp(weight(rbm, state)))
                                .sum());
            }
            Estimate found = PseudoLikelihood.exact(rbm, Nd4j.createFromArray(new double[][] {v}));
            assertThat(found.value()).as(hidden.toString()).isCloseTo(expected, within(1e-9));
        }
    }

    private static double weight(Rbm rbm, double[] v) {
        INDArray row = Nd4j.createFromArray(new double[][] {v});
        return rbm.logBaseMeasure(row)[0] - rbm.freeEnergy(row)[0];
    }

    @Test
    void someUnitsOfEachRowGiveTheSameInTheMean() {
        ExactRbm exact = ExactRbm.bernoulli(7, 4, 1.5, 5);
        Rbm rbm = exact.model(DataType.FLOAT);
        INDArray v = Nd4j.createFromArray(exact.sample(60, new Random(1))).castTo(DataType.FLOAT);
        double truth = PseudoLikelihood.exact(rbm, v).value();
        for (int units : new int[] {1, 3}) {
            int repetitions = 300;
            double[] values = new double[repetitions];
            double stated = 0;
            for (int seed = 0; seed < repetitions; seed++) {
                Estimate estimate = PseudoLikelihood.sampled(rbm, v, units, RandomStreams.of(seed));
                values[seed] = estimate.value();
                stated += estimate.standardError() / repetitions;
                assertThat(estimate.direction()).isEqualTo(Estimate.Direction.UNBIASED);
            }
            double mean = Arrays.stream(values).average().orElseThrow();
            double spread = Math.sqrt(
                    Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (repetitions - 1));
            // 4.5 standard errors of the mean of 300: by chance once in 150,000 for each of the two numbers of units.
            assertThat(Math.abs(mean - truth)).isLessThan(4.5 * spread / Math.sqrt(repetitions));
            assertThat(spread).as("chance there must be").isGreaterThan(0.02);
            // The stated error holds the rows' own scatter besides; the spread itself is known to 4 % (one in
            // sqrt(600)).
            assertThat(stated).isBetween(spread * 0.85, spread * 3);
        }
    }

    @Test
    void allUnitsOfEachRowAreTheExactOne() {
        ExactRbm exact = ExactRbm.bernoulli(5, 3, 1, 5);
        Rbm rbm = exact.model(DataType.DOUBLE);
        INDArray v = Nd4j.createFromArray(exact.sample(10, new Random(1)));
        double expected = PseudoLikelihood.exact(rbm, v).value();
        for (int units : new int[] {5, 50}) {
            assertThat(PseudoLikelihood.sampled(rbm, v, units, RandomStreams.of(1))
                            .value())
                    .isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    void whatHasNoPseudoLikelihoodIsRefusedWithTheReason() {
        Rbm binary = ExactRbm.bernoulli(3, 2, 1, 1).model(DataType.FLOAT);
        Rbm gaussian = ExactRbm.gaussian(3, 2, 1, 1).model(DataType.FLOAT);
        Rbm groups = Rbm.of(
                Softmax.of(3),
                new Bernoulli(),
                Nd4j.zeros(DataType.FLOAT, 3, 2),
                Nd4j.zeros(DataType.FLOAT, 3),
                Nd4j.zeros(DataType.FLOAT, 2));
        INDArray states = Nd4j.createFromArray(new float[][] {{1, 0, 1}});
        assertThatThrownBy(() -> PseudoLikelihood.exact(gaussian, states))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("finitely many states");
        for (float[] wrong : new float[][] {{1, 0.5f, 1}, {1, 0, 2}, {-1, 0, 0}}) {
            assertThatThrownBy(() -> PseudoLikelihood.exact(binary, Nd4j.createFromArray(new float[][] {wrong})))
                    .hasMessageContaining("row 0 of the visible states is no state");
        }
        for (float[] wrong : new float[][] {{0, 0, 0}, {1, 1, 0}}) {
            assertThatThrownBy(() -> PseudoLikelihood.exact(groups, Nd4j.createFromArray(new float[][] {wrong})))
                    .hasMessageContaining("is no state");
        }
        assertThatThrownBy(() -> PseudoLikelihood.exact(binary, Nd4j.zeros(DataType.FLOAT, 1, 4)))
                .hasMessageContaining("[1, 4], expected [n >= 1, visible = 3]");
        assertThatThrownBy(() -> PseudoLikelihood.sampled(binary, states, 0, RandomStreams.of(1)))
                .hasMessageContaining("units per row = 0");
    }
}
