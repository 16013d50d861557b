package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reproducibility, and simple checks that neighbouring streams are unrelated. Seeds are fixed, so the statistical tests
 * either pass always or never; their false-alarm probability says how surprising a failure after a change would be.
 */
class RandomStreamsTest {

    private static final int STREAMS = 100_000;

    /** The first number of the i-th of many streams that differ in one coordinate only. */
    static Stream<Arguments> families() {
        RandomStreams root = RandomStreams.of(7);
        RandomStreams named = root.split("chains");
        return Stream.of(
                family("rows", i -> named.random(3, i)),
                family("steps", i -> named.random(i, 3)),
                family("names", i -> root.split("layer " + i).random(0, 0)),
                family("seeds", i -> RandomStreams.of(i).split("chains").random(0, 0)),
                family("second draws", i -> {
                    SplittableRandom random = named.random(0, i);
                    random.nextLong();
                    return random;
                }));
    }

    private static Arguments family(String name, LongFunction<SplittableRandom> stream) {
        return Arguments.of(name, stream);
    }

    @Test
    void theSamePathGivesTheSameNumbersAgainAndAgain() {
        RandomStreams streams = RandomStreams.of(-5).split("data");
        long[] first = streams.random(4, 9).longs(100).toArray();
        streams.random(4, 10).nextLong();
        assertThat(streams.random(4, 9).longs(100).toArray()).containsExactly(first);
        assertThat(RandomStreams.of(-5).split("data").random(4, 9).longs(100).toArray())
                .containsExactly(first);
    }

    @Test
    void theNumbersAreFixedForEver() {
        // Recorded at the first release: a change would silently change every training that users want to repeat.
        assertThat(RandomStreams.of(42).split("pretraining").random(1, 2).nextLong())
                .isEqualTo(6683350607814288975L);
    }

    @Test
    void everyCoordinateMatters() {
        Set<Long> seen = new HashSet<>();
        for (long seed : List.of(0L, 1L, -1L)) {
            for (String name : List.of("", "a", "b", "ab", "ba")) {
                for (long step : List.of(0L, 1L, 2L)) {
                    for (long row : List.of(0L, 1L, 2L)) {
                        seen.add(RandomStreams.of(seed)
                                .split(name)
                                .random(step, row)
                                .nextLong());
                    }
                }
            }
        }
        assertThat(seen).hasSize(3 * 5 * 3 * 3);
        assertThat(RandomStreams.of(1).split("a").split("b").random(0, 0).nextLong())
                .as("the order of names matters")
                .isNotEqualTo(
                        RandomStreams.of(1).split("b").split("a").random(0, 0).nextLong());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void noTwoStreamsStartAlike(String name, LongFunction<SplittableRandom> stream) {
        // Two equal among 100,000 unrelated 64-bit numbers: probability 3e-10.
        assertThat(LongStream.range(0, STREAMS)
                        .map(i -> stream.apply(i).nextLong())
                        .distinct()
                        .count())
                .isEqualTo(STREAMS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void firstNumbersOfNeighboursAreUniformAndUncorrelated(String name, LongFunction<SplittableRandom> stream) {
        double[] u = LongStream.range(0, STREAMS)
                .mapToDouble(i -> stream.apply(i).nextDouble() - 0.5)
                .toArray();
        double mean = 0;
        double neighbours = 0;
        int[] bins = new int[64];
        for (int i = 0; i < u.length; i++) {
            mean += u[i] / u.length;
            bins[(int) ((u[i] + 0.5) * 64)]++;
            if (i > 0) {
                neighbours += u[i] * u[i - 1] / (u.length - 1);
            }
        }
        double standardDeviation = Math.sqrt(1.0 / 12);
        // Five standard errors each: false alarm 6e-7.
        assertThat(Math.abs(mean)).isLessThan(5 * standardDeviation / Math.sqrt(STREAMS));
        assertThat(Math.abs(neighbours)).isLessThan(5.0 / 12 / Math.sqrt(STREAMS));
        double chiSquare = 0;
        for (int count : bins) {
            double expected = STREAMS / 64.0;
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        // 63 degrees of freedom: beyond 135 with probability 3e-7, and below 20 (too even) with 2e-8.
        assertThat(chiSquare).isBetween(20.0, 135.0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void everyBitFlipsBetweenNeighboursHalfOfTheTime(String name, LongFunction<SplittableRandom> stream) {
        int[] flips = new int[64];
        long previous = stream.apply(0).nextLong();
        for (int i = 1; i <= 20_000; i++) {
            long next = stream.apply(i).nextLong();
            for (int bit = 0; bit < 64; bit++) {
                flips[bit] += (int) (((previous ^ next) >>> bit) & 1);
            }
            previous = next;
        }
        // Standard error of 20,000 coin flips: 71. Six of them, for 64 bits: false alarm 1e-7.
        assertThat(Arrays.stream(flips).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(10_000 - 424, 10_000 + 424));
    }

    @Test
    void aStreamNeedsAName() {
        assertThatNullPointerException()
                .isThrownBy(() -> RandomStreams.of(0).split(null))
                .withMessage("name");
    }
}
