package org.boltzmann4j.sampler;

import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;

/**
 * What tempering adds to the draws of one layer: an inverse temperature for every row, the path it is on, and what every
 * draw leaves behind of it, by how much a row's energy weighs in a swap of temperatures. Mutable.
 */
final class Tempering {

    private static final double[] NONE = new double[0];

    private double[] inverseTemperatures = NONE;
    private double @Nullable [] baseBias;
    private double[] slopes = NONE;
    private boolean slopesHoldCoupling;

    /** One inverse temperature for each row, copied; none for 1 everywhere. */
    void setInverseTemperatures(double[] perRow) {
        inverseTemperatures = perRow.clone();
    }

    /** Visible or hidden bias b_0 of the model without weights, copied; null for the path {@code exp(-beta E)}. */
    void setBaseBias(double @Nullable [] bias) {
        baseBias = bias == null ? null : bias.clone();
    }

    /** From now on slopes are kept, with or without the energy of the coupling to the other layer. */
    void trackSlopes(int rows, boolean withCoupling) {
        slopes = new double[rows];
        slopesHoldCoupling = withCoupling;
    }

    boolean tracksSlopes() {
        return slopes.length > 0;
    }

    /** Whether slopes are to hold the energy of the coupling to the other layer. */
    boolean slopesHoldCoupling() {
        return slopesHoldCoupling;
    }

    /** Derivatives of {@code E_beta} by beta at the last samples; the array itself. */
    double[] slopes() {
        return slopes;
    }

    boolean startsFromBaseRates() {
        return baseBias != null;
    }

    double inverseTemperature(int row) {
        return inverseTemperatures.length == 0 ? 1 : inverseTemperatures[row];
    }

    /** Whether the row is drawn from the model with {@code beta W} and a mixture of the biases, at the temperature 1. */
    boolean mixes(int row) {
        return baseBias != null && inverseTemperature(row) != 1;
    }

    /** Bias of unit i at a row's inverse temperature, {@code (1 - beta) b_0 + beta b}. */
    void mix(double[] bias, int row, double[] result) {
        double beta = inverseTemperature(row);
        for (int i = 0; i < result.length; i++) {
            result[i] = (1 - beta) * base(i) + beta * bias[i];
        }
    }

    /**
     * Keeps the slope of a row: the derivative by beta of the units' own energy terms, less the coupling
     * {@code sum_i t_i x_i / s_i} of the weighted inputs and the sample if {@link #slopesHoldCoupling}. Base measures,
     * which do not depend on beta, have no part in it: the log x! of Poisson units is one.
     */
    void keepSlope(int row, double slope) {
        slopes[row] = slope;
    }

    /** Derivative by beta of the units' own energy terms at a state, for {@link #keepSlope}. */
    double terms(Unit unit, double[] state, double[] bias) {
        double without = baseBias == null ? unit.energyTerm(state, bias, 0) : unit.energyTerm(state, baseBias, 1);
        return unit.energyTerm(state, bias, 1) - without;
    }

    /** b_0, or nothing on the path {@code exp(-beta E)}; the array itself. */
    double[] baseBias() {
        return baseBias == null ? NONE : baseBias;
    }

    /** b_0 of unit i, 0 on the path {@code exp(-beta E)}. */
    double base(int i) {
        return baseBias == null ? 0 : baseBias[i];
    }
}
