package org.boltzmann4j.math;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets somebody look on while a long computation makes its steps, and end it: the sweeps of annealing, the blocks of an exact sum. Each
 * step is complete when the watch is asked, so that nothing is left half done. A watch holds for one thread and what is called in it;
 * computations are not told of it, since it has no part in what they find.
 */
public final class StepWatch {

    private static final ThreadLocal<@Nullable Runnable> WATCH = new ThreadLocal<>();

    private StepWatch() {}

    /**
     * Makes a computation in this thread under a watch. Under a watch within it, that one alone is asked.
     *
     * @param watch asked before each step, in this thread; what it throws ends the computation
     * @param computation to watch
     * @param <T> what it finds
     * @return its result
     */
    public static <T> T during(Runnable watch, Supplier<T> computation) {
        Runnable outer = WATCH.get();
        WATCH.set(watch);
        try {
            return computation.get();
        } finally {
            if (outer == null) {
                WATCH.remove();
            } else {
                WATCH.set(outer);
            }
        }
    }

    /** Asks the watch, if there is one: for computations, before a step of at most some tenths of a second. */
    public static void ask() {
        Runnable watch = WATCH.get();
        if (watch != null) {
            watch.run();
        }
    }
}
