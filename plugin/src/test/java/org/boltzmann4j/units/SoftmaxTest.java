package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class SoftmaxTest extends UnitContractTest {

    @Override
    Unit unit() {
        return Softmax.of(3);
    }

    @Override
    int width() {
        return 6;
    }

    @Override
    double[][] states(double inverseTemperature) {
        double[][] states = new double[9][6];
        for (int s = 0; s < 9; s++) {
            states[s][s % 3] = 1;
            states[s][3 + s / 3] = 1;
        }
        return states;
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{1, 0, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 1}, {1, 0, 0, 2, -1, 0}, {0.5, 0, 0, 1, 0, 0}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.2, 0.5, 0.3, 0.01, 0.09, 0.9};
    }

    @Override
    String jsonName() {
        return "softmax";
    }

    @Test
    void aGroupSizeThatDoesNotDivideTheWidthIsRefused() {
        assertThatThrownBy(() -> Softmax.of(3).requireWidth(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("softmax units: groupSize = 3 for a layer of 10 units, expected a divisor of 10");
        assertThatThrownBy(() -> Softmax.of(0)).hasMessageContaining("groupSize = 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"softmax\"}",
                "{\"type\":\"softmax\",\"groupSize\":2.5}",
                "{\"type\":\"softmax\",\"groupSize\":\"2\"}",
                "{\"type\":\"softmax\",\"groupSize\":0}"
            })
    void jsonWithoutAGoodGroupSizeIsRefusedByName(String json) {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue(json, Unit.class))
                .hasMessageContaining("groupSize");
    }

    @Test
    void aCategoryWithoutProbabilityIsNeverDrawnAndACertainOneAlways() {
        SplittableRandom random = new SplittableRandom(3);
        double[] sample = new double[6];
        for (int n = 0; n < 10_000; n++) {
            // The first group sums to a little less than 1, as rounding may have it.
            Softmax.of(3).choose(new double[] {0.5, 0.4999, 0, 0, 1, 0}, random, sample);
            assertThat(sample[2]).isZero();
            assertThat(sample[0] + sample[1]).isEqualTo(1);
            assertThat(sample[3] + sample[5]).isZero();
            assertThat(sample[4]).isEqualTo(1);
        }
    }

    @Test
    void theLikeliestCategoryOfEveryGroupIsTaken() {
        double[] sample = new double[6];
        Softmax.of(3).mostLikely(new double[] {0.2, 0.5, 0.3, 0.4, 0.4, 0.2}, sample);
        assertThat(sample).containsExactly(0, 1, 0, 1, 0, 0);
    }

    @Test
    void oneGroupOverTheWholeLayerIsTheHostsSoftmax() {
        assertThat(Softmax.of(6).stockActivation(6)).isEqualTo(Activation.SOFTMAX);
        assertThat(Softmax.of(3).stockActivation(6)).isNull();
    }
}
