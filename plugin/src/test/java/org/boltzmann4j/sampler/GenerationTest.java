package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.KnownCase;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Generated states have the enumerated distribution of the model. The measure is that of {@link StationarityTest}, a total
 * variation distance below four times what perfect samples have in expectation (a false alarm below 1e-20), of chains that
 * mix within a few sweeps: what is left of their start after 60 is far below it.
 */
class GenerationTest {

    private static final int CHAINS = 5_000;
    private static final ExactRbm BOTTOM = ExactRbm.bernoulli(4, 3, 1.6, 41);
    /** Too far from linear for means to stand for samples, and to be sampled from any start in one sweep. */
    private static final ExactRbm SHARP = ExactRbm.bernoulli(4, 3, 3, 41);

    private static final ExactRbm TOP = ExactRbm.bernoulli(3, 3, 1.6, 42);

    private static Generation manyFrom(Generation generation) {
        return generation.withChains(CHAINS).withBurnIn(40).withThinning(20);
    }

    private static double excess(double[][] states, double[] probabilities) {
        double[] shares = new double[probabilities.length];
        for (double[] state : states) {
            shares[index(state)] += 1.0 / states.length;
        }
        double distance = 0;
        double floor = 0;
        for (int s = 0; s < shares.length; s++) {
            double p = probabilities[s];
            distance += 0.5 * Math.abs(shares[s] - p);
            floor += 0.5 * Math.sqrt(2 * p * (1 - p) / (Math.PI * states.length));
        }
        return distance / (4 * floor);
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

    /** Of the visible states, from the energies. */
    private static double[] visibleProbabilities(ExactRbm model) {
        double[][] v = ExactRbm.binaryStates(model.visible());
        double[] p = Arrays.stream(v)
                .mapToDouble(state -> Arrays.stream(ExactRbm.binaryStates(model.hidden()))
                        .mapToDouble(h -> Math.exp(-model.energy(state, h)))
                        .sum())
                .toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    @Test
    void bothSamplersDrawFromTheModelAndTheirMeansAreConditional() {
        double[] exact = visibleProbabilities(BOTTOM);
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Generation generation = manyFrom(Generation.of(BOTTOM.model(type)));
            for (Inference method : new Inference[] {Inference.gibbs(), Inference.tempering(Ladder.linear(3))}) {
                Generated generated = generation.withMethod(method).draw(1);
                assertThat(excess(KnownCase.elements(generated.samples()), exact))
                        .isLessThan(1);
                assertThat(generated.swaps() != null).isEqualTo(method instanceof TemperedGibbs);
                double[] means = generated.means().mean(0).toDoubleVector();
                for (int i = 0; i < means.length; i++) {
                    int unit = i;
                    double mean = IntStream.range(0, exact.length)
                            .filter(s -> (s >> unit & 1) == 1)
                            .mapToDouble(s -> exact[s])
                            .sum();
                    // The variance of conditional means is at most that of the states, a quarter; five standard errors.
                    assertThat(means[i]).isCloseTo(mean, within(5 * 0.5 / Math.sqrt(CHAINS)));
                    assertThat(generated.means().getDouble(0, i)).isStrictlyBetween(0.0, 1.0);
                }
            }
        }
        assertThat(excess(
                        Generation.of(SHARP.model(DataType.DOUBLE))
                                .withChains(CHAINS)
                                .withBurnIn(0)
                                .withThinning(1)
                                .startingAt(Nd4j.ones(1, 4))
                                .draw(1)
                                .samples()
                                .toDoubleMatrix(),
                        visibleProbabilities(SHARP)))
                .as("one sweep from the same start is not enough")
                .isGreaterThan(1);
    }

    /** {@code p(v) = sum_h p_top(h) p(v | h)}. */
    private static double[] deepProbabilities() {
        double[] p = new double[1 << SHARP.visible()];
        double[] top = visibleProbabilities(TOP);
        double[][] h = ExactRbm.binaryStates(TOP.visible());
        double[][] v = ExactRbm.binaryStates(SHARP.visible());
        for (int a = 0; a < h.length; a++) {
            double[] mean = SHARP.visibleMean(h[a]);
            for (int s = 0; s < v.length; s++) {
                double product = top[a];
                for (int i = 0; i < mean.length; i++) {
                    product *= v[s][i] == 1 ? mean[i] : 1 - mean[i];
                }
                p[s] += product;
            }
        }
        return p;
    }

    @Test
    void aDeepBeliefNetworkIsDrawnFromItsTopDown() {
        RbmStack stack = RbmStack.of(SHARP.model(DataType.DOUBLE), TOP.model(DataType.DOUBLE));
        double[] exact = deepProbabilities();
        Generation generation = manyFrom(Generation.of(stack));
        assertThat(excess(KnownCase.elements(generation.draw(1).samples()), exact))
                .isLessThan(1);
        INDArray data = Nd4j.createFromArray(new double[][] {{1, 0, 1, 0}, {0, 0, 1, 1}});
        Generated second = generation.startingAt(data).draw(2);
        assertThat(second.draws()).isEqualTo(2);
        assertThat(excess(Arrays.copyOfRange(KnownCase.elements(second.samples()), CHAINS, 2 * CHAINS), exact))
                .isLessThan(1);
        // Means on the way down lose the differences between the samples: another distribution.
        assertThat(excess(
                        KnownCase.elements(
                                generation.withMeansPassedDown().draw(1).samples()),
                        exact))
                .isGreaterThan(1);
    }

    @Test
    void meansPassedDownAreTheMeansOfMeans() {
        RbmStack three =
                RbmStack.of(BOTTOM.model(DataType.DOUBLE), TOP.model(DataType.DOUBLE), TOP.model(DataType.DOUBLE));
        Generated field = Generation.of(three)
                .withChains(3)
                .withMethod(Inference.meanField().until(1e-12, 2000))
                .draw(1);
        assertThat(field.meanField().isConverged()).isTrue();
        Rbm top = three.top();
        // All starts of so small a model end in the same place, which one alone finds, too.
        INDArray mu = Nd4j.valueArrayOf(new long[] {1, 3}, 0.5, DataType.DOUBLE);
        for (int i = 0; i < 2000; i++) {
            mu = top.meanVisibleGivenHidden(top.meanHiddenGivenVisible(mu));
        }
        INDArray expected =
                three.bottom().meanVisibleGivenHidden(three.rbms().get(1).meanVisibleGivenHidden(mu));
        for (int row = 0; row < 3; row++) {
            // The last change was below 1e-12, the others shrink with it.
            assertThat(field.means().getRow(row).reshape(1, 4).equalsWithEps(expected, 1e-9))
                    .isTrue();
        }
        assertThat(field.samples()).isEqualTo(field.means());
    }

    @Test
    void heldLabelsMakeSamplesOfTheirClass() {
        Mixed units = Mixed.of(Mixed.Part.of(new Bernoulli(), 3), Mixed.Part.of(Softmax.of(2), 2));
        SmallModel model = SmallModel.random(units, new Bernoulli(), 5, 3, 1.2, 1, 43);
        KnownValues labels = KnownValues.ofColumns(5, 3, Nd4j.eye(2));
        for (Inference method : new Inference[] {Inference.gibbs(), Inference.tempering(Ladder.linear(3))}) {
            double[][] samples = manyFrom(Generation.of(model.rbm()))
                    .withMethod(method)
                    .withKnown(labels)
                    .draw(1)
                    .samples()
                    .toDoubleMatrix();
            for (int label = 0; label < 2; label++) {
                boolean[] known = {false, false, false, true, true};
                double[] values = {0, 0, 0, 1 - label, label};
                SmallModel given = model.given(known, values, new Bernoulli(), 1);
                double[] logs = given.rbm().freeEnergy(Nd4j.createFromArray(ExactRbm.binaryStates(3)));
                double[] p = Arrays.stream(logs).map(f -> Math.exp(-f)).toArray();
                double sum = Arrays.stream(p).sum();
                int wanted = label;
                double[][] pixels = IntStream.range(0, CHAINS)
                        .filter(chain -> chain % 2 == wanted)
                        .mapToObj(chain -> {
                            assertThat(samples[chain][3 + wanted]).isEqualTo(1);
                            return Arrays.copyOf(samples[chain], 3);
                        })
                        .toArray(double[][]::new);
                assertThat(excess(pixels, Arrays.stream(p).map(x -> x / sum).toArray()))
                        .as("class %d", label)
                        .isLessThan(1);
            }
        }
    }

    @Test
    void everyTypeStartsAtItsOwnNoise() {
        SmallModel gaussian = SmallModel.random(Gaussian.of(2), new Bernoulli(), 2, 2, 0.1, 1, 44);
        INDArray noise = WhiteNoise.of(gaussian.rbm(), CHAINS, null, new double[0], RandomStreams.of(1));
        // Standard normal times sigma = 2; five standard errors of mean and variance.
        assertThat(noise.meanNumber().doubleValue()).isCloseTo(0, within(5 * 2 / Math.sqrt(2.0 * CHAINS)));
        assertThat(noise.mul(noise).meanNumber().doubleValue())
                .isCloseTo(4, within(5 * 4 * Math.sqrt(2 / (2.0 * CHAINS))));
        INDArray coins = WhiteNoise.of(BOTTOM.model(DataType.FLOAT), CHAINS, null, new double[0], RandomStreams.of(1));
        assertThat(coins.meanNumber().doubleValue()).isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(4.0 * CHAINS)));
        assertThat(WhiteNoise.of(BOTTOM.model(DataType.FLOAT), 2, null, new double[0], null))
                .isEqualTo(Nd4j.valueArrayOf(new long[] {2, 4}, 0.5, DataType.FLOAT));
    }

    /** Where values are whole numbers their means lie between: mean field goes on from those it has found. */
    @Test
    void meansOfWholeNumbersAreStatesToStartAt() {
        Rbm rbm = SmallModel.random(Poisson.of(1e6), new Bernoulli(), 3, 2, 0.5, 1, 5)
                .rbm();
        Generation field = Generation.of(rbm)
                .withChains(1)
                .withMethod(Inference.meanField().until(1e-10, 500));
        INDArray means = field.draw(1).means();
        assertThat(means.getDouble(0, 0) % 1)
                .as("else the test is about nothing")
                .isNotZero();
        assertThat(field.startingAt(means).draw(1).means().equalsWithEps(means, 1e-8))
                .isTrue();
        assertThatThrownBy(() -> field.startingAt(means.neg()).draw(1)).hasMessageContaining("expected a whole number");
    }

    @Test
    void documentsHaveTheLengthAskedFor() {
        Rbm documents = SmallModel.random(new ReplicatedSoftmax(), new Bernoulli(), 5, 3, 0.8, 3, 17)
                .rbm();
        Generation generation = Generation.of(documents).withChains(7).withBurnIn(3);
        assertThat(generation.withDocumentLength(11).draw(1).samples().sum(1).toDoubleVector())
                .containsOnly(11);
        assertThat(generation
                        .startingAt(Nd4j.createFromArray(new double[][] {{1, 0, 3, 0, 0}}))
                        .draw(1)
                        .samples()
                        .sum(1)
                        .toDoubleVector())
                .containsOnly(4);
        assertThatThrownBy(() -> generation.draw(1)).hasMessageContaining("set withDocumentLength");
        // A stack draws them at its bottom.
        ExactRbm top = ExactRbm.bernoulli(3, 2, 0.5, 3);
        assertThat(Generation.of(RbmStack.of(documents, top.model(DataType.DOUBLE)))
                        .withDocumentLength(6)
                        .withChains(4)
                        .withBurnIn(0)
                        .withThinning(2)
                        .draw(3)
                        .samples()
                        .sum(1)
                        .toDoubleVector())
                .hasSize(12)
                .containsOnly(6);
    }

    @Test
    void drawsComeOneAfterTheOtherAndTheSameSeedGivesTheSame() {
        Generation generation = Generation.of(BOTTOM.model(DataType.FLOAT))
                .withChains(5)
                .withBurnIn(3)
                .withThinning(2)
                .withSeed(9);
        INDArray two = generation.draw(2).samples();
        assertThat(two.size(0)).isEqualTo(10);
        assertThat(generation.withBurnIn(5).draw(1).samples())
                .as("the second draw is two sweeps later")
                .isEqualTo(two.getRows(5, 6, 7, 8, 9));
        assertThat(generation.draw(2).samples()).isEqualTo(two);
        assertThat(generation.withSeed(10).draw(2).samples()).isNotEqualTo(two);
        Generation shared = generation.withChains(80).withMethod(Inference.tempering(Ladder.linear(2)));
        assertThat(shared.withThreads(2).draw(1).means())
                .isEqualTo(shared.withThreads(1).draw(1).means());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Rbm rbm = BOTTOM.model(DataType.FLOAT);
        Generation generation = Generation.of(rbm);
        assertThatThrownBy(() -> generation.draw(0)).hasMessage("draws = 0, expected at least 1");
        assertThatThrownBy(() -> generation.withChains(0)).hasMessageContaining("chains = 0");
        assertThatThrownBy(() -> generation.withThinning(0)).hasMessageContaining("thinning = 0");
        assertThatThrownBy(() -> generation.withBurnIn(-1)).hasMessageContaining("burnIn = -1");
        assertThatThrownBy(() -> generation.withThreads(0)).hasMessageContaining("threads = 0");
        assertThatThrownBy(() -> generation.withDocumentLength(0)).hasMessageContaining("documentLength = 0");
        assertThatThrownBy(() -> generation.withMethod(Inference.meanField()).draw(2))
                .hasMessage("draws = 2 with mean field, expected 1: it comes to rest");
        assertThatThrownBy(() -> generation.startingAt(Nd4j.ones(1, 3)).draw(1))
                .hasMessageContaining("states to start at");
        assertThatThrownBy(() -> generation
                        .startingAt(Nd4j.createFromArray(new double[][] {{0, 1, 0, 1}, {0, 0, 128, 1}}))
                        .draw(1))
                .hasMessage("states to start at: row 1, column 2 is 128.0, expected " + new Bernoulli().expectation());
        assertThatThrownBy(() -> generation
                        .withMethod(Inference.meanField())
                        .startingAt(Nd4j.valueArrayOf(new long[] {1, 4}, Double.NaN))
                        .draw(1))
                .hasMessageContaining("row 0, column 0 is NaN");
        assertThatThrownBy(() -> generation.withMethod(null)).hasMessage("method");
        assertThatThrownBy(() -> generation
                        .withKnown(KnownValues.ofColumns(3, 0, Nd4j.ones(1, 1)))
                        .draw(1))
                .hasMessageContaining("known values of 3 units, expected 4");
        assertThatThrownBy(() -> RbmStack.of(rbm, rbm))
                .hasMessage("deep belief network: RBM 1 has 4 " + new Bernoulli()
                        + " visible units, expected the hidden ones of the RBM below, 3 " + new Bernoulli());
        assertThatThrownBy(RbmStack::of).hasMessageContaining("at least one RBM");
    }
}
