package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianTest extends UnitContractTest {

    @Override
    Unit unit() {
        return Gaussian.of(0.5, 1.7);
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
        return Math.log(0.5 * 1.7 / 16 / inverseTemperature);
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
        return "gaussian";
    }

    @Test
    void anInverseTemperatureOfZeroIsRefused() {
        double[] row = new double[2];
        assertThatThrownBy(() -> unit().cumulant(row, row, Conditions.at(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inverse temperature = 0");
        assertThatThrownBy(() -> unit().sample(row, row, Conditions.at(0), new SplittableRandom(1), row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inverse temperature = 0");
    }

    @Test
    void oneSigmaIsForAllUnits() {
        Gaussian unit = Gaussian.of(2);
        assertThat(unit.scale(0)).isEqualTo(2);
        assertThat(unit.scale(99)).isEqualTo(2);
        unit.requireWidth(100);
        assertThat(Gaussian.of(1).isUnscaled()).isTrue();
        assertThat(Gaussian.of(1, 1, 2).isUnscaled()).isFalse();
    }

    @Test
    void asManySigmasAsUnitsAreNeeded() {
        assertThatThrownBy(() -> Gaussian.of(1, 2, 3).requireWidth(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 values of sigma")
                .hasMessageContaining("4 units")
                .hasMessageContaining("expected 1 or 4");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aSigmaThatIsNotFiniteAndPositiveIsRefusedByName(double sigma) {
        assertThatThrownBy(() -> Gaussian.of(1, sigma))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sigma = " + sigma)
                .hasMessageContaining("> 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"gaussian\"}",
                "{\"type\":\"gaussian\",\"sigma\":[]}",
                "{\"type\":\"gaussian\",\"sigma\":null}",
                "{\"type\":\"gaussian\",\"sigma\":[1,null]}",
                "{\"type\":\"gaussian\",\"sigma\":[1,-2]}",
                "{\"type\":\"gaussian\",\"sigma\":[\"wide\"]}"
            })
    void jsonWithoutGoodSigmasIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("sigma");
    }

    @Test
    void anUnknownTypeIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue("{\"type\":\"quantum\"}", Unit.class))
                .hasMessageContaining("quantum")
                .hasMessageContaining("bernoulli")
                .hasMessageContaining("gaussian");
    }

    @Test
    void laterChangesOfTheCallersArrayDoNotReachTheUnit() {
        double[] sigma = {1, 2};
        Gaussian unit = Gaussian.of(sigma);
        Arrays.fill(sigma, 9);
        assertThat(unit.sigma()).containsExactly(1.0, 2.0);
    }
}
