package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Samples of earlier minibatches from which later chains go on (Du, Mordatch 2019), so that chains grow long although each
 * visit is short. Mutable.
 *
 * <p>A chain belongs to a class: in a buffer in class blocks slot i belongs to class {@code i mod C} for good and its chains
 * sample {@code p(x | y)}; in a free one the class is the last one the model saw in the sample.
 *
 * <p>On every visit a chain starts afresh with the probability of {@link Restarts}.
 */
public final class ReplayBuffer {

    private final INDArray samples;
    private final int[] visits;
    private final int[] labels;
    private final int classes;
    private final boolean blocked;

    private ReplayBuffer(INDArray samples, int[] visits, int[] labels, int classes, boolean blocked) {
        this.samples = samples;
        this.visits = visits;
        this.labels = labels;
        this.classes = classes;
        this.blocked = blocked;
    }

    /**
     * When chains start afresh, and as what.
     *
     * @param rate mean probability of a restart on a visit, in [0, 1]
     * @param balanced if false, every chain restarts at the same rate, in a class drawn uniformly; if true, a chain restarts at
     *     the rate times its class' share of the buffer times the number of classes, in the class that is rarest: classes
     *     that take over die faster, those about to vanish are born again
     */
    public record Restarts(double rate, boolean balanced) {

