package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Visible units whose values are given, row by row: half of an image, or the label among the visible units. Chains that
 * {@link Chains#hold hold} them sample the other units from their conditional distribution. Immutable.
 */
public final class KnownValues {

    private final boolean[][] known;
    private final double[][] values;

    private KnownValues(boolean[][] known, double[][] values) {
        this.known = known;
        this.values = values;
    }

    /**
     * Known values, each row with units of its own.
     *
     * @param values {@code [n, visible]}, copied; of the unknown units any numbers
     * @param known {@code [n, visible]}, or {@code [1, visible]} for the same units in all rows; not 0 where the value is
     *     known; any type of array
     * @return the values
     * @throws IllegalArgumentException if the shapes differ, or it is not said whether a value is known (NaN)
     */
    public static KnownValues of(INDArray values, INDArray known) {
        if (values.rank() != 2) {
            throw new IllegalArgumentException(
                    "known values: expected shape [rows, visible], got " + Arrays.toString(values.shape()));
        }
        Matrices.requireMatrix(known, values.size(1), "known units");
        if (known.size(0) != 1 && known.size(0) != values.size(0)) {
            throw new IllegalArgumentException("known units of " + known.size(0) + " rows for values of "
                    + values.size(0) + ", expected as many, or 1 for all of them");
        }
        double[][] masks = rows(known);
        boolean[][] flags = new boolean[Math.toIntExact(values.size(0))][];
        for (int row = 0; row < flags.length; row++) {
            double[] mask = masks[row % masks.length];
            flags[row] = new boolean[mask.length];
            for (int i = 0; i < mask.length; i++) {
                if (Double.isNaN(mask[i])) {
                    throw new IllegalArgumentException("known units: row " + row + ", column " + i
                            + " is NaN, expected 0 where unknown, else not 0");
                }
                flags[row][i] = mask[i] != 0;
            }
        }
        return new KnownValues(flags, rows(values));
    }

    /**
     * Known values of some neighbouring units, the same ones in every row: labels beside pixels, for example.
     *
     * @param width number of all visible units
     * @param first index of the first known unit
     * @param values {@code [n, known]}, copied
     * @return the values
     * @throws IllegalArgumentException if there are not so many units
     */
    public static KnownValues ofColumns(int width, int first, INDArray values) {
        int to = first + Math.toIntExact(values.size(1));
        if (first < 0 || to > width) {
            throw new IllegalArgumentException(
                    "known units " + first + " to " + to + ", expected some of the " + width + " visible ones");
        }
        double[][] some = rows(values);
        boolean[][] flags = new boolean[some.length][width];
        double[][] all = new double[some.length][width];
        for (int row = 0; row < some.length; row++) {
            Arrays.fill(flags[row], first, to, true);
            System.arraycopy(some[row], 0, all[row], first, to - first);
        }
        return new KnownValues(flags, all);
    }

    private static double[][] rows(INDArray array) {
        INDArray typed = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.DOUBLE);
        Rows rows = Rows.of(typed);
        double[][] result = new double[Math.toIntExact(rows.count())][rows.width()];
        for (int row = 0; row < result.length; row++) {
            rows.read(row, result[row]);
        }
        return result;
    }

    /**
     * Returns the number of rows. Chains beyond it hold the values of the rows from the first one on again.
     *
     * @return at least 1
     */
    public int rows() {
        return values.length;
    }

    /**
     * Checks that a model can have these values.
     *
     * @param rbm the model
     * @return this
     * @throws IllegalArgumentException if the width is not that of the visible layer, or a known value is none of its units'
     */
    KnownValues requireFor(Rbm rbm) {
        if (values[0].length != rbm.visibleWidth()) {
            throw new IllegalArgumentException("known values of " + values[0].length + " units, expected "
                    + rbm.visibleWidth() + " as the model has");
        }
        for (int row = 0; row < values.length; row++) {
            for (int i = 0; i < values[row].length; i++) {
                Unit unit = rbm.visible().typeOf(i);
                if (known[row][i] && !unit.accepts(values[row][i])) {
                    throw new IllegalArgumentException("the known value in row " + row + ", column " + i + " is "
                            + values[row][i] + ", expected " + unit.expectation());
                }
            }
        }
        return this;
    }

    /** Some of the rows, by index. */
    KnownValues range(int from, int to) {
        return new KnownValues(Arrays.copyOfRange(known, from, to), Arrays.copyOfRange(values, from, to));
    }

    /** Which units are known to a chain; not to be modified. */
    boolean[] known(int chain) {
        return known[chain % known.length];
    }

    /** Puts the known values of a chain into a row of the units' own values. */
    void put(int chain, double[] state) {
        boolean[] flags = known(chain);
        double[] given = values[chain % values.length];
        for (int i = 0; i < state.length; i++) {
            if (flags[i]) {
                state[i] = given[i];
            }
        }
    }

    /** The same in single precision. */
    void put(int chain, float[] state) {
        boolean[] flags = known(chain);
        double[] given = values[chain % values.length];
        for (int i = 0; i < state.length; i++) {
            if (flags[i]) {
                state[i] = (float) given[i];
            }
        }
    }
}
