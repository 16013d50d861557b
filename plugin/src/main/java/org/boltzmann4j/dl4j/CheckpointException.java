package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.file.Path;

/** A file is no checkpoint, is damaged, or is one of another kind or version. Nothing was taken from it. */
public final class CheckpointException extends IOException {

    private static final long serialVersionUID = 1;

    CheckpointException(Path file, String what) {
        super(file + ": " + what);
    }

    CheckpointException(Path file, String what, Throwable cause) {
        super(file + ": " + what, cause);
    }
}
