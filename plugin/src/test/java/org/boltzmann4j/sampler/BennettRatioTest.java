package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.boltzmann4j.exact.ExactRbm;
import org.junit.jupiter.api.Test;

class BennettRatioTest {

    private static final ExactRbm A = ExactRbm.bernoulli(5, 4, 0.6, 1);
    private static final ExactRbm B = ExactRbm.bernoulli(5, 4, 1.4, 2);

    private static double[] differences(ExactRbm of, ExactRbm minus, double[][] states) {
        return Arrays.stream(states)
                .mapToDouble(v -> of.freeEnergy(v) - minus.freeEnergy(v))
                .toArray();
    }

    private static BennettRatio between(int fromA, int fromB, Random random) {
        return BennettRatio.of(differences(B, A, A.sample(fromA, random)), differences(A, B, B.sample(fromB, random)));
    }

    @Test
    void independentSamplesGiveTheExactRatioWithAnHonestStandardError() {
        double exact = B.logPartition() - A.logPartition();
        Random random = new Random(3);
        double squares = 0;
        int repetitions = 200;
        for (int n = 0; n < repetitions; n++) {
            BennettRatio ratio = between(300, 100, random);
            double z = (ratio.logRatio() - exact) / ratio.standardError();
            squares += z * z / repetitions;
        }
        // Chi-squared over its degrees of freedom, five standard errors; some room above for errors estimated from 100
        // states.
        assertThat(squares).isBetween(1 - 5 * Math.sqrt(2.0 / repetitions), 1.2 + 5 * Math.sqrt(2.0 / repetitions));
        BennettRatio large = between(20_000, 20_000, random);
        assertThat(large.logRatio()).isCloseTo(exact, within(5 * large.standardError()));
        assertThat(large.standardError()).isLessThan(0.05);
    }

    @Test
    void influencesOfIndependentStatesAddUpToTheStandardError() {
        Random random = new Random(5);
        double[] forward = differences(B, A, A.sample(6000, random));
        double[] reverse = differences(A, B, B.sample(3000, random));
        BennettRatio ratio = BennettRatio.of(forward, reverse);
        double[] influences = ratio.influences(forward, reverse);
        double squares = Arrays.stream(influences).map(x -> x * x).sum();
        // Both are estimates of one asymptotic variance, from thousands of states.
        assertThat(Math.sqrt(squares)).isCloseTo(ratio.standardError(), within(0.05 * ratio.standardError()));
        double[] moved = forward.clone();
        moved[7] += 0.3;
        double s = 1 / (1 + Math.exp(forward[7] + Math.log(2) + ratio.logRatio()));
        double after = 1 / (1 + Math.exp(moved[7] + Math.log(2) + ratio.logRatio()));
        double slope = IntStream.range(0, influences.length)
                .mapToDouble(i -> i < 6000
                        ? forward[i] + Math.log(2) + ratio.logRatio()
                        : reverse[i - 6000] - Math.log(2) - ratio.logRatio())
                .map(t -> 1 / (1 + Math.exp(t)) * (1 - 1 / (1 + Math.exp(t))))
                .sum();
        // One state of 9,000: the second order is some thousand times smaller than the first, the bisection ends at
        // 1e-12.
        assertThat(BennettRatio.of(moved, reverse).logRatio() - ratio.logRatio())
                .isCloseTo((after - s) / slope, within(1e-2 * Math.abs(after - s) / slope + 1e-10));
    }

    @Test
    void theOtherDirectionHasTheOtherSign() {
        Random random = new Random(4);
        double[] forward = differences(B, A, A.sample(50, random));
        double[] reverse = differences(A, B, B.sample(20, random));
        BennettRatio there = BennettRatio.of(forward, reverse);
        BennettRatio back = BennettRatio.of(reverse, forward);
        // Twice the width at which the bisection ends.
        assertThat(back.logRatio()).isCloseTo(-there.logRatio(), within(1e-10));
        assertThat(back.standardError()).isCloseTo(there.standardError(), within(1e-10));
    }

    @Test
    void modelsThatDifferByAConstantAreToldWithoutError() {
        BennettRatio ratio = BennettRatio.of(new double[] {700, 700}, new double[] {-700, -700, -700});
        assertThat(ratio.logRatio()).isCloseTo(-700, within(1e-8)); // the width at which the bisection ends
        assertThat(ratio.standardError()).isLessThan(1e-7); // a variance of 0 but for rounding
    }

    /** By hand: with n = m and D = 0 the weights are s(t) = 1 / (1 + exp t) of the differences themselves. */
    @Test
    void itSaysHowManyStatesItStandsOn() {
        double[] differences = {Math.log(1), Math.log(3), Math.log(9)};
        BennettRatio ratio = BennettRatio.of(differences, differences);
        assertThat(ratio.logRatio()).isCloseTo(0, within(1e-11)); // the width at which the bisection ends
        double sum = 0.5 + 0.25 + 0.1;
        double squares = 0.25 + 0.0625 + 0.01;
        assertThat(ratio.effectiveSampleSize()).isCloseTo(sum * sum / squares, within(1e-9));
        assertThat(ratio.largestWeightShare()).isCloseTo(0.5 / sum, within(1e-9));
        double variance = 2 * (squares / (sum * sum) - 1.0 / 3);
        assertThat(ratio.standardError()).isCloseTo(Math.sqrt(variance), within(1e-9));
        BennettRatio uneven = BennettRatio.of(new double[] {0, 0, 0, 0, 50}, new double[] {0, 0});
        assertThat(uneven.effectiveSampleSize()).as("the side with fewer").isCloseTo(2, within(1e-6));
        assertThat(uneven.largestWeightShare()).isCloseTo(0.5, within(1e-6));
    }

    /** One state of each side is nearer to the other model than the rest, by far, but not near. */
    @Test
    void modelsWithoutOverlapHangOnOneStateOfEachSide() {
        BennettRatio ratio = BennettRatio.of(new double[] {3000, 2000, 3000}, new double[] {3000, 3000, 2000});
        assertThat(ratio.logRatio()).isCloseTo(0, within(1e-8));
        assertThat(ratio.effectiveSampleSize()).isCloseTo(1, within(1e-9));
        assertThat(ratio.largestWeightShare()).isCloseTo(1, within(1e-9));
        assertThat(ratio.standardError()).isCloseTo(Math.sqrt(2 * (1 - 1.0 / 3)), within(1e-9));
    }

    @Test
    void emptyAndInfiniteSidesAreRefused() {
        assertThatThrownBy(() -> BennettRatio.of(new double[0], new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("forward differences = []");
        assertThatThrownBy(() -> BennettRatio.of(new double[] {1}, new double[] {Double.POSITIVE_INFINITY}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reverse differences = [Infinity]");
    }
}
