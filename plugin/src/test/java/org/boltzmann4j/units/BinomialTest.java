package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinomialTest extends UnitContractTest {

    @Override
    Unit unit() {
        return Binomial.of(4);
    }

    @Override
    int width() {
        return 3;
    }

    @Override
    double[][] states(double inverseTemperature) {
        return product(upTo(4), upTo(4), upTo(4));
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{-1, 0, 0}, {0, 0.5, 0}, {0, 0, 5}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.1, 2.5, 3.9};
    }

    @Override
    String jsonName() {
        return "binomial";
    }

    @Test
    void fewerThanOneCopyIsRefused() {
        assertThatThrownBy(() -> Binomial.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("binomial units: copies = 0, expected at least 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"binomial\"}",
                "{\"type\":\"binomial\",\"copies\":null}",
                "{\"type\":\"binomial\",\"copies\":2.7}",
                "{\"type\":\"binomial\",\"copies\":\"3\"}",
                "{\"type\":\"binomial\",\"copies\":-3}"
            })
    void jsonWithoutAGoodNumberOfCopiesIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("copies");
    }
}
