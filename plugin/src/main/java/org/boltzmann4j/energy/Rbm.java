package org.boltzmann4j.energy;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A restricted Boltzmann machine over given parameter arrays: a view, without state of its own.
 *
 * <p>With units of scale 1, {@code E(v, h) = -b.v - c.h - v'Wh}, {@code p(v, h) = exp(-E) / Z}: lower energy is likelier
 * (Smolensky 1986; Hinton 2002). In general {@code E(v, h) = visibleTerm(v) + hiddenTerm(h) - (v/s)'W(h/t)} with the
 * units' scales s and t, and the free energy is
 * {@code F(v) = -log sum_h exp(-E(v, h)) = visibleTerm(v) - sum_j cumulant_j}. Where the visible units count the words of
 * documents of length N, the hidden bias is {@code N c} in all of this.
 *
 * <p>At an inverse temperature beta, {@code p_beta(v, h) ~ base(v, h) exp(-beta E(v, h))}: base measures (see
 * {@link Unit#logBaseMeasure}, and {@code log v!} of Poisson units) are not multiplied by it.
 *
 * <p>Shapes: batch first, {@code v [n, visible]}, {@code h [n, hidden]}. The parameter arrays are not copied: a change
 * of theirs is a change of the model. No method modifies them or its arguments; returned arrays belong to the caller.
 */
public final class Rbm {

    private final Unit visible;
    private final Unit hidden;
    private final INDArray weights;
    private final INDArray visibleBias;
    private final INDArray hiddenBias;

    private Rbm(Unit visible, Unit hidden, INDArray weights, INDArray visibleBias, INDArray hiddenBias) {
        this.visible = visible;
        this.hidden = hidden;
        this.weights = weights;
        this.visibleBias = visibleBias;
        this.hiddenBias = hiddenBias;
    }

    /**
     * Views parameter arrays as a restricted Boltzmann machine.
     *
     * @param visible type of the visible units
     * @param hidden type of the hidden units
     * @param weights {@code [visible, hidden]}
     * @param visibleBias {@code visible} elements
     * @param hiddenBias {@code hidden} elements
     * @return the model
     * @throws IllegalArgumentException if the shapes or unit types do not fit, or the types make no proper model
     *     ({@link ProperPairs})
     */
    public static Rbm of(Unit visible, Unit hidden, INDArray weights, INDArray visibleBias, INDArray hiddenBias) {
        if (weights.rank() != 2 || visibleBias.length() != weights.size(0) || hiddenBias.length() != weights.size(1)) {
            throw new IllegalArgumentException("weights " + Arrays.toString(weights.shape()) + ", visible bias of "
                    + visibleBias.length() + " and hidden bias of " + hiddenBias.length()
                    + " elements: expected weights [visible, hidden] with one bias for each row and column");
        }
        visible.requireWidth(weights.size(0));
        hidden.requireWidth(weights.size(1));
        ProperPairs.require(visible, hidden);
        ProperPairs.requireProper(visible, hidden, weights);
        return new Rbm(visible, hidden, weights, visibleBias, hiddenBias);
    }

    /**
     * Returns the type of the visible units.
     *
     * @return the unit type
     */
    public Unit visible() {
        return visible;
    }

    /**
     * Returns the type of the hidden units.
     *
     * @return the unit type
     */
    public Unit hidden() {
        return hidden;
    }

    /**
     * Returns the weights.
     *
     * @return {@code [visible, hidden]}, the array itself
     */
    public INDArray weights() {
        return weights;
    }

    /**
     * Returns the visible bias.
     *
     * @return {@code visible} elements, the array itself
     */
    public INDArray visibleBias() {
        return visibleBias;
    }

    /**
     * Returns the hidden bias.
     *
     * @return {@code hidden} elements, the array itself
     */
    public INDArray hiddenBias() {
        return hiddenBias;
    }

    /**
     * Returns the number of visible units.
     *
     * @return the width of v
     */
    public int visibleWidth() {
        return Math.toIntExact(weights.size(0));
    }

    /**
     * Returns the number of hidden units.
     *
     * @return the width of h
     */
    public int hiddenWidth() {
        return Math.toIntExact(weights.size(1));
    }

    /**
     * The lengths of documents, which scale the hidden bias.
     *
     * @param v {@code [n, visible]}
     * @return the number of words of each row, or an empty array if the visible units do not count words
     */
    public double[] documentLengths(INDArray v) {
        Matrices.requireMatrix(v, visibleWidth(), "visible states");
        return visible.countsWords() ? v.castTo(weights.dataType()).sum(1).toDoubleVector() : new double[0];
    }

    /**
     * Mean of the hidden units given the visible ones, {@code sigmoid(c + vW)} for Bernoulli units.
     *
     * @param v {@code [n, visible]}
     * @return {@code [n, hidden]}
     */
    public INDArray meanHiddenGivenVisible(INDArray v) {
        INDArray result = hiddenWeightedInput(v);
        double[] lengths = documentLengths(v);
        double[] bias = Vectors.values(hiddenBias);
        Rows rows = Rows.of(result);
        double[] x = new double[rows.width()];
        for (int row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            hidden.mean(x, scaled(bias, lengths, row), Conditions.PLAIN, x);
            rows.write(row, x);
        }
        return result;
    }

    /**
     * Mean of the visible units given the hidden ones, {@code sigmoid(b + Wh)} for Bernoulli units. For documents of one
     * word where the visible units count words: the words' probabilities.
     *
     * @param h {@code [n, hidden]}
     * @return {@code [n, visible]}
     */
    public INDArray meanVisibleGivenHidden(INDArray h) {
        return meanVisibleGivenHidden(h, new double[0]);
    }

    /**
     * Mean of the visible units given the hidden ones and the lengths of documents.
     *
     * @param h {@code [n, hidden]}
     * @param documentLengths as {@link #documentLengths} gives them, not modified; an empty array for lengths of 1
     * @return {@code [n, visible]}
     */
    public INDArray meanVisibleGivenHidden(INDArray h, double[] documentLengths) {
        INDArray result = visibleWeightedInput(h);
        double[] bias = Vectors.values(visibleBias);
        Rows rows = Rows.of(result);
        double[] x = new double[rows.width()];
        for (int row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            visible.mean(x, bias, conditions(documentLengths, row), x);
            rows.write(row, x);
        }
        return result;
    }

    private static Conditions conditions(double[] documentLengths, int row) {
        return documentLengths.length == 0
                ? Conditions.PLAIN
                : Conditions.PLAIN.withDocumentLength(documentLengths[row]);
    }

    /** The bias itself, or N times it. */
    private static double[] scaled(double[] bias, double[] documentLengths, int row) {
        return documentLengths.length == 0 ? bias : times(bias, documentLengths[row]);
    }

    private static double[] times(double[] bias, double length) {
        double[] result = bias.clone();
        for (int j = 0; j < result.length; j++) {
            result[j] *= length;
        }
        return result;
    }

    /**
     * Energy of joint states.
     *
     * @param v {@code [n, visible]}
     * @param h {@code [n, hidden]}
     * @return E(v, h) for each row
     */
    public double[] energy(INDArray v, INDArray h) {
        Matrices.requireMatrix(h, hiddenWidth(), "hidden states");
        Rows input = Rows.of(hiddenWeightedInput(v));
        Rows hiddenRows = Rows.of(coupled(hidden, h));
        Rows states = Rows.of(h.castTo(weights.dataType()));
        double[] lengths = documentLengths(v);
        double[] energy = visibleTerms(v, 1);
        double[] bias = Vectors.values(hiddenBias);
        double[] x = new double[hiddenWidth()];
        double[] y = new double[hiddenWidth()];
        for (int row = 0; row < energy.length; row++) {
            states.read(row, x);
            energy[row] += hidden.energyTerm(x, scaled(bias, lengths, row));
            input.read(row, x);
            hiddenRows.read(row, y);
            for (int j = 0; j < x.length; j++) {
                energy[row] -= x[j] * y[j];
            }
        }
        return energy;
    }

    /**
     * Free energy of visible states, {@code F(v) = -b.v - sum_j softplus(c_j + (vW)_j)} for Bernoulli units;
     * {@code log p(v) = logBaseMeasure(v) - F(v) - log Z}. Accumulated in double precision.
     *
     * @param v {@code [n, visible]}
     * @return F(v) for each row
     */
    public double[] freeEnergy(INDArray v) {
        return freeEnergy(v, 1);
    }

    /**
     * Free energy at an inverse temperature, {@code -log sum_h base(h) exp(-beta E(v, h))} of visible states.
     *
     * @param v {@code [n, visible]}
     * @param inverseTemperature beta, not negative
     * @return one value for each row
     */
    public double[] freeEnergy(INDArray v, double inverseTemperature) {
        Rows input = Rows.of(hiddenWeightedInput(v));
        double[] lengths = documentLengths(v);
        Conditions at = Conditions.at(inverseTemperature);
        double[] freeEnergy = visibleTerms(v, inverseTemperature);
        double[] bias = Vectors.values(hiddenBias);
        double[] x = new double[hiddenWidth()];
        for (int row = 0; row < freeEnergy.length; row++) {
            input.read(row, x);
            freeEnergy[row] -= hidden.cumulant(x, scaled(bias, lengths, row), at);
        }
        return freeEnergy;
    }

    /**
     * Free energy of hidden states with the visible units summed out, {@code -log sum_v base(v) exp(-beta E(v, h))}:
     * where the hidden layer is the smaller one, {@code Z = sum_h base(h) exp(-hiddenFreeEnergy(h))} is the shorter sum.
     *
     * @param h {@code [n, hidden]}
     * @param at inverse temperature, and length of the documents where the visible units count words
     * @return one value for each row
     */
    public double[] hiddenFreeEnergy(INDArray h, Conditions at) {
        Rows input = Rows.of(visibleWeightedInput(h));
        Rows states = Rows.of(h.castTo(weights.dataType()));
        double[] bias = Vectors.values(visibleBias);
        double[] plainBias = Vectors.values(hiddenBias);
        double[] scaledBias = visible.countsWords() ? times(plainBias, at.documentLength()) : plainBias;
        double[] result = new double[Math.toIntExact(h.size(0))];
        double[] x = new double[hiddenWidth()];
        double[] y = new double[visibleWidth()];
        for (int row = 0; row < result.length; row++) {
            states.read(row, x);
            input.read(row, y);
            result[row] = hidden.energyTerm(x, scaledBias, at.inverseTemperature()) - visible.cumulant(y, bias, at);
        }
        return result;
    }

    /**
     * Logarithm of the base measure of visible states outside of the energy: multinomial coefficients of word counts,
     * binomial coefficients; 0 for most types.
     *
     * @param v {@code [n, visible]}
     * @return one value for each row
     */
    public double[] logBaseMeasure(INDArray v) {
        Matrices.requireMatrix(v, visibleWidth(), "visible states");
        return perRow(v, x -> visible.logBaseMeasure(x, 1));
    }

    private double[] visibleTerms(INDArray v, double inverseTemperature) {
        double[] bias = Vectors.values(visibleBias);
        return perRow(v, x -> visible.energyTerm(x, bias, inverseTemperature));
    }

    private double[] perRow(INDArray v, ToDoubleFunction<double[]> quantity) {
        Rows states = Rows.of(v.castTo(weights.dataType()));
        double[] x = new double[visibleWidth()];
        double[] result = new double[Math.toIntExact(v.size(0))];
        for (int row = 0; row < result.length; row++) {
            states.read(row, x);
            result[row] = quantity.applyAsDouble(x);
        }
        return result;
    }

    private INDArray hiddenWeightedInput(INDArray v) {
        Matrices.requireMatrix(v, visibleWidth(), "visible states");
        INDArray input = Matrices.detached(weights.dataType(), v.size(0), hiddenWidth());
        Matrices.product(coupled(visible, v), weights, input, 1, 0);
        return input;
    }

    private INDArray visibleWeightedInput(INDArray h) {
        Matrices.requireMatrix(h, hiddenWidth(), "hidden states");
        INDArray input = Matrices.detached(weights.dataType(), h.size(0), visibleWidth());
        Matrices.productTransposed(coupled(hidden, h), weights, input, 1, 0);
        return input;
    }

    private INDArray coupled(Unit unit, INDArray states) {
        INDArray typed = states.castTo(weights.dataType());
        if (unit.isUnscaled()) {
            return typed;
        }
        INDArray result = typed.dup('c');
        Rows rows = Rows.of(result);
        double[] x = new double[rows.width()];
        double[] scales = unit.scales(x.length);
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            for (int i = 0; i < x.length; i++) {
                x[i] /= scales[i];
            }
            rows.write(row, x);
        }
        return result;
    }
}
