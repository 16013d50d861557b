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
 */
public record JemReport(
        int epochs,
        JointGuard.Health health,
        List<String> returns,
        @Nullable String stopped,
        @Nullable JointTelemetry last) {

    /** Copies the list. */
    public JemReport {
        returns = List.copyOf(returns);
    }
}
