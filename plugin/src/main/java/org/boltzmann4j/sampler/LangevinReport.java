package org.boltzmann4j.sampler;

/**
 * What a run of Langevin steps looked like.
 *
 * @param gradientNorm Euclidean norm of a row of {@code dE/dx}, mean over the rows at the last step
 * @param clippedShare share of all moves of an element, in all steps, that were cut back to the clip, in [0, 1]
 * @param edgeShare share of the elements at a face of the box after the last step, in [0, 1]; 0 without a box
 */
public record LangevinReport(double gradientNorm, double clippedShare, double edgeShare) {}
