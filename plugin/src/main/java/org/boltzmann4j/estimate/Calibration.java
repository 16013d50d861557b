package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far a classifier's probabilities can be trusted.
 *
 * @param accuracy share of examples whose likeliest class is the true one
 * @param negativeLogLikelihood mean of {@code -log p(y | x)}, in nats
 * @param brierScore mean of {@code sum_c (p_c - onehot_c)^2}, in [0, 2] (Brier 1950)
 * @param calibrationError {@code sum_b n_b/n |accuracy_b - confidence_b|} over 15 bins of equal width of the confidence, the
 *     probability of the likeliest class (Guo et al. 2017)
 * @param adaptiveCalibrationError the same over 15 bins of equal numbers of examples
 * @param bins those of equal width that hold examples, from low to high confidence: a reliability diagram
 */
public record Calibration(
        double accuracy,
        double negativeLogLikelihood,
        double brierScore,
        double calibrationError,
        double adaptiveCalibrationError,
        List<Bin> bins) {

    private static final int BINS = 15;

    /** Copies the bins. */
    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * Examples of similar confidence.
     *
     * @param count number of examples
     * @param confidence their mean probability of the likeliest class
     * @param accuracy share of them where that class is the true one
     */
    public record Bin(int count, double confidence, double accuracy) {

        double distance() {
            return count * Math.abs(accuracy - confidence);
        }
    }

    /**
     * Measures a classifier.
     *
     * @param logProbabilities {@code log p(y | x)}, {@code [examples, classes]}, not modified
     * @param labels true class of each example, from 0, not modified
     * @return the figures
     * @throws IllegalArgumentException if there are no examples, or labels do not fit
     */
    public static Calibration of(INDArray logProbabilities, int... labels) {
        int n = labels.length;
        if (n == 0 || logProbabilities.rank() != 2 || logProbabilities.size(0) != n) {
            throw new IllegalArgumentException(
                    "expected one row of log-probabilities for each of at least one label, got "
                            + Arrays.toString(logProbabilities.shape()) + " and " + n + " labels");
        }
        Rows rows = Rows.of(logProbabilities.ordering() == 'c' ? logProbabilities : logProbabilities.dup('c'));
        double[] row = new double[rows.width()];
        double[] confidence = new double[n];
        boolean[] right = new boolean[n];
        double correct = 0;
        double logLoss = 0;
        double brier = 0;
        for (int r = 0; r < n; r++) {
            if (labels[r] < 0 || labels[r] >= row.length) {
                throw new IllegalArgumentException(
                        "label " + labels[r] + " of example " + r + ", expected 0 to " + (row.length - 1));
            }
            rows.read(r, row);
            int best = 0;
            for (int c = 0; c < row.length; c++) {
                best = row[c] > row[best] ? c : best;
                double error = Math.exp(row[c]) - (c == labels[r] ? 1 : 0);
                brier += error * error / n;
            }
            logLoss -= row[labels[r]] / n;
            confidence[r] = Math.min(1, Math.exp(row[best]));
            right[r] = best == labels[r];
            correct += right[r] ? 1 : 0;
        }
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(r -> confidence[r]));
        Bin[] wide = new Bin[BINS];
        Bin[] full = new Bin[BINS];
        int from = 0;
        for (int b = 0; b < BINS; b++) {
            int to = from;
            while (to < n && (b == BINS - 1 || confidence[order[to]] <= (b + 1.0) / BINS)) {
                to++;
            }
            wide[b] = bin(order, confidence, right, from, to);
            from = to;
            full[b] = bin(order, confidence, right, (int) ((long) n * b / BINS), (int) ((long) n * (b + 1) / BINS));
        }
        return new Calibration(
                correct / n,
                logLoss,
                brier,
                Arrays.stream(wide).mapToDouble(Bin::distance).sum() / n,
                Arrays.stream(full).mapToDouble(Bin::distance).sum() / n,
                Arrays.stream(wide).filter(bin -> bin.count() > 0).toList());
    }

    private static Bin bin(Integer[] order, double[] confidence, boolean[] right, int from, int to) {
        double sum = 0;
        double correct = 0;
        for (int k = from; k < to; k++) {
            sum += confidence[order[k]];
            correct += right[order[k]] ? 1 : 0;
        }
        int count = to - from;
        return count == 0 ? new Bin(0, 0, 0) : new Bin(count, sum / count, correct / count);
    }
}
