package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.Statistics;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.FastChains;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Averages of the stochastic gradient against exact ones. The bound of five standard errors, from independent
 * repetitions, is exceeded by one of about a hundred compared numbers with a probability of 1e-4 in all, were the seeds
 * not fixed. The standard errors are a few per cent of the gradient, so a wrong sign, scale or term shows.
 */
class RbmGradientTest {

    private static final int ROWS = 10;
    private static final ExactRbm BINARY = ExactRbm.bernoulli(4, 3, 0.6, 31);
    private static final ExactRbm STRONG = ExactRbm.bernoulli(4, 3, 2, 33);
    private static final ExactRbm GAUSSIAN = ExactRbm.gaussian(3, 3, 0.6, 32);

    /** A gradient to be minimised, as RbmGradient hands it out, flattened: weights, visible bias, hidden bias. */
    private static double[] flat(double[][] weights, double[] visible, double[] hidden) {
        return Stream.concat(Stream.of(weights), Stream.of(visible, hidden))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** What data and model statistics give: sums over the minibatch, negated, and centered where offsets are given. */
    private static double[] expected(ExactRbm exact, Statistics difference, double[] mu, double[] lambda) {
        int visible = exact.visible();
        int hidden = exact.hidden();
        double[][] weights = new double[visible][hidden];
        double[] visibleBias = new double[visible];
        double[] hiddenBias = new double[hidden];
        for (int i = 0; i < visible; i++) {
            for (int j = 0; j < hidden; j++) {
                // <(u - mu)(h - lambda)>_data - <...>_model with u = v / s
                weights[i][j] = difference.weights()[i][j]
                        - mu[i] * difference.hidden()[j]
                        - difference.visible()[i] * lambda[j];
            }
        }
        for (int i = 0; i < visible; i++) {
            // The bias b sits in the energy as b u / s; centering moves b by -s W lambda.
            visibleBias[i] = difference.visible()[i] / exact.sigma(i);
            for (int j = 0; j < hidden; j++) {
                visibleBias[i] -= exact.sigma(i) * weights[i][j] * lambda[j];
            }
        }
        for (int j = 0; j < hidden; j++) {
            hiddenBias[j] = difference.hidden()[j];
            for (int i = 0; i < visible; i++) {
                hiddenBias[j] -= weights[i][j] * mu[i];
            }
        }
        double[] result = flat(weights, visibleBias, hiddenBias);
        Arrays.setAll(result, i -> -ROWS * result[i]);
        return result;
    }

    private static double[][] data(ExactRbm exact) {
        // Of another model, so that the gradient is not zero; lopsided.
        double[][] data = exact.sample(ROWS, new Random(6));
        for (double[] row : data) {
            row[0] = 1;
        }
        return data;
    }

    private static double[] compute(RbmGradient gradient, Rbm rbm, INDArray data, RbmGradientState state) {
        DataType type = rbm.weights().dataType();
        INDArray weights = Nd4j.create(type, rbm.visibleWidth(), rbm.hiddenWidth());
        INDArray visibleBias = Nd4j.create(type, rbm.visibleWidth());
        INDArray hiddenBias = Nd4j.create(type, rbm.hiddenWidth());
        gradient.compute(rbm, data, state, weights, visibleBias, hiddenBias);
        return flat(
                weights.castTo(DataType.DOUBLE).toDoubleMatrix(),
                visibleBias.toDoubleVector(),
                hiddenBias.toDoubleVector());
    }

    /** Mean and standard error of the last of some minibatches, over repetitions with different seeds. */
    private static double[][] average(
            RbmGradient gradient, ExactRbm exact, DataType type, int repetitions, int minibatches) {
        Rbm rbm = exact.model(type);
        INDArray data = Nd4j.createFromArray(data(exact)).castTo(type);
        double[] sum = null;
        double[] squares = null;
        for (int n = 0; n < repetitions; n++) {
            RbmGradientState state = new RbmGradientState(rbm, ROWS, RandomStreams.of(1000 + n));
            double[] last = new double[0];
            for (int m = 0; m < minibatches; m++) {
                last = compute(gradient, rbm, data, state);
            }
            if (sum == null) {
                sum = new double[last.length];
                squares = new double[last.length];
            }
            for (int i = 0; i < last.length; i++) {
                sum[i] += last[i];
                squares[i] += last[i] * last[i];
            }
        }
        double[] mean = new double[sum.length];
        double[] error = new double[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = sum[i] / repetitions;
            error[i] = Math.sqrt((squares[i] / repetitions - mean[i] * mean[i]) / (repetitions - 1));
        }
        return new double[][] {mean, error};
    }

    private static double largestDeviation(double[][] average, double[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(average[1][i]).as("standard error of number %d", i).isPositive();
            largest = Math.max(largest, Math.abs(average[0][i] - expected[i]) / average[1][i]);
        }
        return largest;
    }

    private static double[] visibleOffsets(ExactRbm exact) {
        return exact.dataStatistics(data(exact)).visible();
    }

    private static double[] hiddenOffsets(ExactRbm exact) {
        return exact.dataStatistics(data(exact)).hidden();
    }

    static Stream<Arguments> unbiasedPhases() {
        // A dozen sweeps of these quickly mixing models leave a bias far below the standard errors.
        NegativePhase contrastive = ContrastiveDivergence.of(12);
        return Stream.of(BINARY, GAUSSIAN)
                .flatMap(exact -> Stream.of(
                        Arguments.of(exact, Centering.NONE, contrastive, DataType.DOUBLE, 1),
                        Arguments.of(exact, Centering.of(0.01), contrastive, DataType.FLOAT, 1),
                        Arguments.of(
                                exact, Centering.NONE, PersistentContrastiveDivergence.of(3, 40), DataType.FLOAT, 4),
                        Arguments.of(
                                exact,
                                Centering.of(0.01),
                                PersistentContrastiveDivergence.of(3, 3),
                                DataType.DOUBLE,
                                4),
                        Arguments.of(
                                exact,
                                Centering.NONE,
                                ParallelTempering.of(3, 10, Ladder.linear(3, 0.4)),
                                DataType.FLOAT,
                                4),
                        Arguments.of(
                                exact,
                                Centering.of(0.01),
                                ParallelTempering.of(3, 10, Ladder.linear(3)).withPath(TemperingPath.BASE_RATES),
                                DataType.DOUBLE,
                                4),
                        Arguments.of(
                                exact,
                                Centering.of(0.01),
                                FastPersistentContrastiveDivergence.of(3, 10, 1e-9),
                                DataType.DOUBLE,
                                4),
                        Arguments.of(exact, Centering.of(0.01), TrajectoryTempering.of(1, 6), DataType.DOUBLE, 2)));
    }

    @ParameterizedTest(name = "{1} {2} {3}")
    @MethodSource("unbiasedPhases")
    void theMeanOfTheStochasticGradientIsTheExactOne(
            ExactRbm exact, Centering centering, NegativePhase phase, DataType type, int minibatches) {
        Statistics difference = exact.dataStatistics(data(exact)).minus(exact.modelStatistics());
        double[] mu = centering.enabled() ? visibleOffsets(exact) : new double[exact.visible()];
        double[] lambda = centering.enabled() ? hiddenOffsets(exact) : new double[exact.hidden()];
        RbmGradient gradient = new RbmGradient(phase, GreyValues.SAMPLED, centering);
        double[][] average = average(gradient, exact, type, 200, minibatches);
        assertThat(largestDeviation(average, expected(exact, difference, mu, lambda)))
                .isLessThan(5);
    }

    @Test
    void oneSweepOfContrastiveDivergenceHasItsKnownBias() {
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.NONE);
        double[][] average = average(gradient, STRONG, DataType.DOUBLE, 1000, 1);
        double[] none = new double[4];
        Statistics data = STRONG.dataStatistics(data(STRONG));
        Statistics oneSweep = STRONG.statisticsAfterOneSweep(data(STRONG));
        assertThat(largestDeviation(average, expected(STRONG, data.minus(oneSweep), none, new double[3])))
                .as("from the expectation of CD-1")
                .isLessThan(5);
        assertThat(largestDeviation(
                        average, expected(STRONG, data.minus(STRONG.modelStatistics()), none, new double[3])))
                .as("from the likelihood gradient")
                .isGreaterThan(10);
    }

