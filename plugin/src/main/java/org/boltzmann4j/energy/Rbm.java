package org.boltzmann4j.energy;

import java.util.Arrays;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A restricted Boltzmann machine over given parameter arrays: a view, without state of its own.
 *
 * <p>With units of scale 1, {@code E(v, h) = -b.v - c.h - v'Wh}, {@code p(v, h) = exp(-E) / Z}: lower energy is likelier
 * (Smolensky 1986; Hinton 2002). In general {@code E(v, h) = visibleTerm(v) + hiddenTerm(h) - (v/s)'W(h/t)} with the
 * units' scales s and t, and the free energy is
 * {@code F(v) = -log sum_h exp(-E(v, h)) = visibleTerm(v) - sum_j cumulant_j}.
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
     * @throws IllegalArgumentException if the shapes or unit types do not fit
     */
    public static Rbm of(Unit visible, Unit hidden, INDArray weights, INDArray visibleBias, INDArray hiddenBias) {
        if (weights.rank() != 2 || visibleBias.length() != weights.size(0) || hiddenBias.length() != weights.size(1)) {
            throw new IllegalArgumentException("weights " + Arrays.toString(weights.shape()) + ", visible bias of "
                    + visibleBias.length() + " and hidden bias of " + hiddenBias.length()
                    + " elements: expected weights [visible, hidden] with one bias for each row and column");
        }
        visible.requireWidth(weights.size(0));
        hidden.requireWidth(weights.size(1));
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
     * Mean of the hidden units given the visible ones, {@code sigmoid(c + vW)} for Bernoulli units.
     *
     * @param v {@code [n, visible]}
     * @return {@code [n, hidden]}
     */
    public INDArray meanHiddenGivenVisible(INDArray v) {
        return means(hidden, hiddenWeightedInput(v), hiddenBias);
    }

    /**
     * Mean of the visible units given the hidden ones, {@code sigmoid(b + Wh)} for Bernoulli units.
     *
     * @param h {@code [n, hidden]}
     * @return {@code [n, visible]}
     */
    public INDArray meanVisibleGivenHidden(INDArray h) {
        Matrices.requireMatrix(h, hiddenWidth(), "hidden states");
        INDArray input = Matrices.detached(weights.dataType(), h.size(0), visibleWidth());
        Matrices.productTransposed(coupled(hidden, h), weights, input, 1, 0);
        return means(visible, input, visibleBias);
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
        double[] energy = visibleTerms(v);
        double[] bias = hiddenBias.toDoubleVector();
        double[] x = new double[hiddenWidth()];
        double[] y = new double[hiddenWidth()];
        for (int row = 0; row < energy.length; row++) {
            states.read(row, x);
            energy[row] += hidden.energyTerm(x, bias);
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
     * {@code log p(v) = -F(v) - log Z}. Accumulated in double precision.
     *
     * @param v {@code [n, visible]}
     * @return F(v) for each row
     */
    public double[] freeEnergy(INDArray v) {
        Rows input = Rows.of(hiddenWeightedInput(v));
        double[] freeEnergy = visibleTerms(v);
        double[] bias = hiddenBias.toDoubleVector();
        double[] x = new double[hiddenWidth()];
        for (int row = 0; row < freeEnergy.length; row++) {
            input.read(row, x);
            freeEnergy[row] -= hidden.cumulant(x, bias);
        }
        return freeEnergy;
    }

    private double[] visibleTerms(INDArray v) {
        Rows states = Rows.of(v.castTo(weights.dataType()));
        double[] bias = visibleBias.toDoubleVector();
        double[] x = new double[visibleWidth()];
        double[] terms = new double[Math.toIntExact(v.size(0))];
        for (int row = 0; row < terms.length; row++) {
            states.read(row, x);
            terms[row] = visible.energyTerm(x, bias);
        }
        return terms;
    }

    private INDArray hiddenWeightedInput(INDArray v) {
        Matrices.requireMatrix(v, visibleWidth(), "visible states");
        INDArray input = Matrices.detached(weights.dataType(), v.size(0), hiddenWidth());
        Matrices.product(coupled(visible, v), weights, input, 1, 0);
        return input;
    }

    private INDArray means(Unit unit, INDArray weightedInput, INDArray biasVector) {
        Rows rows = Rows.of(weightedInput);
        double[] bias = biasVector.toDoubleVector();
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            unit.mean(x, bias, x);
            rows.write(row, x);
        }
        return weightedInput;
    }

    private INDArray coupled(Unit unit, INDArray states) {
        INDArray typed = states.castTo(weights.dataType());
        if (unit.isUnscaled()) {
            return typed;
        }
        INDArray result = typed.dup('c');
        Rows rows = Rows.of(result);
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            for (int i = 0; i < x.length; i++) {
                x[i] /= unit.scale(i);
            }
            rows.write(row, x);
        }
        return result;
    }
}
