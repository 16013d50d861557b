/** Deliberately wrong, see the test of the architecture. */
@NullMarked
package org.boltzmann4j.architecture.wrong.objective;

import org.jspecify.annotations.NullMarked;
