package org.boltzmann4j.objective;

import java.util.SplittableRandom;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Unit;

/** How values between 0 and 1 are presented to binary visible units. Other unit types take their data as they are. */
public enum GreyValues {
    /** Drawn anew at every presentation, with the grey value as probability of a 1. */
    SAMPLED,
    /** 1 above one half, else 0. */
    THRESHOLDED,
    /** Used as if they were the units' means (Hinton 2012, section 3.4): a mean-field shortcut, not a binary model. */
    MEANS;

    /**
     * Changes one row of data into a row of visible states.
     *
     * @param unit type of the visible units
     * @param values changed in place
     * @param random consumed by {@link #SAMPLED} only
     */
    void present(Unit unit, double[] values, SplittableRandom random) {
        if (!(unit instanceof Bernoulli)) {
            return;
        }
        switch (this) {
            case SAMPLED -> unit.sample(values, random, values);
            case THRESHOLDED -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = values[i] > 0.5 ? 1 : 0;
                }
            }
            case MEANS -> {
                // Nothing to do.
            }
        }
    }
}
