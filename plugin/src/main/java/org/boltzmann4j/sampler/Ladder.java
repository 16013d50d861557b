package org.boltzmann4j.sampler;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/** The inverse temperatures of parallel tempering, from the hottest rung to the model itself. Immutable. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FixedLadder.class, name = "fixed"),
    @JsonSubTypes.Type(value = AdaptiveLadder.class, name = "adaptive")
})
public sealed interface Ladder extends Serializable permits FixedLadder, AdaptiveLadder {

    /**
     * The rungs at the start.
     *
     * @return strictly increasing, ending at 1
     */
    List<Double> start();

    /**
     * Evenly spaced rungs from 0 to 1; a single one is 1.
     *
     * @param rungs their number, at least 1
     * @return the specification
     * @throws IllegalArgumentException if the number is below 1
     */
    static FixedLadder linear(int rungs) {
        return linear(rungs, 0);
    }

    /**
     * Evenly spaced rungs from the given one to 1; a single one is 1.
     *
     * @param rungs their number, at least 1
     * @param lowest the hottest rung, at least 0 and below 1
     * @return the specification
     * @throws IllegalArgumentException if a value is out of its range
     */
    static FixedLadder linear(int rungs, double lowest) {
        if (rungs < 1) {
            throw new IllegalArgumentException("ladder: rungs = " + rungs + ", expected at least 1");
        }
        if (!(lowest >= 0 && lowest < 1)) {
            throw new IllegalArgumentException("ladder: lowest = " + lowest + ", expected a number in [0, 1)");
        }
        return new FixedLadder(IntStream.range(0, rungs)
                .mapToObj(r -> r == rungs - 1 ? 1.0 : lowest + (1 - lowest) * r / (rungs - 1))
                .toList());
    }

    /**
     * Given rungs.
     *
     * @param inverseTemperatures strictly increasing, from at least 0 to exactly 1
     * @return the specification
     * @throws IllegalArgumentException if they are not
     */
    static FixedLadder of(double... inverseTemperatures) {
        return new FixedLadder(
                java.util.Arrays.stream(inverseTemperatures).boxed().toList());
    }
}
