package org.boltzmann4j.sampler;

import java.io.Serializable;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * When trajectory tempering freezes a checkpoint, when it goes back to one, and how well it equilibrates its rungs.
 *
 * @param freezeBelow expected share of accepted swaps with the last checkpoint below which the model is frozen as the next
 *     one, above {@code reverseBelow} and below 1
 * @param reverseBelow the share below which the last update is taken back, at least 0
 * @param thermalisation length of the equilibration of a new checkpoint in its autocorrelation times, at least 1
 * @param thinning distance of the samples that fill the reservoir in autocorrelation times, above 0
 * @param reservoirFactor size of the reservoir in numbers of chains, at least 1
 * @param ladderInterval sweeps of the model's chains for each sweep of the frozen rungs, at least 1. Every autocorrelation
 *     time the rungs' states take the place of the oldest ones of the reservoir: without it the model would be trained
 *     against the noise of a finite sample
 * @param longest sweeps after which an equilibration ends in any case, at least 32
 */
public record TrajectoryRules(
        Double freezeBelow,
        Double reverseBelow,
        Double thermalisation,
        Double thinning,
        Integer reservoirFactor,
        Integer ladderInterval,
        Integer longest)
        implements Serializable {

    /** Freeze below 0.3, go back below 0.1, 20 and 2 autocorrelation times, ten states for each chain. */
    public static final TrajectoryRules STANDARD = new TrajectoryRules(0.3, 0.1, 20.0, 2.0, 10, 1, 2_000);

    private static final long serialVersionUID = 1;

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public TrajectoryRules(
            @JsonProperty("freezeBelow") @Nullable Double freezeBelow,
            @JsonProperty("reverseBelow") @Nullable Double reverseBelow,
            @JsonProperty("thermalisation") @Nullable Double thermalisation,
            @JsonProperty("thinning") @Nullable Double thinning,
            @JsonProperty("reservoirFactor") @StrictCount @Nullable Integer reservoirFactor,
            @JsonProperty("ladderInterval") @StrictCount @Nullable Integer ladderInterval,
            @JsonProperty("longest") @StrictCount @Nullable Integer longest) {
        if (reverseBelow == null || !(reverseBelow >= 0 && reverseBelow < 1)) {
            throw bad("reverseBelow", reverseBelow, "a number in [0, 1)");
        }
        if (freezeBelow == null || !(freezeBelow > reverseBelow && freezeBelow < 1)) {
            throw bad("freezeBelow", freezeBelow, "a number above reverseBelow = " + reverseBelow + " and below 1");
        }
        if (thermalisation == null || !(thermalisation >= 1) || thermalisation.isInfinite()) {
            throw bad("thermalisation", thermalisation, "a finite number of at least 1");
        }
        if (thinning == null || !(thinning > 0) || thinning.isInfinite()) {
            throw bad("thinning", thinning, "a finite number above 0");
        }
        this.freezeBelow = freezeBelow;
        this.reverseBelow = reverseBelow;
        this.thermalisation = thermalisation;
        this.thinning = thinning;
        this.reservoirFactor = Counts.requirePositive(reservoirFactor, "trajectory rules: reservoirFactor");
        this.ladderInterval = Counts.requirePositive(ladderInterval, "trajectory rules: ladderInterval");
        this.longest = Counts.requirePositive(longest, "trajectory rules: longest");
        if (this.longest < 32) {
            throw bad("longest", longest, "at least 32");
        }
    }

    private static IllegalArgumentException bad(String name, @Nullable Object value, String expected) {
        return new IllegalArgumentException("trajectory rules: " + name + " = " + value + ", expected " + expected);
    }

    /**
     * The same with other limits of the swap acceptance.
     *
     * @param freeze freezeBelow
     * @param reverse reverseBelow
     * @return the rules
     * @throws IllegalArgumentException if one is out of its range
     */
    public TrajectoryRules withAcceptance(double freeze, double reverse) {
        return new TrajectoryRules(freeze, reverse, thermalisation, thinning, reservoirFactor, ladderInterval, longest);
    }

    /**
     * The same with another length of the equilibration.
     *
     * @param autocorrelationTimes thermalisation
     * @return the rules
     * @throws IllegalArgumentException if it is out of its range
     */
    public TrajectoryRules withThermalisation(double autocorrelationTimes) {
        return new TrajectoryRules(
                freezeBelow, reverseBelow, autocorrelationTimes, thinning, reservoirFactor, ladderInterval, longest);
    }

    /**
     * The same with another reservoir.
     *
     * @param factor reservoirFactor
     * @return the rules
     * @throws IllegalArgumentException if it is out of its range
     */
    public TrajectoryRules withReservoirFactor(int factor) {
        return new TrajectoryRules(
                freezeBelow, reverseBelow, thermalisation, thinning, factor, ladderInterval, longest);
    }

    /**
     * The same with the frozen rungs moving more or less often.
     *
     * @param sweeps ladderInterval
     * @return the rules
     * @throws IllegalArgumentException if it is out of its range
     */
    public TrajectoryRules withLadderInterval(int sweeps) {
        return new TrajectoryRules(
                freezeBelow, reverseBelow, thermalisation, thinning, reservoirFactor, sweeps, longest);
    }
}
