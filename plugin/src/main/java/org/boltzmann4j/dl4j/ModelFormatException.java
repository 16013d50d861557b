package org.boltzmann4j.dl4j;

import java.io.IOException;

/** A file is no model that {@link ModelReader} reads. The message names the file, what was found and what was expected. */
public final class ModelFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    ModelFormatException(String message) {
        super(message);
    }

    ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
