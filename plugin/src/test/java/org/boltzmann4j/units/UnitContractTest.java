package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.boltzmann4j.math.StableFunctions;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What holds for every type of unit, checked on a short row by summing over all of its states (or over a grid so fine that
 * the sum is the integral to rounding). The inputs are lopsided, so that no sign error cancels.
 */
abstract class UnitContractTest {

    private static final double[] WEIGHTED_INPUT = {-1.3, 0.7, 1.9, -0.4, 0.2, -0.9};
    private static final double[] BIAS = {0.6, -1.2, -0.5, 0.3, 0, 0.8};
    private static final int DRAWS = 40_000;

    /** The type under test. */
    abstract Unit unit();

    /** Number of units in the row. */
    abstract int width();

    /** All states of the row, or a grid over those of noticeable probability. */
    abstract double[][] states(double inverseTemperature);

    /** Rows that are no states. */
    abstract double[][] refusedRows();

    /** Means that biases alone can give. */
    abstract double[] reachableMeans();

    /** The type's name in JSON. */
    abstract String jsonName();

    /** Logarithm of the volume that each point of the grid stands for; 0 where states are counted. */
    double logCell(double inverseTemperature) {
        return 0;
    }

    Conditions at(double inverseTemperature) {
        return Conditions.at(inverseTemperature);
    }

    /** Expectation and variance of every unit's samples; of the exact conditional, unless a type says otherwise. */
    double[][] sampleMoments(double inverseTemperature) {
        Exact exact = new Exact(inverseTemperature);
        double[] variance = new double[width()];
        Arrays.setAll(variance, i -> exact.covariance(i, i));
        return new double[][] {exact.mean, variance};
    }

    final double[] weightedInput() {
        return Arrays.copyOf(WEIGHTED_INPUT, width());
    }

    final double[] bias() {
        return Arrays.copyOf(BIAS, width());
    }

    private double[] means(Conditions at) {
        double[] mean = new double[width()];
        unit().mean(weightedInput(), bias(), at, mean);
        return mean;
    }

    /** The conditional distribution, summed up from energy term and base measure alone. */
    private final class Exact {
        final double logSum;
        final double[] mean = new double[width()];
        final double[][] seconds = new double[width()][width()];

        Exact(double beta) {
            double[][] states = states(beta);
            double[] logs = new double[states.length];
            double[] t = weightedInput();
            for (int s = 0; s < states.length; s++) {
                double[] x = states[s];
                logs[s] = unit().logBaseMeasure(x, beta) - unit().energyTerm(x, bias(), beta) + logCell(beta);
                for (int i = 0; i < x.length; i++) {
                    logs[s] += beta * t[i] * x[i] / unit().scale(i);
                }
            }
            logSum = StableFunctions.logSumExp(logs);
            for (int s = 0; s < states.length; s++) {
                double p = Math.exp(logs[s] - logSum);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += p * states[s][i];
                    for (int j = 0; j < mean.length; j++) {
                        seconds[i][j] += p * states[s][i] * states[s][j];
                    }
                }
            }
        }

