package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.List;

/** Counts layers, epochs and minibatches and estimates the time left from the work done so far. */
final class ProgressClock {

    private final List<RbmTarget> targets;
    private final List<LayerSettings> settings;
    private final long start = System.nanoTime();
    private long layerStart = start;
    private int layer = -1;
    private int epoch = 1;
    private long minibatch;
    private long rowsPerEpoch;
    private long minibatchesPerEpoch;
    private long rowsInLayer;
    private double workDone;

    ProgressClock(List<RbmTarget> targets, List<LayerSettings> settings) {
        this.targets = targets;
        this.settings = settings;
    }

    void startLayer(LayerInputs.Summary summary) {
        layer++;
        epoch = 1;
        minibatch = 0;
        rowsInLayer = 0;
        rowsPerEpoch = summary.rows();
        minibatchesPerEpoch = summary.minibatches();
        layerStart = System.nanoTime();
    }

    void startEpoch(int number) {
        epoch = number;
        minibatch = 0;
    }

    void countMinibatch(long rows) {
        minibatch++;
        rowsInLayer += rows;
        workDone += rows * workPerRow(layer);
    }

    int epoch() {
        return epoch;
    }

    long minibatch() {
        return minibatch;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    PretrainingProgress progress(double meanHiddenActivation) {
        double layerSeconds = (System.nanoTime() - layerStart) / 1e9;
        return new PretrainingProgress(
                layer + 1,
                targets.size(),
                targets.get(layer).name(),
                epoch,
                settings.get(layer).epochs(),
                minibatch,
                minibatchesPerEpoch,
                meanHiddenActivation,
                layerSeconds > 0 ? rowsInLayer / layerSeconds : 0,
                elapsed(),
                remaining());
    }

    /** The products dominate, and theirs is the number of weights. Layers still to come are taken to have as many rows. */
    private Duration remaining() {
        if (workDone == 0) {
            return Duration.ZERO;
        }
        double workLeft = -rowsInLayer * workPerRow(layer);
        for (int i = layer; i < targets.size(); i++) {
            workLeft += (double) settings.get(i).epochs() * rowsPerEpoch * workPerRow(i);
        }
        return Duration.ofNanos((long) (elapsed().toNanos() * Math.max(0, workLeft) / workDone));
    }

    private double workPerRow(int index) {
        RbmLayer conf = targets.get(index).layer();
        return (double) conf.getNIn() * conf.getNOut();
    }
}
