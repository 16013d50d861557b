package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CoinFlipsTest {

    private static final int WIDTH = 1000;
    private static final RandomStreams STREAMS = RandomStreams.of(1).split("coins");

    private static float[] flips(float probability, long row) {
        float[] p = new float[WIDTH];
        Arrays.fill(p, probability);
        float[] result = new float[WIDTH];
        new CoinFlips(WIDTH).flip(p, STREAMS.key(0, row), result);
        return result;
    }

    @Test
    void everyProbabilityIsMetInEveryColumnAndEveryRow() {
        int rows = 4000;
        CoinFlips coins = new CoinFlips(WIDTH);
        float[] p = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            p[i] = (i + 0.5f) / WIDTH;
        }
        float[] x = new float[WIDTH];
        double[] columns = new double[WIDTH];
        double chiSquare = 0;
        double rowVariance = 0;
        for (float each : p) {
            rowVariance += each * (1 - each);
        }
        for (int row = 0; row < rows; row++) {
            coins.flip(p, STREAMS.key(7, row), x);
            double sum = 0;
            for (int i = 0; i < WIDTH; i++) {
                assertThat(x[i] == 0 || x[i] == 1).isTrue();
                columns[i] += x[i];
                sum += x[i] - p[i];
            }
            chiSquare += sum * sum / rowVariance;
        }
        double columnChiSquare = 0;
        for (int i = 0; i < WIDTH; i++) {
            double deviation = columns[i] - rows * p[i];
            columnChiSquare += deviation * deviation / (rows * p[i] * (1 - p[i]));
        }
        // Mean n and standard deviation sqrt(2 n) of a chi-square; five of them: false alarm about 1e-6.
        assertThat(columnChiSquare).isBetween(WIDTH - 5 * Math.sqrt(2.0 * WIDTH), WIDTH + 5 * Math.sqrt(2.0 * WIDTH));
        assertThat(chiSquare).isBetween(rows - 5 * Math.sqrt(2.0 * rows), rows + 5 * Math.sqrt(2.0 * rows));
    }

    @Test
    void flipsOfNeighbouringUnitsRowsAndStepsAreUncorrelated() {
        int rows = 2000;
        double units = 0;
        double sameColumn = 0;
        double steps = 0;
        float[] previous = flips(0.5f, -1);
        for (int row = 0; row < rows; row++) {
            float[] x = flips(0.5f, row);
            float[] half = new float[WIDTH];
            Arrays.fill(half, 0.5f);
            float[] next = new float[WIDTH];
            new CoinFlips(WIDTH).flip(half, STREAMS.key(1, row), next);
            for (int i = 0; i < WIDTH; i++) {
                units += i == 0 ? 0 : (x[i] - 0.5) * (x[i - 1] - 0.5);
                sameColumn += (x[i] - 0.5) * (previous[i] - 0.5);
                steps += (x[i] - 0.5) * (next[i] - 0.5);
            }
            previous = x;
        }
        // Products are +-1/4; five standard errors of two million of them each: false alarm 2e-6.
        double bound = 5 * 0.25 * Math.sqrt((double) rows * WIDTH);
        assertThat(Math.abs(units)).isLessThan(bound);
        assertThat(Math.abs(sameColumn)).isLessThan(bound);
        assertThat(Math.abs(steps)).isLessThan(bound);
    }

    @Test
    void certainCoinsAreCertain() {
        assertThat(flips(0, 3)).containsOnly(0f);
        assertThat(flips(1, 3)).containsOnly(1f);
    }

    @Test
    void theFlipsDependOnTheKeyAloneAndNotOnWhatWasDrawnBefore() {
        CoinFlips coins = new CoinFlips(WIDTH);
        float[] p = new float[WIDTH];
        Arrays.fill(p, 0.3f);
        float[] first = new float[WIDTH];
        coins.flip(p, 5, first);
        float[] other = new float[WIDTH];
        coins.flip(p, 6, other);
        float[] again = p.clone();
        coins.flip(again, 5, again);
        assertThat(again).isEqualTo(first).isNotEqualTo(other);
    }

    /** The second half of the key matters as much as the first. */
    @Test
    void bothHalvesOfTheKeyCount() {
        CoinFlips coins = new CoinFlips(WIDTH);
        float[] p = new float[WIDTH];
        Arrays.fill(p, 0.5f);
        float[] plain = new float[WIDTH];
        float[] low = new float[WIDTH];
        float[] high = new float[WIDTH];
        coins.flip(p, 0, plain);
        coins.flip(p, 1, low);
        coins.flip(p, 1L << 32, high);
        assertThat(low).isNotEqualTo(plain).isNotEqualTo(high);
        assertThat(high).isNotEqualTo(plain);
    }
}
