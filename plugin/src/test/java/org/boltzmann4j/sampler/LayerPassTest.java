package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fast and the portable pass against the general one, which the units' own tests hold to the formulas. */
class LayerPassTest {

    private static final int ROWS = 150; // more than are summed in single precision
    private static final int WIDTH = 37;
    private static final RandomStreams STREAMS = RandomStreams.of(5);

    /** A pass, the units it is tried with, and how far float arithmetic takes its means from the general pass. */
    private enum Tried {
        BINARY(DataType.FLOAT, 1e-6),
        PORTABLE_BINARY(DataType.DOUBLE, 1e-11),
        PORTABLE_BINARY_SINGLE(DataType.FLOAT, 1e-6),
        PORTABLE_GAUSSIAN(DataType.DOUBLE, 1e-11),
        PORTABLE_UNIT_GAUSSIAN(DataType.FLOAT, 3e-6);

        private final DataType type;
        private final double tolerance;

        Tried(DataType type, double tolerance) {
            this.type = type;
            this.tolerance = tolerance;
        }

        Unit unit() {
            return switch (this) {
                case PORTABLE_GAUSSIAN -> Gaussian.of(0.7);
                case PORTABLE_UNIT_GAUSSIAN -> Gaussian.of(1);
                default -> new Bernoulli();
            };
        }
    }

