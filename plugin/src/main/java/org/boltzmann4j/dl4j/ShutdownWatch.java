package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds the end of the process until a training has come to a stop of its own. While a JVM shuts down its loggers may be gone, so the last
 * words go to the standard error stream.
 */
final class ShutdownWatch implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 30;

    private final Thread trainer = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::hold, "boltzmann4j checkpoint at shutdown");
    private volatile boolean requested;
    private volatile @Nullable String lastWords;

    private ShutdownWatch() {}

    static ShutdownWatch begin() {
        ShutdownWatch watch = new ShutdownWatch();
        try {
            Runtime.getRuntime().addShutdownHook(watch.hook);
        } catch (IllegalStateException shuttingDown) {
            watch.requested = true;
        }
        return watch;
    }

    /** What the hook does. */
    void hold() {
        requested = true;
        try {
            if (isEndingTheProcess(trainer.getStackTrace())) {
                lastWords = "the training ended the process itself: its last checkpoint is an older one";
            } else if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                lastWords = "the training did not come to the end of its minibatch in " + PATIENCE_SECONDS
                        + " s: its last checkpoint is an older one";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String words = lastWords;
        if (words != null) {
            System.err.println(words);
        }
    }

    /** A listener that calls {@code System.exit} waits for the hooks, and would be waited for. */
    static boolean isEndingTheProcess(StackTraceElement[] stack) {
        return Arrays.stream(stack).anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
    }

    boolean isRequested() {
        return requested;
    }

    void say(String words) {
        lastWords = words;
    }

    @Override
    public void close() {
        done.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shuttingDown) {
                // The hook runs already, and finds that it need not wait.
            }
        }
    }
}
