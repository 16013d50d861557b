package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearnedGaussianTest extends UnitContractTest {

    @Override
    Unit unit() {
        return new LearnedGaussian(0.8, 0.2, 5.0);
    }

    @Override
    int width() {
        return 2;
    }

    @Override
    double[][] states(double inverseTemperature) {
        return product(gaussianGrid(0, inverseTemperature), gaussianGrid(1, inverseTemperature));
    }

    @Override
    double logCell(double inverseTemperature) {
        return Math.log(0.8 * 0.8 / 16 / inverseTemperature);
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{0, Double.NaN}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {-3, 0.25};
    }

    @Override
    String jsonName() {
        return "learnedGaussian";
    }

    @Test
    void withLogVariancesItIsTheGaussianOfThoseScales() {
        LearnedGaussian unit = LearnedGaussian.standard();
        assertThat(unit.learnsScales()).isTrue();
        assertThat(unit.initialLogVariances(2)).containsExactly(0, 0);
        Gaussian gaussian = unit.withLogVariances(new double[] {2 * Math.log(3), -1});
        assertThat(gaussian.scale(0)).isCloseTo(3, within(1e-14));
        assertThat(gaussian.scale(1)).isCloseTo(Math.exp(-0.5), within(1e-14));
        assertThat(gaussian.learnsScales()).isFalse();
    }

    @Test
    void logVariancesAreHeldWithinTheBoundsAndNaNStays() {
        double[] z = {-100, 0.3, 100, Double.NaN};
        LearnedGaussian.standard().bound(z);
        assertThat(z).containsExactly(2 * Math.log(0.1), 0.3, 2 * Math.log(10), Double.NaN);
    }

    @Test
    void boundsThatAreNotInOrderOrNotPositiveAreRefusedByName() {
        assertThatThrownBy(() -> new LearnedGaussian(1.0, 0.0, 2.0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leastSigma = 0.0")
                .hasMessageContaining("> 0");
        assertThatThrownBy(() -> new LearnedGaussian(3.0, 1.0, 2.0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("initialSigma = 3.0")
                .hasMessageContaining("greatestSigma = 2.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"learnedGaussian\",\"initialSigma\":1,\"leastSigma\":0.1}",
                "{\"type\":\"learnedGaussian\",\"initialSigma\":1,\"leastSigma\":0.1,\"greatestSigma\":\"wide\"}"
            })
    void jsonWithoutGoodBoundsIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("greatestSigma");
    }
}
