package org.boltzmann4j.sampler;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A ladder that stays as it is.
 *
 * @param inverseTemperatures strictly increasing, from at least 0 to exactly 1
 */
public record FixedLadder(List<Double> inverseTemperatures) implements Ladder {

    private static final long serialVersionUID = 1;

    /**
     * Checks and copies the rungs.
     *
     * @throws IllegalArgumentException if there is none, one is no number in [0, 1], they do not increase strictly, or
     *     the last is not 1
     */
    @JsonCreator
    public FixedLadder(@JsonProperty("inverseTemperatures") @Nullable List<Double> inverseTemperatures) {
        if (inverseTemperatures == null || inverseTemperatures.isEmpty()) {
            throw new IllegalArgumentException(
                    "ladder: inverseTemperatures are missing, expected strictly increasing numbers that end at 1");
        }
        double previous = -1;
        for (int r = 0; r < inverseTemperatures.size(); r++) {
            Double beta = inverseTemperatures.get(r);
            if (beta == null || !(beta >= 0 && beta <= 1)) {
                throw new IllegalArgumentException(
                        "ladder: inverseTemperatures[" + r + "] = " + beta + ", expected a number in [0, 1]");
            }
            if (beta <= previous) {
                throw new IllegalArgumentException("ladder: inverseTemperatures[" + r + "] = " + beta + " after "
                        + previous + ", expected strictly increasing numbers");
            }
            previous = beta;
        }
        if (previous != 1) {
            throw new IllegalArgumentException("ladder: inverseTemperatures end at " + previous
                    + ", expected 1: the last rung is the model itself");
        }
        this.inverseTemperatures = List.copyOf(inverseTemperatures);
    }

    @Override
    public List<Double> start() {
        return inverseTemperatures;
    }
}
