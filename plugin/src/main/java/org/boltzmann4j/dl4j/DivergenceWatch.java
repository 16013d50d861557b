package org.boltzmann4j.dl4j;

import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the minibatch at which a training explodes, long before its parameters overflow: an update that is 1000 times longer than usual and
 * longer than the parameters themselves. What is usual is the geometric mean over about 100 updates: an arithmetic one would be led by the
 * explosion. Lengths are sums of absolute values. Mutable.
 */
final class DivergenceWatch {

    private static final double TIMES_USUAL = Math.log(1000);
    private static final double SUSPECT = Math.log(10);
    private static final double WINDOW = 100;

    /** Before it, nothing is usual. */
    private static final long LEAST_SEEN = 10;

    private double meanLogLength;
    private long seen;
    private boolean quiet = true;

    /**
     * Judges an update before it is applied.
     *
     * @param length of the update; NaN or infinite if it is not finite
     * @param ofParameters computed only if the update is unusual
     * @return what is wrong, or null
     */
    @Nullable String look(double length, DoubleSupplier ofParameters) {
        if (!Double.isFinite(length)) {
            return "the update is not finite";
        }
        if (length == 0) {
            return null;
        }
        double excess = Math.log(length) - meanLogLength;
        quiet = seen < LEAST_SEEN || excess < SUSPECT;
        if (seen >= LEAST_SEEN && excess > TIMES_USUAL && length > ofParameters.getAsDouble()) {
            return String.format(
                    Locale.ROOT,
                    "the update is %.0f times as long as usual, and longer than the parameters",
                    Math.exp(excess));
        }
        seen++;
        meanLogLength += excess * Math.max(1.0 / seen, 1 / WINDOW);
        return null;
    }

    /** Whether the last update was a usual one. */
    boolean isQuiet() {
        return quiet;
    }

    void carry(StateRecord record) {
        meanLogLength = record.number("meanLogLength", meanLogLength);
        seen = record.count("seen", seen);
        quiet = record.flag("quiet", quiet);
    }
}
