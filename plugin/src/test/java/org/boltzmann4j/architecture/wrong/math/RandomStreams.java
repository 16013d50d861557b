package org.boltzmann4j.architecture.wrong.math;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

final class RandomStreams {

    private RandomStreams() {}

    static RandomGenerator stream(long seed) {
        return new SplittableRandom(seed);
    }
}
