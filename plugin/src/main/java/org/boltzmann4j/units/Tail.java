package org.boltzmann4j.units;

/** How far the states of a unit reach: what decides with which partner the sum over all states stays finite. */
public enum Tail {
    /** Finitely many states: the cumulant grows linearly with the input. */
    BOUNDED,
    /** Tails like {@code exp(-x^2 / 2)}: the cumulant grows with the square of the input. */
    QUADRATIC,
    /** Tails like {@code 1 / x!}: the cumulant grows exponentially with the input. */
    FACTORIAL
}
