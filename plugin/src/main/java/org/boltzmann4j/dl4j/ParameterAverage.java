package org.boltzmann4j.dl4j;

/**
 * An exponential moving average of the parameters over the updates of a layer (Polyak, Juditsky 1992; Ruppert 1988; with a
 * decay as in Swersky, Chen, Marlin, de Freitas 2010): while the learning rate is high the parameters swing around a better
 * model than themselves, which the average is.
 *
 * <p>After update t the average is {@code sum_{u <= t} d^(t-u) theta_u / sum_{u <= t} d^(t-u)} with the decay d: the
 * weights of the past add up to 1 from the first update on, so it owes nothing to where it starts, and the parameters before
 * training have no part in it. The average never enters the training: every update is what it would be without. Bounds and
 * constraints of the host that hold a convex set, such as a largest norm, hold for the average too.
 *
 * @param decay d, at least 0 and below 1; 0 is the parameters themselves
 * @param monitored whether monitors, and so a stopping rule, look at the average instead of the parameters
 * @param kept whether the layer has the average in the end; layers above then learn from its output
 */
public record ParameterAverage(double decay, boolean monitored, boolean kept) {

    /**
     * Checks the decay, and that the average has a use.
     *
     * @throws IllegalArgumentException if the decay is out of its range, or neither use is asked for
     */
    public ParameterAverage {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("parameter average: decay = " + decay + ", expected a number in [0, 1)");
        }
        if (!monitored && !kept) {
            throw new IllegalArgumentException(
                    "parameter average: neither monitored nor kept, expected at least one of them");
        }
    }

    /**
     * The average for monitors and in the end.
     *
     * @param decay at least 0 and below 1
     * @return the specification
     * @throws IllegalArgumentException if it is out of its range
     */
    public static ParameterAverage ofDecay(double decay) {
        return new ParameterAverage(decay, true, true);
    }

    /**
     * The average for monitors and in the end, with a decay of {@code 1 - 1 / updates}.
     *
     * @param updates how many updates the average reaches back, at least 1
     * @return the specification
     * @throws IllegalArgumentException if it is below 1
     */
    public static ParameterAverage ofUpdates(int updates) {
        if (updates < 1) {
            throw new IllegalArgumentException("parameter average: updates = " + updates + ", expected at least 1");
        }
        return ofDecay(1 - 1.0 / updates);
    }

    /**
     * The same for monitors only: the layer has its last parameters in the end.
     *
     * @return the specification
     */
    public ParameterAverage forMonitorsOnly() {
        return new ParameterAverage(decay, true, false);
    }

    /**
     * The same in the end only: monitors look at the parameters in training.
     *
     * @return the specification
     */
    public ParameterAverage forTheEndOnly() {
        return new ParameterAverage(decay, false, true);
    }

    /** Weight of the newest parameters in the average after the given number of updates, at least 1. */
    double newest(long updates) {
        // (1 - d) / (1 - d^t), with both differences exact where d is near 1.
        return decay == 0 ? 1 : (1 - decay) / -Math.expm1(updates * Math.log(decay));
    }
}
