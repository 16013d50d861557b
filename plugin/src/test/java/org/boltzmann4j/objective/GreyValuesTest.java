package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GreyValuesTest {

    private static final double[] GREY = {0, 0.2, 0.5, 0.50001, 0.9, 1};

    @Test
    void sampledValuesAreBinaryWithTheGreyValueAsProbability() {
        SplittableRandom random = new SplittableRandom(1);
        double[] mean = new double[GREY.length];
        int draws = 40_000;
        for (int n = 0; n < draws; n++) {
            double[] x = GREY.clone();
            GreyValues.SAMPLED.present(new Bernoulli(), x, random);
            for (int i = 0; i < x.length; i++) {
                assertThat(x[i]).isIn(0.0, 1.0);
                mean[i] += x[i] / draws;
            }
        }
        for (int i = 0; i < mean.length; i++) {
            // Five standard errors, six comparisons: false alarm 4e-6. The ends are certain, up to summation.
            double bound = 5 * Math.sqrt(GREY[i] * (1 - GREY[i]) / draws) + 1e-9;
            assertThat(mean[i]).isCloseTo(GREY[i], within(bound));
        }
    }

    @Test
    void thresholdedValuesAreOneAboveOneHalf() {
        double[] x = GREY.clone();
        GreyValues.THRESHOLDED.present(new Bernoulli(), x, new SplittableRandom(1));
        assertThat(x).containsExactly(0, 0, 0, 1, 1, 1);
    }

    @Test
    void meansAreTakenAsTheyAre() {
        double[] x = GREY.clone();
        GreyValues.MEANS.present(new Bernoulli(), x, new SplittableRandom(1));
        assertThat(x).containsExactly(GREY);
    }

    @Test
    void otherUnitsTakeTheirDataAsTheyAre() {
        for (GreyValues option : GreyValues.values()) {
            double[] x = {-3, 0.4, 7};
            option.present(Gaussian.of(1), x, new SplittableRandom(1));
            assertThat(x).containsExactly(-3, 0.4, 7);
        }
    }

    @Test
    void everyPresentationDrawsAnewAndTheSameStepDrawsTheSame() {
        RbmGradient gradient = new RbmGradient(ContrastiveDivergence.of(1), GreyValues.SAMPLED, Centering.NONE);
        INDArray grey = Nd4j.valueArrayOf(new long[] {20, 6}, 0.5, DataType.DOUBLE);
        RandomStreams streams = RandomStreams.of(3);
        var rbm = ExactRbm.bernoulli(6, 2, 1, 1).model(DataType.DOUBLE);
        INDArray first = gradient.present(rbm, grey, streams, 0);
        assertThat(gradient.present(rbm, grey, streams, 0)).isEqualTo(first);
        assertThat(gradient.present(rbm, grey, streams, 1)).isNotEqualTo(first);
        assertThat(grey).isEqualTo(Nd4j.valueArrayOf(new long[] {20, 6}, 0.5, DataType.DOUBLE));
    }
}
