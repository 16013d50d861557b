package org.boltzmann4j.dl4j;

import java.time.Duration;

/**
 * Where a greedy pretraining stands. All counts start at 1.
 *
 * @param layer number of the RBM layer in training
 * @param layers number of RBM layers
 * @param layerName its name in the network, or its index where it has none
 * @param epoch the current epoch of this layer
 * @param epochs its planned epochs
 * @param minibatch the last minibatch done in this epoch; 0 before the first
 * @param minibatches minibatches an epoch
 * @param meanHiddenActivation mean hidden activation over the last minibatch; NaN before the first
 * @param examplesPerSecond rows a second in this layer so far
 * @param elapsed time since the pretraining began
 * @param remaining estimate of the time left for all layers, from the cost of a row in each
 */
public record PretrainingProgress(
        int layer,
        int layers,
        String layerName,
        int epoch,
        int epochs,
        long minibatch,
        long minibatches,
        double meanHiddenActivation,
        double examplesPerSecond,
        Duration elapsed,
        Duration remaining) {}
