package org.boltzmann4j.dl4j;

/**
 * When joint training counts as healthy. Moving averages run over about {@code window} minibatches; the gap is the mean energy of
 * samples minus that of data. A training has
 *
 * <ul>
 *   <li><em>diverged</em> if a number is not finite, the mean of |gap| exceeds {@code largestGap} or a single one its tenfold, the
 *       energies of data exceed {@code largestEnergy}, the loss exceeds its mean in the first window by {@code largestLoss}, an
 *       update of the parameters is longer than {@code updateFactor} times the mean one, the mean norm of the input
 *       gradient fell below a {@code gradientFactor}-th of its largest value or rose above that multiple of the first window's,
 *       or a class had less than {@code smallestClassShare} of an even share of the buffer for more than four windows in a row;
 *   <li>become <em>suspect</em> if the mean of |gap| exceeds {@code settledGap}, more than half of the moves are clipped, or a
 *       class has less than {@code smallestClassShare} of an even share of the buffer.
 * </ul>
 *
 * <p>The defaults come from trainings on digits: healthy ones settled at gaps up to 3.2, and one that still finished but no longer told
 * digits from other images at 7.9. A class that stays away is the mark of a sampler whose steps have become too long for the slopes
 * of the energy: its chains overshoot the images of that class and end as noise, while all averages look well.
 *
 * @param window minibatches of the moving averages, at least 1
 * @param settledGap in nats, above 0
 * @param largestGap in nats, above 0
 * @param largestEnergy in nats, above 0
 * @param largestLoss in nats above that of the first window, above 0
 * @param gradientFactor above 1
 * @param updateFactor above 1
 * @param smallestClassShare in even shares, in [0, 1]
 */
public record JointGuard(
        int window,
        double settledGap,
        double largestGap,
        double largestEnergy,
        double largestLoss,
        double gradientFactor,
        double updateFactor,
        double smallestClassShare) {

    /**
     * Checks the thresholds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public JointGuard {
        if (window < 1) {
            throw new IllegalArgumentException("guard: window = " + window + ", expected at least 1");
        }
        requireAbove(0, settledGap, "settledGap");
        requireAbove(0, largestGap, "largestGap");
        requireAbove(0, largestEnergy, "largestEnergy");
        requireAbove(0, largestLoss, "largestLoss");
        requireAbove(1, gradientFactor, "gradientFactor");
        requireAbove(1, updateFactor, "updateFactor");
        if (!(smallestClassShare >= 0 && smallestClassShare <= 1)) {
            throw new IllegalArgumentException(
                    "guard: smallestClassShare = " + smallestClassShare + ", expected 0 to 1");
        }
    }

    private static void requireAbove(int bound, double value, String name) {
        if (!(value > bound)) {
            throw new IllegalArgumentException("guard: " + name + " = " + value + ", expected above " + bound);
        }
    }

    /**
     * The defaults: a window of 50 minibatches, gaps of 5 and 20, energies of 10,000, a loss of 20, gradients by a factor of
     * 1,000, updates by one of 100, classes of a tenth of an even share.
     *
     * @return the guard
     */
    public static JointGuard defaults() {
        return new JointGuard(50, 5, 20, 10_000, 20, 1000, 100, 0.1);
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
    public record Finding(Health health, String reason) {

        static final Finding HEALTHY = new Finding(Health.HEALTHY, "");

        boolean isDiverged() {
            return health == Health.DIVERGED;
        }
    }
}
