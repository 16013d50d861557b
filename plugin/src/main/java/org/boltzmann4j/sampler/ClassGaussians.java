package org.boltzmann4j.sampler;

import java.util.SplittableRandom;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Starts drawn from one Gaussian for each class, with the mean and the full covariance of examples of that class (the
 * informative start of Yang and Ji 2021).
 *
 * <p>With the examples {@code x_1..x_n} of a class and {@code z ~ N(0, 1)}, {@code mean + sum_i z_i (x_i - mean) / sqrt(n)} has
 * exactly their mean and covariance: no matrix is formed or decomposed. Its rank is below n; directions no example varies in
 * stay still. Immutable.
 */
public final class ClassGaussians implements ChainStarts {

    private final float[][][] deviations; // [class][example][feature], divided by sqrt(n)
    private final double[][] means;
    private final @Nullable Box box;

    private ClassGaussians(float[][][] deviations, double[][] means, @Nullable Box box) {
        this.deviations = deviations;
        this.means = means;
        this.box = box;
    }

    /**
     * Fits the Gaussians.
     *
     * @param x {@code [rows, features]}, copied
     * @param labels class of each row, from 0; negative for rows to leave out; not modified
     * @param classes number of classes
     * @param examplesPerClass how many rows of a class are used at most, the first ones; at least 2
     * @param box draws are moved to the nearest point of it, or null
     * @return the starts
     * @throws IllegalArgumentException if a class has fewer than 2 rows or a label is not below {@code classes}
     */
    public static ClassGaussians fit(INDArray x, int[] labels, int classes, int examplesPerClass, @Nullable Box box) {
        if (labels.length != x.size(0)) {
            throw new IllegalArgumentException(
                    "got " + labels.length + " labels for " + x.size(0) + " rows, expected as many");
        }
        if (examplesPerClass < 2) {
            throw new IllegalArgumentException("examplesPerClass = " + examplesPerClass + ", expected at least 2");
        }
        Rows rows = Rows.of(x);
        int[] counts = new int[classes];
        for (int label : labels) {
            if (label >= classes) {
                throw new IllegalArgumentException("label " + label + ", expected below " + classes);
            }
            if (label >= 0) {
                counts[label] = Math.min(examplesPerClass, counts[label] + 1);
            }
        }
        float[][][] deviations = new float[classes][][];
        double[][] means = new double[classes][rows.width()];
        for (int c = 0; c < classes; c++) {
            if (counts[c] < 2) {
                throw new IllegalArgumentException("class " + c + " has " + counts[c]
                        + " examples, expected at least 2 to fit a Gaussian to; uniform starts need none");
            }
            deviations[c] = new float[counts[c]][rows.width()];
        }
        int[] seen = new int[classes];
        for (int r = 0; r < labels.length; r++) {
            int label = labels[r];
            if (label < 0 || seen[label] == counts[label]) {
                continue;
            }
            float[] row = deviations[label][seen[label]++];
            rows.read(r, row);
            for (int i = 0; i < row.length; i++) {
                means[label][i] += row[i] / counts[label];
            }
        }
        for (int c = 0; c < classes; c++) {
            for (float[] row : deviations[c]) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) ((row[i] - means[c][i]) / Math.sqrt(counts[c]));
                }
            }
        }
        return new ClassGaussians(deviations, means, box);
    }

    @Override
    public void draw(int label, SplittableRandom random, double[] into) {
        double[] mean = means[label];
        if (into.length != mean.length) {
            throw new IllegalArgumentException("expected room for " + mean.length + " features, got " + into.length);
        }
        float[] sum = new float[mean.length];
        for (float[] deviation : deviations[label]) {
            float z = (float) random.nextGaussian();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += z * deviation[i];
            }
        }
        for (int i = 0; i < into.length; i++) {
            double value = mean[i] + sum[i];
            into[i] = box == null ? value : box.clamp(value);
        }
    }

    /**
     * Returns the number of classes.
     *
     * @return the count
     */
    public int classes() {
        return means.length;
    }
}
