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
import org.boltzmann4j.math.StableFunctions;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What holds for every type of unit. All units of the row under test are of one type and, where the type allows it, of
 * different scale.
 */
abstract class UnitContractTest {

    static final double[] WEIGHTED_INPUT = {-2.3, -0.4, 0, 0.7, 1.9};
    static final double[] BIAS = {0.6, -1.2, 0.3, 0, -0.5};

    /** The type under test, for a layer of five units. */
    abstract Unit unit();

    /** Points of the support (or of a grid over it) of unit i at the given input, between which a sum stands for all. */
    abstract double[] support(int i, double weightedInput, double bias);

    /** The weight of each of those points: 1 for a sum, the distance of the grid for an integral. */
    abstract double weightOfAPoint(int i);

    /** Values that are no states. */
    abstract double[] outsideOfTheSupport();

    /** The type's name in JSON. */
    abstract String jsonName();

    /** The cumulant of unit i alone, as a function of its input. */
    private double cumulant(int i, double t) {
        double[] input = WEIGHTED_INPUT.clone();
        input[i] = t;
        double[] others = WEIGHTED_INPUT.clone();
        // The row's cumulant is a sum over units: a difference to another input of the same unit leaves this one's.
        return unit().cumulant(input, BIAS) - unit().cumulant(others, BIAS);
    }

    private double[] means() {
        double[] mean = new double[5];
        unit().mean(WEIGHTED_INPUT, BIAS, mean);
        return mean;
    }

    @Test
    void theCumulantIsTheLogarithmOfTheSummedBoltzmannFactors() {
        double expected = 0;
        for (int i = 0; i < 5; i++) {
            double[] points = support(i, WEIGHTED_INPUT[i], BIAS[i]);
            double[] logs = new double[points.length];
            for (int p = 0; p < points.length; p++) {
                double[] state = new double[5];
                double rest = energyTermOfUnit(i, state, points[p]);
                logs[p] = -rest + points[p] / unit().scale(i) * WEIGHTED_INPUT[i];
            }
            expected += StableFunctions.logSumExp(logs) + Math.log(weightOfAPoint(i));
        }
        // A sum over an equidistant grid is exact to rounding for a Gaussian whose tails are covered.
        assertThat(unit().cumulant(WEIGHTED_INPUT, BIAS)).isCloseTo(expected, within(1e-9));
    }

    /** The energy term of unit i alone: the other biases and states are zero. */
    private double energyTermOfUnit(int i, double[] state, double value) {
        double[] bias = new double[5];
        bias[i] = BIAS[i];
        state[i] = value;
        return unit().energyTerm(state, bias);
    }

    @Test
    void theMeanIsTheDerivativeOfTheCumulantTimesTheScale() {
        double[] mean = means();
        double step = 1e-5; // truncation about 1e-11, rounding about 1e-10
        for (int i = 0; i < 5; i++) {
            double slope = (cumulant(i, WEIGHTED_INPUT[i] + step) - cumulant(i, WEIGHTED_INPUT[i] - step)) / (2 * step);
            assertThat(mean[i]).as("unit %d", i).isCloseTo(slope * unit().scale(i), within(1e-8));
        }
    }

    @Test
    void samplesHaveTheMeanAndTheVarianceOfTheConditionalDistribution() {
        double[] mean = means();
        int draws = 100_000;
        SplittableRandom random = new SplittableRandom(5);
        double[] sum = new double[5];
        double[] squares = new double[5];
        double[] fourths = new double[5];
        double[] sample = new double[5];
        for (int n = 0; n < draws; n++) {
            unit().sample(mean, random, sample);
            for (int i = 0; i < 5; i++) {
                double d = sample[i] - mean[i];
                sum[i] += d;
                squares[i] += d * d;
                fourths[i] += d * d * d * d;
            }
        }
        double step = 1e-3; // second differences: truncation about 1e-7, rounding about 1e-9
        for (int i = 0; i < 5; i++) {
            double t = WEIGHTED_INPUT[i];
            double curvature = (cumulant(i, t + step) - 2 * cumulant(i, t) + cumulant(i, t - step)) / (step * step);
            double variance = curvature * unit().scale(i) * unit().scale(i);
            double error = Math.sqrt(variance / draws);
            // Five standard errors, ten comparisons: false alarm 6e-6.
            assertThat(sum[i] / draws).as("mean of unit %d", i).isCloseTo(0, within(5 * error));
            double varianceError = Math.sqrt((fourths[i] / draws - variance * variance) / draws);
            assertThat(squares[i] / draws)
                    .as("variance of unit %d", i)
                    .isCloseTo(variance, within(5 * varianceError + 1e-5));
        }
    }

