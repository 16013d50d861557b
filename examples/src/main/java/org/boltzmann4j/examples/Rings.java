package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Points near two circles about the middle of a square, a class each: the angle is uniform, the radius normal about that of the
 * circle. The density at distance r from the middle is {@code sum_c N(r; R_c, s^2) / (2 * 2 pi r)}; that a normal radius can be negative
 * or leave the square is a matter of five deviations and more.
 */
final class Rings {

    static final int CLASSES = 2;
    static final Box BOX = Box.of(-3, 3);

    private static final double[] RADII = {1.0, 2.2};
    private static final double DEVIATION = 0.15;

    private Rings() {}

    /** Points of both classes in turn, with one-hot labels. */
    static DataSet draw(int points, RandomStreams streams) {
        double[][] x = new double[points][2];
        double[][] y = new double[points][CLASSES];
        for (int i = 0; i < points; i++) {
            SplittableRandom random = streams.random(0, i);
            double angle = random.nextDouble(2 * Math.PI);
            double radius = RADII[i % CLASSES] + DEVIATION * random.nextGaussian();
            x[i][0] = BOX.clamp(radius * Math.cos(angle));
            x[i][1] = BOX.clamp(radius * Math.sin(angle));
            y[i][i % CLASSES] = 1;
        }
        return new DataSet(
                Nd4j.createFromArray(x).castTo(DataType.FLOAT),
                Nd4j.createFromArray(y).castTo(DataType.FLOAT));
    }

    /** Minibatches of points without labels. */
    static List<DataSet> unlabelled(DataSet points, int batch) {
        List<DataSet> batches = new ArrayList<>();
        for (int from = 0; from < points.numExamples(); from += batch) {
            INDArray part = points.getFeatures()
                    .get(NDArrayIndex.interval(from, Math.min(from + batch, points.numExamples())), NDArrayIndex.all())
                    .dup('c');
            batches.add(new DataSet(part, Nd4j.zeros(DataType.FLOAT, part.size(0), CLASSES)));
        }
        return batches;
    }

    /** The mean of the true {@code log p(x)} over points, in nats. */
    static double meanLogDensity(INDArray points) {
        double sum = 0;
        for (int i = 0; i < points.size(0); i++) {
            double r = Math.hypot(points.getDouble(i, 0), points.getDouble(i, 1));
            double density = 0;
            for (double radius : RADII) {
                double z = (r - radius) / DEVIATION;
                density += Math.exp(-z * z / 2) / (DEVIATION * Math.sqrt(2 * Math.PI)) / CLASSES;
            }
            sum += Math.log(density / (2 * Math.PI * r));
        }
        return sum / points.size(0);
    }
}
