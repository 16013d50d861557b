package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BernoulliTest extends UnitContractTest {

    @Override
    Unit unit() {
        return new Bernoulli();
    }

    @Override
    int width() {
        return 5;
    }

    @Override
    double[][] states(double inverseTemperature) {
        double[] values = {0, 1};
        return product(values, values, values, values, values);
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{0, 0, -1e-9, 0, 0}, {1 + 1e-9, 0, 0, 0, 0}, {0, 255, 0, 0, 0}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.002, 0.25, 0.5, 0.75, 0.998};
    }

    @Override
    String jsonName() {
        return "bernoulli";
    }

    @Test
    void samplesAreZeroOrOneAndCertaintiesAreCertain() {
        double[] mean = {0, 1, 0.5, 0, 1};
        double[] sample = new double[5];
        SplittableRandom random = new SplittableRandom(9);
        int ones = 0;
        for (int n = 0; n < 10_000; n++) {
            Bernoulli.flip(mean, random, sample);
            assertThat(sample[0] + sample[3]).isZero();
            assertThat(sample[1] + sample[4]).isEqualTo(2);
            assertThat(sample[2]).isIn(0.0, 1.0);
            ones += (int) sample[2];
        }
        assertThat(ones).isBetween(4750, 5250); // five standard errors of 50
    }

    @Test
    void greyValuesAreAcceptedUpToTheEnds() {
        assertThat(new Bernoulli().accepts(0)).isTrue();
        assertThat(new Bernoulli().accepts(0.3)).isTrue();
        assertThat(new Bernoulli().accepts(1)).isTrue();
    }
}
