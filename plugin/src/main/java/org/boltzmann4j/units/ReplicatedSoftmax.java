package org.boltzmann4j.units;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.StableFunctions;

/**
 * Word counts of a document: {@code x_i} is how often word i occurs, and {@code N = sum_i x_i} is given (Salakhutdinov,
 * Hinton 2009). Energy term {@code -b.x}, cumulant {@code N logsumexp(t)}, mean {@code N softmax(t)} with the total input
 * {@code t = weightedInput + b}, sample Multinomial(N, softmax(t)). The bias of the hidden units counts N times.
 *
 * <p>The states are ordered sequences of N words: Z sums over them, the free energy of counts leaves their number
 * {@code N! / prod_i x_i!} out, so {@code log p(counts) = -F + log(N! / prod_i x_i!) - log Z_N}. Documents of different
 * length are different models with the same parameters, and a chain keeps its N. At the inverse temperature beta t becomes
 * {@code beta t}; the number of sequences stays.
 *
 * <p>Visible units only, and all of them.
 */
public record ReplicatedSoftmax() implements Unit {

    private static final long serialVersionUID = 1;

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        wordProbabilities(weightedInput, bias, at, mean);
        for (int i = 0; i < mean.length; i++) {
            mean[i] *= at.documentLength();
        }
    }

    private static void wordProbabilities(double[] weightedInput, double[] bias, Conditions at, double[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = at.inverseTemperature() * (weightedInput[i] + bias[i]);
        }
        StableFunctions.softmax(result, 0, result.length);
    }

    @Override
    public void sample(double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        double[] cumulative = new double[sample.length];
        wordProbabilities(weightedInput, bias, at, cumulative);
        draw(cumulative, at, random, sample);
    }

    @Override
    public void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        wordProbabilities(weightedInput, bias, at, mean);
        double[] cumulative = mean.clone();
        for (int i = 0; i < mean.length; i++) {
            mean[i] *= at.documentLength();
        }
        draw(cumulative, at, random, sample);
    }

    /** The words that are not among the known counts are shared by the other ones. */
    @Override
    public void meanOfUnknown(double[] weightedInput, double[] bias, Conditions at, boolean[] known, double[] state) {
        double rest = SharedTotal.rest(at.documentLength(), known, state, 0, state.length);
        double[] chances = chances(weightedInput, bias, at, known);
        for (int i = 0; i < state.length; i++) {
            if (!known[i]) {
                state[i] = rest * chances[i];
            }
        }
    }

    @Override
    public void sampleUnknown(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            boolean[] known,
            SplittableRandom random,
            double[] state) {
        double rest = SharedTotal.rest(at.documentLength(), known, state, 0, state.length);
        double[] counts = new double[state.length];
        draw(chances(weightedInput, bias, at, known), at.withDocumentLength(rest), random, counts);
        for (int i = 0; i < state.length; i++) {
            if (!known[i]) {
                state[i] = counts[i];
            }
        }
    }

    private static double[] chances(double[] weightedInput, double[] bias, Conditions at, boolean[] known) {
        double[] total = new double[weightedInput.length];
        Arrays.setAll(total, i -> at.inverseTemperature() * (weightedInput[i] + bias[i]));
        SharedTotal.softmaxOfUnknown(total, known, 0, total.length);
        return total;
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        // The means sum to the number of words, up to rounding.
        double words = Math.rint(Arrays.stream(mean).sum());
        draw(mean.clone(), Conditions.PLAIN.withDocumentLength(words), random, sample);
    }

    /** Word by word, each found by bisection in the cumulated probabilities. */
    private static void draw(double[] probabilities, Conditions at, SplittableRandom random, double[] sample) {
        long words = Math.round(at.documentLength());
        if (words != at.documentLength()) {
            throw new IllegalArgumentException(
                    "replicated softmax: document length = " + at.documentLength() + ", expected a whole number");
        }
        for (int i = 1; i < probabilities.length; i++) {
            probabilities[i] += probabilities[i - 1];
        }
        Arrays.fill(sample, 0);
        double total = probabilities[probabilities.length - 1];
        for (long word = 0; word < words; word++) {
            double u = random.nextDouble() * total;
            int low = 0; // smallest index whose cumulated probability is above u
            int high = probabilities.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (probabilities[middle] > u) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            sample[low]++;
        }
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        return inverseTemperature * Bernoulli.linearTerm(state, bias);
    }

    /** {@code log(N! / prod_i x_i!)}. */
    @Override
    public double logBaseMeasure(double[] state, double inverseTemperature) {
        double sum = StableFunctions.logFactorial(Arrays.stream(state).sum());
        for (double x : state) {
            sum -= StableFunctions.logFactorial(x);
        }
        return sum;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double[] total = new double[weightedInput.length];
        Arrays.setAll(total, i -> at.inverseTemperature() * (weightedInput[i] + bias[i]));
        return at.documentLength() * StableFunctions.logSumExp(total);
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        Softmax.backpropagateSoftmax(totalInput.clone(), epsilon, 0, epsilon.length);
    }

    @Override
    public boolean countsWords() {
        return true;
    }

    /** Logarithms of the words' frequencies; a word that never occurs gets a thousandth of an average word's. */
    @Override
    public double[] biasesForMeans(double[] means) {
        double total = Arrays.stream(means).sum();
        double least = total > 0 ? Bernoulli.MEAN_MARGIN * total / means.length : 1;
        double[] bias = new double[means.length];
        Arrays.setAll(bias, i -> Math.log(Math.max(least, means[i]) / (total > 0 ? total : 1)));
        return bias;
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && value == Math.rint(value) && !Double.isInfinite(value);
    }

    @Override
    public int firstRefused(double[] row) {
        int refused = Unit.super.firstRefused(row);
        boolean empty = refused < 0 && Arrays.stream(row).allMatch(x -> x == 0);
        return empty ? 0 : refused;
    }

    @Override
    public String expectation() {
        return "a whole number >= 0 of occurrences, and at least one word in each row";
    }

    @Override
    public Tail tail() {
        return Tail.BOUNDED;
    }
}
