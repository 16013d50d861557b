package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.Statistics;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sparsity targets, dropped hidden units and weights of examples: what they do to the gradient, against statistics of
 * enumerated models. Bounds in standard errors are those of {@link RbmGradientTest}: five are exceeded by one of some
 * twenty compared numbers with a probability of 1e-5, were the seeds not fixed.
 */
class GradientOptionsTest {

    private static final int ROWS = 10;
    private static final ExactRbm BINARY = ExactRbm.bernoulli(4, 3, 0.6, 31);
    private static final ExactRbm STRONG = ExactRbm.bernoulli(4, 3, 2, 33);
    private static final ExactRbm GAUSSIAN = ExactRbm.gaussian(3, 3, 0.6, 32);

    /** Rounding of a few dozen additions of numbers below 100. */
    private static final double ROUNDING = 1e-11;

    private static final double[] NO_WEIGHTS = {};

    /** A gradient of the likelihood with two further options. */
    private static RbmGradient with(
            NegativePhase phase, Centering centering, SparsityTarget sparsity, HiddenUnitDropout dropout) {
        return new RbmGradient(phase, GreyValues.SAMPLED, centering, sparsity, dropout);
    }

    /** Weights, visible bias, hidden bias and log-variances, one after the other. */
    private static double[] compute(
            RbmGradient gradient, Rbm rbm, INDArray data, double[] exampleWeights, RbmGradientState state) {
        DataType type = rbm.weights().dataType();
        INDArray weights = Nd4j.create(type, rbm.visibleWidth(), rbm.hiddenWidth());
        INDArray visibleBias = Nd4j.create(type, rbm.visibleWidth());
        INDArray hiddenBias = Nd4j.create(type, rbm.hiddenWidth());
        INDArray logVariances = Nd4j.create(type, rbm.visibleWidth());
        gradient.compute(rbm, data, exampleWeights, state, weights, visibleBias, hiddenBias, logVariances);
        return Stream.of(weights.reshape(weights.length()), visibleBias, hiddenBias, logVariances)
                .flatMapToDouble(array -> Arrays.stream(array.toDoubleVector()))
                .toArray();
    }

    /** Minus ROWS times the statistics, in the order of {@link #compute}, without the log-variances. */
    private static double[] flat(ExactRbm exact, Statistics difference) {
        double[] visible = new double[exact.visible()];
        Arrays.setAll(visible, i -> difference.visible()[i] / exact.sigma(i));
        return Stream.concat(Stream.of(difference.weights()), Stream.of(visible, difference.hidden()))
                .flatMapToDouble(Arrays::stream)
                .map(x -> -ROWS * x)
                .toArray();
    }

    private static double[][] data(ExactRbm exact, long seed) {
        double[][] data = exact.sample(ROWS, new Random(seed));
        for (double[] row : data) {
            row[0] = 1; // not of the model, so that the gradient is not 0
        }
        return data;
    }

    private static RbmGradientState state(Rbm rbm, long seed) {
        return new RbmGradientState(rbm, ROWS, RandomStreams.of(seed));
    }

    private static double largest(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < b.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static double[] times(double factor, double[] values) {
        return Arrays.stream(values).map(x -> factor * x).toArray();
    }

    /** Mean and standard error over repetitions of the gradient of the last of some minibatches. */
    private static double[][] average(
            RbmGradient gradient,
            ExactRbm exact,
            double[][] rows,
            double[] exampleWeights,
            int repetitions,
            int minibatches) {
        Rbm rbm = exact.model(DataType.DOUBLE);
        INDArray data = Nd4j.createFromArray(rows);
        List<double[]> all = new ArrayList<>();
        for (int n = 0; n < repetitions; n++) {
            RbmGradientState state = state(rbm, 1000 + n);
            double[] last = {};
            for (int m = 0; m < minibatches; m++) {
                last = compute(gradient, rbm, data, exampleWeights, state);
            }
            all.add(last);
        }
        double[] mean = new double[all.get(0).length];
        double[] error = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            int at = i;
            double m = all.stream().mapToDouble(g -> g[at]).average().orElseThrow();
            double squares = all.stream()
                    .mapToDouble(g -> (g[at] - m) * (g[at] - m))
                    .average()
                    .orElseThrow();
            mean[i] = m;
            error[i] = Math.sqrt(squares / (repetitions - 1));
        }
        return new double[][] {mean, error};
    }

