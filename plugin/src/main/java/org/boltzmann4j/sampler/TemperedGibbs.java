package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Parallel tempering: block Gibbs sampling at a ladder of inverse temperatures whose neighbours exchange states, so that the
 * chain of the model leaves modes ({@link TemperedChains}). Costs as much as Gibbs sampling with chains for every rung.
 *
 * @param ladder the inverse temperatures
 * @param baseBias on the path {@link TemperingPath#BASE_RATES} the visible biases of the model without weights, at which its
 *     means are those of data; null for the path {@link TemperingPath#TEMPERATURE}
 */
public record TemperedGibbs(Ladder ladder, @Nullable List<Double> baseBias) implements Inference {

    private static final long serialVersionUID = 1;

    /**
     * Checks and copies the settings.
     *
     * @throws IllegalArgumentException if the ladder is missing or a bias is not finite
     */
    @JsonCreator
    public TemperedGibbs(
            @JsonProperty("ladder") @Nullable Ladder ladder,
            @JsonProperty("baseBias") @Nullable List<Double> baseBias) {
        if (ladder == null) {
            throw new IllegalArgumentException("inference by tempering: ladder is missing");
        }
        if (baseBias != null && baseBias.stream().anyMatch(b -> b == null || !Double.isFinite(b))) {
            throw new IllegalArgumentException(
                    "inference by tempering: base biases " + baseBias + ", expected finite numbers");
        }
        this.ladder = ladder;
        this.baseBias = baseBias == null ? null : List.copyOf(baseBias);
    }

    /**
     * The same from the base rates of data: fewer rungs do than on the path from uniform noise.
     *
     * @param bias visible biases of the model without weights, as {@code AnnealedImportanceSampling.baseBias} fits them to
     *     data
     * @return the specification
     * @throws IllegalArgumentException if one is not finite
     */
    public TemperedGibbs fromBaseRates(double... bias) {
        return new TemperedGibbs(ladder, Arrays.stream(bias).boxed().toList());
    }

    double @Nullable [] bias() {
        return baseBias == null ? null : baseBias.stream().mapToDouble(b -> b).toArray();
    }
}
