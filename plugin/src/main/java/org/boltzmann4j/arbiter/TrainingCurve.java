package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.List;

/**
 * A quantity after each epoch.
 *
 * @param name for example {@code layer 0: reconstruction error}
 * @param values one for each epoch
 */
public record TrainingCurve(String name, List<Double> values) implements Serializable {

    private static final long serialVersionUID = 1;

    /** Copies the values. */
    public TrainingCurve {
        values = List.copyOf(values);
    }
}
