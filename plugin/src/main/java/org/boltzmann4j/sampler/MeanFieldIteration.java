package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Iterates {@link MeanField}: two products and three passes each time. */
final class MeanFieldIteration {

    /** Means are not drawn. */
    private static final RandomStreams NONE = RandomStreams.of(0);

    private MeanFieldIteration() {}

    /**
     * Iterates all rows until each has converged.
     *
     * @param rbm the model
     * @param method when to stop, and damping
     * @param visible its samples are where the means begin; ends with the last means as samples and means. Known values that
     *     it holds stay
     * @return how it ended
     */
    static MeanFieldReport run(Rbm rbm, MeanField method, LayerStates visible) {
        DataType type = rbm.weights().dataType();
        LayerStates hidden = new LayerStates(rbm.hidden(), type, visible.rows(), rbm.hiddenWidth());
        double[] changes = new double[Math.toIntExact(visible.rows())];
        MeanFieldReport report = new MeanFieldReport(0, Double.POSITIVE_INFINITY, changes.length);
        while (!report.isConverged() && report.iterations() < method.maxIterations()) {
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN, NONE, 0);
            hidden.exchangeSamplesAndMeans();
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.MEAN, NONE, 0);
            damp(visible.means(), visible.samples(), method.damping(), changes);
            visible.exchangeSamplesAndMeans();
            report = report(report.iterations() + 1, changes, method.tolerance());
        }
        visible.means().assign(visible.samples());
        return report;
    }

    /** Moves new means back towards the old ones, and notes the largest move of each row. */
    private static void damp(INDArray means, INDArray before, double damping, double[] changes) {
        int width = Math.toIntExact(means.size(1));
        RowBlocks.forEach(changes.length, (worker, block, from, to) -> {
            Rows now = Rows.of(means);
            Rows old = Rows.of(before);
            double[] x = new double[width];
            double[] y = new double[width];
            for (int row = from; row < to; row++) {
                now.read(row, x);
                old.read(row, y);
                double largest = 0;
                for (int i = 0; i < width; i++) {
                    double change = (1 - damping) * (x[i] - y[i]);
                    x[i] = y[i] + change;
                    // Not a number stays, and is never converged.
                    largest = Math.max(largest, Math.abs(change));
                }
                changes[row] = largest;
                if (damping > 0) {
                    now.write(row, x);
                }
            }
        });
    }

    private static MeanFieldReport report(int iterations, double[] changes, double tolerance) {
        double largest = 0;
        int unconverged = 0;
        for (double change : changes) {
            largest = Math.max(largest, change);
            unconverged += change <= tolerance ? 0 : 1;
        }
        return new MeanFieldReport(iterations, largest, unconverged);
    }
}
