package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The pass in single precision against the general one, which the units' own tests hold to the formulas. */
class LayerPassTest {

    private static final int ROWS = 150; // more than are summed in single precision
    private static final int WIDTH = 37;
    private static final RandomStreams STREAMS = RandomStreams.of(5);

    private enum Path {
        PLAIN,
        TEMPERATURE,
        BASE_RATES
    }

    private static LayerStates states(Path path, DataType type) {
        LayerStates states = new LayerStates(new Bernoulli(), type, ROWS, WIDTH);
        if (path != Path.PLAIN) {
            double[] betas = new double[ROWS];
            Arrays.setAll(betas, row -> row % 4 / 3.0);
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

    @ParameterizedTest
    @EnumSource
    void meansAreThoseOfTheGeneralPass(Path path) {
        LayerStates single = states(path, DataType.FLOAT);
        LayerStates general = states(path, DataType.DOUBLE);
        for (Draw draw : new Draw[] {Draw.MEAN, Draw.MEAN_AND_SAMPLE}) {
            draw(single, draw);
            draw(general, draw);
            // The input's rounding of 2e-7 times a slope of 1/4 at most, and the sigmoid's 2e-7.
            assertThat(single.means()
                            .castTo(DataType.DOUBLE)
                            .sub(general.means())
                            .amaxNumber()
                            .doubleValue())
                    .isLessThan(1e-6);
            assertThat(single.meanSums())
                    .containsExactly(
                            single.means().castTo(DataType.DOUBLE).sum(0).toDoubleVector(), within(1e-4));
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplesFollowTheMeansAndFillTheSums(Path path) {
        LayerStates states = states(path, DataType.FLOAT);
        draw(states, Draw.MEAN_AND_SAMPLE);
        INDArray means = states.means().castTo(DataType.DOUBLE);
        INDArray samples = states.samples().castTo(DataType.DOUBLE);
        double variance = means.mul(means.rsub(1)).sumNumber().doubleValue();
        // Five standard errors of the sum of 5,550 coins.
        assertThat(samples.sub(means).sumNumber().doubleValue()).isCloseTo(0, within(5 * Math.sqrt(variance)));
        assertThat(states.sampleSums()).containsExactly(samples.sum(0).toDoubleVector(), within(0.0));
        LayerStates sampleOnly = states(path, DataType.FLOAT);
        draw(sampleOnly, Draw.SAMPLE);
        assertThat(sampleOnly.samples()).isEqualTo(states.samples());
    }

    @ParameterizedTest
    @EnumSource(names = {"TEMPERATURE", "BASE_RATES"})
    void slopesAreThoseOfTheGeneralPassAtTheSameStates(Path path) {
        LayerStates single = states(path, DataType.FLOAT);
        draw(single, Draw.SAMPLE);
        double[] inputs = random(ROWS * WIDTH, 1);
        double[] bias = random(WIDTH, 2);
        double[] base = random(WIDTH, 3);
        for (int row = 0; row < ROWS; row++) {
            double slope = 0;
            for (int i = 0; i < WIDTH; i++) {
                double own = path == Path.BASE_RATES ? bias[i] - base[i] : bias[i];
                slope -= single.samples().getDouble(row, i) * (own + inputs[row * WIDTH + i]);
            }
            // 37 products of rounded numbers below 9.
            assertThat(single.tempering().slopes()[row]).isCloseTo(slope, within(3e-5));
        }
    }

    @Test
    void presentedProbabilitiesAreDrawnAnewAtEveryStep() {
        LayerStates states = states(Path.PLAIN, DataType.FLOAT);
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

    @Test
    void aViewInAnyOrderGivesTheSameDraws() {
        INDArray grey = Nd4j.rand(DataType.FLOAT, 60, WIDTH);
        LayerStates states = states(Path.PLAIN, DataType.FLOAT);
        states.flip(grey, STREAMS, 0);
        INDArray expected = states.samples().dup();
        states.flip(grey.dup('f'), STREAMS, 0);
        assertThat(states.samples()).isEqualTo(expected);
        states.flip(grey.transpose().dup('c').transpose(), STREAMS, 0);
        assertThat(states.samples()).isEqualTo(expected);
    }
}
