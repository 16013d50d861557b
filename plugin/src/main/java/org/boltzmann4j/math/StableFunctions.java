package org.boltzmann4j.math;

/** Scalar and row functions in forms that neither overflow nor cancel. Natural logarithms throughout. */
public final class StableFunctions {

    /** Beyond this the sigmoid is 0 or 1 to the last bit of a double's mantissa above {@code 4e-18}. */
    private static final double SIGMOID_BOUND = 40;

    /** Here what the quotient of floats below adds to 1/2 is rounded to 1/2 itself, and the sigmoid to 0 or 1. */
    private static final float SATURATED = 16.9375f;

    private StableFunctions() {}

    /**
     * {@code softplus(x) = log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))}.
     *
     * @param x any real number
     * @return the softplus of x
     */
    public static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /**
     * {@code sigmoid(x) = 1 / (1 + exp(-x))}.
     *
     * @param x any real number
     * @return a value in [0, 1]
     */
    public static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    /**
     * Row form of the sigmoid of {@code x + shift}, within {@code 1e-12} of {@link #sigmoid(double)}.
     *
     * <p>The loop holds nothing but products, sums and one division, so that the JIT compiler turns it into vector
     * instructions, which it does not do for {@link Math#exp}: {@code exp(-x) = exp(-x / 1024)^1024} with a Taylor
     * polynomial of degree 8 for the small argument (its error below {@code 1e-18}) and ten squarings (which amplify
     * rounding to about {@code 1024} ulp).
     *
     * @param x arguments, not modified
     * @param shift added to x element by element, not modified
     * @param result overwritten with values in [0, 1]; NaN where an argument is NaN; may be {@code x}
     */
    public static void sigmoid(double[] x, double[] shift, double[] result) {
        sigmoid(x, shift, 1, result);
    }

    /**
     * Row form of the sigmoid of {@code factor (x + shift)}, as accurate and as fast as the form without a factor.
     *
     * @param x arguments, not modified
     * @param shift added to x element by element, not modified
     * @param factor of every sum
     * @param result overwritten with values in [0, 1]; NaN where an argument is NaN; may be {@code x}
     */
    public static void sigmoid(double[] x, double[] shift, double factor, double[] result) {
        for (int i = 0; i < x.length; i++) {
            double t = Math.max(-SIGMOID_BOUND, Math.min(SIGMOID_BOUND, factor * (x[i] + shift[i]))) * (-1.0 / 1024);
            double e = 1
                    + t
                            * (1
                                    + t
                                            * (1 / 2.0
                                                    + t
                                                            * (1 / 6.0
                                                                    + t
                                                                            * (1 / 24.0
                                                                                    + t
                                                                                            * (1 / 120.0
                                                                                                    + t
                                                                                                            * (1 / 720.0
                                                                                                                    + t
                                                                                                                            * (1
                                                                                                                                            / 5040.0
                                                                                                                                    + t
                                                                                                                                            * (1
                                                                                                                                                    / 40320.0))))))));
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            result[i] = 1 / (1 + e);
        }
    }

    /**
     * Row form in single precision of the sigmoid of {@code factor (x + shift)}, within {@code 2e-7} of
     * {@link #sigmoid(double)}.
     *
     * <p>{@code sigmoid(t) = 1/2 + t P(t^2) / Q(t^2)} with polynomials of degree 4, fitted for the smallest largest error
     * on [-17, 17], where it is {@code 6e-9}; from 16.9375 on the result is exactly 0 or 1. Nothing but products, sums
     * and one division, so that the JIT compiler turns the loops into vector instructions; bounds in a loop of their own
     * are faster than in the same one.
     *
     * @param x arguments, not modified
     * @param shift added to x element by element, not modified
     * @param factor of every sum
     * @param result overwritten with values in [0, 1]; NaN where an argument is NaN; may be {@code x}
     */
    public static void sigmoid(float[] x, float[] shift, float factor, float[] result) {
        for (int i = 0; i < x.length; i++) {
            result[i] = Math.max(-SATURATED, Math.min(SATURATED, factor * (x[i] + shift[i])));
        }
        for (int i = 0; i < x.length; i++) {
            float t = result[i];
            float y = t * t;
            float z = y * y;
            float p = (1.3769022e-11f * z + (8.250681e-8f * y + 5.5091095e-5f)) * z + (0.008378885f * y + 0.25f);
            float q = (3.1537954e-9f * z + (0.0000052120436f * y + 0.0016244486f)) * z + (0.11684882f * y + 1f);
            // What rounding leads out of [0, 1] is sent back; an absolute value costs less than a bound.
            result[i] = Math.abs(1f - Math.abs(0.5f - t * p / q));
        }
    }

    /**
     * {@code sum_i x_i} of single-precision terms: four neighbours in single precision, those sums in double precision,
     * four side by side.
     *
     * @param x not modified
     * @return the sum; NaN if a term is NaN
     */
    public static double sum(float[] x) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 15 < x.length; i += 16) {
            first += (x[i] + x[i + 1]) + (x[i + 2] + x[i + 3]);
            second += (x[i + 4] + x[i + 5]) + (x[i + 6] + x[i + 7]);
            third += (x[i + 8] + x[i + 9]) + (x[i + 10] + x[i + 11]);
            fourth += (x[i + 12] + x[i + 13]) + (x[i + 14] + x[i + 15]);
        }
        for (; i < x.length; i++) {
            first += x[i];
        }
        return first + second + third + fourth;
    }

    /**
     * {@code sum_i x_i y_i}, in four sums, which the processor adds side by side.
     *
     * @param x not modified
     * @param y as long, not modified
     * @return the inner product
     */
    public static double dot(double[] x, double[] y) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < x.length; i += 4) {
            first += x[i] * y[i];
            second += x[i + 1] * y[i + 1];
            third += x[i + 2] * y[i + 2];
            fourth += x[i + 3] * y[i + 3];
        }
        for (; i < x.length; i++) {
            first += x[i] * y[i];
        }
        return first + second + third + fourth;
    }

    /**
     * {@code log(sum_i exp(x_i))} with the maximum taken out.
     *
     * @param x terms, not modified; the empty sum is {@code -infinity}
     * @return the logarithm of the sum
     */
    public static double logSumExp(double... x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : x) {
            max = Math.max(max, value);
        }
        if (Double.isInfinite(max)) {
            return max;
        }
        double sum = 0;
        for (double value : x) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }

    /**
     * Replaces a range of logarithms of weights by the normalised weights, {@code exp(x_i) / sum_k exp(x_k)}, with the
     * maximum taken out.
     *
     * @param x changed in place
     * @param from first index of the range
     * @param to index after the last one
     */
    public static void softmax(double[] x, int from, int to) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            x[i] = Math.exp(x[i] - max);
            sum += x[i];
        }
        for (int i = from; i < to; i++) {
            x[i] /= sum;
        }
    }

    /**
     * {@code log(x!) = log Gamma(x + 1)}, by the recurrence up to 20 and Stirling's series beyond, whose first neglected
     * term is then below {@code 2e-15}.
     *
     * @param x above -1; need not be whole
     * @return the logarithm of the factorial
     */
    public static double logFactorial(double x) {
        if (x == 0 || x == 1) {
            return 0;
        }
        double shifted = x;
        double product = 1;
        while (shifted < 20) {
            shifted++;
            product *= shifted;
        }
        double inverse = 1 / shifted;
        double square = inverse * inverse;
        double series = inverse * (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680)));
        return (shifted + 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
    }
}
