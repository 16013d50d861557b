package org.boltzmann4j.dl4j;

import java.util.Arrays;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads one-hot labels of rows that may have no class. */
final class ClassLabels {

    /** Of a row without a class. */
    static final int NONE = -1;

    private ClassLabels() {}

    /**
     * Reads the class of each row.
     *
     * @param labels {@code [rows, classes]}, a single 1 in a row or zeros alone, not modified; null if no row has a class
     * @param rows how many
     * @param classes number of classes
     * @return {@code [rows]}, {@link #NONE} where there is no class
     * @throws IllegalArgumentException if the labels have another shape or other numbers
     */
    static int[] of(@Nullable INDArray labels, int rows, int classes) {
        int[] found = new int[rows];
        Arrays.fill(found, NONE);
        if (labels == null || labels.isEmpty()) {
            return found;
        }
        if (labels.rank() != 2 || labels.size(0) != rows || labels.size(1) != classes) {
            throw new IllegalArgumentException("labels of shape " + Arrays.toString(labels.shape()) + ", expected ["
                    + rows + ", " + classes + "]");
        }
        Rows values = Rows.of(labels.ordering() == 'c' ? labels : labels.dup('c'));
        double[] row = new double[classes];
        for (int r = 0; r < rows; r++) {
            values.read(r, row);
            for (int c = 0; c < classes; c++) {
                if (row[c] == 1 && found[r] < 0) {
                    found[r] = c;
                } else if (row[c] != 0) {
                    throw new IllegalArgumentException("labels of row " + r + ": " + Arrays.toString(row)
                            + ", expected a single 1 among zeros, or zeros alone for a row without a class");
                }
            }
        }
        return found;
    }
}
