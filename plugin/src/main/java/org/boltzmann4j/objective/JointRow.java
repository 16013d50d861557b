package org.boltzmann4j.objective;

import java.util.Arrays;

/**
 * The kinds of rows in a minibatch for {@link JointEnergyLoss}, told apart by the sum of a row of labels, so that a minibatch is an
 * ordinary data set.
 */
public enum JointRow {
    /** A real row with its class: 1 there, 0 elsewhere. */
    LABELLED,
    /** A real row without a class: {@code -1/C} everywhere. */
    UNLABELLED,
    /** A sample of {@code p(x)}: 0 everywhere. */
    GENERATED,
    /** A sample of {@code p(x | y)}: -2 at the class, 0 elsewhere. */
    GENERATED_OF_CLASS;

    /**
     * Writes the labels of a row.
     *
     * @param label class of the row; ignored by the kinds without one
     * @param into {@code [classes]}, overwritten
     */
    public void write(int label, double[] into) {
        Arrays.fill(into, this == UNLABELLED ? -1.0 / into.length : 0);
        if (this == LABELLED) {
            into[label] = 1;
        } else if (this == GENERATED_OF_CLASS) {
            into[label] = -2;
        }
    }

    /**
     * Recognises a row. The sums of the kinds are 1, -1, 0 and -2; the bounds lie half way.
     *
     * @param labels {@code [classes]}, not modified
     * @return its kind
     */
    static JointRow of(double[] labels) {
        double sum = 0;
        for (double label : labels) {
            sum += label;
        }
        if (sum > 0.5) {
            return LABELLED;
        }
        if (sum > -0.5) {
            return GENERATED;
        }
        return sum > -1.5 ? UNLABELLED : GENERATED_OF_CLASS;
    }

    /** The class of a {@link #LABELLED} row or a {@link #GENERATED_OF_CLASS} one. */
    static int label(double[] labels) {
        int best = 0;
        for (int i = 1; i < labels.length; i++) {
            best = Math.abs(labels[i]) > Math.abs(labels[best]) ? i : best;
        }
        return best;
    }
}
