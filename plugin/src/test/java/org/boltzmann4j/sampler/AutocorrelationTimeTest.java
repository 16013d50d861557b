package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

class AutocorrelationTimeTest {

    /** Chains of {@code x <- phi x + N(0, 1)} around a mean of 3, started in equilibrium. */
    private static double[][] autoregressive(double phi, int chains, int length) {
        Random random = new Random(7);
        double[][] series = new double[chains][length];
        for (double[] chain : series) {
            double x = random.nextGaussian() / Math.sqrt(1 - phi * phi);
            for (int t = 0; t < length; t++) {
                chain[t] = 3 + x;
                x = phi * x + random.nextGaussian();
            }
        }
        return series;
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.3, 0, 0.5, 0.9})
    void anAutoregressiveProcessHasItsKnownTime(double phi) {
        AutocorrelationTime time = AutocorrelationTime.of(autoregressive(phi, 50, 4_000));
        double expected = (1 + phi) / (1 - phi);
        assertThat(time.settled()).isTrue();
        // Madras, Sokal 1988: relative variance 2 (2 window + 1) / steps; five standard errors.
        double error = Math.sqrt(2 * (2 * time.window() + 1) / (50.0 * 4_000));
        assertThat(time.value() / expected).isCloseTo(1, within(5 * error));
        assertThat(5 * error).as("the test tells times apart").isLessThan(0.25);
    }

    @Test
    void chainsThatStayInDifferentPlacesAreSlowAlthoughEachOfThemLooksIndependent() {
        double[][] series = autoregressive(0, 10, 500);
        assertThat(AutocorrelationTime.of(series).value()).isCloseTo(1, within(0.3));
        for (int chain = 0; chain < 5; chain++) {
            series[chain] = Arrays.stream(series[chain]).map(x -> x + 20).toArray();
        }
        AutocorrelationTime time = AutocorrelationTime.of(series);
        assertThat(time.settled()).isFalse();
        assertThat(time.value()).isGreaterThan(90); // near 1 + 2 window with a window of at least a tenth of the series
        assertThat(time.summary()).startsWith("autocorrelation > ");
    }

    @Test
    void aConstantSeriesHasNoTime() {
        double[][] series = new double[3][100];
        for (double[] chain : series) {
            Arrays.fill(chain, 0.1);
        }
        assertThat(AutocorrelationTime.of(series).value()).isNaN();
    }

    @Test
    void badSeriesAreRefusedWithTheirSizes() {
        assertThatThrownBy(() -> AutocorrelationTime.of(new double[0][]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("autocorrelation time: 0 chains of 0 steps, expected at least 1 of at least 2");
        assertThatThrownBy(() -> AutocorrelationTime.of(new double[][] {{1, 2, 3}, {1, 2}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("autocorrelation time: a chain of 2 steps, expected 3");
        assertThatThrownBy(() -> AutocorrelationTime.of(new double[][] {{1, Double.NaN, 3}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mean = NaN");
    }

    @Test
    void aTraceRemembersTheLastStepsInTheirOrder() {
        double[][] series = autoregressive(0.8, 4, 130);
        ChainTrace trace = new ChainTrace(1, 4, 100, RandomStreams.of(1));
        for (int t = 0; t < 130; t++) {
            if (t == 15) {
                assertThat(trace.autocorrelationTime()).as("too few steps").isNull();
            }
            double[][] states = new double[4][1];
            for (int chain = 0; chain < 4; chain++) {
                states[chain][0] = series[chain][t];
            }
            trace.record(Nd4j.createFromArray(states));
        }
        double[][] last = Arrays.stream(series)
                .map(chain -> Arrays.copyOfRange(chain, 30, 130))
                .toArray(double[][]::new);
        // A sign does not change the time, but for rounding.
        assertThat(Objects.requireNonNull(trace.autocorrelationTime()).value())
                .isCloseTo(AutocorrelationTime.of(last).value(), within(1e-9));
        trace.clear();
        assertThat(trace.autocorrelationTime()).isNull();
    }
}