    private enum Path {
        PLAIN,
        TEMPERATURE,
        BASE_RATES
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Tried.values())
                .flatMap(tried -> Arrays.stream(Path.values()).map(path -> Arguments.of(tried, path)));
    }

    static Stream<Arguments> temperedCases() {
        return cases().filter(arguments -> arguments.get()[1] != Path.PLAIN);
    }

    private static LayerStates states(Tried tried, Path path) {
        LayerStates states = tempered(tried, path, tried.type);
        states.use(tried == Tried.BINARY ? new BinaryPass(states) : new PortablePass(states));
        return states;
    }

    private static LayerStates general(Tried tried, Path path) {
        LayerStates states = tempered(tried, path, DataType.DOUBLE);
        states.use(new UnitPass(states));
        return states;
    }

    private static LayerStates tempered(Tried tried, Path path, DataType type) {
        LayerStates states = new LayerStates(tried.unit(), type, ROWS, WIDTH);
        if (path != Path.PLAIN) {
            double[] betas = new double[ROWS];
            Arrays.setAll(betas, row -> (1 + row % 4) / 4.0);
            states.tempering().setInverseTemperatures(betas);
            states.tempering().trackSlopes(ROWS, true);
        }
        if (path == Path.BASE_RATES) {
            states.tempering().setBaseBias(random(WIDTH, 3));
        }
        return states;
    }

    private static double[] random(int length, long seed) {
        return new Random(seed).doubles(length, -3, 3).toArray();
    }

    private static void draw(LayerStates states, Draw draw) {
        INDArray inputs = Nd4j.createFromArray(random(ROWS * WIDTH, 1)).reshape(ROWS, WIDTH);
        states.weightedInput(draw).assign(inputs);
        INDArray bias =
                Nd4j.createFromArray(random(WIDTH, 2)).castTo(states.samples().dataType());
        states.draw(draw, bias, STREAMS, 4);
    }

    private static INDArray difference(INDArray a, INDArray b) {
        return a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void meansAreThoseOfTheGeneralPass(Tried tried, Path path) {
        LayerStates found = states(tried, path);
        LayerStates general = general(tried, path);
        for (Draw draw : new Draw[] {Draw.MEAN, Draw.MEAN_AND_SAMPLE}) {
            draw(found, draw);
            draw(general, draw);
            // In single precision: the input's rounding of 2e-7 times a slope of 1/4 at most, and the sigmoid's 2e-7.
            assertThat(difference(found.means(), general.means()).amaxNumber().doubleValue())
                    .isLessThan(tried.tolerance);
            assertThat(found.meanSums())
                    .containsExactly(
                            found.means().castTo(DataType.DOUBLE).sum(0).toDoubleVector(),
                            within(100 * tried.tolerance));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void samplesFollowTheMeansAndFillTheSums(Tried tried, Path path) {
        LayerStates states = states(tried, path);
        draw(states, Draw.MEAN_AND_SAMPLE);
        INDArray means = states.means().castTo(DataType.DOUBLE);
        INDArray samples = states.samples().castTo(DataType.DOUBLE);
        double variance = 0;
        for (int row = 0; row < ROWS; row++) {
            double beta = states.tempering().startsFromBaseRates()
                    ? 1
                    : states.tempering().inverseTemperature(row);
            for (int i = 0; i < WIDTH; i++) {
                double mean = means.getDouble(row, i);
                variance += tried.unit() instanceof Bernoulli ? mean * (1 - mean) : 1 / beta;
            }
        }
        // Five standard errors of the sum of 5,550 draws; of their squares, where a Gaussian's fourth moment is 3.
        assertThat(samples.sub(means).sumNumber().doubleValue()).isCloseTo(0, within(5 * Math.sqrt(variance)));
        double squares = samples.sub(means).norm2Number().doubleValue();
        assertThat(squares * squares / variance).isCloseTo(1, within(5 * Math.sqrt(2 * 4.0 / (ROWS * WIDTH))));
        assertThat(states.sampleSums()).containsExactly(samples.sum(0).toDoubleVector(), within(100 * tried.tolerance));
        LayerStates sampleOnly = states(tried, path);
        draw(sampleOnly, Draw.SAMPLE);
        assertThat(sampleOnly.samples()).isEqualTo(states.samples());
    }

    @ParameterizedTest
    @MethodSource("temperedCases")
    void slopesAreTheDifferencesOfTheEnergiesOfTheSamples(Tried tried, Path path) {
        LayerStates states = states(tried, path);
        draw(states, Draw.SAMPLE);
        double[] inputs = random(ROWS * WIDTH, 1);
        double[] bias = random(WIDTH, 2);
        double[] base = random(WIDTH, 3);
        INDArray values = states.values();
        for (int row = 0; row < ROWS; row++) {
            double[] x = values.getRow(row).toDoubleVector();
            double slope = tried.unit().energyTerm(x, bias)
                    - (path == Path.BASE_RATES ? tried.unit().energyTerm(x, base) : 0);
            for (int i = 0; i < WIDTH; i++) {
                slope -= x[i] / tried.unit().scale(i) * inputs[row * WIDTH + i];
            }
            // 37 products of rounded numbers below 50.
            assertThat(states.tempering().slopes()[row]).isCloseTo(slope, within(400 * tried.tolerance));
        }
    }

    @Test
    void rowsCountInTheSumsAsMuchAsTheyWeigh() {
        double[] weights = new double[ROWS];
        Arrays.setAll(weights, row -> row % 3 / 2.0);
        for (Tried tried : Tried.values()) {
            LayerStates states = states(tried, Path.PLAIN);
            states.setRowWeights(weights);
            draw(states, Draw.MEAN_AND_SAMPLE);
            INDArray column = Nd4j.createFromArray(weights).reshape(ROWS, 1);
            INDArray means = states.means().castTo(DataType.DOUBLE).mulColumnVector(column);
            INDArray samples = states.samples().castTo(DataType.DOUBLE).mulColumnVector(column);
            assertThat(states.meanSums()).containsExactly(means.sum(0).toDoubleVector(), within(100 * tried.tolerance));
            assertThat(states.sampleSums())
                    .containsExactly(samples.sum(0).toDoubleVector(), within(100 * tried.tolerance));
        }
    }

    @Test
    void otherStepsAndStreamsGiveOtherDraws() {
        for (Tried tried : Tried.values()) {
            LayerStates states = states(tried, Path.PLAIN);
            INDArray bias = Nd4j.zeros(tried.type, WIDTH);
            states.weightedInput(Draw.SAMPLE).assign(0);
            states.draw(Draw.SAMPLE, bias, STREAMS, 0);
            INDArray first = states.samples().dup();
            states.weightedInput(Draw.SAMPLE).assign(0);
            states.draw(Draw.SAMPLE, bias, STREAMS, 1);
            assertThat(states.samples()).as("%s: step", tried).isNotEqualTo(first);
            states.weightedInput(Draw.SAMPLE).assign(0);
            states.draw(Draw.SAMPLE, bias, STREAMS.split("other"), 0);
            assertThat(states.samples()).as("%s: stream", tried).isNotEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BINARY", "PORTABLE_BINARY_SINGLE"})
    void presentedProbabilitiesAreDrawnAnewAtEveryStep(Tried tried) {
        LayerStates states = states(tried, Path.PLAIN);
        INDArray grey = Nd4j.rand(DataType.FLOAT, 400, WIDTH);
        states.flip(grey, STREAMS, 0);
        INDArray first = states.samples().dup();
        assertThat(states.rows()).isEqualTo(400);
        assertThat(states.sampleSums()).containsExactly(first.sum(0).toDoubleVector(), within(0.0));
        // Half a unit's mean of 400 rows: standard error below 0.025 in 37 columns.
        assertThat(first.mean(0).sub(grey.mean(0)).amaxNumber().doubleValue()).isLessThan(5 * 0.025);
        states.flip(grey, STREAMS, 1);
        assertThat(states.samples()).isNotEqualTo(first);
        states.flip(grey, STREAMS, 0);
        assertThat(states.samples()).isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource(names = {"BINARY", "PORTABLE_BINARY_SINGLE"})
    void aViewInAnyOrderGivesTheSameDraws(Tried tried) {
        INDArray grey = Nd4j.rand(DataType.FLOAT, 60, WIDTH);
        LayerStates states = states(tried, Path.PLAIN);
        states.flip(grey, STREAMS, 0);
        INDArray expected = states.samples().dup();
        states.flip(grey.dup('f'), STREAMS, 0);
        assertThat(states.samples()).isEqualTo(expected);
        states.flip(grey.transpose().dup('c').transpose(), STREAMS, 0);
        assertThat(states.samples()).isEqualTo(expected);
    }
}
