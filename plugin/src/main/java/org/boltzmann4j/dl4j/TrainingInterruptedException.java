package org.boltzmann4j.dl4j;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A training was asked to end, by a signal or an interrupt, and did so after its minibatch. The message says how to go on. */
public final class TrainingInterruptedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient @Nullable Path checkpoint;

    TrainingInterruptedException(String message, @Nullable Path checkpoint) {
        super(message);
        this.checkpoint = checkpoint;
    }

    /**
     * Returns the newest checkpoint.
     *
     * @return the file, or nothing if none could be written
     */
    public Optional<Path> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }
}
