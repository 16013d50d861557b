package org.boltzmann4j.energy;

import java.util.Locale;
import java.util.stream.IntStream;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Tail;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which types of visible and hidden units make a model whose probabilities sum to 1.
 *
 * <p>The sum of {@code exp(-E)} over all states is finite for bounded units (Bernoulli, binomial, softmax, word counts)
 * with any partner. Two types with tails like {@code exp(-x^2 / 2)} (Gaussian, noisy rectified linear) make the quadratic
 * form {@code |v|^2 / 2 + |h|^2 / 2 - v'Wh}, positive definite exactly while the largest singular value of W is below 1
 * (states divided by their scales). Poisson units, whose cumulant is an exponential, allow a bounded partner only.
 */
public final class ProperPairs {

    private ProperPairs() {}

    /**
     * Checks that the two types can be the layers of one model.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @throws IllegalArgumentException with the reason, if they cannot
     */
    public static void require(Unit visible, Unit hidden) {
        String pair = visible + " visible with " + hidden + " hidden units: ";
        if (hidden instanceof Mixed || hidden instanceof ReplicatedSoftmax || hidden instanceof LearnedGaussian) {
            throw new IllegalArgumentException(pair + "refused, expected hidden units of another type: "
                    + (hidden instanceof Mixed
                            ? "layers are mixed to fit columns of data"
                            : hidden instanceof ReplicatedSoftmax
                                    ? "the number of words is known of data only"
                                    : "a learned scale of hidden units could be moved into the weights"));
        }
        if ((hidden.tail() == Tail.FACTORIAL && visible.tail() != Tail.BOUNDED)
                || (hidden.tail() != Tail.BOUNDED && has(visible, Tail.FACTORIAL))) {
            throw new IllegalArgumentException(pair + "refused, expected a bounded partner for "
                    + Poisson.class.getSimpleName() + " units: their cumulant exp(x) grows faster than any other"
                    + " unbounded unit's energy, so the probabilities have no finite sum");
        }
        if (visible.countsWords() && hidden instanceof Gaussian) {
            throw new IllegalArgumentException(pair + "refused, expected hidden units whose bias enters the energy as"
                    + " -c.h: it counts once for every word");
        }
    }

    private static boolean has(Unit visible, Tail tail) {
        return visible instanceof Mixed mixed
                ? mixed.parts().stream().anyMatch(part -> part.units().tail() == tail)
                : visible.tail() == tail;
    }

    /**
     * Whether the model is proper only while the largest singular value of the weights is below 1.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @return true if both have unbounded units
     */
    public static boolean needContraction(Unit visible, Unit hidden) {
        return hidden.tail() == Tail.QUADRATIC && has(visible, Tail.QUADRATIC);
    }

    /**
     * Checks that the weights keep the model proper.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @param weights {@code [visible, hidden]}, not modified
     * @throws IllegalArgumentException if both layers have unbounded units and the largest singular value of the weights
     *     between them is 1 or more
     */
    public static void requireProper(Unit visible, Unit hidden, INDArray weights) {
        if (!isProper(visible, hidden, weights)) {
            throw new IllegalArgumentException(
                    visible + " visible with " + hidden + " hidden units: the largest singular"
                            + " value of the weights between them is "
                            + String.format(Locale.ROOT, "%.4g", SingularValues.largest(unbounded(visible, weights)))
                            + ", expected a value below 1: the density has no finite integral. Start with smaller weights,"
                            + " use a lower learning rate, or have the weights projected");
        }
    }

    /**
     * Whether the weights keep the model proper.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @param weights {@code [visible, hidden]}, not modified
     * @return true if one of the layers is bounded or the largest singular value is below 1
     */
    public static boolean isProper(Unit visible, Unit hidden, INDArray weights) {
        return !needContraction(visible, hidden) || SingularValues.areBelow(1, unbounded(visible, weights));
    }

    /**
     * Lowers the singular values of the weights between unbounded units to the bound where they exceed it: the nearest
     * weights, in the sum of squares, that keep the model proper. Leaves all others alone.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @param weights {@code [visible, hidden]}, changed in place
     * @param bound above 0 and below 1
     */
    public static void project(Unit visible, Unit hidden, INDArray weights, double bound) {
        if (needContraction(visible, hidden)) {
            double[][] rows = unbounded(visible, weights);
            if (SingularValues.lower(rows, bound)) {
                int next = 0;
                for (int i = 0; i < weights.size(0); i++) {
                    if (visible.typeOf(i).tail() == Tail.QUADRATIC) {
                        for (int j = 0; j < rows[next].length; j++) {
                            weights.putScalar(i, j, rows[next][j]);
                        }
                        next++;
                    }
                }
            }
        }
    }

    /** The rows of the weights that belong to unbounded visible units. */
    private static double[][] unbounded(Unit visible, INDArray weights) {
        double[][] all = weights.castTo(DataType.DOUBLE).toDoubleMatrix();
        return IntStream.range(0, all.length)
                .filter(i -> visible.typeOf(i).tail() == Tail.QUADRATIC)
                .mapToObj(i -> all[i])
                .toArray(double[][]::new);
    }
}
