package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Compares with decimal arithmetic of 60 digits. */
class StableFunctionsTest {

    private static final MathContext DIGITS = new MathContext(60);

    /** A few units in the last place of a double. */
    private static final double ULPS = 1e-15;

    /** exp(x) = exp(x / 2^20)^(2^20), the small power by its Taylor series. */
    private static BigDecimal exp(BigDecimal x) {
        BigDecimal small = x.divide(BigDecimal.valueOf(1 << 20), DIGITS);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int n = 1; n <= 20; n++) {
            term = term.multiply(small, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        for (int i = 0; i < 20; i++) {
            sum = sum.multiply(sum, DIGITS);
        }
        return sum;
    }

    /** Newton's method on exp(y) = x. */
    private static BigDecimal log(BigDecimal x) {
        BigDecimal y = BigDecimal.valueOf(Math.log(x.doubleValue()));
        for (int i = 0; i < 4; i++) {
            y = y.add(x.divide(exp(y), DIGITS).subtract(BigDecimal.ONE), DIGITS);
        }
        return y;
    }

    private static double exactSigmoid(double x) {
        return BigDecimal.ONE
                .divide(BigDecimal.ONE.add(exp(new BigDecimal(-x)), DIGITS), DIGITS)
                .doubleValue();
    }

    private static double exactSoftplus(double x) {
        return log(BigDecimal.ONE.add(exp(new BigDecimal(x)), DIGITS)).doubleValue();
    }

    private static double[] arguments() {
        return DoubleStream.concat(
                        DoubleStream.iterate(-39.7, x -> x < 40, x -> x + 0.731),
                        DoubleStream.of(0, 1e-12, -1e-12, 1e-5, -1e-5, 0.5, -0.5))
                .toArray();
    }

    @Test
    void sigmoidIsExactToAFewUnitsInTheLastPlace() {
        for (double x : arguments()) {
            double expected = exactSigmoid(x);
            assertThat(StableFunctions.sigmoid(x)).as("sigmoid(%s)", x).isCloseTo(expected, within(ULPS * expected));
        }
    }

    @Test
    void softplusIsExactToAFewUnitsInTheLastPlace() {
        for (double x : arguments()) {
            double expected = exactSoftplus(x);
            assertThat(StableFunctions.softplus(x)).as("softplus(%s)", x).isCloseTo(expected, within(ULPS * expected));
        }
    }

    @Test
    void theRowFormOfTheSigmoidIsWithinItsStatedBound() {
        double[] x = DoubleStream.iterate(-60, t -> t < 60, t -> t + 0.0137).toArray();
        double[] shift = new double[x.length];
        Arrays.setAll(shift, i -> (i % 7 - 3) * 0.3);
        double[] result = new double[x.length];
        StableFunctions.sigmoid(x, shift, result);
        for (int i = 0; i < x.length; i += 13) {
            assertThat(result[i]).isCloseTo(exactSigmoid(x[i] + shift[i]), within(1e-12));
        }
        for (int i = 0; i < x.length; i++) {
            assertThat(result[i])
                    .isBetween(0.0, 1.0)
                    .isCloseTo(StableFunctions.sigmoid(x[i] + shift[i]), within(1e-12));
        }
    }

    @Test
    void theRowFormMayOverwriteItsArgument() {
        double[] x = {-2, 0, 3};
        StableFunctions.sigmoid(x, new double[] {1, 0, -1}, x);
        double[] expected = {StableFunctions.sigmoid(-1), 0.5, StableFunctions.sigmoid(2)};
        assertThat(x).containsExactly(expected, within(1e-12));
    }

    @Test
    void extremesNeitherOverflowNorTurnIntoNaN() {
        double[] huge = {-1e308, -1000, 1000, 1e308, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        double[] result = new double[huge.length];
        StableFunctions.sigmoid(huge, new double[huge.length], result);
        assertThat(result).containsExactly(new double[] {0, 0, 1, 1, 1, 0}, within(1e-12));
        assertThat(Arrays.stream(huge).map(StableFunctions::sigmoid)).containsExactly(0.0, 0.0, 1.0, 1.0, 1.0, 0.0);
        assertThat(Arrays.stream(huge).map(StableFunctions::softplus))
                .containsExactly(0.0, 0.0, 1000.0, 1e308, Double.POSITIVE_INFINITY, 0.0);
        assertThat(StableFunctions.logSumExp(-1000, -1000)).isCloseTo(-1000 + Math.log(2), within(1e-12));
        assertThat(StableFunctions.logSumExp(1e308, 1e308)).isEqualTo(1e308);
        assertThat(StableFunctions.logSumExp()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(StableFunctions.logSumExp(Double.NEGATIVE_INFINITY, 3)).isEqualTo(3);
    }

    @Test
    void notANumberStaysNotANumber() {
        double[] result = new double[3];
        StableFunctions.sigmoid(new double[] {Double.NaN, 0, 1}, new double[] {0, Double.NaN, 0}, result);
        assertThat(result[0]).isNaN();
        assertThat(result[1]).isNaN();
        assertThat(result[2]).isCloseTo(StableFunctions.sigmoid(1), within(1e-12));
        assertThat(StableFunctions.sigmoid(Double.NaN)).isNaN();
        assertThat(StableFunctions.softplus(Double.NaN)).isNaN();
        assertThat(StableFunctions.logSumExp(1, Double.NaN)).isNaN();
    }

    @Property(tries = 200, seed = "42")
    void softplusOfXMinusSoftplusOfMinusXIsX(@ForAll @DoubleRange(min = -500, max = 500) double x) {
        assertThat(StableFunctions.softplus(x) - StableFunctions.softplus(-x)).isCloseTo(x, within(1e-12));
    }

    @Property(tries = 100, seed = "42")
    void logSumExpMovesWithItsTerms(
            @ForAll @Size(min = 1, max = 9) double @DoubleRange(min = -50, max = 50) [] x,
            @ForAll @DoubleRange(min = -700, max = 700) double shift) {
        double[] moved = Arrays.stream(x).map(value -> value + shift).toArray();
        // Rounding of terms up to 750 in size.
        assertThat(StableFunctions.logSumExp(moved)).isCloseTo(StableFunctions.logSumExp(x) + shift, within(1e-11));
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        assertThat(StableFunctions.logSumExp(x))
                .isBetween(sorted[x.length - 1], sorted[x.length - 1] + Math.log(x.length) + 1e-12);
    }

    @Test
    void rowSigmoidInSinglePrecisionIsGoodToARoundingOfOne() {
        int n = 1_000_001;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = -25 + 50f * i / (n - 1);
        }
        float[] result = new float[n];
        StableFunctions.sigmoid(x, new float[n], 0.9f, result);
        double worst = 0;
        for (int i = 0; i < n; i++) {
            assertThat(result[i]).isBetween(0f, 1f);
            worst = Math.max(worst, Math.abs(result[i] - StableFunctions.sigmoid((double) (0.9f * x[i]))));
        }
        // The approximation's 6e-9, the end of the range at exp(-17) = 4e-8, and a few roundings of 6e-8.
        assertThat(worst).isLessThan(2e-7);
    }

    @Test
    void rowSigmoidInSinglePrecisionKeepsNotANumberAndTakesAnyNumber() {
        float[] x = {Float.NaN, 0, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, Float.MAX_VALUE};
        StableFunctions.sigmoid(x, new float[] {0, Float.NaN, 0, 0, 0, 0}, 1, x);
        assertThat(x[0]).isNaN();
        assertThat(x[1]).isNaN();
        // No unit that is held off is ever drawn as on.
        assertThat(x[2]).isZero();
        assertThat(x[3]).isOne();
        assertThat(x[4]).isZero();
        assertThat(x[5]).isOne();
    }

    /** Every width up to two rounds of sixteen and more: no term is left out or counted twice. */
    @Test
    void theSumOfFloatsHasEveryTermOnce() {
        for (int width = 0; width <= 70; width++) {
            float[] x = new float[width];
            for (int i = 0; i < width; i++) {
                x[i] = 1 + i * i; // sums of integers are exact
            }
            double expected =
                    IntStream.range(0, width).mapToDouble(i -> 1.0 + i * i).sum();
            assertThat(StableFunctions.sum(x)).as("width %d", width).isEqualTo(expected);
        }
        assertThat(StableFunctions.sum(new float[] {1, Float.NaN})).isNaN();
    }

    /** Terms of one size that no float sum would still resolve: four of them are added in single precision, not more. */
    @Test
    void theSumOfManyFloatsKeepsItsDigits() {
        float[] x = new float[1_000_000];
        Arrays.fill(x, 0.1f);
        // Two roundings of 2^-24 in each group of four.
        assertThat(StableFunctions.sum(x)).isCloseTo(1e6 * 0.1f, within(1e5 * Math.pow(2, -23)));
    }
}