        double covariance(int i, int j) {
            return seconds[i][j] - mean[i] * mean[j];
        }
    }

    @ParameterizedTest(name = "inverse temperature {0}")
    @ValueSource(doubles = {1, 0.4, 1.7})
    void theCumulantIsTheLogarithmOfTheSummedBoltzmannFactors(double beta) {
        // 1e-9: rounding of at most 1e5 terms, and far below any wrong factor
        assertThat(unit().cumulant(weightedInput(), bias(), at(beta))).isCloseTo(new Exact(beta).logSum, within(1e-9));
    }

    @ParameterizedTest(name = "inverse temperature {0}")
    @ValueSource(doubles = {1, 0.4, 1.7})
    void theMeanIsTheExpectationAndTheDerivativeOfTheCumulant(double beta) {
        double[] mean = means(at(beta));
        assertThat(mean).containsExactly(new Exact(beta).mean, within(1e-9));
        double step = 1e-5; // truncation about 1e-10, rounding about 1e-10
        for (int i = 0; i < mean.length; i++) {
            double[] up = weightedInput();
            double[] down = weightedInput();
            up[i] += step;
            down[i] -= step;
            double slope =
                    (unit().cumulant(up, bias(), at(beta)) - unit().cumulant(down, bias(), at(beta))) / (2 * step);
            assertThat(slope * unit().scale(i) / beta).as("unit %d", i).isCloseTo(mean[i], within(1e-8));
        }
    }

    @ParameterizedTest(name = "inverse temperature {0}")
    @ValueSource(doubles = {1, 0.4})
    void samplesHaveTheMeanAndTheVarianceOfTheirDistribution(double beta) {
        SplittableRandom random = new SplittableRandom(5);
        requireMoments(sampleMoments(beta), sample -> unit().sample(weightedInput(), bias(), at(beta), random, sample));
    }

    @Test
    void samplesDrawnFromTheMeanHaveTheSameMeanAndVariance() {
        SplittableRandom random = new SplittableRandom(6);
        double[] mean = means(at(1));
        requireMoments(sampleMoments(1), sample -> unit().sampleGivenMean(mean, random, sample));
    }

    private void requireMoments(double[][] moments, Consumer<double[]> drawing) {
        int width = width();
        double[] sum = new double[width];
        double[] squares = new double[width];
        double[] fourths = new double[width];
        double[] sample = new double[width];
        for (int n = 0; n < DRAWS; n++) {
            drawing.accept(sample);
            assertThat(unit().firstRefused(sample)).as("a sample is a state").isEqualTo(-1);
            for (int i = 0; i < width; i++) {
                double d = sample[i] - moments[0][i];
                sum[i] += d / DRAWS;
                squares[i] += d * d / DRAWS;
                fourths[i] += d * d * d * d / DRAWS;
            }
        }
        for (int i = 0; i < width; i++) {
            double variance = moments[1][i];
            // Five standard errors, about a hundred comparisons in all subclasses: false alarm below 1e-4, seeds fixed.
            assertThat(sum[i]).as("mean of unit %d", i).isCloseTo(0, within(5 * Math.sqrt(variance / DRAWS)));
            double error = Math.sqrt((fourths[i] - variance * variance) / DRAWS);
            assertThat(squares[i]).as("variance of unit %d", i).isCloseTo(variance, within(5 * error + 1e-9));
        }
    }

    @Test
    void unitsAreDrawnWithTheCovarianceOfTheConditionalDistribution() {
        int width = width();
        double[][] moments = sampleMoments(1);
        Exact exact = new Exact(1);
        double[] sample = new double[width];
        SplittableRandom random = new SplittableRandom(7);
        double[][] products = new double[width][width];
        double[][] squares = new double[width][width];
        for (int n = 0; n < DRAWS; n++) {
            unit().sample(weightedInput(), bias(), at(1), random, sample);
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < i; j++) {
                    double product = (sample[i] - moments[0][i]) * (sample[j] - moments[0][j]);
                    products[i][j] += product / DRAWS;
                    squares[i][j] += product * product / DRAWS;
                }
            }
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                double error = Math.sqrt(squares[i][j] / DRAWS);
                assertThat(products[i][j])
                        .as("covariance of units %d and %d", i, j)
                        .isCloseTo(exact.covariance(i, j), within(5 * error)); // as above
            }
        }
    }

    @Test
    void theSameGeneratorGivesTheSameSampleHoweverItIsAskedForAndInputsAreNotModified() {
        double[] input = weightedInput();
        double[] bias = bias();
        double[] mean = means(at(0.8));
        double[] sample = new double[width()];
        unit().sample(input, bias, at(0.8), new SplittableRandom(1), sample);
        assertThat(input).containsExactly(weightedInput());
        assertThat(bias).containsExactly(bias());
        double[] again = weightedInput();
        unit().sample(again, bias, at(0.8), new SplittableRandom(1), again);
        assertThat(again).as("in place").containsExactly(sample);
        double[] means = weightedInput();
        double[] samples = new double[width()];
        unit().meanAndSample(means, bias, at(0.8), new SplittableRandom(1), means, samples);
        assertThat(means).as("mean in place").containsExactly(mean);
        assertThat(samples).containsExactly(sample);
        unit().mean(input, bias, at(0.8), input);
        assertThat(input).as("mean in place").containsExactly(mean);
        double[] given = means(at(1));
        unit().sampleGivenMean(given, new SplittableRandom(2), samples);
        unit().sampleGivenMean(given, new SplittableRandom(2), given);
        assertThat(given).as("from the mean, in place").containsExactly(samples);
    }

    @Test
    void rowsOutsideOfTheSupportAreRefused() {
        for (double[] row : refusedRows()) {
            assertThat(unit().firstRefused(row)).as(Arrays.toString(row)).isNotNegative();
        }
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            double[] row = states(1)[1].clone();
            assertThat(unit().firstRefused(row)).isEqualTo(-1);
            row[width() - 1] = bad;
            assertThat(unit().firstRefused(row)).isEqualTo(width() - 1);
            assertThat(unit().accepts(bad)).isFalse();
        }
        assertThat(unit().expectation()).isNotBlank();
    }

    @Test
    void aTypeThatIsJudgedByLeastAndGreatestAcceptsAllBetween() {
        double[] ladder = {-1e300, -1, -Double.MIN_VALUE, 0, Double.MIN_VALUE, 0.3, 1, Math.nextUp(1.0), 2.5, 3, 1e300};
        for (int i = 0; unit().acceptsIntervals() && i < ladder.length; i++) {
            for (int j = i + 1; j < ladder.length; j++) {
                boolean ends = unit().accepts(ladder[i]) && unit().accepts(ladder[j]);
                double[] between = Arrays.copyOfRange(ladder, i, j + 1);
                boolean all = Arrays.stream(between).allMatch(unit()::accepts);
                assertThat(all).as(Arrays.toString(between)).isEqualTo(ends);
                double[] row = new double[width()];
                Arrays.setAll(row, k -> between[k % between.length]);
                if (row.length >= between.length) {
                    assertThat(unit().firstRefused(row) < 0).isEqualTo(all);
                }
            }
        }
    }

    @Test
    void theBiasesForMeansGiveUnitsWithoutWeightsThoseMeans() {
        double[] wanted = reachableMeans();
        double[] mean = new double[width()];
        unit().mean(new double[width()], unit().biasesForMeans(wanted), at(1), mean);
        assertThat(mean).containsExactly(wanted, within(1e-10)); // a few dozen times the error of the row sigmoid
        for (double extreme : new double[] {0, 1}) {
            double[] all = new double[width()];
            Arrays.fill(all, extreme);
            assertThat(Arrays.stream(unit().biasesForMeans(all)).allMatch(Double::isFinite))
                    .isTrue();
        }
    }

    @Test
    void backpropagationMultipliesByTheDerivativesOfTheMeans() {
        double[] epsilon = {0.7, -1.1, 0.4, 0.9, -0.3, 1.3};
        double[] result = Arrays.copyOf(epsilon, width());
        unit().backpropagate(total(weightedInput()), result);
        double step = 1e-5; // truncation about 1e-10, rounding about 1e-10
        for (int i = 0; i < width(); i++) {
            double expected = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] input = weightedInput();
                input[i] += sign * step / unit().scale(i);
                double[] mean = new double[width()];
                unit().mean(input, bias(), Conditions.PLAIN, mean);
                for (int k = 0; k < width(); k++) {
                    expected += epsilon[k] * sign * mean[k] / (2 * step);
                }
            }
            assertThat(result[i]).as("unit %d", i).isCloseTo(expected, within(1e-8));
        }
    }

    private double[] total(double[] input) {
        double[] total = new double[width()];
        Arrays.setAll(total, i -> unit().scale(i) * input[i] + bias()[i]);
        return total;
    }

    @Test
    void aStockActivationGivesTheConditionalMean() {
        Activation stock = unit().stockActivation(width());
        if (stock != null) {
            INDArray input = Nd4j.createFromArray(total(weightedInput())).reshape(1, width());
            assertThat(stock.getActivationFunction().getActivation(input, false).toDoubleVector())
                    .containsExactly(means(Conditions.PLAIN), within(1e-11));
        }
    }

    @Test
    void jsonReturnsTheSameTypeByItsShortName() throws Exception {
        String json = JsonMappers.getMapper().writeValueAsString(unit());
        assertThat(json).contains("\"" + jsonName() + "\"").doesNotContain("org.boltzmann4j");
        assertThat(JsonMappers.getMapper().readValue(json, Unit.class))
                .isEqualTo(unit())
                .hasSameHashCodeAs(unit());
        String yaml = JsonMappers.getMapperYaml().writeValueAsString(unit());
        assertThat(JsonMappers.getMapperYaml().readValue(yaml, Unit.class)).isEqualTo(unit());
    }

    @Test
    void javaSerialisationReturnsTheSameType() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(unit());
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(unit());
        }
    }

    @Test
    void theTypeFitsItsLayer() {
        assertThatCode(() -> unit().requireWidth(width())).doesNotThrowAnyException();
        double[] scales = unit().scales(width());
        boolean allOne = true;
        for (int i = 0; i < width(); i++) {
            assertThat(unit().scale(i)).isPositive().isEqualTo(scales[i]);
            allOne &= unit().scale(i) == 1;
        }
        assertThat(unit().isUnscaled()).isEqualTo(allOne);
    }

    /** All rows with the given values in every place. */
    static double[][] product(double[]... values) {
        int count = Arrays.stream(values).mapToInt(v -> v.length).reduce(1, Math::multiplyExact);
        double[][] rows = new double[count][values.length];
        for (int n = 0; n < count; n++) {
            int rest = n;
            for (int i = 0; i < values.length; i++) {
                rows[n][i] = values[i][rest % values[i].length];
                rest /= values[i].length;
            }
        }
        return rows;
    }

    static double[] upTo(int last) {
        double[] result = new double[last + 1];
        Arrays.setAll(result, k -> k);
        return result;
    }

    /** Points at a quarter of the standard deviation, twelve deviations to either side of the conditional mean. */
    final double[] gaussianGrid(int i, double beta) {
        double s = unit().scale(i);
        double center = bias()[i] + s * weightedInput()[i];
        double[] result = new double[97];
        Arrays.setAll(result, k -> center + (k - 48) * s / Math.sqrt(beta) / 4);
        return result;
    }
}
