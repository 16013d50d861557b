package org.boltzmann4j.estimate;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean squared reconstruction error, {@code mean (v - E[v | h = E[h | v]])^2} over rows and visible units. A cheap
 * diagnostic that falls in most trainings; it is not what training descends on (Hinton 2012, section 5).
 */
public final class ReconstructionError {

    private ReconstructionError() {}

    /**
     * Computes the error of one mean-field pass down.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified
     * @return mean squared difference per row and visible unit
     */
    public static double of(Rbm rbm, INDArray v) {
        Rows data = Rows.of(v);
        Rows reconstruction =
                Rows.of(rbm.meanVisibleGivenHidden(rbm.meanHiddenGivenVisible(v), rbm.documentLengths(v)));
        double[] x = new double[data.width()];
        double[] y = new double[data.width()];
        double sum = 0;
        for (long row = 0; row < data.count(); row++) {
            data.read(row, x);
            reconstruction.read(row, y);
            for (int i = 0; i < x.length; i++) {
                double difference = x[i] - y[i];
                sum += difference * difference;
            }
        }
        return sum / data.count() / data.width();
    }
}
