package org.boltzmann4j.estimate;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much less likely unseen rows are than rows learnt from: mean F(held out) minus mean F(train), in which log Z cancels. Its
 * growth is the sign of over-fitting (Hinton 2012, section 6).
 */
public final class FreeEnergyGap {

    private FreeEnergyGap() {}

    /**
     * Computes the gap.
     *
     * @param rbm the model, not modified
     * @param train {@code [n, visible]}, rows learnt from, not modified; documents of the same lengths in both
     * @param heldOut {@code [m, visible]}, not modified
     * @return the gap in nats, with the standard error of a difference of means of independent rows; infinite for one row
     * @throws IllegalArgumentException if there are no rows, or their width is not the model's
     */
    public static Estimate of(Rbm rbm, INDArray train, INDArray heldOut) {
        double[] seen = rbm.freeEnergy(train);
        double[] unseen = rbm.freeEnergy(heldOut);
        double gap = mean(unseen) - mean(seen);
        double error = Math.sqrt(varianceOfMean(seen) + varianceOfMean(unseen));
        int fewer = Math.min(seen.length, unseen.length);
        return new Estimate(gap, error, fewer, 1.0 / fewer, Direction.UNBIASED);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values)
                .average()
                .orElseThrow(() -> new IllegalArgumentException("free-energy gap: no rows, expected at least one"));
    }

    private static double varianceOfMean(double[] values) {
        double mean = mean(values);
        double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
        return values.length == 1 ? Double.POSITIVE_INFINITY : squares / (values.length - 1) / values.length;
    }
}
