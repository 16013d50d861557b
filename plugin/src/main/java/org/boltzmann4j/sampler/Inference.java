package org.boltzmann4j.sampler;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/** How states of a model are found, when it {@linkplain Generation generates} or {@linkplain Completion completes}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BlockGibbs.class, name = "gibbs"),
    @JsonSubTypes.Type(value = TemperedGibbs.class, name = "tempering"),
    @JsonSubTypes.Type(value = MeanField.class, name = "meanField")
})
public sealed interface Inference extends Serializable permits BlockGibbs, TemperedGibbs, MeanField {

    /**
     * Block Gibbs sampling.
     *
     * @return the specification
     */
    static BlockGibbs gibbs() {
        return new BlockGibbs();
    }

    /**
     * Parallel tempering on the path {@code exp(-beta E)}.
     *
     * @param ladder the inverse temperatures; a hottest rung of 0 needs units that are bounded
     * @return the specification
     * @throws IllegalArgumentException if it is missing
     */
    static TemperedGibbs tempering(Ladder ladder) {
        return new TemperedGibbs(ladder, null);
    }

    /**
     * Mean field, undamped, to means that change by less than 1e-4, in at most 1,000 iterations.
     *
     * @return the specification
     */
    static MeanField meanField() {
        return new MeanField(0.0, 1e-4, 1000);
    }
}
