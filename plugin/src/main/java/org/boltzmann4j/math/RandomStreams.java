package org.boltzmann4j.math;

import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Named, counter-based streams of random numbers split off one seed: the only maker of generators in the project.
 *
 * <p>A stream is a pure function of its seed, its path of names, a step and a row. Nothing advances behind the caller's
 * back, so the state of any random process is one counter: a resumed run continues with the same bits, and rows may be
 * worked on in any order and by any number of threads.
 *
 * <p>Seeds are mixed with the finaliser of SplitMix64 (Steele, Lea, Flood 2014); the numbers themselves come from the
 * JDK's {@link SplittableRandom}.
 */
public final class RandomStreams {

    private final long key;

    private RandomStreams(long key) {
        this.key = key;
    }

    /**
     * Returns the root stream of a seed.
     *
     * @param seed any value
     * @return the root
     */
    public static RandomStreams of(long seed) {
        return new RandomStreams(mix(seed));
    }

    /**
     * Splits off the stream of the given name. Different names give unrelated streams.
     *
     * @param name what the numbers are for
     * @return the named stream
     */
    public RandomStreams split(String name) {
        Objects.requireNonNull(name, "name");
        long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits: String.hashCode has too few bits to keep names apart
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return new RandomStreams(mix(key ^ mix(hash)));
    }

    /**
     * Returns the generator of one row in one step, always in the same initial state.
     *
     * @param step counter of the process, for example the number of the sweep
     * @param row row within the batch
     * @return a fresh generator owned by the caller
     */
    public SplittableRandom random(long step, long row) {
        return new SplittableRandom(key(step, row));
    }

    /**
     * Returns the seed of one row in one step, for generators that are functions of a key.
     *
     * @param step counter of the process
     * @param row row within the batch
     * @return 64 mixed bits
     */
    public long key(long step, long row) {
        return mix(mix(key + 0x9e3779b97f4a7c15L * step) + row);
    }

    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