    /** On the model on which CD-1's bias is more than ten of its standard errors, see above. */
    @ParameterizedTest
    @EnumSource(TemperingPath.class)
    void parallelTemperingHasNoSuchBias(TemperingPath path) {
        NegativePhase phase = ParallelTempering.of(4, 20, Ladder.linear(5)).withPath(path);
        RbmGradient gradient = new RbmGradient(phase, GreyValues.SAMPLED, Centering.NONE);
        double[][] average = average(gradient, STRONG, DataType.DOUBLE, 400, 8);
        assertLikelihoodGradient(average);
    }

    private static void assertLikelihoodGradient(double[][] average) {
        Statistics difference = STRONG.dataStatistics(data(STRONG)).minus(STRONG.modelStatistics());
        assertThat(largestDeviation(average, expected(STRONG, difference, new double[4], new double[3])))
                .isLessThan(5);
        double[] contrastive = expected(
                STRONG,
                STRONG.dataStatistics(data(STRONG)).minus(STRONG.statisticsAfterOneSweep(data(STRONG))),
                new double[4],
                new double[3]);
        assertThat(largestDeviation(average, contrastive))
                .as("from the expectation of CD-1, which the bound must tell from the exact gradient")
                .isGreaterThan(10);
    }

    /** On the same model; the chains begin in equilibrium, so the first minibatches have it. */
    @Test
    void trajectoryTemperingHasNoSuchBias() {
        RbmGradient gradient = new RbmGradient(TrajectoryTempering.of(1, 60), GreyValues.SAMPLED, Centering.NONE);
        // The start of the chains is what takes time, so many chains and fewer repetitions.
        double[][] average = average(gradient, STRONG, DataType.DOUBLE, 200, 2);
        assertLikelihoodGradient(average);
    }

