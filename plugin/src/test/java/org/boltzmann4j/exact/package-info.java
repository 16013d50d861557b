/** Exact small models in plain Java: the yardstick of the tests, sharing no code with what it measures. */
@NullMarked
package org.boltzmann4j.exact;

import org.jspecify.annotations.NullMarked;
