package org.boltzmann4j.arbiter;

import java.time.Duration;

/** A candidate has used up its time. */
final class TimeLimitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TimeLimitException(Duration limit) {
        super("the candidate was given up after its time limit of " + limit.toMillis() / 1000.0 + " s");
    }
}
