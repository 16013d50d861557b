package org.boltzmann4j.sampler;

import org.boltzmann4j.math.Backend;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The one pass over the rows of a layer between two matrix products: from weighted inputs to means, samples and their
 * column sums. Chains of array operations would do the same several times more slowly. Has scratch of its own; not
 * thread-safe.
 */
sealed interface LayerPass permits UnitPass, BinaryPass, PortablePass {

    /**
     * Chooses the fastest pass that knows the type and may touch the backend's memory.
     *
     * @param states whose rows it will pass over
     * @return the pass
     */
    static LayerPass of(LayerStates states) {
        if (!Backend.isCpu() && PortablePass.serves(states.unit())) {
            return new PortablePass(states);
        }
        boolean single = states.samples().dataType() == DataType.FLOAT;
        return states.unit() instanceof Bernoulli && single ? new BinaryPass(states) : new UnitPass(states);
    }

    /**
     * Replaces the weighted inputs of a layer by what is asked for, and its column sums.
     *
     * @param draw what is wanted
     * @param bias {@code [width]}, not modified
     * @param streams source of randomness
     * @param step counter within the stream
     * @return how many units had a mean held down by a bound of their type
     */
    long draw(Draw draw, double[] bias, RandomStreams streams, long step);

    /**
     * Takes the draws of ones with given probabilities as samples of binary units.
     *
     * @param probabilities {@code [rows, width]}, not modified
     * @param streams source of randomness
     * @param step counter within the stream
     */
    void flip(INDArray probabilities, RandomStreams streams, long step);
}