    @Test
    void samplesAreStatesAndUnitsAreDrawnIndependently() {
        double[] mean = means();
        double[] sample = new double[5];
        SplittableRandom random = new SplittableRandom(6);
        double[][] products = new double[5][5];
        double[] squares = new double[5];
        int draws = 50_000;
        for (int n = 0; n < draws; n++) {
            unit().sample(mean, random, sample);
            for (int i = 0; i < 5; i++) {
                assertThat(unit().accepts(sample[i])).isTrue();
                squares[i] += (sample[i] - mean[i]) * (sample[i] - mean[i]);
                for (int j = 0; j < i; j++) {
                    products[i][j] += (sample[i] - mean[i]) * (sample[j] - mean[j]);
                }
            }
        }
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < i; j++) {
                // Correlation of unrelated numbers: standard error 1 / sqrt(draws). Five of them, ten pairs: 6e-6.
                assertThat(Math.abs(products[i][j] / Math.sqrt(squares[i] * squares[j])))
                        .as("units %d and %d", i, j)
                        .isLessThan(5 / Math.sqrt(draws));
            }
        }
    }

    @Test
    void theSameGeneratorGivesTheSameSampleAndInputsAreNotModified() {
        double[] mean = means();
        double[] copy = mean.clone();
        double[] first = new double[5];
        double[] second = new double[5];
        unit().sample(mean, new SplittableRandom(1), first);
        unit().sample(mean, new SplittableRandom(1), second);
        assertThat(second).containsExactly(first);
        assertThat(mean).containsExactly(copy);
        unit().sample(mean, new SplittableRandom(1), mean);
        assertThat(mean).as("in place").containsExactly(first);
        double[] inPlace = WEIGHTED_INPUT.clone();
        unit().mean(inPlace, BIAS, inPlace);
        assertThat(inPlace).as("in place").containsExactly(copy);
    }

    @Test
    void valuesOutsideOfTheSupportAreNotAccepted() {
        for (double value : outsideOfTheSupport()) {
            assertThat(unit().accepts(value)).as("%s", value).isFalse();
        }
        assertThat(unit().accepts(Double.NaN)).isFalse();
        assertThat(unit().accepts(Double.POSITIVE_INFINITY)).isFalse();
        assertThat(unit().accepts(Double.NEGATIVE_INFINITY)).isFalse();
        assertThat(unit().expectation()).isNotBlank();
    }

    @Test
    void theBiasForAMeanGivesAUnitWithoutWeightsThatMean() {
        double[] bias = new double[5];
        double[] wanted = {0.002, 0.25, 0.5, 0.75, 0.998};
        Arrays.setAll(bias, i -> unit().biasForMean(wanted[i]));
        double[] mean = new double[5];
        unit().mean(new double[5], bias, mean);
        assertThat(mean).containsExactly(wanted, within(1e-11)); // twice the error of the row sigmoid
        assertThat(unit().biasForMean(0)).isFinite();
        assertThat(unit().biasForMean(1)).isFinite();
    }

    @Test
    void theActivationGivesTheConditionalMeanWhereTheScaleIsOne() {
        double[] total = new double[5];
        Arrays.setAll(total, i -> unit().scale(i) * WEIGHTED_INPUT[i] + BIAS[i]);
        INDArray input = Nd4j.createFromArray(total).reshape(1, 5);
        assertThat(unit().activation()
                        .getActivationFunction()
                        .getActivation(input, false)
                        .toDoubleVector())
                .containsExactly(means(), within(1e-11));
    }

    @Test
    void jsonReturnsTheSameTypeByItsShortName() throws Exception {
        String json = JsonMappers.getMapper().writeValueAsString(unit());
        assertThat(json).contains("\"" + jsonName() + "\"");
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
        assertThatCode(() -> unit().requireWidth(5)).doesNotThrowAnyException();
        boolean allOne = true;
        for (int i = 0; i < 5; i++) {
            assertThat(unit().scale(i)).isPositive();
            allOne &= unit().scale(i) == 1;
        }
        assertThat(unit().isUnscaled()).isEqualTo(allOne);
    }
}
