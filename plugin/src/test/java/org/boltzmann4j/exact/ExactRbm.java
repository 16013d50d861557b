package org.boltzmann4j.exact;

import java.util.Arrays;
import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small restricted Boltzmann machine with binary hidden and binary or Gaussian visible units, solved by enumeration of
 * its energy: {@code E(v, h) = visibleTerm(v) - c.h - (v/s)'Wh}.
 */
public final class ExactRbm {

    private final double[][] weights;
    private final double[] visibleBias;
    private final double[] hiddenBias;
    private final double[] sigma;
    private final boolean gaussian;

    public ExactRbm(double[][] weights, double[] visibleBias, double[] hiddenBias, double[] sigma) {
        this.weights = weights;
        this.visibleBias = visibleBias;
        this.hiddenBias = hiddenBias;
        this.gaussian = sigma.length > 0;
        this.sigma = gaussian ? sigma : filled(visibleBias.length, 1);
    }

    private static double[] filled(int length, double value) {
        double[] result = new double[length];
        Arrays.fill(result, value);
        return result;
    }

    /** Binary visible units; weights of the given standard deviation, lopsided on purpose so that no sign error cancels. */
    public static ExactRbm bernoulli(int visible, int hidden, double spread, long seed) {
        return random(visible, hidden, spread, seed, new double[0]);
    }

    /** Gaussian visible units with different standard deviations, none of them 1. */
    public static ExactRbm gaussian(int visible, int hidden, double spread, long seed) {
        double[] sigma = new double[visible];
        for (int i = 0; i < visible; i++) {
            sigma[i] = i % 2 == 0 ? 0.5 + 0.1 * i : 1.5 + 0.2 * i;
        }
        return random(visible, hidden, spread, seed, sigma);
    }

    private static ExactRbm random(int visible, int hidden, double spread, long seed, double[] sigma) {
        Random random = new Random(seed);
        double[][] weights = new double[visible][hidden];
        for (double[] row : weights) {
            Arrays.setAll(row, j -> spread * random.nextGaussian() + 0.2);
        }
        double[] visibleBias = new double[visible];
        Arrays.setAll(visibleBias, i -> 0.7 * random.nextGaussian() - 0.3);
        double[] hiddenBias = new double[hidden];
        Arrays.setAll(hiddenBias, j -> 0.7 * random.nextGaussian() + 0.2);
        return new ExactRbm(weights, visibleBias, hiddenBias, sigma);
    }

    /** The model in which some hidden units do not exist: without weights, and never on. */
    public ExactRbm withoutHidden(boolean[] missing) {
        double[][] fewer = new double[visible()][];
        Arrays.setAll(fewer, i -> weights[i].clone());
        double[] bias = hiddenBias.clone();
        for (int j = 0; j < missing.length; j++) {
            if (missing[j]) {
                bias[j] = -1000; // exp of it is 0
                for (double[] row : fewer) {
                    row[j] = 0;
                }
            }
        }
        return new ExactRbm(fewer, visibleBias, bias, gaussian ? sigma : new double[0]);
    }

    /** The same parameters as a model of the project. */
    public Rbm model(DataType type) {
        return Rbm.of(
                gaussian ? Gaussian.of(sigma) : new Bernoulli(),
                new Bernoulli(),
                Nd4j.createFromArray(weights).castTo(type),
                Nd4j.createFromArray(visibleBias).castTo(type),
                Nd4j.createFromArray(hiddenBias).castTo(type));
    }

    public int visible() {
        return visibleBias.length;
    }

    public int hidden() {
        return hiddenBias.length;
    }

    public double sigma(int i) {
        return sigma[i];
    }

    public double energy(double[] v, double[] h) {
        double energy = 0;
        for (int i = 0; i < v.length; i++) {
            double distance = (v[i] - visibleBias[i]) / sigma[i];
            energy += gaussian ? distance * distance / 2 : -visibleBias[i] * v[i];
            for (int j = 0; j < h.length; j++) {
                energy -= v[i] / sigma[i] * weights[i][j] * h[j];
            }
        }
        for (int j = 0; j < h.length; j++) {
            energy -= hiddenBias[j] * h[j];
        }
        return energy;
    }

    /** All binary states of a layer; bit i of the index is unit i. */
    public static double[][] binaryStates(int width) {
        double[][] states = new double[1 << width][width];
        for (int s = 0; s < states.length; s++) {
            for (int i = 0; i < width; i++) {
                states[s][i] = (s >> i) & 1;
            }
        }
        return states;
    }

    public double freeEnergy(double[] v) {
        return -logSum(Arrays.stream(binaryStates(hidden()))
                .mapToDouble(h -> -energy(v, h))
                .toArray());
    }

    /** {@code log sum_v exp(-E(v, h))} for each hidden state; Gaussian units are integrated in closed form. */
    private double[] logWeightsOfHiddenStates() {
        return Arrays.stream(binaryStates(hidden()))
                .mapToDouble(this::logWeight)
                .toArray();
    }

    private double logWeight(double[] h) {
        if (!gaussian) {
            return logSum(Arrays.stream(binaryStates(visible()))
                    .mapToDouble(v -> -energy(v, h))
                    .toArray());
        }
        double[] mean = visibleMean(h);
        double log = -energy(mean, h); // the maximum of a Gaussian, and then its width
        for (double s : sigma) {
            log += Math.log(2 * Math.PI * s * s) / 2;
        }
        return log;
    }

    public double logPartition() {
        return logSum(logWeightsOfHiddenStates());
    }

    /** p(h) for each of {@link #binaryStates}. */
    public double[] hiddenProbabilities() {
        return normalised(logWeightsOfHiddenStates());
    }

    /** p(v) for each of {@link #binaryStates}, for binary visible units. */
    public double[] visibleProbabilities() {
        return normalised(Arrays.stream(binaryStates(visible()))
                .mapToDouble(v -> -freeEnergy(v))
                .toArray());
    }

    /** p(v, h) at index {@code v * 2^hidden + h}, for binary visible units. */
    public double[] jointProbabilities() {
        double[] logs = new double[1 << (visible() + hidden())];
        double[][] v = binaryStates(visible());
        double[][] h = binaryStates(hidden());
        for (int s = 0; s < logs.length; s++) {
            logs[s] = -energy(v[s / h.length], h[s % h.length]);
        }
        return normalised(logs);
    }

    public double[] hiddenMean(double[] v) {
        double[] mean = new double[hidden()];
        for (int j = 0; j < mean.length; j++) {
            double t = hiddenBias[j];
            for (int i = 0; i < v.length; i++) {
                t += v[i] / sigma[i] * weights[i][j];
            }
            mean[j] = 1 / (1 + Math.exp(-t));
        }
        return mean;
    }

    public double[] visibleMean(double[] h) {
        double[] mean = new double[visible()];
        for (int i = 0; i < mean.length; i++) {
            double t = 0;
            for (int j = 0; j < h.length; j++) {
                t += weights[i][j] * h[j];
            }
            mean[i] = gaussian ? visibleBias[i] + sigma[i] * t : 1 / (1 + Math.exp(-t - visibleBias[i]));
        }
        return mean;
    }

    public Statistics modelStatistics() {
        Statistics result = Statistics.zeros(visible(), hidden());
        double[] probabilities = hiddenProbabilities();
        double[][] states = binaryStates(hidden());
        for (int s = 0; s < states.length; s++) {
            result.add(probabilities[s], coupled(visibleMean(states[s])), states[s]);
        }
        return result;
    }

    public Statistics dataStatistics(double[][] data) {
        Statistics result = Statistics.zeros(visible(), hidden());
        for (double[] v : data) {
            result.add(1.0 / data.length, coupled(v), hiddenMean(v));
        }
        return result;
    }

    /** The expected statistics of chains that start at the data and make one sweep: what CD-1 has for the model's. */
    public Statistics statisticsAfterOneSweep(double[][] data) {
        Statistics result = Statistics.zeros(visible(), hidden());
        double[][] hiddenStates = binaryStates(hidden());
        double[][] visibleStates = binaryStates(visible());
        for (double[] v : data) {
            double[] hiddenMean = hiddenMean(v);
            for (double[] h : hiddenStates) {
                double[] visibleMean = visibleMean(h);
                for (double[] next : visibleStates) {
                    double p = probability(h, hiddenMean) * probability(next, visibleMean) / data.length;
                    result.add(p, next, hiddenMean(next));
                }
            }
        }
        return result;
    }

    private static double probability(double[] state, double[] mean) {
        double p = 1;
        for (int i = 0; i < state.length; i++) {
            p *= state[i] == 1 ? mean[i] : 1 - mean[i];
        }
        return p;
    }

    private double[] coupled(double[] v) {
        double[] result = new double[v.length];
        Arrays.setAll(result, i -> v[i] / sigma[i]);
        return result;
    }

    /** Independent draws from p(v). */
    public double[][] sample(int rows, Random random) {
        double[] probabilities = hiddenProbabilities();
        double[][] states = binaryStates(hidden());
        double[][] result = new double[rows][];
        for (int row = 0; row < rows; row++) {
            double[] v = visibleMean(states[draw(probabilities, random)]);
            for (int i = 0; i < v.length; i++) {
                v[i] = gaussian ? v[i] + sigma[i] * random.nextGaussian() : random.nextDouble() < v[i] ? 1 : 0;
            }
            result[row] = v;
        }
        return result;
    }

    private static int draw(double[] probabilities, Random random) {
        double u = random.nextDouble();
        int s = 0;
        while (s < probabilities.length - 1 && u >= probabilities[s]) {
            u -= probabilities[s];
            s++;
        }
        return s;
    }

    private static double[] normalised(double[] logs) {
        double total = logSum(logs);
        return Arrays.stream(logs).map(log -> Math.exp(log - total)).toArray();
    }

    private static double logSum(double[] logs) {
        double max = Arrays.stream(logs).max().orElseThrow();
        return max
                + Math.log(Arrays.stream(logs).map(log -> Math.exp(log - max)).sum());
    }
}
