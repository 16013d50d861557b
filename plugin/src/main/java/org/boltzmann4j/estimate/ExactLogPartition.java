package org.boltzmann4j.estimate;

import java.util.Locale;
import org.boltzmann4j.energy.Rbm;

/**
 * {@code log Z} without error but rounding, {@code Z = sum_v sum_h exp(-E(v, h))}: every state of the smaller enumerable
 * layer (binary, binomial, softmax units or a mixture of them), the other layer summed out by its log-normaliser; for
 * Gaussian units in both layers the closed form. In double precision whatever the type of the parameters.
 *
 * <p>20 binary units beside 784 take seconds on one core, 25 a minute or two.
 */
public final class ExactLogPartition {

    /** The most states that are enumerated: 25 binary units. */
    public static final int MOST_STATES = 1 << 25;

    private ExactLogPartition() {}

    /**
     * Whether {@link #of} can compute it: one layer has at most {@link #MOST_STATES} states, or both are Gaussian.
     *
     * @param rbm the model
     * @return false if only estimates are possible
     */
    public static boolean isFeasible(Rbm rbm) {
        return GaussianPair.fits(rbm) || Enumeration.isFeasible(rbm, MOST_STATES);
    }

    /**
     * Computes {@code log Z}; where the visible units count words, for documents of one word.
     *
     * @param rbm the model
     * @return the exact value
     * @throws IllegalArgumentException if it is not feasible
     */
    public static Estimate of(Rbm rbm) {
        return of(rbm, 1);
    }

    /**
     * Computes {@code log Z_N}, the sum over documents of N words (as ordered sequences).
     *
     * @param rbm the model
     * @param documentLength N; without meaning where the visible units do not count words
     * @return the exact value
     * @throws IllegalArgumentException if it is not feasible
     */
    public static Estimate of(Rbm rbm, double documentLength) {
        return Estimate.exact(solved(rbm, documentLength).logPartition());
    }

    static SolvedLayer solved(Rbm rbm, double documentLength) {
        if (GaussianPair.fits(rbm)) {
            return new GaussianPair(rbm);
        }
        Enumeration enumeration = Enumeration.of(rbm, documentLength, MOST_STATES);
        if (enumeration == null) {
            throw new IllegalArgumentException("exact log Z of " + rbm.visibleWidth() + " " + rbm.visible()
                    + " visible and " + rbm.hiddenWidth() + " " + rbm.hidden()
                    + String.format(
                            Locale.ROOT,
                            " hidden units: expected a layer of binary, binomial or softmax units with at most %,d states,"
                                    + " or Gaussian units in both. Estimate it by annealed importance sampling",
                            MOST_STATES));
        }
        return enumeration;
    }
}
