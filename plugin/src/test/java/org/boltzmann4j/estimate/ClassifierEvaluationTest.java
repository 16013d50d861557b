package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClassifierEvaluationTest {

    /** A few roundings of numbers of size 1. */
    private static final double ROUNDING = 1e-12;

    private static INDArray logs(double[]... probabilities) {
        double[][] logs = new double[probabilities.length][];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = Arrays.stream(probabilities[i]).map(Math::log).toArray();
        }
        return Nd4j.createFromArray(logs);
    }

    @Test
    void figuresOfFourExamplesAreThoseComputedByHand() {
        INDArray logs = logs(
                new double[] {0.9, 0.1}, new double[] {0.62, 0.38}, new double[] {0.3, 0.7}, new double[] {0.65, 0.35});
        Calibration figures = Calibration.of(logs, 0, 1, 1, 0);
        assertThat(figures.accuracy()).isEqualTo(0.75);
        assertThat(figures.negativeLogLikelihood())
                .isCloseTo(-(Math.log(0.9) + Math.log(0.38) + Math.log(0.7) + Math.log(0.65)) / 4, within(ROUNDING));
        assertThat(figures.brierScore()).isCloseTo(2 * (0.01 + 0.62 * 0.62 + 0.09 + 0.35 * 0.35) / 4, within(ROUNDING));
        // Bins of width 1/15: 0.62 and 0.65 share (0.6, 0.6667], 0.7 is in the next, 0.9 in (0.8667, 0.9333].
        assertThat(figures.bins()).hasSize(3);
        assertThat(figures.bins().get(0).count()).isEqualTo(2);
        assertThat(figures.bins().get(0).confidence()).isCloseTo(0.635, within(ROUNDING));
        assertThat(figures.bins().get(0).accuracy()).isEqualTo(0.5);
        assertThat(figures.calibrationError()).isCloseTo((2 * 0.135 + 0.3 + 0.1) / 4, within(ROUNDING));
        // With four examples every one has an adaptive bin of its own.
        assertThat(figures.adaptiveCalibrationError()).isCloseTo((0.62 + 0.35 + 0.3 + 0.1) / 4, within(ROUNDING));
    }

    @Test
    void aClassifierThatIsAsSureAsItIsRightHasNoCalibrationErrorButThatOfChance() {
        int n = 30_000;
        SplittableRandom random = RandomStreams.of(1).random(0, 0);
        double[][] p = new double[n][];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double first = random.nextDouble();
            p[i] = new double[] {first, 1 - first};
            labels[i] = random.nextDouble() < first ? 0 : 1;
        }
        Calibration figures = Calibration.of(logs(p), labels);
        // Eight bins of 3,750 examples with standard errors up to 0.008: a mean distance of 0.008 is beyond chance.
        assertThat(figures.calibrationError()).isLessThan(0.008);
        // Fifteen bins of 2,000, standard errors up to 0.011.
        assertThat(figures.adaptiveCalibrationError()).isLessThan(0.011);
        assertThat(figures.accuracy()).isCloseTo(0.75, within(5 * Math.sqrt(0.75 * 0.25 / n)));
    }

    @Test
    void theTemperatureOfLogitsThatWereMultipliedIsFound() {
        int n = 40_000;
        SplittableRandom random = RandomStreams.of(2).random(0, 0);
        double[][] truth = new double[n][];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double logit = 2 * random.nextGaussian();
            double first = 1 / (1 + Math.exp(-logit));
            truth[i] = new double[] {first, 1 - first};
            labels[i] = random.nextDouble() < first ? 0 : 1;
        }
        INDArray logs = logs(truth);
        INDArray sure = new TemperatureScaling(1 / 3.0).apply(logs); // logits times 3
        TemperatureScaling scaling = TemperatureScaling.fit(sure, labels);
        // The standard error of 1/T is 1/sqrt(n E[logit^2 p (1-p)]), about 0.9 %, relative: five of them.
        assertThat(scaling.temperature()).isCloseTo(3, within(3 * 0.045));
        assertThat(new TemperatureScaling(3).apply(sure).sub(logs).amaxNumber().doubleValue())
                .isLessThan(1e-10); // a round trip through exp and log
        assertThat(Calibration.of(scaling.apply(sure), labels).calibrationError())
                .isLessThan(Calibration.of(sure, labels).calibrationError() / 4);
        assertThatThrownBy(() -> TemperatureScaling.fit(sure, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void areaAndFalsePositiveRateAreThoseOfAllPairs() {
        double[] usual = {3, 5, 5, 8};
        double[] unusual = {1, 5, 4};
        // Wins: 3 beats 1; each 5 beats 1 and 4 and ties with 5; 8 beats all.
        OutlierDetection figures = OutlierDetection.of(usual, unusual);
        assertThat(figures.auroc()).isCloseTo((1 + 2.5 + 2.5 + 3) / 12, within(ROUNDING));
        // All four must pass for 95 %: the threshold is 3, which 5 and 4 reach.
        assertThat(figures.falsePositiveRate()).isCloseTo(2 / 3.0, within(ROUNDING));
        assertThat(OutlierDetection.of(unusual, usual).auroc()).isCloseTo(1 - figures.auroc(), within(ROUNDING));

        double[] hundred = new double[100];
        Arrays.setAll(hundred, i -> i);
        // Of 100 five may fail: the threshold is 5.
        assertThat(OutlierDetection.of(hundred, new double[] {4.9, 5, 5.1, -1}).falsePositiveRate())
                .isEqualTo(0.5);
    }

    @Test
    void inputsWithoutMeaningAreRefused() {
        assertThatThrownBy(() -> OutlierDetection.of(new double[0], new double[] {1}))
                .hasMessageContaining("usual");
        assertThatThrownBy(() -> OutlierDetection.of(new double[] {1}, new double[] {Double.NaN}))
                .hasMessageContaining("unusual");
        assertThatThrownBy(() -> Calibration.of(logs(new double[] {0.5, 0.5}), 2))
                .hasMessageContaining("label 2");
        assertThatThrownBy(() -> Calibration.of(logs(new double[] {0.5, 0.5}))).hasMessageContaining("0 labels");
    }
}
