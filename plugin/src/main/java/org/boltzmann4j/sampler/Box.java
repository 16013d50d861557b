package org.boltzmann4j.sampler;

import java.io.Serializable;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The range every feature lies in, for example {@code [0, 1]} for grey values.
 *
 * @param lower smallest value of a feature
 * @param upper largest value of a feature
 */
public record Box(Double lower, Double upper) implements Serializable {

    private static final long serialVersionUID = 1;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a bound is missing or not finite, or {@code lower >= upper}
     */
    @JsonCreator
    public Box(@JsonProperty("lower") @Nullable Double lower, @JsonProperty("upper") @Nullable Double upper) {
        if (lower == null || upper == null || !Double.isFinite(lower) || !Double.isFinite(upper) || lower >= upper) {
            throw new IllegalArgumentException(
                    "box: lower = " + lower + ", upper = " + upper + ", expected two finite numbers, lower < upper");
        }
        this.lower = lower;
        this.upper = upper;
    }

    /**
     * A box with the same bounds for every feature.
     *
     * @param lower smallest value
     * @param upper largest value
     * @return the box
     * @throws IllegalArgumentException if a bound is not finite, or {@code lower >= upper}
     */
    public static Box of(double lower, double upper) {
        return new Box(lower, upper);
    }

    /**
     * Moves a value to the nearest one in the box.
     *
     * @param value any; NaN stays NaN
     * @return a value in {@code [lower, upper]}
     */
    public double clamp(double value) {
        return Math.max(lower, Math.min(upper, value));
    }

    /**
     * Moves every value to the nearest one in the box.
     *
     * @param values overwritten; NaN stays NaN
     */
    public void clamp(double[] values) {
        double low = lower;
        double high = upper;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(low, Math.min(high, values[i]));
        }
    }

    /**
     * Checks that data lie in the box, up to rounding in single precision.
     *
     * @param x {@code [rows, features]}, not modified
     * @param what how the message calls the data
     * @throws IllegalArgumentException naming the first value outside, NaN included
     */
    public void requireHolds(INDArray x, String what) {
        double slack = 1e-6 * (upper - lower);
        Rows rows = Rows.of(x);
        double[] row = new double[rows.width()];
        for (long r = 0; r < rows.count(); r++) {
            rows.read(r, row);
            for (int i = 0; i < row.length; i++) {
                if (!(row[i] >= lower - slack && row[i] <= upper + slack)) {
                    throw new IllegalArgumentException(what + ", row " + r + ", feature " + i + " = " + row[i]
                            + ", expected a value in the declared box [" + lower + ", " + upper + "]");
                }
            }
        }
    }
}
