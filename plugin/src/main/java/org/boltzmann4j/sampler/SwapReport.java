package org.boltzmann4j.sampler;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How well tempering mixes.
 *
 * @param rungs the inverse temperatures; in trajectory tempering the numbers of minibatches after which the models of the
 *     rungs were frozen
 * @param swapAcceptanceRates for each pair of neighbours, the share of proposed swaps that were accepted; NaN where none
 *     was proposed. Below about 0.1 a pair is a bottleneck
 * @param roundTrips how often a state went from the model (in trajectory tempering the last checkpoint) to the hottest rung
 *     and back
 * @param logPartition log Z of the model of the last sweep, from the exact value at the inverse temperature 0, with chains taken as
 *     independent; unknown where the ladder does not begin at 0 or Bennett's ratio does not apply, and in trajectory tempering,
 *     whose {@link TrajectoryReport} has it
 */
public record SwapReport(
        List<Double> rungs, List<Double> swapAcceptanceRates, long roundTrips, LadderLogPartition logPartition) {

    /** Copies the lists. */
    public SwapReport {
        rungs = List.copyOf(rungs);
        swapAcceptanceRates = List.copyOf(swapAcceptanceRates);
    }

    /**
     * The same without log Z.
     *
     * @param rungs see above
     * @param swapAcceptanceRates see above
     * @param roundTrips see above
     */
    public SwapReport(List<Double> rungs, List<Double> swapAcceptanceRates, long roundTrips) {
        this(rungs, swapAcceptanceRates, roundTrips, LadderLogPartition.unknown());
    }

    /**
     * Says the same in a few words.
     *
     * @return for example {@code swaps 0.31-0.78 over 10 rungs, 12 round trips, log Z 23.41 +- 0.05 (effective sample size
     *     61.3)}
     */
    public String summary() {
        List<Double> proposed =
                swapAcceptanceRates.stream().filter(rate -> !rate.isNaN()).toList();
        return proposed.isEmpty()
                ? "no swaps"
                : String.format(
                        Locale.ROOT,
                        "swaps %.2f-%.2f over %d rungs, %d round trips%s",
                        Collections.min(proposed),
                        Collections.max(proposed),
                        rungs.size(),
                        roundTrips,
                        logPartition.isKnown() ? ", " + logPartition : "");
    }

    /**
     * Prints the ladder with the acceptance rates between its rungs.
     *
     * @return for example {@code 0.000 -(0.71)- 0.500 -(0.64)- 1.000, 12 round trips}, or with checkpoints
     *     {@code 0 -(0.71)- 512 -(0.64)- 1000, 12 round trips}
     */
    @Override
    public String toString() {
        // Whole numbers of minibatches, or inverse temperatures.
        String format = rungs.stream().anyMatch(rung -> rung > 1) ? "%.0f" : "%.3f";
        StringBuilder result = new StringBuilder();
        for (int r = 0; r < rungs.size(); r++) {
            if (r > 0) {
                result.append(String.format(Locale.ROOT, " -(%.2f)- ", swapAcceptanceRates.get(r - 1)));
            }
            result.append(String.format(Locale.ROOT, format, rungs.get(r)));
        }
        return result.append(", ").append(roundTrips).append(" round trips").toString();
    }
}
