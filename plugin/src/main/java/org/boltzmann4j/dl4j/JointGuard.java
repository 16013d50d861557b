package org.boltzmann4j.dl4j;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When joint training counts as healthy. Moving averages run over about {@code window} minibatches. A training has
 *
 * <ul>
 *   <li>diverged if a number is not finite, the mean of |gap| exceeds {@code largestGap} or a single one its tenfold, the energies of data
 *       exceed {@code largestEnergy}, the loss exceeds its mean in the first window by {@code largestLoss}, or the mean norm of the input gradient fell below a {@code gradientFactor}-th of its largest value
 *       or, after the first window, rose above that multiple of the first window's;
 *   <li>become suspect if the mean of |gap| exceeds half of {@code largestGap}, more than half of the moves are clipped, or a class
 *       has less than {@code smallestClassShare} of the buffer.
 * </ul>
 *
 * <p>The defaults come from a few trainings on digits: healthy ones had gaps up to 3.2, the worst that still finished 7.9.
 *
 * @param window minibatches of the moving averages, at least 1
 * @param largestGap in nats, above 0
 * @param largestEnergy in nats, above 0
 * @param largestLoss in nats above that of the first window, above 0
 * @param gradientFactor above 1
 * @param smallestClassShare in [0, 1]
 */
public record JointGuard(
        int window,
        double largestGap,
        double largestEnergy,
        double largestLoss,
        double gradientFactor,
        double smallestClassShare) {

    /**
     * Checks the thresholds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public JointGuard {
        if (window < 1
                || !(largestGap > 0)
                || !(largestEnergy > 0)
                || !(largestLoss > 0)
                || !(gradientFactor > 1)
                || !(smallestClassShare >= 0 && smallestClassShare <= 1)) {
            throw new IllegalArgumentException("guard: window = " + window + ", largestGap = " + largestGap
                    + ", largestEnergy = " + largestEnergy + ", largestLoss = " + largestLoss + ", gradientFactor = "
                    + gradientFactor
                    + ", smallestClassShare = " + smallestClassShare
                    + ", expected at least 1, above 0, above 0, above 0, above 1 and 0 to 1");
        }
    }

    /**
     * The defaults: a window of 50 minibatches, a gap of 20, energies of 10,000, a loss of 20, gradients by a factor of 1,000, classes of 1 %.
     *
     * @return the guard
     */
    public static JointGuard defaults() {
        return new JointGuard(50, 20, 10_000, 20, 1000, 0.01);
    }

    /** What a guard says of a training. */
    public enum Health {
        /** Nothing is wrong. */
        HEALTHY,
        /** Goes on, but nothing of it is kept for a return. */
        SUSPECT,
        /** Must not go on. */
        DIVERGED
    }

    /**
     * A guard's finding.
     *
     * @param health the state
     * @param reason why, for people; empty if healthy
     */
    public record Finding(Health health, String reason) {}

    /** The moving averages of one training. */
    static final class Watch {

        private final JointGuard guard;
        private double gap;
        private double norm;
        private double largestNorm;
        private double firstNorm;
        private long seen;
        private double firstLoss;
        private long losses;

        Watch(JointGuard guard) {
            this.guard = guard;
        }

        List<Double> state() {
            return List.of(gap, norm, largestNorm, firstNorm, (double) seen, firstLoss, (double) losses);
        }

        void restore(List<Double> state) {
            gap = state.get(0);
            norm = state.get(1);
            largestNorm = state.get(2);
            firstNorm = state.get(3);
            seen = state.get(4).longValue();
            firstLoss = state.get(5);
            losses = state.get(6).longValue();
        }

        Finding look(@Nullable JointTelemetry telemetry) {
            if (telemetry == null) {
                return new Finding(Health.HEALTHY, "");
            }
            double now = Math.abs(telemetry.gap());
            double slope = telemetry.langevin().gradientNorm();
            if (!Double.isFinite(now + slope)) {
                return diverged("gap %s, input gradient %s", now, slope);
            }
            seen++;
            double share = Math.max(1.0 / seen, 1.0 / guard.window()); // the plain mean while the window fills
            gap += share * (now - gap);
            norm += share * (slope - norm);
            if (seen <= guard.window()) {
                firstNorm = norm;
            }
            largestNorm = Math.max(largestNorm, norm);
            if (now > 10 * guard.largestGap() || gap > guard.largestGap()) {
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
            if (gap > guard.largestGap() / 2) {
                return suspect("the mean gap is %.3g nats", gap);
            }
            if (telemetry.langevin().clippedShare() > 0.5) {
                return suspect(
                        "a share of %.2f of the moves is clipped",
                        telemetry.langevin().clippedShare());
            }
            if (telemetry.smallestClassShare() < guard.smallestClassShare()) {
                return suspect("the rarest class has %.4f of the samples", telemetry.smallestClassShare());
            }
            return new Finding(Health.HEALTHY, "");
        }

        /** Of the parameters before the update, as the host computed it. */
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
            return new Finding(Health.HEALTHY, "");
        }

        private static Finding diverged(String format, Object... figures) {
            return new Finding(Health.DIVERGED, String.format(Locale.ROOT, format, figures));
        }

        private static Finding suspect(String format, Object... figures) {
            return new Finding(Health.SUSPECT, String.format(Locale.ROOT, format, figures));
        }
    }
}
