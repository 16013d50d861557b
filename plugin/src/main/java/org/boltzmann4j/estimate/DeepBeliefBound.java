package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Ascent;
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
     * @param stack the RBMs, not modified
     * @param v {@code [n, visible]}, not modified; values as the units take them
     * @param topLogPartition log Z of the top RBM. Quote the bound with estimates from both sides
     * @param samples draws of the hidden layers for each row, at least 1
     * @param streams source of randomness
     * @return the mean over rows; its error holds that of the draws and of {@code topLogPartition}, but not that the rows
     *     are a sample. Its direction is LOWER if {@code topLogPartition} is exact or on the upper side
     * @throws IllegalArgumentException if the units count words, or there is less than one draw
     */
    public static Estimate of(
            RbmStack stack, INDArray v, Estimate topLogPartition, int samples, RandomStreams streams) {
        requireNoWords(stack);
        Counts.requirePositive(samples, "deep belief network: draws of the hidden states");
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

    private static double[] draw(RbmStack stack, INDArray v, RandomStreams streams, long sample) {
        INDArray states = v;
        double[] result = new double[Math.toIntExact(v.size(0))];
        List<Rbm> rbms = stack.rbms();
        for (int l = 0; l < rbms.size(); l++) {
            Rbm rbm = rbms.get(l);
            add(result, LogLikelihood.unnormalised(rbm, states), 1);
            if (l < rbms.size() - 1) {
                states = Ascent.hidden(rbm, states, streams.split("layer " + l), sample);
                add(result, rbm.hiddenFreeEnergy(states, Conditions.PLAIN), 1);
                add(result, rbms.get(l + 1).logBaseMeasure(states), -1);
            }
        }
        return result;
    }

    private static void add(double[] sum, double[] terms, double factor) {
        for (int row = 0; row < sum.length; row++) {
            sum[row] += factor * terms[row];
        }
    }

    private static void requireNoWords(RbmStack stack) {
        for (int l = 0; l < stack.rbms().size(); l++) {
            if (stack.rbms().get(l).visible().countsWords()) {
                throw new IllegalArgumentException("deep belief network: RBM " + l + " counts words, expected other"
                        + " visible units: the bound of documents of any length is not there");
            }
        }
    }
}
