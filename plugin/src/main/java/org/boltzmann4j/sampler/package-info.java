/** Markov chains over the models of the energy room. Chains and counters are the state; samplers are stateless. */
@NullMarked
package org.boltzmann4j.sampler;

import org.jspecify.annotations.NullMarked;
