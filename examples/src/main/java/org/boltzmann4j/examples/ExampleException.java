package org.boltzmann4j.examples;

/** Something is wrong with what the user gave; the message says what, and is all the user needs to see. */
final class ExampleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ExampleException(String message) {
        super(message);
    }

    ExampleException(String message, Throwable cause) {
        super(message, cause);
    }
}
