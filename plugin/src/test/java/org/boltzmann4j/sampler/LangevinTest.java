package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Workers;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** On {@code E(x) = (x - m)' A (x - m) / 2} every step is linear, so that mean and covariance are known after any number of steps. */
class LangevinTest {

    private static final int CHAINS = 40_000;
    private static final double[] MEAN = {1, -2};
    /** Curvatures 4 and 0.5 along the diagonals: {@code A = [[2.25, 1.75], [1.75, 2.25]]}. */
    private static final double STEEP = 4;

    private static final double FLAT = 0.5;
    private static final RandomStreams STREAMS = RandomStreams.of(3).split("langevin");

    private static final EnergyGradient QUADRATIC = (x, classes) -> {
        INDArray a = Nd4j.createFromArray(new double[][] {{2.25, 1.75}, {1.75, 2.25}});
        return x.subRowVector(Nd4j.createFromArray(MEAN)).mmul(a).dup('c');
    };

    private static INDArray chainsAt(double first, double second) {
        INDArray x = Nd4j.create(DataType.DOUBLE, new long[] {CHAINS, 2}, 'c');
        x.getColumn(0).assign(first);
        x.getColumn(1).assign(second);
        return x;
    }

    /** Variance along a diagonal, sign +1 for (1, 1)/sqrt(2) and -1 for (1, -1)/sqrt(2). */
    private static double variance(INDArray x, int sign) {
        return x.getColumn(0)
                .add(x.getColumn(1).mul(sign))
                .div(Math.sqrt(2))
                .varNumber()
                .doubleValue();
    }

    /** Five standard errors of a variance of Gaussian draws: by chance once in 1.7 million. */
    private static org.assertj.core.data.Offset<Double> fiveErrors(double variance) {
        return within(5 * variance * Math.sqrt(2.0 / CHAINS));
    }

    @Test
    void aFixedStepLeavesTheVarianceOfAQuadraticEnergyThatTheoryGives() {
        double s = 0.4;
        INDArray x = chainsAt(1, -2);
        // The slowest direction contracts by 1 - s l / 2 = 0.9 a step: after 60 its variance lacks 0.9^120 = 3e-6 of
        // its value.
        Langevin.proper(60, s).run(QUADRATIC, x, null, null, STREAMS, 0);
        double steep = 1 / (STEEP * (1 - s * STEEP / 4));
        double flat = 1 / (FLAT * (1 - s * FLAT / 4));
        assertThat(variance(x, 1)).isCloseTo(steep, fiveErrors(steep));
        assertThat(variance(x, -1)).isCloseTo(flat, fiveErrors(flat));
        // That this is not the variance of exp(-E) is seen well: 1 / l differs by 40 % and by 5 %.
        assertThat(Math.abs(variance(x, 1) - 1 / STEEP)).isGreaterThan(10 * steep * Math.sqrt(2.0 / CHAINS));
        for (int i = 0; i < 2; i++) {
            assertThat(x.getColumn(i).meanNumber().doubleValue())
                    .isCloseTo(MEAN[i], within(5 * Math.sqrt((steep + flat) / 2 / CHAINS)));
        }
    }

    @Test
    void meanAndVarianceAfterFewStepsAreThoseOfTheLinearRecursion() {
        double s = 0.3;
        int t = 3;
        INDArray x = chainsAt(4, 1); // m + 3 (1, 1): along the steep direction
        Langevin.proper(t, s).run(QUADRATIC, x, null, null, STREAMS, 0);
        double steep = Math.pow(1 - s * STEEP / 2, t);
        double flat = Math.pow(1 - s * FLAT / 2, t);
        double steepVariance = s * (1 - steep * steep) / (1 - Math.pow(1 - s * STEEP / 2, 2));
        double flatVariance = s * (1 - flat * flat) / (1 - Math.pow(1 - s * FLAT / 2, 2));
        assertThat(x.getColumn(0).meanNumber().doubleValue())
                .isCloseTo(MEAN[0] + 3 * steep, within(5 * Math.sqrt((steepVariance + flatVariance) / 2 / CHAINS)));
        assertThat(variance(x, 1)).isCloseTo(steepVariance, fiveErrors(steepVariance));
        assertThat(variance(x, -1)).isCloseTo(flatVariance, fiveErrors(flatVariance));
    }

    @Test
    void thePracticalSettingIsTheProperOneAtItsTemperature() {
        double step = 0.1;
        double noise = 0.05;
        INDArray x = chainsAt(1, -2);
        Langevin.practical(100, step, noise).run(QUADRATIC, x, null, null, STREAMS, 0);
        double temperature = noise * noise / (2 * step);
        for (int sign : new int[] {1, -1}) {
            double l = sign == 1 ? STEEP : FLAT;
            // The energy divided by the temperature T has curvature l / T, and the step is s = 2 step T there.
            double expected = temperature / (l * (1 - 2 * step * l / 4));
            // After 100 steps the flat direction lacks (1 - 0.05)^200 = 4e-5 of its variance.
            assertThat(variance(x, sign)).isCloseTo(expected, fiveErrors(expected));
        }
    }

    /** The slip of some listings, noise of variance s/2, is far outside of what the tests above allow. */
    @Test
    void aKernelWithHalfTheNoiseFailsTheVarianceTest() {
        double s = 0.4;
        INDArray x = chainsAt(1, -2);
        Langevin.practical(60, s / 2, Math.sqrt(s / 2)).run(QUADRATIC, x, null, null, STREAMS, 0);
        double steep = 1 / (STEEP * (1 - s * STEEP / 4));
        assertThat(Math.abs(variance(x, 1) - steep)).isGreaterThan(20 * steep * Math.sqrt(2.0 / CHAINS));
    }

    private static INDArray row(double... values) {
        return Nd4j.createFromArray(new double[][] {values});
    }

    /** Without noise a step is gradient descent. */
    @Test
    void fallingStepsFollowTheirSchedule() {
        INDArray x = row(2);
        EnergyGradient slope = (at, classes) -> row(1); // dE/dx = 1 everywhere
        Langevin.practical(3, 0.5, 0).withDecay(2, 1).run(slope, x, null, null, STREAMS, 0);
        // 0.5 (1 + 1 / 1.5 + 1 / 2)
        assertThat(x.getDouble(0)).isCloseTo(2 - 0.5 * (1 + 2 / 3.0 + 0.5), within(1e-15));
    }

    @Test
    void fallingStepsKeepTheTemperature() {
        INDArray x = chainsAt(0, 0);
        EnergyGradient flat = (at, classes) -> at.mul(0);
        Langevin.proper(3, 0.5).withDecay(1, 1).run(flat, x, null, null, STREAMS, 0);
        double variance = 0.5 * (1 + 1 / 2.0 + 1 / 3.0);
        assertThat(variance(x, 1)).isCloseTo(variance, fiveErrors(variance));
    }

    @Test
    void theClipBoundsMovesByTheGradientAndIsCounted() {
        INDArray x = row(0, 0, 0, 0);
        EnergyGradient slopes = (at, classes) -> row(-5, 3, 0.5, 0);
        LangevinReport report = Langevin.practical(2, 1, 0).withClip(1).run(slopes, x, null, null, STREAMS, 0);
        assertThat(x.toDoubleVector()).containsExactly(2, -2, -1, 0);
        assertThat(report.clippedShare()).isEqualTo(0.5);
        assertThat(report.gradientNorm()).isCloseTo(Math.sqrt(25 + 9 + 0.25), within(1e-14));
    }

    @Test
    void samplesStayInTheBoxAndItsFacesAreCounted() {
        INDArray x = row(0.5, 0.5, 0.5, 0.5);
        EnergyGradient slopes = (at, classes) -> row(-5, 3, 0.25, 0);
        LangevinReport report =
                Langevin.practical(1, 1, 0).withBox(Box.of(0, 1)).run(slopes, x, null, null, STREAMS, 0);
        assertThat(x.toDoubleVector()).containsExactly(1, 0, 0.25, 0.5);
        assertThat(report.edgeShare()).isEqualTo(0.5);
    }

    @Test
    void knownFeaturesStayExactlyAndTheOthersFollowTheirConditional() {
        INDArray x = chainsAt(3, 0);
        INDArray known = Nd4j.create(DataType.DOUBLE, new long[] {CHAINS, 2}, 'c');
        known.getColumn(0).assign(1);
        double s = 0.1;
        Langevin.proper(100, s).run(QUADRATIC, x, null, known, STREAMS, 0);
        assertThat(x.getColumn(0).minNumber().doubleValue()).isEqualTo(3);
        assertThat(x.getColumn(0).maxNumber().doubleValue()).isEqualTo(3);
        // x2 | x1 has curvature 2.25 and the mean m2 - 1.75 / 2.25 (x1 - m1).
        double variance = 1 / (2.25 * (1 - s * 2.25 / 4));
        assertThat(x.getColumn(1).meanNumber().doubleValue())
                .isCloseTo(-2 - 1.75 / 2.25 * 2, within(5 * Math.sqrt(variance / CHAINS)));
        assertThat(x.getColumn(1).varNumber().doubleValue()).isCloseTo(variance, fiveErrors(variance));
    }

    @Test
    void rowsDependOnTheirOwnNumbersOnly() {
        INDArray many = chainsAt(1, -2);
        INDArray few = Nd4j.createFromArray(new double[][] {{1, -2}, {1, -2}});
        Langevin.proper(5, 0.1).run(QUADRATIC, many, null, null, STREAMS, 17);
        Langevin.proper(5, 0.1).run(QUADRATIC, few, null, null, STREAMS, 17);
        // One product of 2 rows and one of 40,000 may add in another order.
        for (int i = 0; i < 2; i++) {
            assertThat(few.getDouble(1, i)).isCloseTo(many.getDouble(1, i), within(1e-13));
        }
        assertThat(few.getDouble(0, 0)).isNotEqualTo(few.getDouble(1, 0));
    }

    @Test
    void anyNumberOfThreadsMakesTheSameMovesAndReports() {
        Langevin langevin = Langevin.practical(3, 0.1, 0.05).withClip(0.2).withBox(Box.of(-2, 2));
        INDArray alone = chainsAt(1, -2);
        LangevinReport report = langevin.run(QUADRATIC, alone, null, null, STREAMS, 0);
        for (int threads : new int[] {1, 2, 3}) {
            INDArray shared = chainsAt(1, -2);
            assertThat(Workers.with(threads, () -> langevin.run(QUADRATIC, shared, null, null, STREAMS, 0)))
                    .isEqualTo(report);
            assertThat(shared).isEqualTo(alone);
        }
    }

    @Test
    void finiteSlopesWhoseSumIsNotAreNoDivergence() {
        INDArray x = Nd4j.createFromArray(new float[][] {{1, 2}});
        EnergyGradient steep = (at, classes) -> Nd4j.createFromArray(new float[][] {{3e38f, 3e38f}});
        Langevin.practical(1, 1, 0).withClip(0.5).run(steep, x, null, null, STREAMS, 0);
        assertThat(x.toDoubleVector()).containsExactly(0.5, 1.5);
    }

    @Test
    void aGradientThatIsNotFiniteIsReportedAndMovesNothing() {
        INDArray x = row(1, 2);
        EnergyGradient broken = (at, classes) -> row(1, Double.NaN);
        assertThatThrownBy(() -> Langevin.practical(3, 1, 0.1).run(broken, x, null, null, STREAMS, 0))
                .isInstanceOf(SamplingDivergedException.class)
                .hasMessageContaining("step 0, row 0, feature 1: dE/dx = NaN");
        assertThat(x.toDoubleVector()).containsExactly(1, 2);
        EnergyGradient steep = (at, classes) -> row(Double.NEGATIVE_INFINITY, 0);
        assertThatThrownBy(() -> Langevin.practical(3, 1, 0.1).run(steep, x, null, null, STREAMS, 0))
                .isInstanceOf(SamplingDivergedException.class)
                .hasMessageContaining("-Infinity");
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> Langevin.practical(0, 1, 0)).hasMessageContaining("steps = 0");
        assertThatThrownBy(() -> Langevin.practical(1, -1, 0)).hasMessageContaining("step = -1.0");
        assertThatThrownBy(() -> Langevin.practical(1, 1, -1)).hasMessageContaining("noise = -1.0");
        assertThatThrownBy(() -> Langevin.practical(1, 1, 0).withClip(0)).hasMessageContaining("clip = 0.0");
        assertThatThrownBy(() -> Langevin.proper(1, 1).withClip(1)).hasMessageContaining("proper");
        assertThatThrownBy(() -> Langevin.proper(1, 1).withDecay(1, 2)).hasMessageContaining("decayExponent = 2.0");
        assertThatThrownBy(() -> Langevin.proper(1, 1).withDecay(0, 1)).hasMessageContaining("decayOffset = 0.0");
        assertThatThrownBy(() -> new Langevin(null, 1, 1.0, 0.0, null, 1.0, 0.0, null))
                .hasMessageContaining("mode is missing");
        assertThatThrownBy(() -> Box.of(1, 1)).hasMessageContaining("lower < upper");
        assertThatThrownBy(() -> Box.of(0, 1).requireHolds(row(0.5, 1.5), "data"))
                .hasMessageContaining("data, row 0, feature 1 = 1.5");
        assertThatThrownBy(() -> Box.of(0, 1).requireHolds(row(Double.NaN), "data"))
                .hasMessageContaining("NaN");
    }
}
