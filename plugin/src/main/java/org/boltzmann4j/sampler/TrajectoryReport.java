package org.boltzmann4j.sampler;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where trajectory tempering stands.
 *
 * @param checkpoints number of frozen models, the one without weights included
 * @param reversals how often the training was sent back to a checkpoint, since it began
 * @param thermalisation autocorrelation time of the chains of the last checkpoint during its equilibration, in sweeps of the
 *     whole ladder; null if nothing moved
 * @param thermalised whether the last equilibration had the length asked for
 * @param logPartition log Z of the model, from the exact value of the model without weights, with the states of a rung taken as
 *     independent
 * @param dataProbability sum of the model's probabilities of distinct data rows; NaN where it was not asked for or the states
 *     have densities. Above 1 it proves that rungs are not in equilibrium
 */
public record TrajectoryReport(
        int checkpoints,
        int reversals,
        @Nullable AutocorrelationTime thermalisation,
        boolean thermalised,
        LadderLogPartition logPartition,
        double dataProbability) {

    /**
     * Whether distinct states have a total probability above 1, by more than three standard errors of log Z.
     *
     * @return true if the rungs are proved not to be in equilibrium; false proves nothing
     */
    public boolean missesEquilibrium() {
        return Math.log(dataProbability) > 3 * logPartition.standardError() + 1e-9; // rounding
    }

    /**
     * Says the same in a few words.
     *
     * @return for example {@code 12 checkpoints, log Z 23.41 +- 0.05 (effective sample size 61.3)}
     */
    public String summary() {
        String back = reversals == 0 ? "" : String.format(Locale.ROOT, ", %d reversals", reversals);
        return checkpoints + " checkpoints, " + logPartition + back;
    }
}
