/** Restricted Boltzmann machines as layers of Deeplearning4j networks, and their greedy pretraining. */
@NullMarked
package org.boltzmann4j.dl4j;

import org.jspecify.annotations.NullMarked;
