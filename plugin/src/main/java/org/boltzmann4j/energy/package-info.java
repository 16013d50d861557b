/** Energies, free energies and conditional means as functions of parameter arrays. No state. */
@NullMarked
package org.boltzmann4j.energy;

import org.jspecify.annotations.NullMarked;
