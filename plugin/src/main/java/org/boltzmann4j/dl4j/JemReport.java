package org.boltzmann4j.dl4j;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link JemTrainer} did.
 *
 * @param epochs completed, those before a resume included
 * @param health at the end
 * @param returns every return to a healthy snapshot, in order: when, why and with what changed
 * @param stopped why training ended before its time, or null if it did not
 * @param last telemetry of the last minibatch, or null if there were no samples
 * @param seconds of this run
 * @param samplingSeconds of them spent in the sampler
 */
public record JemReport(
        int epochs,
        JointGuard.Health health,
        List<String> returns,
        @Nullable String stopped,
        @Nullable JointTelemetry last,
        double seconds,
        double samplingSeconds) {

    /** Copies the list. */
    public JemReport {
        returns = List.copyOf(returns);
    }

    /**
     * Returns the sampler's share of the time.
     *
     * @return in [0, 1]
     */
    public double samplingShare() {
        return seconds > 0 ? samplingSeconds / seconds : 0;
    }
}
