package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixedTest extends UnitContractTest {

    @Override
    Unit unit() {
        return Mixed.of(
                Mixed.Part.of(new Bernoulli(), 2), Mixed.Part.of(Softmax.of(3), 3), Mixed.Part.of(Gaussian.of(0.6), 1));
    }

    @Override
    int width() {
        return 6;
    }

    @Override
    double[][] states(double inverseTemperature) {
        double[] bits = {0, 1};
        double[][] indices = product(bits, bits, upTo(2), gaussianGrid(5, inverseTemperature));
        double[][] states = new double[indices.length][6];
        for (int s = 0; s < states.length; s++) {
            states[s][0] = indices[s][0];
            states[s][1] = indices[s][1];
            states[s][2 + (int) indices[s][2]] = 1;
            states[s][5] = indices[s][3];
        }
        return states;
    }

    @Override
    double logCell(double inverseTemperature) {
        return Math.log(0.6 / 4 / Math.sqrt(inverseTemperature));
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{0, 2, 1, 0, 0, 7}, {0, 1, 1, 1, 0, 7}, {0, 0, 0, 0, 0, 7}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.3, 0.9, 0.2, 0.5, 0.3, -4};
    }

    @Override
    String jsonName() {
        return "mixed";
    }

    @Test
    void everyColumnHasTheTypeOfItsPart() {
        assertThat(unit().typeOf(1)).isEqualTo(new Bernoulli());
        assertThat(unit().typeOf(2)).isEqualTo(Softmax.of(3));
        assertThat(unit().typeOf(5)).isEqualTo(Gaussian.of(0.6));
        assertThatThrownBy(() -> unit().typeOf(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(unit().tail()).isEqualTo(Tail.QUADRATIC);
        assertThat(unit().firstRefused(new double[] {0, 1, 1, 0, 0.5, 7})).isEqualTo(2);
        assertThat(unit().expectation()).contains("in part 2 one 1");
    }

    @Test
    void onlyThePartsThatLearnTheirScalesHaveLogVariances() {
        Mixed learning =
                Mixed.of(Mixed.Part.of(new Bernoulli(), 1), Mixed.Part.of(new LearnedGaussian(0.5, 0.1, 2.0), 2));
        assertThat(learning.learnsScales()).isTrue();
        double[] z = learning.initialLogVariances(3);
        assertThat(z).containsExactly(0, 2 * Math.log(0.5), 2 * Math.log(0.5));
        z[0] = 3;
        z[2] = 9;
        learning.bound(z);
        assertThat(z).containsExactly(0, 2 * Math.log(0.5), 2 * Math.log(2));
        Mixed fixed = learning.withLogVariances(z);
        assertThat(fixed.learnsScales()).isFalse();
        assertThat(fixed.scales(3)).containsExactly(1, 0.5, 2);
    }

    @Test
    void partsThatDoNotFitAreRefusedWithTheReason() {
        assertThatThrownBy(() -> unit().requireWidth(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mixed units: parts of 6 units for a layer of 7, expected 7");
        assertThatThrownBy(() -> Mixed.Part.of(Softmax.of(3), 4)).hasMessageContaining("divisor of 4");
        assertThatThrownBy(() -> Mixed.Part.of(new Bernoulli(), 0)).hasMessageContaining("width of a part = 0");
        assertThatThrownBy(() -> Mixed.Part.of(new ReplicatedSoftmax(), 4)).hasMessageContaining("whole layer");
        assertThatThrownBy(() -> Mixed.Part.of(unit(), 6)).hasMessageContaining("list its parts");
        assertThatThrownBy(() -> new Mixed(List.of())).hasMessageContaining("at least one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"mixed\"}",
                "{\"type\":\"mixed\",\"parts\":[]}",
                "{\"type\":\"mixed\",\"parts\":[null]}",
                "{\"type\":\"mixed\",\"parts\":[{\"width\":3}]}",
                "{\"type\":\"mixed\",\"parts\":[{\"units\":{\"type\":\"bernoulli\"},\"width\":2.5}]}"
            })
    void jsonWithoutGoodPartsIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("part");
    }
}
