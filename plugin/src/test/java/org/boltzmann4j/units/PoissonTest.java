package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.boltzmann4j.math.StableFunctions;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoissonTest extends UnitContractTest {

    @Override
    Unit unit() {
        return Poisson.of(1000);
    }

    @Override
    int width() {
        return 3;
    }

    @Override
    double[][] states(double inverseTemperature) {
        return product(upTo(45), upTo(45), upTo(70)); // the largest mean is 11: the rest is below 1e-13
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{-1, 0, 0}, {0, 0.5, 0}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.1, 2.5, 500};
    }

    @Override
    String jsonName() {
        return "poisson";
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 9.9, 10, 37, 800})
    void countsOfEitherMethodFollowThePoissonDistribution(double mean) {
        // Chi-square over cells with at least 25 expected counts.
        int draws = 50_000;
        int[] counts = new int[1200];
        SplittableRandom random = new SplittableRandom(11);
        double[] sample = new double[1];
        for (int n = 0; n < draws; n++) {
            unit().sample(new double[] {Math.log(mean)}, new double[1], Conditions.PLAIN, random, sample);
            counts[(int) sample[0]]++;
        }
        double chiSquare = 0;
        int cells = 0;
        for (int k = 0; k < counts.length; k++) {
            double expected = draws * Math.exp(k * Math.log(mean) - mean - StableFunctions.logFactorial(k));
            if (expected >= 25) {
                chiSquare += (counts[k] - expected) * (counts[k] - expected) / expected;
                cells++;
            }
        }
        assertThat(cells).isGreaterThan(3);
        // Mean cells, standard deviation about sqrt(2 cells): five of them, and 10 for the skew of few cells.
        assertThat(chiSquare).isLessThan(cells + 5 * Math.sqrt(2.0 * cells) + 10);
    }

    @Test
    void theBoundHoldsTheMeanDownIsCountedAndKeepsItTheDerivativeOfTheCumulant() {
        Poisson unit = Poisson.of(50);
        double[] input = {Math.log(49), Math.log(51), 700};
        double[] none = new double[3];
        double[] mean = new double[3];
        unit.mean(input, none, Conditions.PLAIN, mean);
        assertThat(mean).containsExactly(new double[] {49, 50, 50}, within(1e-12));
        assertThat(unit.countBounded(input, none, Conditions.PLAIN)).isEqualTo(2);
        assertThat(unit.countBounded(input, none, Conditions.at(0.5))).isEqualTo(1);
        double[] one = {5};
        double[] more = {5.001};
        double slope = (unit.cumulant(more, new double[1], Conditions.PLAIN)
                        - unit.cumulant(one, new double[1], Conditions.PLAIN))
                / 0.001;
        assertThat(slope).isCloseTo(50, within(1e-8)); // a straight line: rounding only
        double[] epsilon = {1, 1, 1};
        unit.backpropagate(input, epsilon);
        assertThat(epsilon).containsExactly(new double[] {49, 0, 0}, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"poisson\"}",
                "{\"type\":\"poisson\",\"bound\":0}",
                "{\"type\":\"poisson\",\"bound\":-5}",
                "{\"type\":\"poisson\",\"bound\":\"none\"}"
            })
    void jsonWithoutAGoodBoundIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("bound");
    }
}
