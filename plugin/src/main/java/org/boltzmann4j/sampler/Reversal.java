package org.boltzmann4j.sampler;

/**
 * What chains ask of the training after an update that led too far: back to the parameters of the checkpoint, half the
 * learning rate, an updater without memory. The chains are there already.
 *
 * @param checkpoint where to go on
 * @param swapAcceptance the expected share of accepted swaps with the checkpoint, of the model that is given up; NaN where
 *     its free energies were not finite
 */
public record Reversal(Checkpoint checkpoint, double swapAcceptance) {}
