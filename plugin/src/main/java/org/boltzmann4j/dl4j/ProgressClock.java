package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.List;
import org.boltzmann4j.math.StateRecord;

/** Counts layers, epochs and minibatches and estimates the time left from the work done so far. */
final class ProgressClock {

    private final List<RbmTarget> targets;
    private final List<LayerSettings> settings;
    private long start = System.nanoTime();
    private long layerStart = start;
    private int layer;
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

    void setLayer(int number) {
        layer = number;
    }

    void startLayer(LayerInputs.Summary summary) {
        epoch = 1;
        minibatch = 0;
        rowsInLayer = 0;
        rowsPerEpoch = summary.rows();
        minibatchesPerEpoch = summary.minibatches();
        layerStart = System.nanoTime();
    }

    void startEpoch(int number, long minibatchesDone) {
        epoch = number;
        minibatch = minibatchesDone;
    }

    void carry(StateRecord record) {
        epoch = record.count("epoch", epoch, 1, Integer.MAX_VALUE);
        minibatch = record.count("minibatch", (int) minibatch, 0, Integer.MAX_VALUE);
        rowsInLayer = record.count("rowsInLayer", rowsInLayer);
        workDone = record.number("workDone", workDone);
        long now = System.nanoTime();
        start = now - record.count("elapsed", now - start);
        layerStart = now - record.count("elapsedInLayer", now - layerStart);
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

    /** For messages. */
    String place() {
        return "epoch " + epoch + ", minibatch " + minibatch;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    Duration elapsedInLayer() {
        return Duration.ofNanos(System.nanoTime() - layerStart);
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
