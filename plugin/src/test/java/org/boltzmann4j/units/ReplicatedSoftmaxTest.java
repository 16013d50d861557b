package org.boltzmann4j.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplicatedSoftmaxTest extends UnitContractTest {

    private static final int WORDS = 4;

    @Override
    Unit unit() {
        return new ReplicatedSoftmax();
    }

    @Override
    int width() {
        return 3;
    }

    @Override
    Conditions at(double inverseTemperature) {
        return Conditions.at(inverseTemperature).withDocumentLength(WORDS);
    }

    @Override
    double[][] states(double inverseTemperature) {
        return Arrays.stream(product(upTo(WORDS), upTo(WORDS), upTo(WORDS)))
                .filter(counts -> Arrays.stream(counts).sum() == WORDS)
                .toArray(double[][]::new);
    }

    @Override
    double[][] refusedRows() {
        return new double[][] {{1, -1, 2}, {0.5, 0.5, 1}, {0, 0, 0}};
    }

    @Override
    double[] reachableMeans() {
        return new double[] {0.4, 1.1, 2.5};
    }

    @Override
    String jsonName() {
        return "replicatedSoftmax";
    }

    @Test
    void aDocumentKeepsItsLength() {
        double[] sample = new double[3];
        for (int length : new int[] {1, 7, 300}) {
            unit().sample(
                            weightedInput(),
                            bias(),
                            Conditions.PLAIN.withDocumentLength(length),
                            new SplittableRandom(length),
                            sample);
            assertThat(Arrays.stream(sample).sum()).isEqualTo(length);
        }
    }

    @Test
    void halfAWordCannotBeDrawn() {
        Conditions at = Conditions.PLAIN.withDocumentLength(2.5);
        assertThatThrownBy(
                        () -> unit().sample(new double[3], new double[3], at, new SplittableRandom(1), new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("document length = 2.5");
        assertThatThrownBy(() -> Conditions.PLAIN.withDocumentLength(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("document length = -1");
    }
}
