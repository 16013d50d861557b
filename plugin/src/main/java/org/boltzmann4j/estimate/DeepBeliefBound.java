package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Draw;
import org.boltzmann4j.sampler.GibbsSampler;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.units.Conditions;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lower bound on the log-likelihood of a deep belief network, a stack of RBMs of which the top one is undirected
 * (Hinton, Osindero, Teh 2006; Salakhutdinov, Murray 2008): with {@code h_0 = v} and {@code h_l ~ q(h_l | h_{l-1})}, the
 * hidden units of RBM l,
 *
 * <p>{@code log p(v) >= E_q[ sum_{l<L} (log p(h_{l-1} | h_l) - log q(h_l | h_{l-1})) + log p*_L(h_{L-1}) ] - log Z_L}.
 *
 * <p>Both conditionals of an RBM have the same energy, which drops out: with F its free energy and G that of its hidden
 * states (the visible ones summed out), the difference is {@code log base(h_{l-1}) - F_l(h_{l-1}) + G_l(h_l)
 * - log base(h_l)}. An upper RBM that is the one below turned over thus gives that RBM's own likelihood without any noise.
 */
public final class DeepBeliefBound {

    private DeepBeliefBound() {}

    /**
     * Estimates the mean of the bound over rows.
     *
     * @param stack the RBMs from the bottom, at least one; not modified
     * @param v {@code [n, visible]}, not modified; values as the units take them
     * @param topLogPartition log Z of the top RBM. Quote the bound with estimates from both sides
     * @param samples draws of the hidden layers for each row, at least 1
     * @param streams source of randomness
     * @return the mean over rows; its error holds that of the draws and of {@code topLogPartition}, but not that the rows
     *     are a sample. Its direction is LOWER if {@code topLogPartition} is exact or on the upper side
     * @throws IllegalArgumentException if the layers do not fit each other, or the units count words
     */
    public static Estimate of(
            List<Rbm> stack, INDArray v, Estimate topLogPartition, int samples, RandomStreams streams) {
        requireFitting(stack);
        int rows = Math.toIntExact(v.size(0));
        double[] means = new double[rows];
        double[] squares = new double[rows];
        for (int s = 0; s < samples; s++) {
            double[] terms = draw(stack, v, streams, s);
            for (int row = 0; row < rows; row++) {
                means[row] += terms[row] / samples;
                squares[row] += terms[row] * terms[row] / samples;
            }
        }
        double variance = 0;
        for (int row = 0; row < rows; row++) {
            variance += Math.max(0, squares[row] - means[row] * means[row]) / Math.max(1, samples - 1);
        }
        // With one draw a row its variance is unknown; the spread over the rows is above it.
        double error = samples > 1 ? Math.sqrt(variance) / rows : spread(means) / Math.sqrt(rows);
        Estimate bound = new Estimate(
                Arrays.stream(means).average().orElseThrow(), error, Double.POSITIVE_INFINITY, 0, Direction.LOWER);
        Direction side = topLogPartition.direction();
        Direction direction =
                side == Direction.LOWER || side == Direction.UNKNOWN ? Direction.UNKNOWN : Direction.LOWER;
        return bound.plus(topLogPartition.negated()).withDirection(direction);
    }

    private static double spread(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
        return values.length == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (values.length - 1));
    }

    /**
     * Draws the states of the top RBM's visible layer, for the base rates of its annealing.
     *
     * @param stack the RBMs from the bottom, at least one; not modified
     * @param v {@code [n, visible]}, not modified
     * @param streams source of randomness
     * @return {@code [n, visible of the top]}
     * @throws IllegalArgumentException if the layers do not fit each other
     */
    public static INDArray topVisible(List<Rbm> stack, INDArray v, RandomStreams streams) {
        requireFitting(stack);
        INDArray states = v;
        for (int l = 0; l < stack.size() - 1; l++) {
            states = up(stack.get(l), states, streams.split("layer " + l), 0);
        }
        return states;
    }

    private static double[] draw(List<Rbm> stack, INDArray v, RandomStreams streams, long sample) {
        INDArray states = v;
        double[] result = new double[Math.toIntExact(v.size(0))];
        for (int l = 0; l < stack.size(); l++) {
            Rbm rbm = stack.get(l);
            add(result, LogLikelihood.unnormalised(rbm, states), 1);
            if (l < stack.size() - 1) {
                states = up(rbm, states, streams.split("layer " + l), sample);
                add(result, rbm.hiddenFreeEnergy(states, Conditions.PLAIN), 1);
                add(result, stack.get(l + 1).logBaseMeasure(states), -1);
            }
        }
        return result;
    }

    private static INDArray up(Rbm rbm, INDArray v, RandomStreams streams, long sample) {
        LayerStates visible = new LayerStates(rbm.visible(), rbm.weights().dataType(), v.size(0), rbm.visibleWidth());
        LayerStates hidden = new LayerStates(rbm.hidden(), rbm.weights().dataType(), v.size(0), rbm.hiddenWidth());
        visible.present(v, (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, streams, sample);
        return hidden.values();
    }

    private static void add(double[] sum, double[] terms, double factor) {
        for (int row = 0; row < sum.length; row++) {
            sum[row] += factor * terms[row];
        }
    }

    private static void requireFitting(List<Rbm> stack) {
        for (int l = 0; l < stack.size(); l++) {
            if (stack.get(l).visible().countsWords()) {
                throw new IllegalArgumentException("deep belief network: RBM " + l + " counts words, expected other"
                        + " visible units: the bound of documents of any length is not there");
            }
        }
        RbmStack.of(stack);
    }
}
