/** Deliberately wrong, see the test of the architecture. */
@NullMarked
package org.boltzmann4j.architecture.wrong.estimate;

import org.jspecify.annotations.NullMarked;
