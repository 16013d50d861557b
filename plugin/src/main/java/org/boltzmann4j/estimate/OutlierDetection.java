package org.boltzmann4j.estimate;

import java.util.Arrays;

/**
 * How well a score tells usual inputs (high) from unusual ones (low).
 *
 * @param auroc probability that a usual input scores higher than an unusual one, ties counted half: the area under the
 *     receiver's operating curve
 * @param falsePositiveRate share of unusual inputs that pass the threshold which at least 95 % of the usual ones pass
 */
public record OutlierDetection(double auroc, double falsePositiveRate) {

    private static final double PASS = 0.95;

    /**
     * Measures a score.
     *
     * @param usual scores of usual inputs, not modified
     * @param unusual scores of unusual inputs, not modified
     * @return the figures
     * @throws IllegalArgumentException if there are none of a kind, or one is NaN
     */
    public static OutlierDetection of(double[] usual, double[] unusual) {
        double[] inside = sorted(usual, "usual");
        double[] outside = sorted(unusual, "unusual");
        double wins = 0;
        int below = 0;
        int notAbove = 0;
        for (double score : inside) {
            while (below < outside.length && outside[below] < score) {
                below++;
            }
            while (notAbove < outside.length && outside[notAbove] <= score) {
                notAbove++;
            }
            wins += below + (notAbove - below) / 2.0;
        }
        // The largest threshold that ceil(0.95 n) of the usual scores reach.
        double threshold = inside[inside.length - (int) Math.ceil(PASS * inside.length)];
        long passing =
                Arrays.stream(outside).filter(score -> score >= threshold).count();
        return new OutlierDetection(wins / inside.length / outside.length, (double) passing / outside.length);
    }

    private static double[] sorted(double[] scores, String which) {
        if (scores.length == 0 || Arrays.stream(scores).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException(
                    "expected at least one score of " + which + " inputs and no NaN, got " + scores.length);
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