    @Test
    void fastWeightsOfRateZeroArePersistentContrastiveDivergenceBitForBit() {
        Rbm rbm = BINARY.model(DataType.FLOAT);
        INDArray data = Nd4j.createFromArray(data(BINARY)).castTo(DataType.FLOAT);
        RbmGradientState plain = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        RbmGradientState fast = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        for (int step = 0; step < 4; step++) {
            assertThat(compute(
                            new RbmGradient(
                                    FastPersistentContrastiveDivergence.of(2, 7, 0),
                                    GreyValues.SAMPLED,
                                    Centering.NONE),
                            rbm,
                            data,
                            fast))
                    .isEqualTo(compute(
                            new RbmGradient(
                                    PersistentContrastiveDivergence.of(2, 7), GreyValues.SAMPLED, Centering.NONE),
                            rbm,
                            data,
                            plain));
        }
    }

    @Test
    void fastWeightsFollowTheGradientAndDecayAndAreNoPartOfTheModel() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        INDArray weights = rbm.weights().dup();
        RbmGradient gradient = new RbmGradient(
                FastPersistentContrastiveDivergence.of(1, 7, 0.3), GreyValues.SAMPLED, Centering.of(0.1));
        RbmGradientState state = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        INDArray data = Nd4j.createFromArray(data(BINARY));
        double[] expected = new double[12];
        for (int step = 0; step < 5; step++) {
            double[] g = compute(gradient, rbm, data, state);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = 19.0 / 20 * expected[i] - 0.3 * g[i] / ROWS;
            }
        }
        double[] fast = ((FastChains) state.chains).fastWeights().ravel().toDoubleVector();
        for (int i = 0; i < expected.length; i++) {
            // Rounding of five additions of numbers below 1.
            assertThat(Math.abs(fast[i] - expected[i])).isLessThan(1e-14);
        }
        assertThat(rbm.weights()).isEqualTo(weights);
    }

    /** The chains' distribution is another one: the price of their mobility, which a slow rate does not pay. */
    @Test
    void fastWeightsOfANoticeableRateBiasTheGradient() {
        double[][] average = average(
                new RbmGradient(FastPersistentContrastiveDivergence.of(3, 10, 0.5), GreyValues.SAMPLED, Centering.NONE),
                BINARY,
                DataType.DOUBLE,
                200,
                20);
        Statistics difference = BINARY.dataStatistics(data(BINARY)).minus(BINARY.modelStatistics());
        assertThat(largestDeviation(average, expected(BINARY, difference, new double[4], new double[3])))
                .isGreaterThan(5);
    }

    @Test
    void theCenteredGradientIsALinearTransformationOfThePlainOneForTheSameChains() {
        for (ExactRbm exact : new ExactRbm[] {BINARY, GAUSSIAN}) {
            Rbm rbm = exact.model(DataType.DOUBLE);
            INDArray data = Nd4j.createFromArray(data(exact));
            NegativePhase phase = PersistentContrastiveDivergence.of(2, 7);
            RbmGradientState plainState = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
            RbmGradientState centeredState = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
            for (int step = 0; step < 3; step++) {
                double[] plain =
                        compute(new RbmGradient(phase, GreyValues.SAMPLED, Centering.NONE), rbm, data, plainState);
                double[] centered = compute(
                        new RbmGradient(phase, GreyValues.SAMPLED, Centering.of(0.3)), rbm, data, centeredState);
                // Back from the plain gradient to the statistics it is made of, and forward again with the offsets.
                Statistics difference = statisticsOf(exact, plain);
                double[] expected = expected(exact, difference, visibleOffsets(exact), hiddenOffsets(exact));
                for (int i = 0; i < expected.length; i++) {
                    // Rounding of a few dozen additions of numbers below 100.
                    assertThat(Math.abs(centered[i] - expected[i]))
                            .as("number %d", i)
                            .isLessThan(1e-11);
                }
                assertThat(centered).isNotEqualTo(plain);
            }
        }
    }

    private static Statistics statisticsOf(ExactRbm exact, double[] plain) {
        int visible = exact.visible();
        int hidden = exact.hidden();
        double[][] weights = new double[visible][hidden];
        double[] visibleMean = new double[visible];
        double[] hiddenMean = new double[hidden];
        for (int i = 0; i < visible; i++) {
            for (int j = 0; j < hidden; j++) {
                weights[i][j] = -plain[i * hidden + j] / ROWS;
            }
            visibleMean[i] = -plain[visible * hidden + i] / ROWS * exact.sigma(i);
        }
        for (int j = 0; j < hidden; j++) {
            hiddenMean[j] = -plain[visible * hidden + visible + j] / ROWS;
        }
        return new Statistics(weights, visibleMean, hiddenMean);
    }

    @Test
    void aSmallerLastMinibatchDoesNotDisturbPersistentChains() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        RbmGradient gradient =
                new RbmGradient(PersistentContrastiveDivergence.of(1, 13), GreyValues.SAMPLED, Centering.of(0.1));
        INDArray full = Nd4j.createFromArray(data(BINARY));
        INDArray small = Nd4j.createFromArray(BINARY.sample(3, new Random(1)));
        RbmGradientState even = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        RbmGradientState uneven = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        for (int step = 0; step < 6; step++) {
            compute(gradient, rbm, full, even);
            compute(gradient, rbm, step == 2 || step == 4 ? small : full, uneven);
            assertThat(uneven.chains.visible().samples())
                    .isEqualTo(even.chains.visible().samples());
            assertThat(uneven.chains.visible().rows()).isEqualTo(13);
        }
        assertThat(uneven.minibatches()).isEqualTo(6);
    }

    @Test
    void contrastiveDivergenceFollowsTheSizeOfTheMinibatch() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.NONE);
        RbmGradientState state = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        for (int rows : new int[] {10, 3, 12, 1}) {
            double[] result = compute(gradient, rbm, Nd4j.createFromArray(BINARY.sample(rows, new Random(1))), state);
            assertThat(state.chains.visible().rows()).isEqualTo(rows);
            assertThat(state.lastPresented().size(0)).isEqualTo(rows);
            assertThat(Arrays.stream(result).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(rows);
        }
    }

    @Test
    void aReversalLeavesNoGradientAndNoTraceInTheOffsets() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        INDArray data = Nd4j.createFromArray(data(BINARY));
        // So small a model never loses a checkpoint altogether, hence the strict rules; one that stays has an
        // acceptance of 1.
        NegativePhase phase =
                TrajectoryTempering.of(1, 20).withRules(TrajectoryRules.STANDARD.withAcceptance(0.9, 0.8));
        RbmGradient gradient = new RbmGradient(phase, GreyValues.SAMPLED, Centering.of(0.1));
        RbmGradientState state = new RbmGradientState(rbm, ROWS, RandomStreams.of(8));
        compute(gradient, rbm, data, state);
        assertThat(state.reversal()).isNull();
        double[] before = state.hiddenOffsets.clone();
        rbm.weights().muli(-200);
        assertThat(compute(gradient, rbm, data, state)).containsOnly(0.0);
        assertThat(state.reversal()).isNotNull();
        assertThat(state.hiddenOffsets).isEqualTo(before);
        rbm.weights()
                .assign(java.util.Objects.requireNonNull(state.reversal())
                        .checkpoint()
                        .rbm()
                        .weights());
        assertThat(compute(gradient, rbm, data, state)).doesNotContain(0.0);
        assertThat(state.reversal()).isNull();
    }

    @Test
    void offsetsStartAtTheFirstMeansAndMoveByTheirStep() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.of(0.25));
        RbmGradientState state = new RbmGradientState(rbm, 2, RandomStreams.of(5));
        compute(gradient, rbm, Nd4j.createFromArray(new double[][] {{1, 0, 1, 1}, {1, 0, 0, 1}}), state);
        assertThat(state.visibleOffsets).containsExactly(1, 0, 0.5, 1);
        compute(gradient, rbm, Nd4j.createFromArray(new double[][] {{0, 0, 1, 1}, {0, 1, 1, 1}}), state);
        assertThat(state.visibleOffsets).containsExactly(0.75, 0.125, 0.625, 1);
    }

    @Test
    void offsetsDecayToZeroAndNeverToSubnormalNumbers() {
        Rbm rbm = BINARY.model(DataType.FLOAT);
        // Hidden means underflow too: their biases are far below zero.
        Rbm silent = Rbm.of(
                rbm.visible(),
                rbm.hidden(),
                rbm.weights().mul(0),
                rbm.visibleBias(),
                rbm.hiddenBias().mul(0).subi(200));
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.of(0.5));
        RbmGradientState state = new RbmGradientState(silent, 2, RandomStreams.of(5));
        INDArray ones = Nd4j.ones(DataType.FLOAT, 2, 4);
        INDArray zeros = Nd4j.zeros(DataType.FLOAT, 2, 4);
        for (int step = 0; step < 200; step++) {
            compute(gradient, silent, step == 0 ? ones : zeros, state);
            for (double offset : state.visibleOffsets) {
                assertThat(offset == 0 || offset >= 1e-6)
                        .as("offset %s", offset)
                        .isTrue();
            }
            assertThat(state.hiddenOffsets).containsOnly(0);
        }
        assertThat(state.visibleOffsets).containsOnly(0);
    }

    @Test
    void theMeanActivationIsThatOfTheLastMinibatch() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.NONE);
        RbmGradientState state = new RbmGradientState(rbm, ROWS, RandomStreams.of(5));
        INDArray data = Nd4j.createFromArray(data(BINARY));
        compute(gradient, rbm, data, state);
        double expected = rbm.meanHiddenGivenVisible(data).meanNumber().doubleValue();
        assertThat(Math.abs(state.meanHiddenActivation() - expected)).isLessThan(1e-11);
        assertThat(state.lastPresented()).isEqualTo(data);
    }
}
