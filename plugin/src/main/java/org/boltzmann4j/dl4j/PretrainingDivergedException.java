package org.boltzmann4j.dl4j;

/**
 * Pretraining of a layer exploded: an update would have made its parameters infinite or NaN, or was a thousand times longer than usual. It
 * was not applied: the network has the last finite parameters.
 */
public final class PretrainingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String layer;
    private final int epoch;
    private final long minibatch;

    PretrainingDivergedException(String layer, int epoch, long minibatch, String what, String figures) {
        super(layer + ", epoch " + epoch + ", minibatch " + minibatch + ": " + what
                + "; " + figures
                + "; the network keeps its last finite parameters. Try a lower learning rate, backOff(3), gradient clipping or,"
                + " for Gaussian units, standardised data");
        this.layer = layer;
        this.epoch = epoch;
        this.minibatch = minibatch;
    }

    /**
     * Returns the layer.
     *
     * @return index and name as in the message
     */
    public String layer() {
        return layer;
    }

    /**
     * Returns the epoch.
     *
     * @return counted from 1
     */
    public int epoch() {
        return epoch;
    }

    /**
     * Returns the minibatch within the epoch.
     *
     * @return counted from 1
     */
    public long minibatch() {
        return minibatch;
    }
}
