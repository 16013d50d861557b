package org.boltzmann4j.dl4j;

import org.boltzmann4j.math.StateRecord;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters to go back to when a training explodes. An explosion begins before it is found, so those of 50 to 100 usual updates ago are kept,
 * not the last ones. Mutable.
 */
final class BackOff {

    private static final int INTERVAL = 50;

    private final int most;
    private final INDArray healthy;
    private final INDArray candidate;
    private int used;
    private int sinceCandidate;

    /**
     * Begins with given parameters.
     *
     * @param most how often to go back, at least 1
     * @param parameters a vector, copied
     */
    BackOff(int most, INDArray parameters) {
        this.most = most;
        this.healthy = parameters.dup('c');
        this.candidate = parameters.dup('c');
    }

    /** Looks at the parameters after an update, which are not modified. */
    void follow(INDArray parameters, boolean quiet) {
        sinceCandidate++;
        if (sinceCandidate >= INTERVAL && quiet) {
            healthy.assign(candidate);
            candidate.assign(parameters);
            sinceCandidate = 0;
        }
    }

    /** Whether there is a time left to go back. */
    boolean isLeft() {
        return used < most;
    }

    /** Writes the healthy parameters over the given ones. */
    void goBack(INDArray parameters) {
        parameters.assign(healthy);
        candidate.assign(healthy);
        sinceCandidate = 0;
        used++;
    }

    /** How often the training went back. */
    int used() {
        return used;
    }

    void carry(StateRecord record) {
        used = record.count("used", used, 0, Integer.MAX_VALUE);
        sinceCandidate = record.count("sinceCandidate", sinceCandidate, 0, Integer.MAX_VALUE);
        record.matrixInto("healthy", healthy);
        record.matrixInto("candidate", candidate);
    }
}
