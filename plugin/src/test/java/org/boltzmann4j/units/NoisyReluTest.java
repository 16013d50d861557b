package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.boltzmann4j.math.StableFunctions;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;

/** The sum of copies, drawn exactly. */
class NoisyReluTest extends UnitContractTest {

    @Override
    Unit unit() {
        return NoisyRelu.exact();
    }

    @Override
    int width() {
        return 3;
    }

    @Override
    double[][] states(double inverseTemperature) {
        return product(upTo(30), upTo(30), upTo(30)); // exp(-0.4 * 30^2 / 2) is 1e-78
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{-1, 0, 0}, {0, 0.5, 0}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.1, 2.5, 90};
    }

    @Override
    String jsonName() {
        return "noisyRelu";
    }

    /** The sums as they are defined, with enough copies. */
    @Test
    void manyCopiesAreSummedExactly() {
        for (double t : new double[] {-50, -3, 0, 0.5, 7, 39.7, 45, 120.3}) {
            double mean = 0;
            double cumulant = 0;
            for (int i = 1; i <= 300; i++) {
                mean += StableFunctions.sigmoid(t - i + 0.5);
                cumulant += StableFunctions.softplus(t - i + 0.5);
            }
            double[] x = {t};
            double[] result = new double[1];
            NoisyRelu.exact().mean(x, new double[1], Conditions.PLAIN, result);
            // 300 roundings of numbers up to 1e4
            assertThat(result[0]).as("mean at %s", t).isCloseTo(mean, within(1e-11));
            assertThat(NoisyRelu.exact().cumulant(x, new double[1], Conditions.PLAIN))
                    .as("cumulant at %s", t)
                    .isCloseTo(cumulant, within(1e-10));
            // by the midpoint rule the sum is the integral, softplus(t), within a quarter of 1/24
            assertThat(result[0]).isCloseTo(StableFunctions.softplus(t), within(0.25 / 24 + 0.0006));
        }
    }

    @Test
    void anInverseTemperatureOfZeroIsRefused() {
        assertThatThrownBy(() -> unit().cumulant(new double[1], new double[1], Conditions.at(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inverse temperature = 0");
    }

    @Test
    void jsonWithoutAChoiceOfSamplesIsRefusedByName() {
        assertThatThrownBy(() -> JsonMappers.getMapper().readValue("{\"type\":\"noisyRelu\"}", Unit.class))
                .hasMessageContaining("rectifiedSamples");
    }
}
