package org.boltzmann4j.math;

/**
 * {@code sum_i softplus(b t_i) - softplus(a t_i)} of a row in single precision, the step of a log-weight of annealed importance
 * sampling from the inverse temperature a to b near it, with one sigmoid for each unit in place of two logarithms:
 *
 * <p>{@code softplus(b t) - softplus(a t) = log(1 + sigmoid(a t) expm1((b - a) t))}, with a Taylor polynomial of expm1 and the
 * series {@code log(1 + y) = 2 atanh(y / (2 + y))}. Every term is found to within a few roundings of a float of its own size,
 * where the difference of two sums would keep the roundings of the sums. Has scratch of its own; not thread-safe.
 */
public final class SoftplusDifference {

    /** Of {@code |(b - a) t|}, beyond which the polynomials are too short. */
    private static final float BOUND = 0.5f;

    private final float[] sigmoids;
    private final float[] terms;
    private final float[] shifts;

    /**
     * Makes the scratch.
     *
     * @param width number of units
     */
    public SoftplusDifference(int width) {
        this.sigmoids = new float[width];
        this.terms = new float[width];
        this.shifts = new float[width];
    }

    /**
     * {@code sum_i softplus(to (x_i + bias_i)) - softplus(from (x_i + bias_i))}.
     *
     * @param x {@code [width]}, not modified
     * @param bias {@code [width]}, not modified
     * @param from inverse temperature of the subtrahend
     * @param to inverse temperature of the minuend
     * @return the sum; NaN if a term is NaN, or if the temperatures are too far apart for a unit of this row
     */
    public double of(float[] x, float[] bias, double from, double to) {
        StableFunctions.sigmoid(x, bias, (float) from, sigmoids);
        float distance = (float) (to - from);
        for (int i = 0; i < terms.length; i++) {
            float z = distance * (x[i] + bias[i]);
            // expm1 to degree 8, within 1e-8 of z for |z| up to 1/2
            float e = z * (1 / 720f + z * (1 / 5040f + z * (1 / 40320f)));
            e = z * (1 + z * (1 / 2f + z * (1 / 6f + z * (1 / 24f + z * (1 / 120f + e)))));
            float y = sigmoids[i] * e;
            // |u| is at most 0.25, the first term left out at most 2 u^11 / 11
            float u = y / (2 + y);
            float square = u * u;
            float series = 1 / 5f + square * (1 / 7f + square * (1 / 9f));
            terms[i] = 2 * u * (1 + square * (1 / 3f + square * series));
            shifts[i] = Math.abs(z);
        }
        return largest(shifts) <= BOUND ? sum(terms) : Double.NaN;
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /** In four sums, which the processor adds side by side. */
    private static double sum(float[] values) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            first += values[i];
            second += values[i + 1];
            third += values[i + 2];
            fourth += values[i + 3];
        }
        for (; i < values.length; i++) {
            first += values[i];
        }
        return first + second + third + fourth;
    }
}
