package org.boltzmann4j.sampler;

import org.boltzmann4j.math.RandomStreams;

/**
 * Which units of each row of a batch exist: a mask of independent draws for every row, the same every time it is asked for.
 * Immutable.
 */
public final class UnitMasks {

    private final double retainProbability;
    private final RandomStreams streams;
    private final long step;

    private UnitMasks(double retainProbability, RandomStreams streams, long step) {
        this.retainProbability = retainProbability;
        this.streams = streams;
        this.step = step;
    }

    /**
     * Masks of one batch.
     *
     * @param retainProbability probability that a unit exists, above 0 and at most 1
     * @param streams source of randomness, of these masks alone
     * @param step counter of the batch
     * @return the masks
     */
    public static UnitMasks of(double retainProbability, RandomStreams streams, long step) {
        return new UnitMasks(retainProbability, streams, step);
    }

    /**
     * Independent masks for the same step and with the same probability, for another batch.
     *
     * @param other source of randomness, of those masks alone
     * @return the masks
     */
    public UnitMasks redrawnFrom(RandomStreams other) {
        return new UnitMasks(retainProbability, other, step);
    }

    /** Zeroes and ones for a row. */
    void draw(long row, double[] mask) {
        var random = streams.random(step, row);
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() < retainProbability ? 1 : 0;
        }
    }
}
