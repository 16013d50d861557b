/** The likelihood gradient of a restricted Boltzmann machine and the negative phases that estimate its model term. */
@NullMarked
package org.boltzmann4j.objective;

import org.jspecify.annotations.NullMarked;
