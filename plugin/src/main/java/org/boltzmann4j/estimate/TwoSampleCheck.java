package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.Locale;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares generated with held-out rows by the means of their units and the correlations of all pairs of units, both as the
 * root of the mean square over the units, or pairs, of the difference between the two samples. Beside each stands what chance alone
 * would give, {@code sqrt(mean (s_x^2 / n + s_y^2 / m))} with the variances s^2 of a unit (of a pair's product) in each sample:
 * two samples of one distribution have a {@linkplain #meanRatio ratio} of about 1 to it, and the square of the ratio is the
 * larger by the mean squared true difference over the mean squared chance.
 *
 * <p>A pair's correlation is the covariance over the standard deviations of both samples together. Units that hardly vary, with
 * less than a twentieth of the largest variance, have none: a handful of rows would decide on it. Rows of a sample must be independent
 * of each other: one row of each chain, not many.
 *
 * @param meanDifference root mean square over the units of the difference of means
 * @param meanByChance the same as chance alone would have it
 * @param correlationDifference root mean square over the pairs of the difference of correlations; NaN for fewer than two units
 *     that vary
 * @param correlationByChance the same as chance alone would have it
 * @param generatedRows n
 * @param heldOutRows m
 * @param correlatedUnits how many units vary enough to have correlations
 */
public record TwoSampleCheck(
        double meanDifference,
        double meanByChance,
        double correlationDifference,
        double correlationByChance,
        long generatedRows,
        long heldOutRows,
        int correlatedUnits) {

    private static final double LEAST_VARIANCE = 0.05;

    /**
     * Compares two samples.
     *
     * @param generated {@code [n >= 2, units]}, not modified
     * @param heldOut {@code [m >= 2, units]}, not modified
     * @return the comparison
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static TwoSampleCheck of(INDArray generated, INDArray heldOut) {
        Sample x = Sample.of(generated, "generated");
        Sample y = Sample.of(heldOut, "held-out");
        int width = x.means.length;
        if (y.means.length != width) {
            throw new IllegalArgumentException("two-sample check: " + width + " units in the generated rows and "
                    + y.means.length + " in the held-out ones, expected as many");
        }
        double squares = 0;
        double chance = 0;
        double[] deviations = new double[width];
        for (int i = 0; i < width; i++) {
            squares += (x.means[i] - y.means[i]) * (x.means[i] - y.means[i]) / width;
            chance += (x.variances[i] / x.rows() + y.variances[i] / y.rows()) / width;
            deviations[i] = Math.sqrt((x.variances[i] + y.variances[i]) / 2);
        }
        double largest = Arrays.stream(deviations).max().orElseThrow();
        double[] varying = deviations.clone();
        int units = 0;
        for (int i = 0; i < width; i++) {
            boolean counts = deviations[i] > 0 && deviations[i] * deviations[i] >= LEAST_VARIANCE * largest * largest;
            varying[i] = counts ? deviations[i] : Double.POSITIVE_INFINITY;
            units += counts ? 1 : 0;
        }
        double[] pairs = pairs(x, y, varying);
        double pairCount = units * (units - 1.0) / 2;
        return new TwoSampleCheck(
                Math.sqrt(squares),
                Math.sqrt(chance),
                units < 2 ? Double.NaN : Math.sqrt(pairs[0] / pairCount),
                units < 2 ? Double.NaN : Math.sqrt(pairs[1] / pairCount),
                x.rows(),
                y.rows(),
                units);
    }

    /** Sums over all pairs {@code i < j} of the squared difference of correlations, and of its expectation by chance. */
    private static double[] pairs(Sample x, Sample y, double[] deviations) {
        Products ofX = x.products(deviations);
        Products ofY = y.products(deviations);
        double squares = 0;
        double chance = 0;
        int width = deviations.length;
        double[][] row = new double[4][width];
        for (int i = 0; i < width; i++) {
            ofX.means.read(i, row[0]);
            ofX.squares.read(i, row[1]);
            ofY.means.read(i, row[2]);
            ofY.squares.read(i, row[3]);
            for (int j = i + 1; j < width; j++) {
                double difference = row[0][j] * x.unbiased() - row[2][j] * y.unbiased();
                squares += difference * difference;
                chance += (row[1][j] - row[0][j] * row[0][j]) / (x.rows() - 1)
                        + (row[3][j] - row[2][j] * row[2][j]) / (y.rows() - 1);
            }
        }
        return new double[] {squares, chance};
    }

    /** Means over the rows of a pair's product and of its square, {@code [units, units]}. */
    private record Products(Rows means, Rows squares) {}

    /** Rows and the moments of their units; the variances are unbiased. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sample(double[][] states, double[] means, double[] variances) {

        static Sample of(INDArray v, String name) {
            if (v.rank() != 2 || v.size(0) < 2) {
                throw new IllegalArgumentException("two-sample check: " + name + " rows of shape "
                        + Arrays.toString(v.shape()) + ", expected [rows >= 2, units]");
            }
            Rows rows = Rows.of(v);
            double[][] states = new double[Math.toIntExact(v.size(0))][rows.width()];
            double[] means = new double[rows.width()];
            double[] variances = new double[rows.width()];
            for (int row = 0; row < states.length; row++) {
                rows.read(row, states[row]);
                for (int i = 0; i < means.length; i++) {
                    means[i] += states[row][i] / states.length;
                }
            }
            for (double[] state : states) {
                for (int i = 0; i < means.length; i++) {
                    variances[i] += (state[i] - means[i]) * (state[i] - means[i]) / (states.length - 1);
                }
            }
            return new Sample(states, means, variances);
        }

        int rows() {
            return states.length;
        }

        /** What makes a covariance around the sample's own mean unbiased. */
        double unbiased() {
            return states.length / (states.length - 1.0);
        }

        Products products(double[] deviations) {
            int width = means.length;
            INDArray centered = Matrices.detached(DataType.DOUBLE, states.length, width);
            INDArray squared = Matrices.detached(DataType.DOUBLE, states.length, width);
            Rows centeredRows = Rows.of(centered);
            Rows squaredRows = Rows.of(squared);
            double[] z = new double[width];
            for (int row = 0; row < states.length; row++) {
                for (int i = 0; i < width; i++) {
                    z[i] = (states[row][i] - means[i]) / deviations[i];
                }
                centeredRows.write(row, z);
                for (int i = 0; i < width; i++) {
                    z[i] *= z[i];
                }
                squaredRows.write(row, z);
            }
            return new Products(secondMoments(centered), secondMoments(squared));
        }

        private static Rows secondMoments(INDArray z) {
            INDArray result = Matrices.detached(DataType.DOUBLE, z.size(1), z.size(1));
            Matrices.transposedProduct(z, z, result, 1.0 / z.size(0), 0);
            return Rows.of(result);
        }
    }

    /**
     * The difference of means in units of what chance alone would give.
     *
     * @return about 1 for two samples of one distribution; NaN if all rows of both samples are the same
     */
    public double meanRatio() {
        return meanDifference / meanByChance;
    }

    /**
     * The difference of correlations in units of what chance alone would give.
     *
     * @return about 1 for two samples of one distribution; NaN for fewer than two units that vary
     */
    public double correlationRatio() {
        return correlationDifference / correlationByChance;
    }

    /** One line for people. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d generated against %,d held-out rows: means differ by %.4f (%.2f times chance), correlations of %d units"
                        + " by %.4f (%.2f times chance)",
                generatedRows,
                heldOutRows,
                meanDifference,
                meanRatio(),
                correlatedUnits,
                correlationDifference,
                correlationRatio());
    }
}