    private static double standardErrors(double[][] average, double[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(average[1][i]).as("standard error of number %d", i).isPositive();
            largest = Math.max(largest, Math.abs(average[0][i] - expected[i]) / average[1][i]);
        }
        return largest;
    }

    static Stream<Arguments> sparsityCases() {
        return Stream.of(BINARY, GAUSSIAN).flatMap(exact -> Stream.of(Centering.NONE, Centering.of(0.1))
                .flatMap(centering -> Stream.of(
                        Arguments.of(
                                exact, centering, SparsityTarget.of(0.1, 0.7).withDecay(0.8)),
                        Arguments.of(
                                exact, centering, SparsityTarget.of(0.9, 0.3).withWeights()))));
    }

    @ParameterizedTest
    @MethodSource("sparsityCases")
    void aSparsityTargetIsAddedToTheGradientAndTakesNothingOfItAway(
            ExactRbm exact, Centering centering, SparsityTarget target) {
        Rbm rbm = exact.model(DataType.DOUBLE);
        NegativePhase phase = PersistentContrastiveDivergence.of(1, 7);
        RbmGradientState plainState = state(rbm, 5);
        RbmGradientState sparseState = state(rbm, 5);
        double[] q = new double[exact.hidden()];
        for (int step = 0; step < 4; step++) {
            double[][] rows = data(exact, step);
            INDArray data = Nd4j.createFromArray(rows);
            double[] plain = compute(with(phase, centering, null, null), rbm, data, NO_WEIGHTS, plainState);
            double[] sparse = compute(with(phase, centering, target, null), rbm, data, NO_WEIGHTS, sparseState);

            Statistics statistics = exact.dataStatistics(rows);
            double[][] weights = new double[exact.visible()][exact.hidden()];
            double[] bias = new double[exact.hidden()];
            for (int j = 0; j < q.length; j++) {
                q[j] = step == 0
                        ? statistics.hidden()[j]
                        : target.decay() * q[j]
                                + (1 - target.decay()) * statistics.hidden()[j];
                bias[j] = target.strength() * (target.target() - q[j]);
                for (int i = 0; target.onWeights() && i < weights.length; i++) {
                    weights[i][j] = bias[j] * statistics.visible()[i];
                }
            }
            double[] term = flat(exact, new Statistics(weights, new double[exact.visible()], bias));
            double[] expected = plain.clone();
            double[] wrongSign = plain.clone();
            for (int i = 0; i < term.length; i++) {
                expected[i] += term[i];
                wrongSign[i] -= term[i];
            }
            assertThat(largest(sparse, expected)).isLessThan(ROUNDING);
            assertThat(largest(sparse, wrongSign)).as("from the other sign").isGreaterThan(0.1);
            assertThat(largest(sparse, term)).as("from the target alone").isGreaterThan(0.1);
        }
    }

    @Test
    void aTargetOfStrengthZeroChangesNoBit() {
        Rbm rbm = BINARY.model(DataType.FLOAT);
        INDArray data = Nd4j.createFromArray(data(BINARY, 1)).castTo(DataType.FLOAT);
        NegativePhase phase = ContrastiveDivergence.of(1);
        SparsityTarget none = SparsityTarget.of(0.1, 0).withWeights();
        assertThat(compute(with(phase, Centering.of(0.1), none, null), rbm, data, NO_WEIGHTS, state(rbm, 5)))
                .isEqualTo(compute(with(phase, Centering.of(0.1), null, null), rbm, data, NO_WEIGHTS, state(rbm, 5)));
    }

