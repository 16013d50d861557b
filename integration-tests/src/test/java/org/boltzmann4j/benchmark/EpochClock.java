package org.boltzmann4j.benchmark;

import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingProgress;

/** Seconds from the end of one epoch to the end of the next. */
final class EpochClock implements PretrainingListener {

    private long lastEnd;
    private double secondsOfTheLastEpoch;

    @Override
    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
        long now = System.nanoTime();
        secondsOfTheLastEpoch = (now - lastEnd) / 1e9;
        lastEnd = now;
    }

    double secondsOfTheLastEpoch() {
        return secondsOfTheLastEpoch;
    }
}
