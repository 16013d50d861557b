package org.boltzmann4j.arbiter;

/** Something has no expression of Java that makes it again; the message says what. */
final class UnwritableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    UnwritableException(String what) {
        super(what);
    }
}
