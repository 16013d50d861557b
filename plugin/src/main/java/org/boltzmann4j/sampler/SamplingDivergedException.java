package org.boltzmann4j.sampler;

/** A gradient of the energy was not finite. The rows have the values they had before that step. */
public final class SamplingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    SamplingDivergedException(int step, long row, int feature, double slope) {
        super("Langevin step " + step + ", row " + row + ", feature " + feature + ": dE/dx = " + slope
                + "; the samples keep the values before this step. The energy itself is no longer finite, or too steep:"
                + " the training diverged, or the data are not in the range the network was trained on");
    }
}
