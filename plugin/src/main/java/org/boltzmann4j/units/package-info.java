/** Unit types: what a unit's support, conditional mean, sample and share of the free energy are. One file per unit. */
@NullMarked
package org.boltzmann4j.units;

import org.jspecify.annotations.NullMarked;
