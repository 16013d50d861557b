package org.boltzmann4j.examples;

import org.boltzmann4j.io.ImageDataSet;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** A learning rate that falls to a fiftieth of its first value. */
final class FallingRate {

    private static final double LAST = 0.02;

    private FallingRate() {}

    /**
     * Falls by the same factor in every update. (The host's PolySchedule is not what it seems: in 1.0.0-M2.1 it rises to twice the
     * rate.)
     *
     * @param first rate of the first update
     * @param updates after so many the rate is a fiftieth of the first
     */
    static ISchedule of(double first, long updates) {
        return new ExponentialSchedule(ScheduleType.ITERATION, first, Math.pow(LAST, 1.0 / updates));
    }

    /** The updates of one epoch; the last minibatch may be smaller. */
    static int minibatches(ImageDataSet data, int batchSize) {
        return (data.examples() + batchSize - 1) / batchSize;
    }
}
