package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.ReferenceModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sums of thousands of terms in double precision agree within 1e-9 of the value or of 1. */
class ExactLogPartitionTest {

    private static final double ROUNDING = 1e-9;

    @TestFactory
    Stream<DynamicTest> itIsTheOneOfTheReference() throws IOException {
        return ReferenceModel.all().stream()
                .map(reference -> dynamicTest(reference.name(), () -> {
                    Estimate actual = ExactLogPartition.of(reference.rbm(DataType.DOUBLE), reference.documentLength());
                    assertThat(actual.direction()).isEqualTo(Estimate.Direction.EXACT);
                    assertThat(actual.value())
                            .isCloseTo(
                                    reference.logPartition(),
                                    within(ROUNDING * Math.max(1, Math.abs(reference.logPartition()))));
                    // Parameters rounded to floats are another model, by 6e-8 of every parameter; nothing else may be
                    // lost.
                    assertThat(ExactLogPartition.of(reference.rbm(DataType.FLOAT), reference.documentLength())
                                    .value())
                            .isCloseTo(
                                    reference.logPartition(),
                                    within(1e-5 * Math.max(1, Math.abs(reference.logPartition()))));
                }));
    }

    @Test
    void manyBlocksSumUpToTheSameAsOneLoopOverAllStates() {
        // 2^11 and 2^13 states are 8 and 32 blocks; once the hidden layer is the smaller one and once the visible one.
        for (ExactRbm exact : new ExactRbm[] {
            ExactRbm.bernoulli(13, 11, 0.7, 1), ExactRbm.bernoulli(11, 13, 0.7, 2), ExactRbm.gaussian(5, 11, 0.5, 3)
        }) {
            double[][] states = ExactRbm.binaryStates(exact.hidden());
            double[] logs = Arrays.stream(exact.model(DataType.DOUBLE)
                            .hiddenFreeEnergy(Nd4j.createFromArray(states), Conditions.PLAIN))
                    .map(f -> -f)
                    .toArray();
            double top = Arrays.stream(logs).max().orElseThrow();
            double expected = top
                    + Math.log(
                            Arrays.stream(logs).map(log -> Math.exp(log - top)).sum());
            assertThat(ExactLogPartition.of(exact.model(DataType.DOUBLE)).value())
                    .isCloseTo(expected, within(ROUNDING * Math.abs(expected)));
        }
    }

    @Test
    void layersThatAreTurnedOverHaveTheSamePartitionFunction() {
        INDArray weights = Nd4j.createFromArray(new double[][] {{0.3, -0.8, 0.2}, {-0.5, 0.1, 0.6}});
        INDArray two = Nd4j.createFromArray(0.4, -1.1);
        INDArray three = Nd4j.createFromArray(-0.7, 0.2, 0.9);
        for (Unit unit : new Unit[] {new Bernoulli(), Gaussian.of(1)}) {
            double log = ExactLogPartition.of(Rbm.of(unit, unit, weights, two, three))
                    .value();
            double turned = ExactLogPartition.of(
                            Rbm.of(unit, unit, weights.transpose().dup('c'), three, two))
                    .value();
            assertThat(turned).as("%s", unit).isCloseTo(log, within(ROUNDING));
        }
    }

    @Test
    void largeWeightsNeitherOverflowNorLoseTheLargestState() {
        // One unit each: Z = 1 + e^b + e^c + e^(b + c + w), all but the last beyond sight.
        INDArray weight = Nd4j.createFromArray(new double[][] {{5000}});
        INDArray zero = Nd4j.createFromArray(0.0);
        Rbm rbm = Rbm.of(new Bernoulli(), new Bernoulli(), weight, zero, zero);
        assertThat(ExactLogPartition.of(rbm).value()).isCloseTo(5000, within(1e-6));
    }

    @Test
    void aModelWithTooManyStatesIsRefusedWithTheReason() {
        Rbm tooWide = zeros(new Bernoulli(), 26, new Bernoulli(), 26);
        assertThat(ExactLogPartition.isFeasible(tooWide)).isFalse();
        assertThatThrownBy(() -> ExactLogPartition.of(tooWide))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("26")
                .hasMessageContaining("at most 33,554,432 states");
        assertThat(ExactLogPartition.isFeasible(zeros(new Bernoulli(), 26, new Bernoulli(), 25)))
                .isTrue();
        assertThat(ExactLogPartition.isFeasible(zeros(Gaussian.of(1), 2, new Bernoulli(), 26)))
                .isFalse();
        assertThat(ExactLogPartition.isFeasible(zeros(new Bernoulli(), 3, Poisson.of(10), 2)))
                .isTrue();
    }

    @Test
    void groupsOfManyCategoriesAreEnumerated() {
        // Without weights Z is the product of the layers' own sums.
        Rbm rbm = zeros(Softmax.of(300), 600, new Bernoulli(), 30);
        assertThat(ExactLogPartition.of(rbm).value())
                .isCloseTo(2 * Math.log(300) + 30 * Math.log(2), within(ROUNDING * 40));
    }

    private static Rbm zeros(Unit visible, int width, Unit hidden, int hiddenWidth) {
        return Rbm.of(
                visible,
                hidden,
                Nd4j.zeros(DataType.DOUBLE, width, hiddenWidth),
                Nd4j.zeros(DataType.DOUBLE, width),
                Nd4j.zeros(DataType.DOUBLE, hiddenWidth));
    }

    @Test
    void exactSamplesHaveTheProbabilitiesOfTheModel() {
        // Pearson's statistic of 16 states has 15 degrees of freedom: above 62.4 once in 10^7 by chance.
        for (ExactRbm exact : new ExactRbm[] {ExactRbm.bernoulli(4, 3, 1, 5), ExactRbm.bernoulli(4, 6, 1, 6)}) {
            int draws = 20_000;
            INDArray samples = ExactSamples.visible(exact.model(DataType.DOUBLE), draws, 1, RandomStreams.of(7));
            double[] probabilities = exact.visibleProbabilities();
            assertThat(pearson(samples, probabilities)).isLessThan(62.4);
            double[] mirrored = probabilities.clone();
            Arrays.setAll(mirrored, s -> probabilities[15 - s]);
            assertThat(pearson(samples, mirrored)).as("of a wrong model").isGreaterThan(62.4);
        }
    }

    private static double pearson(INDArray samples, double[] probabilities) {
        double[] counts = new double[probabilities.length];
        Rows rows = Rows.of(samples);
        double[] v = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, v);
            int state = 0;
            for (int i = 0; i < v.length; i++) {
                state |= (int) v[i] << i;
            }
            counts[state]++;
        }
        double statistic = 0;
        for (int s = 0; s < counts.length; s++) {
            double expected = samples.size(0) * probabilities[s];
            statistic += (counts[s] - expected) * (counts[s] - expected) / expected;
        }
        return statistic;
    }
}
