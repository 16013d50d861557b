package org.boltzmann4j.sampler;

/**
 * Block Gibbs sampling: all hidden units given the visible ones, then all visible ones given the hidden ones, again and
 * again. Cheap, and slow to leave a mode.
 */
public record BlockGibbs() implements Inference {

    private static final long serialVersionUID = 1;
}
