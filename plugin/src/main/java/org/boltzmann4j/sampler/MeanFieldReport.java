package org.boltzmann4j.sampler;

/**
 * How a mean-field iteration ended.
 *
 * @param iterations how many were made
 * @param largestChange of any visible mean in the last iteration, in units of their scales
 * @param unconvergedRows rows in which a mean still changed by more than the tolerance
 */
public record MeanFieldReport(int iterations, double largestChange, int unconvergedRows) {

    /**
     * Whether all rows reached the tolerance.
     *
     * @return false if the iteration was cut off
     */
    public boolean isConverged() {
        return unconvergedRows == 0;
    }

    /** That of two sets of rows. */
    MeanFieldReport and(MeanFieldReport other) {
        return new MeanFieldReport(
                Math.max(iterations, other.iterations),
                Math.max(largestChange, other.largestChange),
                unconvergedRows + other.unconvergedRows);
    }
}
