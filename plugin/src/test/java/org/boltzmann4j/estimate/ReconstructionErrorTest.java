package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.boltzmann4j.exact.ExactRbm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ReconstructionErrorTest {

    @Test
    void itIsTheMeanSquaredDifferencePerRowAndVisibleUnit() {
        for (ExactRbm exact : new ExactRbm[] {ExactRbm.bernoulli(5, 3, 1, 2), ExactRbm.gaussian(5, 3, 1, 2)}) {
            double[][] v = exact.sample(4, new Random(3));
            double sum = 0;
            for (double[] row : v) {
                double[] reconstruction = exact.visibleMean(exact.hiddenMean(row));
                for (int i = 0; i < row.length; i++) {
                    sum += (row[i] - reconstruction[i]) * (row[i] - reconstruction[i]);
                }
            }
            // Rounding of forty additions of numbers below 100.
            assertThat(ReconstructionError.of(exact.model(DataType.DOUBLE), Nd4j.createFromArray(v)))
                    .isCloseTo(sum / 4 / 5, within(1e-11));
        }
    }
}