        /**
         * Checks the rate.
         *
         * @throws IllegalArgumentException if it is not in [0, 1]
         */
        public Restarts {
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("restart rate = " + rate + ", expected 0 to 1");
            }
        }
    }

    /**
     * Fills a buffer with starts, classes in turn.
     *
     * @param capacity number of chains, at least 1
     * @param features width of a sample
     * @param classes number of classes, at least 1
     * @param blocked whether slots belong to classes for good
     * @param type of the samples
     * @param starts where chains begin
     * @param streams source of randomness
     * @return the buffer
     * @throws IllegalArgumentException if a number is below 1, or below the number of classes if blocked
     */
    public static ReplayBuffer filled(
            int capacity,
            int features,
            int classes,
            boolean blocked,
            DataType type,
            ChainStarts starts,
            RandomStreams streams) {
        if (capacity < 1 || features < 1 || classes < 1 || (blocked && capacity < classes)) {
            throw new IllegalArgumentException(
                    "replay buffer: capacity = " + capacity + ", features = " + features + ", classes = " + classes
                            + ", expected at least 1 each, and a slot for every class in class blocks");
        }
        INDArray samples = Nd4j.createUninitialized(type, new long[] {capacity, features}, 'c');
        int[] labels = new int[capacity];
        Rows rows = Rows.of(samples);
        double[] row = new double[features];
        for (int i = 0; i < capacity; i++) {
            labels[i] = i % classes;
            starts.draw(labels[i], streams.random(0, i), row);
            rows.write(i, row);
        }
        return new ReplayBuffer(samples, new int[capacity], labels, classes, blocked);
    }

    /**
     * Makes a buffer of given contents.
     *
     * @param samples {@code [capacity, features]} in 'c' order; owned by the buffer from now on
     * @param visits for each chain since its start, copied
     * @param labels class of each chain, copied
     * @param classes number of classes
     * @param blocked whether slots belong to classes for good
     * @return the buffer
     * @throws IllegalArgumentException if lengths or labels do not fit
     */
    public static ReplayBuffer of(INDArray samples, int[] visits, int[] labels, int classes, boolean blocked) {
        boolean fits = samples.rank() == 2 && visits.length == samples.size(0) && labels.length == samples.size(0);
        for (int i = 0; fits && i < labels.length; i++) {
            fits = visits[i] >= 0 && labels[i] >= 0 && labels[i] < classes && (!blocked || labels[i] == i % classes);
        }
        if (!fits) {
            throw new IllegalArgumentException("replay buffer: samples " + Arrays.toString(samples.shape()) + ", "
                    + visits.length + " visits and " + labels.length + " labels do not make a buffer of " + classes
                    + " classes");
        }
        return new ReplayBuffer(samples, visits.clone(), labels.clone(), classes, blocked);
    }

    /**
     * Chooses distinct chains to visit.
     *
     * @param count how many
     * @param wanted class of each chain in a blocked buffer, not modified; null in a free one
     * @param random consumed
     * @return their slots
     * @throws IllegalArgumentException if there are not as many chains, of the wanted classes
     */
    public int[] choose(int count, int @Nullable [] wanted, SplittableRandom random) {
        if (blocked != (wanted != null)) {
            throw new IllegalArgumentException("wanted classes are for buffers in class blocks, and needed there");
        }
        int[] slots = new int[count];
        boolean[] taken = new boolean[labels.length];
        int[] left = new int[classes];
        for (int label : labels) {
            left[label]++;
        }
        if (wanted == null ? count > labels.length : lacks(left.clone(), wanted)) {
            throw new IllegalArgumentException("the replay buffer has " + labels.length + " chains"
                    + (blocked ? " in blocks of " + labels.length / classes : "")
                    + ", expected at least as many as the minibatch has rows" + (blocked ? " of a class" : "") + " ("
                    + count + ")");
        }
        for (int i = 0; i < count; i++) {
            int slot;
            do { // even where every chain is wanted the mean number of tries stays below ln(capacity) + 1
                slot = wanted == null
                        ? random.nextInt(labels.length)
                        : wanted[i] + classes * random.nextInt((labels.length - wanted[i] + classes - 1) / classes);
            } while (taken[slot]);
            taken[slot] = true;
            slots[i] = slot;
        }
        return slots;
    }

    private static boolean lacks(int[] left, int[] wanted) {
        for (int label : wanted) {
            if (--left[label] < 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Starts some of the chosen chains afresh, in place.
     *
     * @param slots the chosen chains, not modified
     * @param restarts when and as what
     * @param starts where chains begin
     * @param streams source of randomness
     * @param step counter within the stream
     * @return how many started afresh
     */
    public int restart(int[] slots, Restarts restarts, ChainStarts starts, RandomStreams streams, long step) {
        int[] counts = classCounts();
        Rows rows = Rows.of(samples);
        double[] row = new double[rows.width()];
        int restarted = 0;
        for (int i = 0; i < slots.length; i++) {
            int slot = slots[i];
            SplittableRandom random = streams.random(step, i);
            double rate = restarts.rate();
            if (restarts.balanced() && !blocked) {
                rate *= (double) counts[labels[slot]] * classes / labels.length;
            }
            if (random.nextDouble() >= rate) {
                continue;
            }
            int label = labels[slot];
            if (!blocked) {
                label = restarts.balanced() ? rarest(counts, random) : random.nextInt(classes);
                counts[labels[slot]]--;
                counts[label]++;
            }
            starts.draw(label, random, row);
            rows.write(slot, row);
            labels[slot] = label;
            visits[slot] = 0;
            restarted++;
        }
        return restarted;
    }

    /** Ties are broken by the first from a random class on. */
    private static int rarest(int[] counts, SplittableRandom random) {
        int best = random.nextInt(counts.length);
        for (int i = 1; i < counts.length; i++) {
            int c = (best + i) % counts.length;
            best = counts[c] < counts[best] ? c : best;
        }
        return best;
    }

    /**
     * Reads chains.
     *
     * @param slots which, not modified
     * @param into {@code [slots, features]} in 'c' order, overwritten
     */
    public void read(int[] slots, INDArray into) {
        copy(Rows.of(samples), slots, Rows.of(into), false);
    }

    /**
     * Writes chains back after a visit.
     *
     * @param slots which, not modified
     * @param x {@code [slots, features]}, copied
     * @param seen class the model sees in each, for a free buffer, not modified; null to leave the classes
     */
    public void write(int[] slots, INDArray x, int @Nullable [] seen) {
        copy(Rows.of(x), slots, Rows.of(samples), true);
        for (int i = 0; i < slots.length; i++) {
            visits[slots[i]]++;
            if (!blocked && seen != null) {
                labels[slots[i]] = seen[i];
            }
        }
    }

    private static void copy(Rows from, int[] slots, Rows to, boolean scatter) {
        double[] row = new double[from.width()];
        for (int i = 0; i < slots.length; i++) {
            from.read(scatter ? i : slots[i], row);
            to.write(scatter ? slots[i] : i, row);
        }
    }

    /**
     * Counts the chains of each class.
     *
     * @return {@code [classes]}, owned by the caller
     */
    public int[] classCounts() {
        int[] counts = new int[classes];
        for (int label : labels) {
            counts[label]++;
        }
        return counts;
    }

    /**
     * Returns how often a chain was visited since its start, mean over all chains.
     *
     * @return the mean age in visits
     */
    public double meanVisits() {
        return Arrays.stream(visits).average().orElse(0);
    }

    /**
     * Returns the number of chains.
     *
     * @return the capacity
     */
    public int capacity() {
        return labels.length;
    }

    /**
     * Returns whether slots belong to classes for good.
     *
     * @return true for class blocks
     */
    public boolean isBlocked() {
        return blocked;
    }

    /**
     * Returns all samples.
     *
     * @return {@code [capacity, features]}: the buffer's own, not to be modified
     */
    public INDArray samples() {
        return samples;
    }

    /**
     * Returns the visits of each chain since its start.
     *
     * @return {@code [capacity]}, a copy
     */
    public int[] visits() {
        return visits.clone();
    }

    /**
     * Returns the class of each chain.
     *
     * @return {@code [capacity]}, a copy
     */
    public int[] labels() {
        return labels.clone();
    }

    /**
     * Copies the buffer.
     *
     * @return an independent copy
     */
    public ReplayBuffer copy() {
        return new ReplayBuffer(samples.dup('c'), visits.clone(), labels.clone(), classes, blocked);
    }
}
