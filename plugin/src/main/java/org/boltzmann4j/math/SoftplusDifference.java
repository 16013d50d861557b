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

    /** Up to here the short series is good to {@code 0.05^4 / 120 = 5e-8}, a rounding of a float. */
    private static final float SHORT = 0.05f;

    /** Multiplied by this two times, the least by which a float exceeds a bound is infinite, and 0 is 0. */
    private static final float LARGE = 1e30f;

    private final float[] sigmoids;
    private final float[] shifts;
    private final float[] terms;

    /**
     * Makes the scratch.
     *
     * @param width number of units
     */
    public SoftplusDifference(int width) {
        this.sigmoids = new float[width];
        this.shifts = new float[width];
        this.terms = new float[width];
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
        for (int i = 0; i < shifts.length; i++) {
            shifts[i] = distance * (x[i] + bias[i]);
        }
        shortSeries();
        double sum = sumIfWithin(SHORT);
        if (Double.isFinite(sum)) {
            return sum;
        }
        longSeries();
        sum = sumIfWithin(BOUND);
        return Double.isFinite(sum) ? sum : Double.NaN;
    }

    /**
     * The cumulants of a coin: {@code log(1 + s expm1(z)) = s z + s (1 - s) (z^2 / 2 + (1 - 2 s) z^3 / 6 + (1 - 6 s + 6 s^2) z^4 / 24)},
     * whose first term left out is at most {@code z^5 / 120} of s.
     */
    private void shortSeries() {
        for (int i = 0; i < terms.length; i++) {
            float z = shifts[i];
            float s = sigmoids[i];
            float rest = 1 - s;
            float fourth = (1 - 6 * s * rest) * (1 / 24f);
            float series = z * (1 / 2f + z * ((rest - s) * (1 / 6f) + z * fourth));
            terms[i] = s * z * (1 + rest * series);
        }
    }

    private void longSeries() {
        for (int i = 0; i < terms.length; i++) {
            float z = shifts[i];
            // expm1 to degree 8, within 1e-8 of z for |z| up to 1/2
            float e = z * (1 / 720f + z * (1 / 5040f + z * (1 / 40320f)));
            e = z * (1 + z * (1 / 2f + z * (1 / 6f + z * (1 / 24f + z * (1 / 120f + e)))));
            float y = sigmoids[i] * e;
            // |u| is at most 0.25, the first term left out at most 2 u^11 / 11
            float u = y / (2 + y);
            float square = u * u;
            float series = 1 / 5f + square * (1 / 7f + square * (1 / 9f));
            terms[i] = 2 * u * (1 + square * (1 / 3f + square * series));
        }
    }

    /**
     * The sum of the terms, infinite or NaN if a |z| exceeds the bound or is NaN. What every term is given for it is zero within the
     * bound: to look for the largest |z| would take as long as the series.
     */
    private double sumIfWithin(float bound) {
        for (int i = 0; i < terms.length; i++) {
            float excess = Math.abs(shifts[i]) - bound;
            terms[i] += (Math.abs(excess) + excess) * LARGE * LARGE;
        }
        return StableFunctions.sum(terms);
    }
}
