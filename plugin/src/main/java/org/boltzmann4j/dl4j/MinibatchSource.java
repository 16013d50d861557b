package org.boltzmann4j.dl4j;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Data that are read minibatch by minibatch, pass after pass. It knows how far they have been read, and repeats the readings of a run before.
 * Mutable.
 *
 * @param <T> minibatch
 */
final class MinibatchSource<T> {

    private final BooleanSupplier hasNext;
    private final Supplier<T> next;
    private final Runnable reset;
    private final boolean canReset;
    private final BiConsumer<T, DataFingerprint> contents;
    private @Nullable DataFingerprint fingerprint;
    private long passes;
    private long position;
    private long longestPass;

    /** Of an iterator's methods; {@code contents} hands a minibatch to its fingerprint. */
    MinibatchSource(
            BooleanSupplier hasNext,
            Supplier<T> next,
            Runnable reset,
            boolean canReset,
            BiConsumer<T, DataFingerprint> contents) {
        this.hasNext = hasNext;
        this.next = next;
        this.reset = reset;
        this.canReset = canReset;
        this.contents = contents;
    }

    /** From now on everything that is read is part of {@link #describe}: for runs that are written down. */
    void keepFingerprint() {
        fingerprint = new DataFingerprint();
    }

    boolean hasNext() {
        return hasNext.getAsBoolean();
    }

    boolean canReset() {
        return canReset;
    }

    /** The next minibatch. */
    T next() {
        return taken(next.get());
    }

    /** A minibatch that was read past this object. */
    T taken(T minibatch) {
        if (fingerprint != null) {
            contents.accept(minibatch, fingerprint);
        }
        position++;
        longestPass = Math.max(longestPass, position);
        return minibatch;
    }

    void reset() {
        if (fingerprint != null) {
            fingerprint.endPass();
        }
        reset.run();
        passes++;
        position = 0;
    }

    /** How often the data were reset. */
    long passes() {
        return passes;
    }

    /** How many minibatches were read since. */
    long position() {
        return position;
    }

    /** How many minibatches the longest pass so far had. */
    long longestPass() {
        return longestPass;
    }

    /**
     * Reads as a run before an interruption has read, since the order of an iterator may depend on how often it was reset: the first pass whole,
     * for its fingerprint, of later ones one minibatch (some iterators reset only what has been read from), of the last as many as wanted.
     *
     * @param wantedPasses resets, those that have been included
     * @param wantedPosition minibatches read after the last, if there are as many
     * @return the last minibatch that was read, or null for none
     */
    @Nullable T replay(long wantedPasses, long wantedPosition) {
        T last = null;
        while (passes < wantedPasses) {
            boolean whole = fingerprint != null && !fingerprint.hasFirstPass();
            last = readTo(whole ? Long.MAX_VALUE : 1, last);
            reset();
        }
        return readTo(wantedPosition, last);
    }

    private @Nullable T readTo(long wantedPosition, @Nullable T before) {
        T last = before;
        while (position < wantedPosition && hasNext()) {
            last = next();
        }
        return last;
    }

    /** Reads as a run that began every pass with a reset, to the end of a pass. */
    void replayPasses(long wanted) {
        if (wanted > 0) {
            reset();
            replay(wanted, wanted == 1 ? Long.MAX_VALUE : 1);
        }
    }

    /** Says what was read, in texts that differ where the data do. */
    void describe(String name, Map<String, String> texts) {
        if (fingerprint != null) {
            texts.put(name + ", first pass", fingerprint.firstPass());
            texts.put(name + ", this pass", fingerprint.thisPass());
        }
    }
}
