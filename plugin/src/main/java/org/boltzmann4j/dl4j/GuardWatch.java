package org.boltzmann4j.dl4j;

import java.util.List;
import java.util.Locale;
import org.boltzmann4j.dl4j.JointGuard.Finding;
import org.boltzmann4j.dl4j.JointGuard.Health;
import org.jspecify.annotations.Nullable;

/** The moving averages of one training, which a {@link JointGuard} judges. Mutable. */
final class GuardWatch {

    /** Length of {@link #state}. */
    static final int NUMBERS = 10;

    private static final double LARGEST_CLIPPED_SHARE = 0.5;
    private static final int SINGLE_GAP_FACTOR = 10;
    private static final int LOST_WINDOWS = 4;

    private final JointGuard guard;
    private double gap;
    private double norm;
    private double largestNorm;
    private double firstNorm;
    private long seen;
    private double firstLoss;
    private long losses;
    private double update;
    private long updates;
    /** Minibatches in a row in which a class was too rare. */
    private long rare;

    GuardWatch(JointGuard guard) {
        this.guard = guard;
    }

    List<Double> state() {
        return List.of(
                gap,
                norm,
                largestNorm,
                firstNorm,
                (double) seen,
                firstLoss,
                (double) losses,
                update,
                (double) updates,
                (double) rare);
    }

    void restore(List<Double> state) {
        returnTo(state);
        update = state.get(7);
        updates = state.get(8).longValue();
    }

    /** Restores all but the length of updates, which is that of healthy ones whenever the state was taken. */
    void returnTo(List<Double> state) {
        gap = state.get(0);
        norm = state.get(1);
        largestNorm = state.get(2);
        firstNorm = state.get(3);
        seen = state.get(4).longValue();
        firstLoss = state.get(5);
        losses = state.get(6).longValue();
        rare = state.get(9).longValue();
    }

    /** The plain mean while the window fills, then a moving one. */
    private double share(long count) {
        return Math.max(1.0 / count, 1.0 / guard.window());
    }

    /** Judges a minibatch before its update; null if it has no samples. */
    Finding look(@Nullable JointTelemetry telemetry) {
        if (telemetry == null) {
            return Finding.HEALTHY;
        }
        double now = Math.abs(telemetry.gap());
        double slope = telemetry.langevin().gradientNorm();
        if (!Double.isFinite(now + slope)) {
            return diverged("gap %s, input gradient %s", now, slope);
        }
        seen++;
        gap += share(seen) * (now - gap);
        norm += share(seen) * (slope - norm);
        if (seen <= guard.window()) {
            firstNorm = norm;
        }
        largestNorm = Math.max(largestNorm, norm);
        if (now > SINGLE_GAP_FACTOR * guard.largestGap() || gap > guard.largestGap()) {
            return diverged("the gap is %.3g nats, its mean %.3g", now, gap);
        }
        if (Math.abs(telemetry.dataEnergy()) > guard.largestEnergy()) {
            return diverged("the energy of the data is %.3g nats", telemetry.dataEnergy());
        }
        if (norm * guard.gradientFactor() < largestNorm) {
            return diverged("the input gradient fell from %.3g to %.3g", largestNorm, norm);
        }
        if (norm > guard.gradientFactor() * firstNorm) {
            return diverged("the input gradient rose from %.3g to %.3g", firstNorm, norm);
        }
        double evenShares = telemetry.smallestClassShare() * telemetry.classes();
        rare = evenShares < guard.smallestClassShare() ? rare + 1 : 0;
        if (rare > (long) LOST_WINDOWS * guard.window()) {
            return diverged(
                    "for %d minibatches the rarest class has had less than %.2f of an even share of the samples",
                    rare, guard.smallestClassShare());
        }
        if (gap > guard.settledGap()) {
            return suspect("the mean gap is %.3g nats", gap);
        }
        double clipped = telemetry.langevin().clippedShare();
        if (clipped > LARGEST_CLIPPED_SHARE) {
            return suspect("a share of %.2f of the moves is clipped", clipped);
        }
        if (rare > 0) {
            return suspect("the rarest class has %.2f of an even share of the samples", evenShares);
        }
        return Finding.HEALTHY;
    }

    /** Judges the loss of the parameters before the update, as the host computed it. */
    Finding lookAtLoss(double loss) {
        if (!Double.isFinite(loss)) {
            return diverged("the loss is %s", loss);
        }
        if (losses > 0 && loss > firstLoss + guard.largestLoss()) {
            return diverged("the loss is %.3g, in the first minibatches %.3g", loss, firstLoss);
        }
        losses++;
        if (losses <= guard.window()) {
            firstLoss += (loss - firstLoss) / losses;
        }
        return Finding.HEALTHY;
    }

    /** Judges the length of an update; while the window fills any finite one passes. */
    Finding lookAtUpdate(double length) {
        if (!Double.isFinite(length)) {
            return diverged("the update made parameters that are not finite");
        }
        if (updates >= guard.window() && length > guard.updateFactor() * update) {
            return diverged("the length of the update is %.3g, its mean %.3g", length, update);
        }
        updates++;
        update += share(updates) * (length - update);
        return Finding.HEALTHY;
    }

    /** Mean length of the updates that passed; infinite if there were none. */
    double meanUpdate() {
        return updates == 0 ? Double.POSITIVE_INFINITY : update;
    }

    private static Finding diverged(String format, Object... figures) {
        return new Finding(Health.DIVERGED, String.format(Locale.ROOT, format, figures));
    }

    private static Finding suspect(String format, Object... figures) {
        return new Finding(Health.SUSPECT, String.format(Locale.ROOT, format, figures));
    }
}
