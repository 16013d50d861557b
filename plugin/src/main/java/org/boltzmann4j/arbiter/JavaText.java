package org.boltzmann4j.arbiter;

/**
 * A value and the expression that makes it.
 *
 * @param value what the expression makes
 * @param text Java, of one line or more
 */
record JavaText(Object value, String text) {}
