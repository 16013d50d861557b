package org.boltzmann4j.estimate;

import org.boltzmann4j.energy.Rbm;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Log-likelihoods of visible states, {@code log p(v) = logBaseMeasure(v) - F(v) - log Z}, in nats. */
public final class LogLikelihood {

    private LogLikelihood() {}

    /**
     * {@code log p(v) + log Z} of every row: what needs no partition function.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified
     * @return {@code logBaseMeasure(v) - F(v)} for each row
     */
    static double[] unnormalised(Rbm rbm, INDArray v) {
        double[] result = rbm.logBaseMeasure(v);
        double[] freeEnergy = rbm.freeEnergy(v);
        for (int row = 0; row < result.length; row++) {
            result[row] -= freeEnergy[row];
        }
        return result;
    }

    /**
     * Mean log-likelihood of visible states given the log-partition function.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified; values as the units take them (no grey values for binary ones)
     * @param logPartition exact or estimated
     * @return the mean over the rows, with the error of {@code logPartition} and its direction turned
     */
    public static Estimate mean(Rbm rbm, INDArray v, Estimate logPartition) {
        double sum = 0;
        for (double value : unnormalised(rbm, v)) {
            sum += value;
        }
        return logPartition.negated().plus(sum / v.size(0));
    }
}
