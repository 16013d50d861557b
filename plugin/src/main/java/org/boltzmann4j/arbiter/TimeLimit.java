package org.boltzmann4j.arbiter;

import java.time.Duration;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * Ends training and scoring of a candidate after the minibatch, or step of an estimate, in which its time is up. Nothing is interrupted, so that no array is
 * left half written.
 */
final class TimeLimit extends BaseTrainingListener implements PretrainingListener {

    private final @Nullable Duration limit;
    private final long start = System.nanoTime();

    /** Starts the clock; null for no limit. */
    TimeLimit(@Nullable Duration limit) {
        this.limit = limit;
    }

    @Override
    public void onMinibatch(PretrainingProgress progress) {
        check();
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
        check();
    }

    /** Throws when the time is up. */
    void check() {
        if (limit != null && System.nanoTime() - start > limit.toNanos()) {
            throw new TimeLimitException(limit);
        }
    }
}
