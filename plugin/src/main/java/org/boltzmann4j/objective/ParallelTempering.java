package org.boltzmann4j.objective;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.TemperedChains;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Tail;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Parallel tempering: persistent chains at a ladder of inverse temperatures that exchange their states, so that the chain
 * of the model leaves modes that Gibbs sampling stays in (Desjardins et al. 2010; Cho, Raiko, Ilin 2010). A sweep costs as
 * much as one of persistent contrastive divergence with {@code rungs * chains} chains.
 *
 * @param k number of sweeps between updates, each Gibbs sampling in every rung and then swaps, at least 1
 * @param chains number of chains in every rung, at least 1
 * @param ladder the inverse temperatures, strictly increasing and ending at 1
 * @param path what lies between the hottest rung and the model
 */
public record ParallelTempering(Integer k, Integer chains, Ladder ladder, TemperingPath path) implements NegativePhase {

    private static final long serialVersionUID = 1;

    /**
     * Checks that nothing is missing.
     *
     * @throws IllegalArgumentException if a count is missing or below 1, or ladder or path is missing
     */
    @JsonCreator
    public ParallelTempering(
            @JsonProperty("k") @StrictCount @Nullable Integer k,
            @JsonProperty("chains") @StrictCount @Nullable Integer chains,
            @JsonProperty("ladder") @Nullable Ladder ladder,
            @JsonProperty("path") @Nullable TemperingPath path) {
        this.k = Counts.requirePositive(k, "parallel tempering: k");
        this.chains = Counts.requirePositive(chains, "parallel tempering: chains");
        if (ladder == null) {
            throw new IllegalArgumentException("parallel tempering: ladder is missing");
        }
        if (path == null) {
            throw new IllegalArgumentException(
                    "parallel tempering: path is missing, expected TEMPERATURE or BASE_RATES");
        }
        this.ladder = ladder;
        this.path = path;
    }

    /**
     * Parallel tempering on the path {@link TemperingPath#TEMPERATURE}.
     *
     * @param k sweeps between updates, at least 1
     * @param chains number of chains in every rung, at least 1
     * @param ladder the inverse temperatures
     * @return the specification
     * @throws IllegalArgumentException if a count is below 1
     */
    public static ParallelTempering of(int k, int chains, Ladder ladder) {
        return new ParallelTempering(k, chains, ladder, TemperingPath.TEMPERATURE);
    }

    /**
     * The same on another path.
     *
     * @param other the path
     * @return the specification
     */
    public ParallelTempering withPath(TemperingPath other) {
        return new ParallelTempering(k, chains, ladder, other);
    }

    @Override
    public TemperedChains advance(
            Rbm rbm,
            LayerStates positiveHidden,
            double[] baseBias,
            @Nullable ModelSamples previous,
            RandomStreams streams) {
        TemperedChains tempered = (TemperedChains) previous;
        if (tempered == null) {
            tempered = TemperedChains.startedAt(rbm, ladder, base(baseBias), positiveHidden, chains, streams);
        }
        tempered.advance(rbm, k);
        return tempered;
    }

    @Override
    public TemperedChains restored(Rbm rbm, double[] baseBias, StateRecord record, RandomStreams streams) {
        return TemperedChains.restored(rbm, ladder, base(baseBias), chains, record, streams);
    }

    /** {@inheritDoc} */
    @Override
    public void requireUnits(Unit visible, Unit hidden) {
        double lowest = ladder.start().get(0);
        if (path == TemperingPath.TEMPERATURE && lowest == 0 && (isUnbounded(visible) || isUnbounded(hidden))) {
            throw new IllegalArgumentException("parallel tempering with " + visible + " visible and " + hidden
                    + " hidden units: the ladder begins at 0, expected a number above 0: without energy unbounded units"
                    + " have no distribution. Start higher, or take the path BASE_RATES");
        }
    }

    private double @Nullable [] base(double[] baseBias) {
        return path == TemperingPath.BASE_RATES ? baseBias : null;
    }

    private static boolean isUnbounded(Unit unit) {
        return unit instanceof Mixed mixed
                ? mixed.parts().stream().anyMatch(part -> isUnbounded(part.units()))
                : unit.tail() == Tail.QUADRATIC;
    }
}
