package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.Box;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Changes inputs as little as a bound allows so that a classifier errs: projected gradient ascent on the cross-entropy from a
 * random point of the ball (Madry, Makelov, Schmidt, Tsipras, Vladu 2018),
 *
 * <pre>x &lt;- box(ball(x + step u)),  u = sign(g) for LINF, g / |g| for L2,  g = d(-log p(y | x)) / dx.</pre>
 *
 * A row stays as it is from the step on at which the classifier errs. Accuracy on the results is an upper bound on the accuracy under the
 * worst change: another attack may find more. A network whose gradients say little looks robust to its own attack alone; examples
 * made against another network of the same data tell (the transfer check).
 *
 * @param norm of the change
 * @param radius largest norm of the change, above 0
 * @param step length of a step in that norm, above 0
 * @param steps at least 1
 * @param box range of the features
 */
public record ProjectedGradient(Norm norm, double radius, double step, int steps, Box box) {

    /** Madry et al.: every point of the ball can be reached from every other in 80 % of the steps. */
    private static final double REACH = 2.5;

    /** How a change is measured. */
    public enum Norm {
        /** The largest change of a feature. */
        LINF,
        /** The Euclidean length of the change. */
        L2
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ProjectedGradient {
        if (!(radius > 0) || Double.isInfinite(radius) || !(step > 0) || Double.isInfinite(step) || steps < 1) {
            throw new IllegalArgumentException("projected gradient: radius = " + radius + ", step = " + step
                    + ", steps = " + steps + ", expected above 0, above 0 and at least 1");
        }
    }

    /**
     * An attack whose steps add up to 2.5 radii.
     *
     * @param norm of the change
     * @param radius largest norm of the change, above 0
     * @param steps at least 1
     * @param box range of the features
     * @return the settings
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static ProjectedGradient of(Norm norm, double radius, int steps, Box box) {
        return new ProjectedGradient(norm, radius, REACH * radius / steps, steps, box);
    }

    /**
     * Attacks a classifier.
     *
     * @param model the classifier, not modified
     * @param x {@code [rows, ...]} inside the box, batch first, not modified
     * @param labels true class of each row, not modified
     * @param streams source of the random starts
     * @return the changed inputs, of the shape of x, owned by the caller
     * @throws IllegalArgumentException if labels do not fit, or x leaves the box
     */
    public INDArray attack(JointEnergyModel model, INDArray x, int[] labels, RandomStreams streams) {
        model.requireLabels(labels, (int) x.size(0));
        INDArray origin = model.flat(x).dup('c');
        box.requireHolds(origin, "the input of the attack");
        INDArray changed = origin.dup('c');
        Rows origins = Rows.of(origin);
        Rows rows = Rows.of(changed);
        double[] from = new double[rows.width()];
        double[] row = new double[rows.width()];
        double[] slope = new double[rows.width()];
        for (int r = 0; r < labels.length; r++) {
            origins.read(r, from);
            start(from, streams.random(0, r), row);
            rows.write(r, row);
        }
        for (int t = 0; t < steps; t++) {
            NetworkEnergy energy = model.at(x.shape());
            Rows slopes = Rows.of(energy.crossEntropySlope(changed, labels));
            int[] seen = energy.likeliest();
            for (int r = 0; r < labels.length; r++) {
                if (seen[r] == labels[r]) {
                    origins.read(r, from);
                    rows.read(r, row);
                    slopes.read(r, slope);
                    climb(row, slope);
                    project(from, row);
                    rows.write(r, row);
                }
            }
        }
        return changed.reshape('c', x.shape());
    }

    private void start(double[] from, SplittableRandom random, double[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = norm == Norm.LINF ? radius * random.nextDouble(-1, 1) : random.nextGaussian();
        }
        if (norm == Norm.L2) {
            double scale = radius * Math.pow(random.nextDouble(), 1.0 / row.length) / length(row);
            for (int i = 0; i < row.length; i++) {
                row[i] *= scale;
            }
        }
        for (int i = 0; i < row.length; i++) {
            row[i] += from[i];
        }
        project(from, row);
    }

    private void climb(double[] row, double[] slope) {
        double length = length(slope);
        if (length == 0) {
            return;
        }
        for (int i = 0; i < row.length; i++) {
            row[i] += step * (norm == Norm.LINF ? Math.signum(slope[i]) : slope[i] / length);
        }
    }

    /** Into the ball and then into the box, which holds the centre of the ball and so makes no change longer. */
    private void project(double[] from, double[] row) {
        double scale = 1;
        if (norm == Norm.L2) {
            double[] change = row.clone();
            for (int i = 0; i < row.length; i++) {
                change[i] -= from[i];
            }
            scale = Math.min(1, radius / Math.max(length(change), Double.MIN_NORMAL));
        }
        for (int i = 0; i < row.length; i++) {
            double change = scale * (row[i] - from[i]);
            if (norm == Norm.LINF) {
                change = Math.max(-radius, Math.min(radius, change));
            }
            row[i] = box.clamp(from[i] + change);
        }
    }

    private static double length(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }
}
