package org.boltzmann4j.objective;

import org.jspecify.annotations.Nullable;

/** Checks of counts in specifications. */
final class Counts {

    private Counts() {}

    static Integer requirePositive(@Nullable Integer count, String name) {
        if (count == null) {
            throw new IllegalArgumentException(name + " is missing, expected a whole number of at least 1");
        }
        if (count < 1) {
            throw new IllegalArgumentException(name + " = " + count + ", expected at least 1");
        }
        return count;
    }
}
