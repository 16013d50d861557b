package org.boltzmann4j.estimate;

import java.io.Serializable;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A figure of how good a model is, cheap enough for every epoch of a training: its cost is bounded by the number of rows it looks
 * at, whatever the size of the data. Immutable.
 *
 * <pre>{@code
 * GreedyPretrainer.builder().monitors(RbmMonitor.pseudoLikelihood(100), RbmMonitor.twoSample(200, 100))
 * }</pre>
 */
public interface RbmMonitor extends Serializable {

    /**
     * Names the figure.
     *
     * @return a few words
     */
    String name();

    /**
     * Bounds the cost.
     *
     * @return how many rows, of the training and of the held-out data each, are looked at at most
     */
    int rows();

    /**
     * Says which side is the better one.
     *
     * @return whether a lower figure is better
     */
    boolean isMinimised();

    /**
     * Measures. To be called by {@link #read}, which holds the number of rows.
     *
     * @param rbm the model, not modified
     * @param train {@code [n, visible]}, states as the units take them, at most {@link #rows}, not modified
     * @param heldOut {@code [m, visible]}, at most {@link #rows}, not modified; null if there are none
     * @param streams source of randomness
     * @return the figure; NaN if it needs held-out rows and there are none
     */
    double measure(Rbm rbm, INDArray train, @Nullable INDArray heldOut, RandomStreams streams);

    /**
     * Measures on the first rows of both parts and takes the time.
     *
     * @param rbm the model, not modified
     * @param train {@code [n, visible]}, any number of rows, not modified
     * @param heldOut {@code [m, visible]}, any number of rows, not modified; null if there are none
     * @param streams source of randomness; the same streams give comparable readings of different models
     * @return the reading
     */
    default MonitorReading read(Rbm rbm, INDArray train, @Nullable INDArray heldOut, RandomStreams streams) {
        long start = System.nanoTime();
        INDArray first = first(train, rows());
        INDArray firstHeldOut = heldOut == null ? null : first(heldOut, rows());
        double value = measure(rbm, first, firstHeldOut, streams);
        long most = Math.max(first.size(0), firstHeldOut == null ? 0 : firstHeldOut.size(0));
        return new MonitorReading(name(), value, most, (System.nanoTime() - start) / 1e9);
    }

    private static INDArray first(INDArray rows, int most) {
        return rows.size(0) <= most ? rows : rows.get(NDArrayIndex.interval(0, most), NDArrayIndex.all());
    }

    /**
     * {@link PseudoLikelihood#exact} of the held-out rows, or of the training rows if there are none.
     *
     * @param rows at least 1
     * @return the monitor; higher is better
     * @throws IllegalArgumentException if below 1
     */
    static RbmMonitor pseudoLikelihood(int rows) {
        return new RowsMonitor(RowsMonitor.Figure.PSEUDO_LIKELIHOOD, rows, 0);
    }

    /**
     * {@link PseudoLikelihood#sampled} of the held-out rows, or of the training rows if there are none.
     *
     * @param rows at least 1
     * @param unitsPerRow how many units of each row are looked at, at least 1
     * @return the monitor; higher is better
     * @throws IllegalArgumentException if a number is below 1
     */
    static RbmMonitor sampledPseudoLikelihood(int rows, int unitsPerRow) {
        return new RowsMonitor(
                RowsMonitor.Figure.SAMPLED_PSEUDO_LIKELIHOOD,
                rows,
                RowsMonitor.requirePositive(unitsPerRow, "units per row"));
    }

    /**
     * {@link FreeEnergyGap} between held-out and training rows; NaN without held-out rows.
     *
     * @param rows at least 1
     * @return the monitor; lower is better, since the gap grows with over-fitting
     * @throws IllegalArgumentException if below 1
     */
    static RbmMonitor freeEnergyGap(int rows) {
        return new RowsMonitor(RowsMonitor.Figure.FREE_ENERGY_GAP, rows, 0);
    }

    /**
     * {@link ReconstructionError} of the held-out rows, or of the training rows if there are none.
     *
     * @param rows at least 1
     * @return the monitor; lower is better
     * @throws IllegalArgumentException if below 1
     */
    static RbmMonitor reconstructionError(int rows) {
        return new RowsMonitor(RowsMonitor.Figure.RECONSTRUCTION_ERROR, rows, 0);
    }

    /**
     * The larger of the two ratios of {@link TwoSampleCheck} between generated rows and held-out ones, or the training rows if
     * there are none: 1 is no more than chance. The rows are generated anew for every reading, by as many chains, which are led
     * from the model without weights that has the training rows' means to the model at evenly rising inverse temperatures in the
     * first half of the sweeps and stay there in the second half: few sweeps test the model and the mixing of its chains together.
     *
     * @param rows how many are compared, and how many chains, at least 2
     * @param sweeps of every chain, at least 2; each costs two matrix products
     * @return the monitor; lower is better
     * @throws IllegalArgumentException if a number is below 2
     */
    static RbmMonitor twoSample(int rows, int sweeps) {
        if (rows < 2 || sweeps < 2) {
            throw new IllegalArgumentException(
                    "two-sample monitor: " + rows + " rows and " + sweeps + " sweeps, expected at least 2 of each");
        }
        return new RowsMonitor(RowsMonitor.Figure.TWO_SAMPLE, rows, sweeps);
    }
}
