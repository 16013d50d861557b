package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ReplayBufferTest {

    private static final RandomStreams STREAMS = RandomStreams.of(5);
    /** Starts that say which class was asked for. */
    private static final ChainStarts CLASS_ITSELF = (label, random, into) -> Arrays.fill(into, label);

    private static ReplayBuffer buffer(int capacity, int classes, boolean blocked) {
        return ReplayBuffer.filled(capacity, 3, classes, blocked, DataType.FLOAT, CLASS_ITSELF, STREAMS);
    }

    private static INDArray read(ReplayBuffer buffer, int[] slots) {
        INDArray into = Nd4j.create(DataType.FLOAT, slots.length, 3);
        buffer.read(slots, into);
        return into;
    }

    @Test
    void aFilledBufferHoldsStartsOfEveryClassInTurn() {
        ReplayBuffer buffer = buffer(8, 4, false);
        assertThat(buffer.classCounts()).containsExactly(2, 2, 2, 2);
        assertThat(buffer.samples().getColumn(1).toFloatVector()).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
        assertThat(buffer.meanVisits()).isZero();
    }

    @Test
    void chosenChainsAreDistinctAndEveryChainIsChosenEquallyOften() {
        ReplayBuffer buffer = buffer(10, 2, false);
        int[] times = new int[10];
        int draws = 10_000;
        for (int i = 0; i < draws; i++) {
            int[] slots = buffer.choose(4, null, STREAMS.random(i, 0));
            assertThat(slots).hasSize(4).doesNotHaveDuplicates();
            Arrays.stream(slots).forEach(slot -> times[slot]++);
        }
        for (int count : times) {
            // Binomial(10,000, 0.4): five standard deviations, in one of ten slots by chance once in 170,000.
            assertThat((double) count).isCloseTo(4000, within(5 * Math.sqrt(draws * 0.4 * 0.6)));
        }
        assertThat(buffer.choose(10, null, STREAMS.random(0, 1))).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void chainsOfABlockKeepTheirClass() {
        ReplayBuffer buffer = buffer(9, 4, true); // blocks of 3, 2, 2, 2
        int[] wanted = {0, 3, 0, 1, 0, 3};
        int[] slots = buffer.choose(6, wanted, STREAMS.random(0, 0));
        assertThat(slots).doesNotHaveDuplicates();
        for (int i = 0; i < slots.length; i++) {
            assertThat(slots[i] % 4).isEqualTo(wanted[i]);
        }
        INDArray x = Nd4j.ones(DataType.FLOAT, 6, 3).mul(7);
        buffer.write(slots, x, new int[] {1, 1, 1, 1, 1, 1});
        assertThat(buffer.classCounts()).containsExactly(3, 2, 2, 2);
        int restarted = buffer.restart(slots, new ReplayBuffer.Restarts(1, true), CLASS_ITSELF, STREAMS, 0);
        assertThat(restarted).isEqualTo(6);
        assertThat(read(buffer, slots).getColumn(0).toIntVector()).containsExactly(wanted);
    }

    @Test
    void whatIsWrittenIsReadAndVisitsCountFromTheStart() {
        ReplayBuffer buffer = buffer(6, 2, false);
        int[] slots = {4, 1};
        INDArray x = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}});
        buffer.write(slots, x, new int[] {1, 0});
        assertThat(read(buffer, slots)).isEqualTo(x);
        assertThat(buffer.labels()).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(buffer.visits()).containsExactly(0, 1, 0, 0, 1, 0);
        ReplayBuffer copy = buffer.copy();
        buffer.restart(slots, new ReplayBuffer.Restarts(1, false), CLASS_ITSELF, STREAMS, 0);
        assertThat(buffer.visits()).containsOnly(0);
        assertThat(copy.visits()).containsExactly(0, 1, 0, 0, 1, 0);
        assertThat(read(copy, slots)).isEqualTo(x);
    }

    @Test
    void aRateOfZeroRestartsNothingAndAPlainRateRestartsThatShare() {
        ReplayBuffer buffer = buffer(2000, 2, false);
        int[] all = buffer.choose(2000, null, STREAMS.random(0, 0));
        assertThat(buffer.restart(all, new ReplayBuffer.Restarts(0, true), CLASS_ITSELF, STREAMS, 0))
                .isZero();
        int restarted = buffer.restart(all, new ReplayBuffer.Restarts(0.25, false), CLASS_ITSELF, STREAMS, 0);
        // Binomial(2000, 1/4): five standard deviations.
        assertThat((double) restarted).isCloseTo(500, within(5 * Math.sqrt(2000 * 0.25 * 0.75)));
    }

    @Test
    void balancedRestartsFeedTheRarestClassAndThinTheCommonest() {
        ReplayBuffer buffer = buffer(1000, 4, false);
        int[] all = new int[1000];
        Arrays.setAll(all, i -> i);
        int[] seen = new int[1000]; // 970 of class 0, 10 of each other
        for (int i = 0; i < 30; i++) {
            seen[i] = 1 + i % 3;
        }
        buffer.write(all, read(buffer, all), seen);
        buffer.restart(all, new ReplayBuffer.Restarts(0.1, true), CLASS_ITSELF, STREAMS, 0);
        int[] counts = buffer.classCounts();
        // Deaths in class 0 at 0.1 * 4 * 0.97 each: 376 +- 15; born again in the three others, filled up evenly.
        assertThat(counts[0]).isBetween(970 - 376 - 75, 970 - 376 + 75);
        for (int c = 1; c < 4; c++) {
            assertThat((double) counts[c]).isCloseTo((1000 - counts[0]) / 3.0, within(2.0));
        }
    }

    @Test
    void chainsThatAreNotThereAreRefused() {
        ReplayBuffer buffer = buffer(6, 2, false);
        SplittableRandom random = STREAMS.random(0, 0);
        assertThatThrownBy(() -> buffer.choose(7, null, random))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6 chains")
                .hasMessageContaining("(7)");
        assertThatThrownBy(() -> buffer(6, 2, true).choose(4, new int[] {1, 1, 1, 1}, random))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blocks of 3");
        assertThatThrownBy(() -> buffer.choose(1, new int[] {0}, random)).hasMessageContaining("class blocks");
        assertThatThrownBy(() -> buffer(3, 4, true)).hasMessageContaining("capacity = 3");
        assertThatThrownBy(() -> new ReplayBuffer.Restarts(1.5, true)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> ReplayBuffer.of(Nd4j.ones(2, 3), new int[2], new int[] {0, 5}, 2, false))
                .hasMessageContaining("2 classes");
        assertThat(ReplayBuffer.of(Nd4j.ones(2, 3), new int[2], new int[] {0, 1}, 2, true)
                        .isBlocked())
                .isTrue();
    }

    @Test
    void classGaussiansHaveMeanAndCovarianceOfTheirExamples() {
        INDArray x = Nd4j.createFromArray(new double[][] {{0, 0}, {9, 9}, {2, 1}, {4, 5}, {8, 8}, {7, 9}, {1, 1}});
        int[] labels = {0, 1, 0, 0, 1, -1, 1}; // of class 1 the first two only
        ClassGaussians gaussians = ClassGaussians.fit(x, new int[] {0, 1, 0, 0, 1, -1, -1}, 2, 3, null);
        assertThat(gaussians.classes()).isEqualTo(2);
        int n = 40_000;
        double[][] draws = new double[n][2];
        for (int i = 0; i < n; i++) {
            gaussians.draw(0, STREAMS.random(1, i), draws[i]);
        }
        // Of (0,0), (2,1), (4,5): mean (2,2), variances 8/3 and 14/3, covariance 10/3.
        double[] mean = new double[2];
        double[] second = new double[3];
        for (double[] draw : draws) {
            mean[0] += draw[0] / n;
            mean[1] += draw[1] / n;
            second[0] += (draw[0] - 2) * (draw[0] - 2) / n;
            second[1] += (draw[1] - 2) * (draw[1] - 2) / n;
            second[2] += (draw[0] - 2) * (draw[1] - 2) / n;
        }
        // Five standard errors: of a mean sqrt(v/n), of a variance v sqrt(2/n), of the covariance sqrt((v1 v2 +
        // c^2)/n).
        assertThat(mean[0]).isCloseTo(2, within(5 * Math.sqrt(8 / 3.0 / n)));
        assertThat(mean[1]).isCloseTo(2, within(5 * Math.sqrt(14 / 3.0 / n)));
        assertThat(second[0]).isCloseTo(8 / 3.0, within(5 * 8 / 3.0 * Math.sqrt(2.0 / n)));
        assertThat(second[1]).isCloseTo(14 / 3.0, within(5 * 14 / 3.0 * Math.sqrt(2.0 / n)));
        assertThat(second[2]).isCloseTo(10 / 3.0, within(5 * Math.sqrt((112 + 100) / 9.0 / n)));
        assertThatThrownBy(() -> ClassGaussians.fit(x, labels, 3, 3, null))
                .hasMessageContaining("class 2 has 0 examples");
        ClassGaussians boxed = ClassGaussians.fit(x, labels, 2, 3, Box.of(1.9, 2.1));
        double[] draw = new double[2];
        boxed.draw(0, STREAMS.random(2, 0), draw);
        assertThat(draw[0]).isBetween(1.9, 2.1);
    }
}
