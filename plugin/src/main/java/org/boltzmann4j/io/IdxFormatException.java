package org.boltzmann4j.io;

import java.io.IOException;

/** A file is no well-formed IDX file, or not the one expected. The message names the file, what was found and what was expected. */
public final class IdxFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    IdxFormatException(String message) {
        super(message);
    }

    IdxFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
