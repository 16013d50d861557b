package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.SoftplusTable;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.math.StepWatch;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;

/**
 * All states of the smaller layer of a model, the other layer summed out:
 * {@code log sum_b base(b) exp(-E(a, b)) = bias_a . a + log base(a) + cumulant_b(W a)} for every state a.
 *
 * <p>In blocks: the weighted inputs of every state are the sum of two rows, one of a table for the first digits (a block)
 * and one for the others, so no product is ever made twice, and with binary units in the other layer no exponential either. In
 * double precision throughout.
 */
final class Enumeration implements SolvedLayer {

    /** A block's table of 256 rows stays in the cache of a core for layers of a thousand units. */
    private static final int MOST_IN_A_BLOCK = 256;

    private final FiniteStates states;
    private final boolean ofHidden;
    private final double[] enumeratedBias;
    private final double[] otherBias;
    private final Unit other;
    private final Conditions at;
    private final double[][] rows;
    private final int split;
    private final double[][] table;
    private final double[] tableTerms;
    private final double[] shift;
    private final double[] sum;
    /** Of binary and binomial units, whose log-normaliser is a multiple of a sum of softplus. */
    private final @Nullable SoftplusTable softplus;

    private final int copies;

    private Enumeration(Rbm rbm, FiniteStates states, boolean ofHidden, double documentLength) {
        this.states = states;
        this.ofHidden = ofHidden;
        this.other = ofHidden ? rbm.visible() : rbm.hidden();
        double[] visibleBias = Vectors.values(rbm.visibleBias());
        double[] hiddenBias = Vectors.values(rbm.hiddenBias());
        if (rbm.visible().countsWords()) {
            for (int j = 0; j < hiddenBias.length; j++) {
                hiddenBias[j] *= documentLength;
            }
        }
        this.enumeratedBias = ofHidden ? hiddenBias : visibleBias;
        this.otherBias = ofHidden ? visibleBias : hiddenBias;
        this.at = Conditions.PLAIN.withDocumentLength(documentLength);
        this.rows = rowsOfWeights(rbm, ofHidden);
        this.copies = other instanceof Bernoulli ? 1 : other instanceof Binomial binomial ? binomial.copies() : 0;
        this.split = Math.max(1, states.digitsWithin(MOST_IN_A_BLOCK));
        this.table = new double[states.count(0, split)][otherBias.length];
        this.tableTerms = new double[table.length];
        for (int i = 0; i < table.length; i++) {
            tableTerms[i] = states.add(0, split, i, rows, table[i], enumeratedBias);
        }
        this.softplus = copies > 0 ? new SoftplusTable(table) : null;
        this.shift = new double[otherBias.length];
        this.sum = new double[otherBias.length];
    }

    /** Whether a layer has at most the given number of states; costs nothing. */
    static boolean isFeasible(Rbm rbm, double mostStates) {
        return Math.min(count(ofVisible(rbm)), count(ofHidden(rbm))) <= mostStates;
    }

    /**
     * The smaller one of the layers that can be enumerated.
     *
     * @return null if neither has at most the given number of states
     */
    static @Nullable Enumeration of(Rbm rbm, double documentLength, double mostStates) {
        if (!isFeasible(rbm, mostStates)) {
            return null;
        }
        FiniteStates visible = ofVisible(rbm);
        FiniteStates hidden = ofHidden(rbm);
        boolean ofHidden = count(hidden) <= count(visible);
        return new Enumeration(rbm, Objects.requireNonNull(ofHidden ? hidden : visible), ofHidden, documentLength);
    }

    private static @Nullable FiniteStates ofVisible(Rbm rbm) {
        return FiniteStates.of(rbm.visible(), rbm.visibleWidth());
    }

    private static @Nullable FiniteStates ofHidden(Rbm rbm) {
        return FiniteStates.of(rbm.hidden(), rbm.hiddenWidth());
    }

    private static double count(@Nullable FiniteStates states) {
        return states == null ? Double.POSITIVE_INFINITY : states.count();
    }

    private static double[][] rowsOfWeights(Rbm rbm, boolean ofHidden) {
        double[][] weights = rbm.weights().toDoubleMatrix();
        if (!ofHidden) {
            return weights;
        }
        double[][] transposed = new double[rbm.hiddenWidth()][rbm.visibleWidth()];
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < transposed.length; j++) {
                transposed[j][i] = weights[i][j];
            }
        }
        return transposed;
    }

    @Override
    public boolean isOfHidden() {
        return ofHidden;
    }

    int blocks() {
        return states.count(split, states.digits());
    }

    int blockSize() {
        return table.length;
    }

    /** Logarithms of the unnormalised probabilities of the states of a block. */
    void logWeights(int block, double[] result) {
        Arrays.fill(shift, 0);
        double shiftTerm = states.add(split, states.digits(), block, rows, shift, enumeratedBias);
        if (softplus != null) {
            for (int i = 0; i < shift.length; i++) {
                shift[i] += otherBias[i];
            }
            softplus.setShift(shift);
        }
        for (int s = 0; s < table.length; s++) {
            result[s] = tableTerms[s] + shiftTerm + (softplus != null ? copies * softplus.sum(s) : cumulant(s));
        }
    }

    private double cumulant(int s) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] = table[s][i] + shift[i];
        }
        return other.cumulant(sum, otherBias, at);
    }

    /** {@code log sum_a exp(logWeight(a))}, block by block. */
    @Override
    public double logPartition() {
        return StableFunctions.logSumExp(blockSums());
    }

    private double[] blockSums() {
        double[] sums = new double[blocks()];
        double[] weights = new double[table.length];
        for (int block = 0; block < sums.length; block++) {
            StepWatch.ask();
            logWeights(block, weights);
            sums[block] = StableFunctions.logSumExp(weights);
        }
        return sums;
    }

    /** First the block of each draw, then the state within. */
    @Override
    public double[][] sample(int count, SplittableRandom random) {
        double[] blockProbabilities = blockSums();
        StableFunctions.softmax(blockProbabilities, 0, blockProbabilities.length);
        int[] chosen = random.doubles(count)
                .mapToInt(u -> choose(blockProbabilities, u))
                .toArray();
        double[] weights = new double[table.length];
        double[][] result = new double[count][enumeratedBias.length];
        for (int row = 0; row < count; row++) {
            logWeights(chosen[row], weights);
            StableFunctions.softmax(weights, 0, weights.length);
            states.write(split, states.digits(), chosen[row], result[row]);
            states.write(0, split, choose(weights, random.nextDouble()), result[row]);
        }
        return result;
    }

    private static int choose(double[] probabilities, double uniform) {
        double rest = uniform;
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            // Where rounding leaves a rest after the last state, the last possible one is taken.
            if (probabilities[i] > 0) {
                last = i;
                rest -= probabilities[i];
                if (rest < 0) {
                    break;
                }
            }
        }
        return last;
    }
}
