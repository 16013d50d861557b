package org.boltzmann4j.math;

import org.jspecify.annotations.Nullable;

/** Checks of counts in specifications. */
public final class Counts {

    private Counts() {}

    /**
     * Checks that a count is there and at least 1.
     *
     * @param count the value, or null where JSON has none
     * @param name how the message calls it
     * @return the count
     * @throws IllegalArgumentException if it is missing or below 1
     */
    public static Integer requirePositive(@Nullable Integer count, String name) {
        if (count == null) {
            throw new IllegalArgumentException(name + " is missing, expected a whole number of at least 1");
        }
        if (count < 1) {
            throw new IllegalArgumentException(name + " = " + count + ", expected at least 1");
        }
        return count;
    }
}
