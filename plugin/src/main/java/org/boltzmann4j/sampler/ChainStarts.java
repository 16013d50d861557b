package org.boltzmann4j.sampler;

import java.util.SplittableRandom;

/** Where chains over real-valued rows begin. */
public interface ChainStarts {

    /**
     * Draws one start.
     *
     * @param label class the start shall resemble, from 0; ignored by starts that know no classes
     * @param random consumed
     * @param into {@code [features]}, overwritten
     */
    void draw(int label, SplittableRandom random, double[] into);

    /**
     * Starts of independent uniform noise.
     *
     * @param box the range of every feature
     * @return the starts
     */
    static ChainStarts uniform(Box box) {
        return (label, random, into) -> {
            for (int i = 0; i < into.length; i++) {
                into[i] = random.nextDouble(box.lower(), box.upper());
            }
        };
    }
}
