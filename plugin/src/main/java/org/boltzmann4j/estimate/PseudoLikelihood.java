package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.SoftplusSum;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean log-pseudo-likelihood of visible states, {@code sum_i log p(v_i | v_-i)} in nats (Besag 1975), which needs no
 * partition function: with {@code f(v) = base(v) exp(-F(v))}, {@code p(v_i | v_-i) = f(v) / sum_a f(v with v_i = a)}, for
 * Bernoulli units {@code sigmoid(F(v with i flipped) - F(v))}. Units that exclude each other, a softmax group, count as one
 * with as many states as the group has units. It compares models of the same visible units on the same states; it is neither
 * the likelihood nor a bound of it.
 *
 * <p>For visible units with finitely many states each: Bernoulli, binomial, softmax, and mixtures of them; hidden units of any
 * type. One row costs as much as {@code visible} free energies whose weighted input is at hand, about a millisecond for 784
 * by 500 units; {@link #sampled} looks at a few units of each row only. In double precision.
 */
public final class PseudoLikelihood {

    private final FiniteStates states;
    private final double[][] weights;
    private final double[] visibleBias;
    private final double[] hiddenBias;
    private final Unit hidden;
    private final int copies;
    private final SoftplusSum softplusSum = new SoftplusSum();
    private final double[] input;
    private final double[] changed;

    private PseudoLikelihood(Rbm rbm) {
        FiniteStates finite = FiniteStates.of(rbm.visible(), rbm.visibleWidth());
        if (finite == null) {
            throw new IllegalArgumentException("pseudo-likelihood of " + rbm.visible()
                    + " visible units: expected units with finitely many states each, so that the probability of one given"
                    + " the others is a sum");
        }
        this.states = finite;
        this.weights = rbm.weights().toDoubleMatrix();
        this.visibleBias = rbm.visibleBias().toDoubleVector();
        this.hiddenBias = rbm.hiddenBias().toDoubleVector();
        this.hidden = rbm.hidden();
        this.copies = hidden instanceof Bernoulli ? 1 : hidden instanceof Binomial binomial ? binomial.copies() : 0;
        this.input = new double[hiddenBias.length];
        this.changed = new double[hiddenBias.length];
    }

    /**
     * Every unit of every row.
     *
     * @param rbm the model, not modified
     * @param v {@code [n, visible]}, at least one row of states as the units take them (no grey values for binary ones), not
     *     modified
     * @return the mean over the rows, in nats
     * @throws IllegalArgumentException if the visible units are of a type with infinitely many states, or v has no rows or
     *     values that are no states
     */
    public static Estimate exact(Rbm rbm, INDArray v) {
        PseudoLikelihood model = new PseudoLikelihood(rbm);
        int units = model.states.digits();
        double[] rows = model.ofRows(v, (row, of) -> {
            double sum = 0;
            for (int unit = 0; unit < units; unit++) {
                sum += of.logConditional(unit);
            }
            return sum;
        });
        return Estimate.exact(Arrays.stream(rows).average().orElseThrow());
    }

    /**
     * Some units of every row, drawn without repetition and all with the same probability, times how many times as many there
     * are: unbiased, whatever their number.
     *
     * @param rbm the model, not modified
     * @param v as for {@link #exact}
     * @param unitsPerRow how many units (groups of a softmax) of each row are looked at, at least 1; all if there are fewer
     * @param streams source of randomness; the same streams choose the same units
     * @return the mean over the rows, in nats. Its standard error is that of the mean of independent rows and of the choice
     *     together, so about {@link #exact} of the same rows it is too large rather than too small; infinite for one row
     * @throws IllegalArgumentException if fewer than one unit is asked for, or as for {@link #exact}
     */
    public static Estimate sampled(Rbm rbm, INDArray v, int unitsPerRow, RandomStreams streams) {
        if (unitsPerRow < 1) {
            throw new IllegalArgumentException(
                    "pseudo-likelihood: units per row = " + unitsPerRow + ", expected at least 1");
        }
        PseudoLikelihood model = new PseudoLikelihood(rbm);
        int units = model.states.digits();
        int chosen = Math.min(unitsPerRow, units);
        int[] order = new int[units];
        Arrays.setAll(order, i -> i);
        double[] rows = model.ofRows(v, (row, of) -> {
            SplittableRandom random = streams.random(0, row);
            double sum = 0;
            for (int i = 0; i < chosen; i++) {
                int j = i + random.nextInt(units - i); // a uniform draw, whatever order the row before has left
                int unit = order[j];
                order[j] = order[i];
                order[i] = unit;
                sum += of.logConditional(unit);
            }
            return sum * units / chosen;
        });
        double mean = Arrays.stream(rows).average().orElseThrow();
        double squares = Arrays.stream(rows).map(x -> (x - mean) * (x - mean)).sum();
        int n = rows.length;
        double error = n == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (n - 1) / n);
        return new Estimate(mean, error, n, 1.0 / n, Direction.UNBIASED);
    }

    /** One row with what its units' conditionals have in common. */
    private final class Row {

        private final double[] state;
        private final double cumulant;

        Row(double[] state) {
            this.state = state;
            System.arraycopy(hiddenInput(state), 0, input, 0, input.length);
            this.cumulant = cumulant(input);
        }

        double logConditional(int unit) {
            int values = states.values(unit);
            int present = states.read(unit, state);
            double[] logs = new double[values];
            for (int value = 0; value < values; value++) {
                logs[value] = states.logTerm(unit, value, visibleBias);
                if (value == present) {
                    logs[value] += cumulant;
                } else {
                    System.arraycopy(input, 0, changed, 0, input.length);
                    states.exchange(unit, present, value, weights, changed);
                    logs[value] += cumulant(changed);
                }
            }
            return logs[present] - StableFunctions.logSumExp(logs);
        }
    }

    private interface RowQuantity {
        double of(int index, Row row);
    }

    private double[] ofRows(INDArray v, RowQuantity quantity) {
        if (v.rank() != 2 || v.size(0) < 1 || v.size(1) != visibleBias.length) {
            throw new IllegalArgumentException("pseudo-likelihood: visible states of shape "
                    + Arrays.toString(v.shape()) + ", expected [n >= 1, visible = " + visibleBias.length + "]");
        }
        Rows rows = Rows.of(v);
        double[] result = new double[Math.toIntExact(v.size(0))];
        double[] state = new double[visibleBias.length];
        for (int row = 0; row < result.length; row++) {
            rows.read(row, state);
            if (!states.contains(state)) {
                throw new IllegalArgumentException("pseudo-likelihood: row " + row
                        + " of the visible states is no state of the units; grey values have to be drawn or cut first");
            }
            result[row] = quantity.of(row, new Row(state));
        }
        return result;
    }

    private double[] hiddenInput(double[] state) {
        Arrays.fill(changed, 0);
        for (int i = 0; i < state.length; i++) {
            if (state[i] != 0) {
                for (int j = 0; j < changed.length; j++) {
                    changed[j] += state[i] * weights[i][j];
                }
            }
        }
        return changed;
    }

    private double cumulant(double[] weightedInput) {
        return copies > 0
                ? copies * softplusSum.of(weightedInput, hiddenBias, 1)
                : hidden.cumulant(weightedInput, hiddenBias, Conditions.PLAIN);
    }
}
