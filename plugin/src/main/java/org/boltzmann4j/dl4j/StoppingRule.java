package org.boltzmann4j.dl4j;

import java.util.List;

/**
 * Ends the pretraining of a layer early on validation data, and says which epoch's parameters to go back to.
 *
 * @param criterion what is watched
 * @param tolerance in the criterion's unit, at least 0; see the factory methods
 * @param patience number of epochs after the best one that end the layer, at least 1
 */
public record StoppingRule(Criterion criterion, double tolerance, int patience) {

    /** What a stopping rule watches. */
    public enum Criterion {
        /** {@link PretrainingMonitors#freeEnergyGap()}. */
        FREE_ENERGY_GAP,
        /** {@link PretrainingMonitors#reconstructionError()} on the validation rows. */
        RECONSTRUCTION_ERROR
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the tolerance is negative or not finite, or the patience below 1
     */
    public StoppingRule {
        if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
            throw new IllegalArgumentException(
                    "stopping rule: tolerance = " + tolerance + ", expected a finite number of at least 0");
        }
        if (patience < 1) {
            throw new IllegalArgumentException("stopping rule: patience = " + patience + ", expected at least 1");
        }
    }

    /**
     * Stops when the gap between the mean free energies of validation and training rows has stayed more than the
     * tolerance above its smallest value: the model learns the training rows by heart (Hinton 2012, section 6). The
     * latest epoch within the tolerance is kept.
     *
     * @param tolerance growth in nats that is not yet over-fitting
     * @param patience epochs in a row beyond it
     * @return the rule
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static StoppingRule onFreeEnergyGap(double tolerance, int patience) {
        return new StoppingRule(Criterion.FREE_ENERGY_GAP, tolerance, patience);
    }

    /**
     * Stops when the reconstruction error of the validation rows has not fallen by more than the tolerance below its best
     * value. The best epoch is kept.
     *
     * @param tolerance smallest decrease that counts
     * @param patience epochs in a row without one
     * @return the rule
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static StoppingRule onReconstructionError(double tolerance, int patience) {
        return new StoppingRule(Criterion.RECONSTRUCTION_ERROR, tolerance, patience);
    }

    /** The epoch to keep, counted from 1, given the monitors of all epochs so far (at least one). */
    int bestEpoch(List<PretrainingMonitors> history) {
        int best = 1;
        double reference = Double.POSITIVE_INFINITY;
        for (int epoch = 1; epoch <= history.size(); epoch++) {
            double value = valueOf(history.get(epoch - 1));
            switch (criterion) {
                case FREE_ENERGY_GAP -> {
                    reference = Math.min(reference, value);
                    if (value <= reference + tolerance) {
                        best = epoch;
                    }
                }
                case RECONSTRUCTION_ERROR -> {
                    if (value < reference - tolerance || epoch == 1) {
                        reference = value;
                        best = epoch;
                    }
                }
            }
        }
        return best;
    }

    /** Whether the layer ends now. */
    boolean ends(List<PretrainingMonitors> history) {
        return history.size() - bestEpoch(history) >= patience;
    }

    private double valueOf(PretrainingMonitors monitors) {
        return switch (criterion) {
            case FREE_ENERGY_GAP -> monitors.freeEnergyGap();
            case RECONSTRUCTION_ERROR -> monitors.reconstructionError();
        };
    }
}
