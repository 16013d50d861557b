package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A ladder that moves its rungs until all pairs of neighbours swap equally often, and adds rungs while they swap less often
 * than aimed at. The ends stay where they are.
 *
 * <p>With r_t the mean rejection probability of pair t, measured over {@code interval} sweeps, the sum of the r up to a
 * rung, interpolated linearly in beta, is nearly the same function for every ladder; rungs at which it grows by equal steps
 * have equal rejection (Syed, Bouchard-Cote, Deligiannidis, Doucet 2021). Every move goes half the way there. If the mean
 * of the r is above {@code 1 - aim} a rung is added, at first with copies of the states of its colder neighbour.
 *
 * <p>While a ladder moves, the chains are not exactly stationary; it hardly moves once the rates are equal.
 *
 * @param aim mean acceptance rate of swaps below which rungs are added, above 0 and below 1
 * @param rungs their number at the start, evenly spaced, at least 2
 * @param largest no rung is added beyond this number, at least {@code rungs}
 * @param lowest the hottest rung, at least 0 and below 1
 * @param interval sweeps between two moves, at least 1
 */
public record AdaptiveLadder(Double aim, Integer rungs, Integer largest, Double lowest, Integer interval)
        implements Ladder {

    private static final long serialVersionUID = 1;

    /** Keeps rungs apart between which every swap was accepted. */
    private static final double SMALLEST_REJECTION = 1e-3;

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public AdaptiveLadder(
            @JsonProperty("aim") @Nullable Double aim,
            @JsonProperty("rungs") @StrictCount @Nullable Integer rungs,
            @JsonProperty("largest") @StrictCount @Nullable Integer largest,
            @JsonProperty("lowest") @Nullable Double lowest,
            @JsonProperty("interval") @StrictCount @Nullable Integer interval) {
        if (aim == null || !(aim > 0 && aim < 1)) {
            throw new IllegalArgumentException("adaptive ladder: aim = " + aim + ", expected a number in (0, 1)");
        }
        this.aim = aim;
        this.rungs = Counts.requirePositive(rungs, "adaptive ladder: rungs");
        if (this.rungs < 2) {
            throw new IllegalArgumentException("adaptive ladder: rungs = " + rungs + ", expected at least 2");
        }
        this.largest = Counts.requirePositive(largest, "adaptive ladder: largest");
        if (this.largest < this.rungs) {
            throw new IllegalArgumentException(
                    "adaptive ladder: largest = " + largest + ", expected at least rungs = " + rungs);
        }
        if (lowest == null || !(lowest >= 0 && lowest < 1)) {
            throw new IllegalArgumentException("adaptive ladder: lowest = " + lowest + ", expected a number in [0, 1)");
        }
        this.lowest = lowest;
        this.interval = Counts.requirePositive(interval, "adaptive ladder: interval");
    }

    /**
     * A ladder from 0 that starts with 5 rungs, has at most 50 and moves every 100 sweeps.
     *
     * @param aim mean acceptance rate of swaps below which rungs are added, above 0 and below 1
     * @return the specification
     * @throws IllegalArgumentException if the aim is out of its range
     */
    public static AdaptiveLadder of(double aim) {
        return new AdaptiveLadder(aim, 5, 50, 0.0, 100);
    }

    @Override
    public List<Double> start() {
        return Ladder.linear(rungs, lowest).inverseTemperatures();
    }

    /** Whether pairs of neighbours reject so often that another rung is wanted. */
    boolean wantsAnother(double[] rejections) {
        return rejections.length + 1 < largest
                && Arrays.stream(rejections).average().orElse(0) > 1 - aim;
    }

    /**
     * Where the rungs would have equal rejection.
     *
     * @param ladder the present rungs
     * @param rejections mean rejection probability of each pair, {@code [rungs - 1]}
     * @param count number of rungs wanted
     * @return the rungs, strictly increasing between the same ends
     */
    static double[] equalised(double[] ladder, double[] rejections, int count) {
        double[] sums = new double[ladder.length];
        for (int t = 0; t < rejections.length; t++) {
            sums[t + 1] = sums[t] + Math.max(SMALLEST_REJECTION, rejections[t]);
        }
        double total = sums[rejections.length];
        double[] result = new double[count];
        int t = 0;
        for (int r = 0; r < count; r++) {
            double wanted = total * r / (count - 1);
            while (t < rejections.length - 1 && sums[t + 1] < wanted) {
                t++;
            }
            double share = (wanted - sums[t]) / (sums[t + 1] - sums[t]);
            result[r] = ladder[t] + share * (ladder[t + 1] - ladder[t]);
        }
        result[0] = ladder[0];
        result[count - 1] = ladder[ladder.length - 1];
        return result;
    }
}
