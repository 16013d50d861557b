package org.boltzmann4j.math;

import java.util.Arrays;

/**
 * {@code sum_i softplus(x_i + shift_i)} for every row x of a table and one shift after another:
 * {@code 1 + exp(x_i) exp(shift_i)} is multiplied up, so that a term takes two multiplications and an addition, and
 * exponentials only of the table, once, and of every shift. The products are kept as a fraction and a power of two, of which
 * the logarithm is taken once for each row.
 *
 * <p>Within {@code 1e-12} of the sum of {@link StableFunctions#softplus} for every term. Where an exponential would leave
 * the range of doubles {@link SoftplusSum} takes over. Has scratch of its own; not thread-safe.
 */
public final class SoftplusTable {

    /** Independent running products: several vector registers' worth. */
    private static final int LANES = 32;

    /** Up to here exponentials of table and shift, and the product of the two, are far from the ends of the doubles. */
    private static final double BOUND = 300;

    /** A product of factors stays below two to this power, with room for the rounding of the count. */
    private static final double MOST_BITS = 1000;

    private static final long FRACTION = (1L << 52) - 1;
    private static final long ONE = 1023L << 52;

    private final double[][] rows;
    private final double[][] exponentials;
    private final double largest;
    private final double[] shift;
    private final double[] shiftExponentials;
    private final double[] products = new double[LANES];
    private final SoftplusSum fallback = new SoftplusSum();
    /** Factors of a lane between two looks at its exponent; 0 where the exponentials are out of range. */
    private int factors;

    /**
     * Takes a table.
     *
     * @param rows {@code [n][width]}, at least one row; not copied, and not to be modified while the table is in use
     */
    public SoftplusTable(double[][] rows) {
        this.rows = rows;
        this.exponentials = new double[rows.length][rows[0].length];
        double most = 0;
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < rows[row].length; i++) {
                most = Math.max(most, Math.abs(rows[row][i])); // NaN stays
                exponentials[row][i] = Math.exp(rows[row][i]);
            }
        }
        this.largest = most;
        this.shift = new double[rows[0].length];
        this.shiftExponentials = new double[shift.length];
        setShift(shift.clone());
    }

    /**
     * Sets what is added to every row from now on; zeros before.
     *
     * @param values {@code [width]}, copied
     */
    public void setShift(double[] values) {
        System.arraycopy(values, 0, shift, 0, shift.length);
        double most = 0;
        for (int i = 0; i < shift.length; i++) {
            most = Math.max(most, Math.abs(shift[i]));
        }
        if (!(largest <= BOUND && most <= BOUND)) {
            factors = 0;
            return;
        }
        for (int i = 0; i < shift.length; i++) {
            shiftExponentials[i] = Math.exp(shift[i]);
        }
        double bitsOfFactor = 1 + (largest + most) / Math.log(2);
        factors = (int) Math.max(1, MOST_BITS / bitsOfFactor);
    }

    /**
     * {@code sum_i softplus(x_i + shift_i)}.
     *
     * @param row of the table
     * @return the sum; NaN if a term is NaN
     */
    public double sum(int row) {
        if (factors == 0) {
            return fallback.of(rows[row], shift, 1);
        }
        double[] x = exponentials[row];
        Arrays.fill(products, 1);
        double product = 1;
        long exponent = 0;
        int i = 0;
        while (i + LANES <= x.length) {
            int end = (int) Math.min(x.length - LANES + 1L, i + (long) factors * LANES);
            i = multiply(x, i, end);
            for (int lane = 0; lane < LANES; lane++) {
                long bits = Double.doubleToRawLongBits(products[lane]);
                exponent += (bits >>> 52) - 1023;
                products[lane] = Double.longBitsToDouble((bits & FRACTION) | ONE);
            }
        }
        for (int lane = 0; lane < LANES; lane++) {
            product *= products[lane]; // 32 fractions below 2
        }
        for (; i < x.length; i++) {
            product *= 1 + x[i] * shiftExponentials[i];
            exponent += Math.getExponent(product);
            product = Math.scalb(product, -Math.getExponent(product));
        }
        return Math.log(product) + exponent * Math.log(2);
    }

    /** Multiplies the factors from i on into their lanes. */
    private int multiply(double[] x, int from, int end) {
        int i = from;
        for (; i < end; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                products[lane] *= 1 + x[i + lane] * shiftExponentials[i + lane];
            }
        }
        return i;
    }
}
