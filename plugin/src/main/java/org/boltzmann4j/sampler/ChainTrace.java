package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The recent past of some chains, for their autocorrelation time: of each chain a few sums of its visible states with fixed
 * random signs. Two modes differ in such a sum almost surely, which cannot be said of the mean activation. Mutable; memory
 * and time are bounded by the number of chains followed and of steps remembered.
 */
public final class ChainTrace {

    /** Each sees another part of the states; the slowest one counts. */
    private static final int OBSERVABLES = 3;

    private static final int MOST_CHAINS = 32;

    private final double[][] signs;
    private final double[][][] ring;
    private final int capacity;
    private long steps;

    /**
     * Makes an empty trace.
     *
     * @param width number of visible units
     * @param chains their number; the first 32 are followed
     * @param capacity steps remembered, at least 2
     * @param streams source of the signs
     */
    public ChainTrace(int width, long chains, int capacity, RandomStreams streams) {
        if (capacity < 2) {
            throw new IllegalArgumentException("chain trace: capacity = " + capacity + ", expected at least 2");
        }
        this.capacity = capacity;
        this.signs = new double[OBSERVABLES][width];
        for (int o = 0; o < OBSERVABLES; o++) {
            SplittableRandom random = streams.random(o, 0);
            Arrays.setAll(signs[o], i -> random.nextBoolean() ? 1 : -1);
        }
        this.ring = new double[OBSERVABLES][(int) Math.min(chains, MOST_CHAINS)][Math.min(capacity, 64)];
    }

    /**
     * Appends a step.
     *
     * @param states {@code [at least chains, width]}, chain by chain, not modified
     */
    public void record(INDArray states) {
        Rows rows = Rows.of(states);
        double[] x = new double[rows.width()];
        int at = Math.toIntExact(steps % capacity);
        for (int chain = 0; chain < ring[0].length; chain++) {
            rows.read(chain, x);
            for (int o = 0; o < OBSERVABLES; o++) {
                double sum = StableFunctions.dot(signs[o], x);
                double[] past = ring[o][chain];
                if (at == past.length) {
                    past = Arrays.copyOf(past, Math.min(capacity, 2 * at));
                    ring[o][chain] = past;
                }
                past[at] = sum;
            }
        }
        steps++;
    }

    /**
     * Returns how many chains are followed.
     *
     * @return at most 32
     */
    public int followed() {
        return ring[0].length;
    }

    /**
     * Passes the past through a record.
     *
     * @param record written or read
     * @throws IllegalArgumentException if a record that was read does not fit
     */
    public void carry(StateRecord record) {
        steps = record.count("steps", steps);
        if (steps < 0) {
            throw new IllegalArgumentException("a trace of " + steps + " steps");
        }
        int length = (int) Math.max(0, Math.min(steps, capacity));
        int followed = ring[0].length;
        double[] flat = new double[OBSERVABLES * followed * length];
        for (int i = 0; i < OBSERVABLES * followed && !record.isReading(); i++) {
            System.arraycopy(ring[i / followed][i % followed], 0, flat, i * length, length);
        }
        record.numbersInto("past", flat);
        for (int i = 0; i < OBSERVABLES * followed && record.isReading(); i++) {
            // Room for one at least: it grows by doubling.
            double[] past = new double[Math.max(1, length)];
            System.arraycopy(flat, i * length, past, 0, length);
            ring[i / followed][i % followed] = past;
        }
    }

    /** Forgets everything: the chains were moved. */
    public void clear() {
        steps = 0;
    }

    /**
     * Estimates the autocorrelation time over the steps remembered, of the slowest observable that is not constant.
     *
     * @return the estimate in recorded steps, or null if there are fewer than 16 or nothing moves
     */
    public @Nullable AutocorrelationTime autocorrelationTime() {
        int length = (int) Math.min(steps, capacity);
        if (length < 16) {
            return null;
        }
        int oldest = steps > capacity ? Math.toIntExact(steps % capacity) : 0;
        AutocorrelationTime slowest = null;
        for (double[][] observable : ring) {
            double[][] series = new double[observable.length][length];
            for (int chain = 0; chain < series.length; chain++) {
                System.arraycopy(observable[chain], oldest, series[chain], 0, length - oldest);
                System.arraycopy(observable[chain], 0, series[chain], length - oldest, oldest);
            }
            AutocorrelationTime time = AutocorrelationTime.of(series);
            if (slowest == null ? !Double.isNaN(time.value()) : time.value() > slowest.value()) {
                slowest = time;
            }
        }
        return slowest;
    }
}
