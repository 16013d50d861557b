package org.boltzmann4j.architecture.wrong.sampler;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

final class MakesGenerators {

    private MakesGenerators() {}

    static RandomGenerator random() {
        return new Random(1);
    }

    static LongFunction<RandomGenerator> reference() {
        return Random::new;
    }

    static RandomGenerator splittable() {
        return new SplittableRandom(1);
    }

    static double ofMath() {
        return Math.random();
    }

    static RandomGenerator ofThread() {
        return ThreadLocalRandom.current();
    }

    static RandomGenerator byName() {
        return RandomGenerator.of("L64X128MixRandom");
    }

    static final class Own extends Random {}
}
