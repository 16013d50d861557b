/** How good a model is: diagnostics and estimates that training and its listeners report. */
@NullMarked
package org.boltzmann4j.estimate;

import org.jspecify.annotations.NullMarked;
