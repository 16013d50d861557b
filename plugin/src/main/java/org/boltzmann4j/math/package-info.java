/** Stable functions, shape checks, row access to arrays, matrix products and random streams. Knows ND4J and its BLAS only. */
@NullMarked
package org.boltzmann4j.math;

import org.jspecify.annotations.NullMarked;