    /** The fast weights are no part of the model, and the target concerns the model. */
    @Test
    void fastChainsFollowTheLikelihoodAlone() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        INDArray data = Nd4j.createFromArray(data(BINARY, 1));
        NegativePhase phase = FastPersistentContrastiveDivergence.of(1, 7, 0.4);
        RbmGradientState plain = state(rbm, 5);
        RbmGradientState sparse = state(rbm, 5);
        for (int step = 0; step < 5; step++) {
            compute(with(phase, Centering.NONE, null, null), rbm, data, NO_WEIGHTS, plain);
            compute(with(phase, Centering.NONE, SparsityTarget.of(0.01, 5), null), rbm, data, NO_WEIGHTS, sparse);
        }
        assertThat(sparse.chains.visible().samples())
                .isEqualTo(plain.chains.visible().samples());
    }

    @Test
    void theActivationOfABinomialUnitIsThatOfACopyAndADocumentCountsItsWords() {
        INDArray weights = Nd4j.createFromArray(new double[][] {{0.5, -0.2}, {-0.4, 0.3}, {0.1, 0.8}});
        INDArray visibleBias = Nd4j.createFromArray(0.1, -0.2, 0.3);
        INDArray hiddenBias = Nd4j.createFromArray(-0.5, 0.4);
        SparsityTarget target = SparsityTarget.of(0.2, 0.5).withWeights();

        double[][] bits = {{1, 0, 1}, {0, 1, 1}};
        double[] binomial =
                term(Rbm.of(new Bernoulli(), Binomial.of(3), weights, visibleBias, hiddenBias), bits, target);
        double[][] words = {{2, 0, 1}, {0, 1, 0}};
        double[] documents =
                term(Rbm.of(new ReplicatedSoftmax(), new Bernoulli(), weights, visibleBias, hiddenBias), words, target);
        for (int j = 0; j < 2; j++) {
            double copies = 0;
            double perWord = 0;
            double[] sums = new double[3];
            for (int row = 0; row < 2; row++) {
                double length = Arrays.stream(words[row]).sum();
                double bit = hiddenBias.getDouble(j);
                double word = length * hiddenBias.getDouble(j);
                for (int i = 0; i < 3; i++) {
                    bit += bits[row][i] * weights.getDouble(i, j);
                    word += words[row][i] * weights.getDouble(i, j);
                    sums[i] += words[row][i];
                }
                copies += 1 / (1 + Math.exp(-bit)) / 2;
                perWord += length / (1 + Math.exp(-word)) / 4; // of 4 words
            }
            int bias = 9 + j; // behind 6 weights and 3 visible biases
            assertThat(Math.abs(binomial[bias] + 2 * 0.5 * (0.2 - copies))).isLessThan(ROUNDING);
            assertThat(Math.abs(documents[bias] + 4 * 0.5 * (0.2 - perWord))).isLessThan(ROUNDING);
            for (int i = 0; i < 3; i++) {
                assertThat(Math.abs(documents[2 * i + j] + sums[i] * 0.5 * (0.2 - perWord)))
                        .isLessThan(ROUNDING);
            }
        }
    }

    private static double[] term(Rbm rbm, double[][] rows, SparsityTarget target) {
        INDArray data = Nd4j.createFromArray(rows);
        NegativePhase phase = ContrastiveDivergence.of(1);
        double[] plain = compute(with(phase, Centering.NONE, null, null), rbm, data, NO_WEIGHTS, state(rbm, 5));
        double[] sparse = compute(with(phase, Centering.NONE, target, null), rbm, data, NO_WEIGHTS, state(rbm, 5));
        Arrays.setAll(sparse, i -> sparse[i] - plain[i]);
        return sparse;
    }

    @Test
    void unitsWithoutAnActivationBetweenZeroAndOneOfTheirOwnAreRefused() {
        for (Unit hidden : List.of(Softmax.of(3), Gaussian.of(1), NoisyRelu.exact(), Poisson.of(10))) {
            assertThatThrownBy(() -> SparsityTarget.of(0.1, 0.1).requireUnits(hidden))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("sparsity target with " + hidden + " hidden units: expected Bernoulli or");
            assertThatThrownBy(() -> HiddenUnitDropout.retaining(0.5).requireUnits(hidden))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("hidden-unit dropout with " + hidden + " hidden units: expected Bernoulli");
        }
        SparsityTarget.of(0.1, 0.1).requireUnits(Binomial.of(4));
        HiddenUnitDropout.retaining(0.5).requireUnits(Binomial.of(4));
    }

    /** Models with and without weights, and a model of documents. */
    static Stream<Arguments> weightedModels() {
        double[][] words = {{2, 0, 1}, {0, 1, 0}, {1, 1, 3}, {0, 0, 2}, {4, 1, 0}};
        Rbm documents = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.createFromArray(new double[][] {{0.5, -0.2}, {-0.4, 0.3}, {0.1, 0.8}}),
                Nd4j.createFromArray(0.1, -0.2, 0.3),
                Nd4j.createFromArray(-0.5, 0.4));
        return Stream.of(
                Arguments.of(BINARY.model(DataType.DOUBLE), data(BINARY, 2)),
                Arguments.of(GAUSSIAN.model(DataType.DOUBLE), data(GAUSSIAN, 2)),
                Arguments.of(documents, words));
    }

    @ParameterizedTest
    @MethodSource("weightedModels")
    void aRowOfWeightTwoIsThatRowTwiceAndOneOfWeightZeroIsNotThere(Rbm rbm, double[][] rows) {
        int n = rows.length;
        double[][] twice = Arrays.copyOf(rows, n + 1);
        twice[n] = rows[1];
        double[][] fewer = Arrays.copyOf(rows, n - 1);
        double[] two = ones(n);
        two[1] = 2;
        double[] zero = ones(n);
        zero[n - 1] = 0;
        SparsityTarget target = SparsityTarget.of(0.2, 0.5).withWeights();
        for (RbmGradient gradient : List.of(
                with(PersistentContrastiveDivergence.of(1, 3), Centering.NONE, null, null),
                with(PersistentContrastiveDivergence.of(1, 3), Centering.of(0.3), target, null))) {
            assertSameMean(gradient, rbm, rows, two, twice, true);
            assertSameMean(gradient, rbm, rows, zero, fewer, true);
            assertSameMean(gradient, rbm, rows, ones(n), twice, false);
            assertSameMean(gradient, rbm, rows, times(3, two), twice, true);
        }
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void assertSameMean(
            RbmGradient gradient, Rbm rbm, double[][] rows, double[] weights, double[][] others, boolean same) {
        RbmGradientState weighted = state(rbm, 5);
        RbmGradientState repeated = state(rbm, 5);
        for (int step = 0; step < 3; step++) {
            double[] a =
                    times(1.0 / rows.length, compute(gradient, rbm, Nd4j.createFromArray(rows), weights, weighted));
            double[] b = times(
                    1.0 / others.length, compute(gradient, rbm, Nd4j.createFromArray(others), NO_WEIGHTS, repeated));
            if (same) {
                assertThat(largest(a, b)).isLessThan(ROUNDING);
            } else {
                assertThat(largest(a, b)).as("without the weights").isGreaterThan(0.01);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("weightedModels")
    void weightsOfOneChangeNoBit(Rbm rbm, double[][] rows) {
        for (NegativePhase phase : List.of(ContrastiveDivergence.of(2), PersistentContrastiveDivergence.of(1, 7))) {
            RbmGradientState plain = state(rbm, 5);
            RbmGradientState weighted = state(rbm, 5);
            RbmGradient gradient = with(phase, Centering.of(0.1), SparsityTarget.of(0.2, 0.1), null);
            for (int step = 0; step < 3; step++) {
                INDArray data = Nd4j.createFromArray(rows);
                assertThat(compute(gradient, rbm, data, ones(rows.length), weighted))
                        .isEqualTo(compute(gradient, rbm, data, NO_WEIGHTS, plain));
            }
        }
    }

    /** CD-1's known bias is that of the data it starts from, so chains count as much as their rows. */
    @Test
    void contrastiveDivergenceOfWeightedRowsIsThatOfTheRowsRepeated() {
        double[] weights = ones(ROWS);
        double[][] rows = new double[ROWS][];
        for (int row = 0; row < ROWS; row++) {
            rows[row] = row < 5 ? new double[] {1, 1, 1, 1} : new double[] {1, 0, 0, 0};
            weights[row] = row < 5 ? 4 : row < 9 ? 1 : 0;
        }
        List<double[]> repeated = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            for (int times = 0; times < weights[row]; times++) {
                repeated.add(rows[row]);
            }
        }
        double[][] expanded = repeated.toArray(double[][]::new);
        RbmGradient gradient = with(ContrastiveDivergence.of(1), Centering.NONE, null, null);
        double[][] average = average(gradient, STRONG, rows, weights, 600, 1);
        Statistics data = STRONG.dataStatistics(expanded);
        assertThat(standardErrors(average, flat(STRONG, data.minus(STRONG.statisticsAfterOneSweep(expanded)))))
                .isLessThan(5);
        assertThat(standardErrors(average, flat(STRONG, data.minus(STRONG.statisticsAfterOneSweep(rows)))))
                .as("from chains that count alike")
                .isGreaterThan(10);
    }

    /** Statistics of all masked models, each mask as often as it is drawn. */
    private static Statistics overMasks(ExactRbm exact, double retain, Function<ExactRbm, Statistics> statistics) {
        double[][] weights = new double[exact.visible()][exact.hidden()];
        double[] visible = new double[exact.visible()];
        double[] hidden = new double[exact.hidden()];
        for (double[] mask : ExactRbm.binaryStates(exact.hidden())) {
            double probability = probability(mask, retain);
            boolean[] missing = new boolean[mask.length];
            for (int j = 0; j < mask.length; j++) {
                missing[j] = mask[j] == 0;
            }
            Statistics of = statistics.apply(exact.withoutHidden(missing));
            for (int i = 0; i < visible.length; i++) {
                visible[i] += probability * of.visible()[i];
                for (int j = 0; j < hidden.length; j++) {
                    weights[i][j] += probability * of.weights()[i][j];
                }
            }
            for (int j = 0; j < hidden.length; j++) {
                hidden[j] += probability * of.hidden()[j];
            }
        }
        return new Statistics(weights, visible, hidden);
    }

    private static double probability(double[] mask, double retain) {
        return Arrays.stream(mask).map(m -> m == 1 ? retain : 1 - retain).reduce(1, (a, b) -> a * b);
    }

    static Stream<Arguments> maskablePhases() {
        // A dozen sweeps after each change of the mask leave a bias far below the standard errors.
        return Stream.of(
                Arguments.of(BINARY, ContrastiveDivergence.of(12), 1),
                Arguments.of(GAUSSIAN, ContrastiveDivergence.of(12), 1),
                Arguments.of(BINARY, PersistentContrastiveDivergence.of(10, 12), 2),
                Arguments.of(BINARY, FastPersistentContrastiveDivergence.of(10, 12, 1e-9), 2));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("maskablePhases")
    void withDroppedUnitsTheGradientIsThatOfTheMaskedModelsInBothPhases(
            ExactRbm exact, NegativePhase phase, int minibatches) {
        double retain = 0.6;
        RbmGradient gradient = with(phase, Centering.NONE, null, HiddenUnitDropout.retaining(retain));
        double[][] rows = data(exact, 6);
        double[][] average = average(gradient, exact, rows, NO_WEIGHTS, 250, minibatches);
        Statistics data = overMasks(exact, retain, masked -> masked.dataStatistics(rows));
        Statistics model = overMasks(exact, retain, ExactRbm::modelStatistics);
        assertThat(standardErrors(average, flat(exact, data.minus(model)))).isLessThan(5);
        assertThat(standardErrors(average, flat(exact, data.minus(exact.modelStatistics()))))
                .as("from chains of the whole model")
                .isGreaterThan(10);
        assertThat(standardErrors(
                        average, flat(exact, exact.dataStatistics(rows).minus(model))))
                .as("from data that see all units")
                .isGreaterThan(10);
    }

    @Test
    void chainsThatStartAtTheDataShareTheirRowsMaskAndPersistentOnesHaveTheirOwn() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        INDArray data = Nd4j.createFromArray(data(BINARY, 1));
        HiddenUnitDropout half = HiddenUnitDropout.retaining(0.5);
        RbmGradientState contrastive = state(rbm, 5);
        RbmGradientState persistent = state(rbm, 5);
        INDArray last = Nd4j.zeros(DataType.DOUBLE, ROWS, 3);
        for (int step = 0; step < 3; step++) {
            compute(with(ContrastiveDivergence.of(2), Centering.NONE, null, half), rbm, data, NO_WEIGHTS, contrastive);
            compute(
                    with(PersistentContrastiveDivergence.of(2, ROWS), Centering.NONE, null, half),
                    rbm,
                    data,
                    NO_WEIGHTS,
                    persistent);
            INDArray masks = exists(contrastive.hidden.means());
            assertThat(exists(contrastive.chains.hidden().means())).isEqualTo(masks);
            assertThat(exists(persistent.hidden.means()))
                    .as("the masks of the rows")
                    .isEqualTo(masks);
            assertThat(exists(persistent.chains.hidden().means())).isNotEqualTo(masks);
            assertThat(masks).as("fresh masks").isNotEqualTo(last);
            last = masks;
        }
    }

    private static INDArray exists(INDArray means) {
        return means.gt(0).castTo(DataType.DOUBLE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retainingEveryUnitChangesNoBit(boolean centered) {
        Centering centering = centered ? Centering.of(0.1) : Centering.NONE;
        Rbm rbm = BINARY.model(DataType.FLOAT);
        INDArray data = Nd4j.createFromArray(data(BINARY, 1)).castTo(DataType.FLOAT);
        for (NegativePhase phase : List.of(
                ContrastiveDivergence.of(3),
                PersistentContrastiveDivergence.of(2, 7),
                FastPersistentContrastiveDivergence.of(2, 7, 0.1))) {
            RbmGradientState plain = state(rbm, 5);
            RbmGradientState all = state(rbm, 5);
            for (int step = 0; step < 3; step++) {
                assertThat(compute(
                                with(phase, centering, null, HiddenUnitDropout.retaining(1)),
                                rbm,
                                data,
                                NO_WEIGHTS,
                                all))
                        .isEqualTo(compute(with(phase, centering, null, null), rbm, data, NO_WEIGHTS, plain));
            }
        }
    }

    @Test
    void theActivationIsTheOneWithAllUnitsThere() {
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        double[][] rows = data(BINARY, 1);
        RbmGradientState state = state(rbm, 5);
        SparsityTarget target = SparsityTarget.of(0.2, 0.5);
        compute(
                with(ContrastiveDivergence.of(1), Centering.NONE, target, HiddenUnitDropout.retaining(0.3)),
                rbm,
                Nd4j.createFromArray(rows),
                NO_WEIGHTS,
                state);
        double[] expected = BINARY.dataStatistics(rows).hidden();
        assertThat(largest(state.activation, expected)).isLessThan(ROUNDING);
        assertThat(Math.abs(state.meanHiddenActivation()
                        - Arrays.stream(expected).average().orElseThrow()))
                .isLessThan(ROUNDING);
    }

    @Test
    void theExpectedModelHasTheEnergyAveragedOverAllMasks() {
        double retain = 0.3;
        Rbm trained = BINARY.model(DataType.DOUBLE);
        Rbm expected = HiddenUnitDropout.retaining(retain).expectedModel(trained);
        double farthest = 0;
        for (double[] v : ExactRbm.binaryStates(4)) {
            for (double[] h : ExactRbm.binaryStates(3)) {
                double average = 0;
                for (double[] mask : ExactRbm.binaryStates(3)) {
                    double[] masked = new double[3];
                    Arrays.setAll(masked, j -> mask[j] * h[j]);
                    average += probability(mask, retain) * BINARY.energy(v, masked);
                }
                INDArray row = Nd4j.createFromArray(new double[][] {v});
                INDArray hidden = Nd4j.createFromArray(new double[][] {h});
                assertThat(Math.abs(expected.energy(row, hidden)[0] - average)).isLessThan(ROUNDING);
                farthest = Math.max(farthest, Math.abs(trained.energy(row, hidden)[0] - average));
            }
        }
        assertThat(farthest).as("from the parameters as trained").isGreaterThan(0.5);
        assertThat(HiddenUnitDropout.retaining(1).expectedModel(trained)).isSameAs(trained);
    }

    @Test
    void chainsThatExchangeStatesAreRefusedWithDroppedUnits() {
        ParallelTempering tempering = ParallelTempering.of(1, 5, Ladder.linear(3));
        assertThatThrownBy(tempering::requireMaskable)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("hidden-unit dropout with ParallelTempering[")
                .hasMessageContaining("expected contrastive divergence or one of its persistent kinds");
        Rbm rbm = BINARY.model(DataType.DOUBLE);
        assertThatThrownBy(() -> compute(
                        with(tempering, Centering.NONE, null, HiddenUnitDropout.retaining(0.5)),
                        rbm,
                        Nd4j.createFromArray(data(BINARY, 1)),
                        NO_WEIGHTS,
                        state(rbm, 5)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
