package org.boltzmann4j.math;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the rows of large products and passes, each with a BLAS of one thread. They serve the thread that has
 * asked for them, and no other.
 *
 * <p>Work is cut into pieces by the size of the matrices alone, never by the number of threads, so that any number of them
 * computes the same bits. A BLAS with threads of its own does not promise that, and its idle threads keep the cores from the
 * passes between the products.
 *
 * <p>How many threads the BLAS has is a setting of the whole process: the first workers to begin put it to one, the last
 * ones to end put back what was found, and whatever else computes in the meantime finds one.
 */
public final class Workers {

    private static final ThreadLocal<@Nullable Workers> CURRENT = new ThreadLocal<>();

    /** Fewer rows than two of these are left in one piece. */
    private static final int SMALLEST_PIECE = 16;

    /** Larger products are cut into pieces of about so many rows: each of them packs the other factor anew. */
    private static final int USUAL_PIECE = 256;

    private static final int MOST_PIECES = 16;

    private final int threads;
    private final ExecutorService helpers;

    private Workers(int threads) {
        this.threads = threads;
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "boltzmann4j worker");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Does something with threads that share the rows of its products and passes; the calling thread is one of them.
     *
     * @param <T> type of the result
     * @param threads at least 1
     * @param body done by the calling thread
     * @return what the body returns
     * @throws IllegalArgumentException if there are fewer threads than 1
     */
    public static <T> T with(int threads, Supplier<T> body) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads = " + threads + ", expected at least 1");
        }
        Workers outer = CURRENT.get();
        Workers workers = new Workers(threads);
        BlasThreads.holdAtOne();
        CURRENT.set(workers);
        try {
            return body.get();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
            workers.helpers.shutdown();
            BlasThreads.release();
        }
    }

    /**
     * Returns how many threads share the work of the calling one.
     *
     * @return 1 outside of {@link #with}
     */
    public static int threads() {
        Workers workers = CURRENT.get();
        return workers == null ? 1 : workers.threads;
    }

    /**
     * Does independent tasks, on the calling thread and, inside of {@link #with}, on its workers; returns when all are done.
     *
     * @param tasks how many
     * @param body called once for each task, in any order; what it throws first is thrown here
     */
    public static void forEach(int tasks, Body body) {
        Workers workers = CURRENT.get();
        if (workers == null || workers.threads == 1 || tasks < 2) {
            for (int task = 0; task < tasks; task++) {
                body.run(0, task);
            }
            return;
        }
        workers.share(tasks, body);
    }

    /**
     * Does something for a range of rows: all at once outside of {@link #with}, else in pieces.
     *
     * @param rows how many
     * @param body called for ranges that together are {@code [0, rows)}
     */
    static void forEachPiece(long rows, Range body) {
        int pieces = CURRENT.get() == null ? 1 : pieces(rows);
        if (pieces == 1) {
            body.run(0, rows);
            return;
        }
        forEach(pieces, (worker, piece) -> body.run(piece * rows / pieces, (piece + 1) * rows / pieces));
    }

    /** A power of two, so that two and four threads have equal shares. */
    private static int pieces(long rows) {
        if (rows < 2 * SMALLEST_PIECE) {
            return 1;
        }
        int pieces = 2;
        while (pieces < MOST_PIECES && (long) pieces * USUAL_PIECE < rows) {
            pieces *= 2;
        }
        return pieces;
    }

    private void share(int tasks, Body body) {
        int helping = Math.min(threads, tasks) - 1;
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(helping);
        for (int helper = 1; helper <= helping; helper++) {
            int worker = helper;
            helpers.execute(() -> {
                work(worker, next, tasks, body, failure);
                running.countDown();
            });
        }
        work(0, next, tasks, body, failure);
        awaitAll(running);
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private static void work(
            int worker, AtomicInteger next, int tasks, Body body, AtomicReference<@Nullable Throwable> failure) {
        try {
            for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
                body.run(worker, task);
            }
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
            next.set(tasks);
        }
    }

    /** Arrays are being written to, so that an interrupt has to wait until they are not. */
    private static void awaitAll(CountDownLatch running) {
        boolean interrupted = false;
        while (true) {
            try {
                running.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One of several tasks. */
    @FunctionalInterface
    public interface Body {
        /**
         * Does a task.
         *
         * @param worker index of the thread it runs on, 0 for the caller: two tasks at the same time have different ones,
         *     below {@link #threads}
         * @param task index of the task
         */
        void run(int worker, int task);
    }

    /** Something to be done for some rows. */
    @FunctionalInterface
    interface Range {
        /**
         * Does it.
         *
         * @param from first row
         * @param to row behind the last
         */
        void run(long from, long to);
    }
}
