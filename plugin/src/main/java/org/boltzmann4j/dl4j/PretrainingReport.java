package org.boltzmann4j.dl4j;

import java.time.Duration;
import java.util.List;

/**
 * What a greedy pretraining did.
 *
 * @param layers one report per RBM layer, in order
 * @param duration wall-clock time of all layers
 */
public record PretrainingReport(List<LayerReport> layers, Duration duration) {

    /** Copies the list. */
    public PretrainingReport {
        layers = List.copyOf(layers);
    }

    /**
     * What happened to one layer.
     *
     * @param index position in the network
     * @param name name in the network, or its index where it has none
     * @param history monitors after each epoch
     * @param keptEpoch the epoch whose parameters the layer has now, counted from 1: the last, or the best one of a
     *     layer that was stopped early
     * @param stoppedEarly whether the stopping rule ended it
     * @param duration wall-clock time
     */
    public record LayerReport(
            int index,
            String name,
            List<PretrainingMonitors> history,
            int keptEpoch,
            boolean stoppedEarly,
            Duration duration) {

        /** Copies the list. */
        public LayerReport {
            history = List.copyOf(history);
        }
    }
}
