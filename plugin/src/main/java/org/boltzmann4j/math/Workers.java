package org.boltzmann4j.math;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share large products and passes over rows, each with a BLAS of one thread. They serve the thread that has
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

    /** Some hundred microseconds: longer than what is left to one thread between two products, too short to heat a core. */
    private static final int MOST_SPINS = 4_000;

    private final int threads;
    private final Companion[] companions;
    private final int spins;
    private volatile @Nullable Job current;

    private Workers(int threads) {
        this.threads = threads;
        // Where cores are fewer than threads, who spins keeps the core from who works.
        this.spins = threads <= Runtime.getRuntime().availableProcessors() ? MOST_SPINS : 0;
        this.companions = new Companion[threads - 1];
        for (int i = 0; i < companions.length; i++) {
            companions[i] = new Companion(i + 1);
        }
    }

    /**
     * Does something with threads that share its products and passes; the calling thread is one of them.
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
            workers.publish(Job.LAST);
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

    /** Whether the calling thread is inside of {@link #with}, where products are cut into pieces even for one thread. */
    static boolean areThere() {
        return CURRENT.get() != null;
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
        workers.share(new Job(tasks, body));
    }

    private void share(Job job) {
        publish(job);
        job.work(0);
        job.await(spins);
    }

    private void publish(Job job) {
        current = job;
        for (Companion companion : companions) {
            companion.wake();
        }
    }

    /** A thread that takes part in one job after the other, and sleeps if the next one is long in coming. */
    private final class Companion {
        private final int worker;
        private final Thread thread;
        private volatile boolean asleep;

        Companion(int worker) {
            this.worker = worker;
            this.thread = new Thread(this::serve, "boltzmann4j worker " + worker);
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            Job job = next(null);
            while (job != Job.LAST) {
                job.work(worker);
                job = next(job);
            }
        }

        private Job next(@Nullable Job before) {
            for (int spin = 0; spin < spins; spin++) {
                Job job = current;
                if (job != null && job != before) {
                    return job;
                }
                Thread.onSpinWait();
            }
            // First asleep, then another look: whoever publishes does it the other way round, so that one sees the
            // other.
            asleep = true;
            Job job = current;
            while (job == null || job == before) {
                LockSupport.park(this);
                job = current;
            }
            asleep = false;
            return job;
        }

        void wake() {
            if (asleep) {
                LockSupport.unpark(thread);
            }
        }
    }

    /** Tasks of which every thread takes the next one as long as there is one. */
    private static final class Job {
        private static final Job LAST = new Job(0, (worker, task) -> {});

        private final int tasks;
        private final Body body;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger open;
        private volatile @Nullable Throwable failure;

        Job(int tasks, Body body) {
            this.tasks = tasks;
            this.body = body;
            this.open = new AtomicInteger(tasks);
        }

        void work(int worker) {
            for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
                if (failure == null) {
                    run(worker, task);
                }
                if (open.decrementAndGet() == 0 && worker != 0) {
                    LockSupport.unpark(caller);
                }
            }
        }

        private void run(int worker, int task) {
            try {
                body.run(worker, task);
            } catch (RuntimeException | Error thrown) {
                failure = thrown;
            }
        }

        /** A companion that comes too late to find a task is not waited for, and finds nothing to do. */
        void await(int spins) {
            for (int spin = 0; spin < spins && open.get() > 0; spin++) {
                Thread.onSpinWait();
            }
            boolean interrupted = false;
            while (open.get() > 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted(); // arrays are being written to: it has to wait until they are not
            }
            if (interrupted) {
                caller.interrupt();
            }
            Throwable thrown = failure;
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw (RuntimeException) thrown;
            }
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
}
