package org.boltzmann4j.estimate;

import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Divides a classifier's logits by one temperature that minimises the negative log-likelihood of validation data (Guo et al. 2017): the
 * simplest way to calibrate, and the least a better one has to beat. The loss is convex in 1/T.
 *
 * @param temperature above 0; more than 1 for a classifier that was too sure
 */
public record TemperatureScaling(double temperature) {

    private static final double LOWEST = 1e-2;
    private static final double HIGHEST = 1e2;
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    /**
     * Fits the temperature by golden section in {@code 1/T}, between 0.01 and 100.
     *
     * @param logProbabilities {@code [examples, classes]} of validation data, not modified
     * @param labels true class of each, not modified
     * @return the scaling
     * @throws IllegalArgumentException if there are no examples, or not one label for each
     */
    public static TemperatureScaling fit(INDArray logProbabilities, int... labels) {
        if (labels.length == 0 || logProbabilities.size(0) != labels.length) {
            throw new IllegalArgumentException("expected one label for each of at least one row, got " + labels.length
                    + " for " + logProbabilities.size(0));
        }
        double low = 1 / HIGHEST;
        double high = 1 / LOWEST;
        double left = high - GOLDEN * (high - low);
        double right = low + GOLDEN * (high - low);
        double leftLoss = loss(logProbabilities, labels, left);
        double rightLoss = loss(logProbabilities, labels, right);
        while (high - low > 1e-6 * high) {
            if (leftLoss < rightLoss) {
                high = right;
                right = left;
                rightLoss = leftLoss;
                left = high - GOLDEN * (high - low);
                leftLoss = loss(logProbabilities, labels, left);
            } else {
                low = left;
                left = right;
                leftLoss = rightLoss;
                right = low + GOLDEN * (high - low);
                rightLoss = loss(logProbabilities, labels, right);
            }
        }
        return new TemperatureScaling(2 / (low + high));
    }

    private static double loss(INDArray logProbabilities, int[] labels, double inverse) {
        Rows rows = Rows.of(logProbabilities);
        double[] row = new double[rows.width()];
        double sum = 0;
        for (int r = 0; r < labels.length; r++) {
            scaled(rows, r, inverse, row);
            sum -= row[labels[r]];
        }
        return sum / labels.length;
    }

    private static void scaled(Rows rows, int r, double inverse, double[] row) {
        rows.read(r, row);
        for (int c = 0; c < row.length; c++) {
            row[c] *= inverse;
        }
        double height = StableFunctions.logSumExp(row);
        for (int c = 0; c < row.length; c++) {
            row[c] -= height;
        }
    }

    /**
     * Applies the temperature.
     *
     * @param logProbabilities {@code [examples, classes]}, not modified
     * @return {@code log softmax(z / T)}, owned by the caller
     */
    public INDArray apply(INDArray logProbabilities) {
        INDArray result = logProbabilities.dup('c');
        Rows from = Rows.of(logProbabilities);
        Rows to = Rows.of(result);
        double[] row = new double[from.width()];
        for (int r = 0; r < from.count(); r++) {
            scaled(from, r, 1 / temperature, row);
            to.write(r, row);
        }
        return result;
    }
}
