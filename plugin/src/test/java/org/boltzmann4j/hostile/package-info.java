/** Files made to do harm, and mutations of good ones. */
@NullMarked
package org.boltzmann4j.hostile;

import org.jspecify.annotations.NullMarked;
