package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class FreeEnergyGapTest {

    @Test
    void itIsTheDifferenceOfEnumeratedMeansWithTheErrorOfADifferenceOfMeans() {
        ExactRbm exact = ExactRbm.bernoulli(6, 4, 1.5, 7);
        Rbm rbm = exact.model(DataType.DOUBLE);
        double[][] train = exact.sample(30, new Random(1));
        double[][] heldOut = exact.sample(20, new Random(2));
        double[] seen = Arrays.stream(train).mapToDouble(exact::freeEnergy).toArray();
        double[] unseen = Arrays.stream(heldOut).mapToDouble(exact::freeEnergy).toArray();
        Estimate gap = FreeEnergyGap.of(rbm, Nd4j.createFromArray(train), Nd4j.createFromArray(heldOut));
        assertThat(gap.value())
                .isCloseTo(
                        Arrays.stream(unseen).average().orElseThrow()
                                - Arrays.stream(seen).average().orElseThrow(),
                        within(1e-9));
        assertThat(gap.standardError()).isCloseTo(Math.sqrt(variance(seen) / 30 + variance(unseen) / 20), within(1e-9));
        Estimate ofOne =
                FreeEnergyGap.of(rbm, Nd4j.createFromArray(train), Nd4j.createFromArray(new double[][] {heldOut[0]}));
        assertThat(ofOne.standardError()).isInfinite();
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
    }
}
