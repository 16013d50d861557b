package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a run down when it is time to, or when it has to end, and keeps the newest few files. */
final class CheckpointKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final Checkpoints spec;
    private final CheckpointArchive.Opener opener;
    private final TrainingCheckpoint.Kind kind;
    private final ShutdownWatch shutdown;
    private long minibatches;
    private long lastWrite = System.nanoTime();
    private @Nullable Path newest;

    /**
     * What a checkpoint is made of.
     *
     * @param about texts for people and comparisons
     * @param state of the run
     */
    record Contents(Map<String, String> about, StateRecord state) {}

    /**
     * Begins to keep checkpoints.
     *
     * @param kind of the run
     * @param minibatches of the run so far
     * @param newest file that holds them, or null
     * @throws IllegalStateException if the folder holds checkpoints of a later moment, or cannot be read
     */
    CheckpointKeeper(
            Checkpoints spec,
            CheckpointArchive.Opener opener,
            TrainingCheckpoint.Kind kind,
            long minibatches,
            @Nullable Path newest) {
        this.spec = spec;
        this.opener = opener;
        this.kind = kind;
        this.minibatches = minibatches;
        this.newest = newest;
        requireNothingLater();
        this.shutdown = ShutdownWatch.begin();
    }

    /** Files of a later moment would be taken for those of this run, and this run's for old ones. */
    private void requireNothingLater() {
        try {
            for (Path file : spec.files()) {
                if (Checkpoints.minibatch(file) > minibatches && Checkpoints.isUsable(file)) {
                    throw new IllegalStateException("the folder " + spec.folder() + " holds "
                            + file.getFileName() + ", a later moment than this run begins at: resume from it, or take"
                            + " another folder");
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the folder " + spec.folder() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** How many minibatches the run has learnt, over all layers and epochs. */
    long minibatches() {
        return minibatches;
    }

    /**
     * Counts a minibatch, and writes the run down if it is time to.
     *
     * @param state asked for only if something is written
     * @throws TrainingInterruptedException if the run has to end
     */
    void minibatchDone(Supplier<Contents> state) {
        minibatches++;
        boolean interrupted = Thread.currentThread().isInterrupted();
        if (shutdown.isRequested() || interrupted) {
            throw end(state.get(), interrupted);
        }
        Duration interval = spec.interval();
        boolean now = interval == null
                ? minibatches % spec.minibatches() == 0
                : System.nanoTime() - lastWrite >= interval.toNanos();
        if (now) {
            write(state.get());
        }
    }

    private TrainingInterruptedException end(Contents state, boolean interrupted) {
        boolean written = write(state);
        String where = newest == null
                ? "There is no checkpoint of it"
                : "Go on with " + kind.trainer() + ".resume(Path.of(\"" + newest
                        + "\")), the same network and the same data";
        String message = kind + " ended by " + (interrupted ? "an interrupt" : "a signal") + " after " + minibatches
                + " minibatches, " + (written ? "all of them written down. " : "the last of them lost. ") + where;
        shutdown.say(message);
        return new TrainingInterruptedException(message, newest);
    }

    /** A full disk must not end a run that is well: it goes on, and the next time may succeed. */
    private boolean write(Contents contents) {
        Path file = spec.file(minibatches);
        try {
            CheckpointArchive.write(file, kind.toString(), contents.about(), contents.state(), opener);
        } catch (IOException e) {
            LOG.warn("{} could not be written ({}); the newest checkpoint is {}", file, e.toString(), newest);
            return false;
        } finally {
            lastWrite = System.nanoTime();
        }
        newest = file;
        prune();
        return true;
    }

    private void prune() {
        try {
            List<Path> files = spec.files().stream()
                    .filter(file -> Checkpoints.minibatch(file) <= minibatches)
                    .toList();
            for (Path old : files.subList(Math.min(spec.kept(), files.size()), files.size())) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            LOG.warn("old checkpoints could not be deleted: {}", e.toString());
        }
    }

    @Override
    public void close() {
        shutdown.close();
    }
}
