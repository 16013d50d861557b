package org.boltzmann4j.arbiter;

import java.util.List;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A generator whose JSON holds its settings and seed, and nothing of how far it is: the journal of a {@link Search} knows that. */
@SuppressWarnings("rawtypes") // as the host declares spaces
abstract class SearchGenerator implements CandidateGenerator {

    @JsonProperty("parameterSpace")
    private final ParameterSpace<?> space;

    @JsonProperty("seed")
    private Long seed;

    SearchGenerator(ParameterSpace<?> space, Long seed) {
        this.space = space;
        this.seed = seed;
        List<ParameterSpace> dimensions = CompositeSpace.dimensionsOf(space.collectLeaves());
        int next = 0;
        for (ParameterSpace dimension : dimensions) {
            int[] indices = new int[dimension.numParameters()];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = next++;
            }
            dimension.setIndices(indices);
        }
    }

    /** Goes back to the start, with new draws. */
    abstract void restart(long newSeed);

    @Override
    public final void setRngSeed(long newSeed) {
        this.seed = newSeed;
        restart(newSeed);
    }

    @Override
    public final ParameterSpace<?> getParameterSpace() {
        return space;
    }

    @Override
    public final Class<?> getCandidateType() {
        return Object.class;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(seed = " + seed + ")";
    }
}
