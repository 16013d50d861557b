package org.boltzmann4j.units;

import java.util.SplittableRandom;
import org.boltzmann4j.math.StableFunctions;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Noisy rectified linear units: sums of infinitely many binary copies that share weights and bias, with fixed offsets of
 * -1/2, -3/2, -5/2, ... to the bias (Nair, Hinton 2010). With the total input {@code t = weightedInput + b}: energy term
 * {@code -b x}, cumulant {@code sum_i softplus(t - i + 1/2)}, mean {@code sum_i sigmoid(t - i + 1/2)}, i = 1, 2, ...,
 * which is {@code log(1 + exp(t))} within 0.011. The copies are the states, their offsets part of the energy: at the
 * inverse temperature beta every sum is over {@code beta (t - i + 1/2)}. A state x stands for all choices of x copies:
 * base measure {@code exp(-beta x^2 / 2) / prod_{k <= x} (1 - exp(-beta k))} (the q-binomial theorem).
 *
 * <p>Energy, cumulant and mean are exact (copies beyond {@code exp(-40)} are left out). Samples are, as the specification
 * says,
 *
 * <ul>
 *   <li>rectified, the usual practice and fast: {@code max(0, t + N(0, sigmoid(t)))}. It approximates the sum for large t
 *       only (at t = 0 its mean is 0.28, the exact one 0.69), and no joint distribution has it as conditional: chains drawn
 *       with it have a stationary distribution other than the model's;
 *   <li>or exact: the sum of the copies, each drawn.
 * </ul>
 *
 * <p>At the inverse temperature beta the rectified sample is {@code max(0, t + N(0, sigmoid(beta t) / beta))}.
 *
 * @param rectifiedSamples true for the approximate samples
 */
public record NoisyRelu(Boolean rectifiedSamples) implements Unit {

    private static final long serialVersionUID = 1;

    /** Beyond this distance from 0 a sigmoid is 0 or 1 within {@code 4e-18}. */
    private static final double SURE = 40;

    /**
     * Checks that the choice was made.
     *
     * @throws IllegalArgumentException if it is missing
     */
    @JsonCreator
    public NoisyRelu(@JsonProperty("rectifiedSamples") @Nullable Boolean rectifiedSamples) {
        if (rectifiedSamples == null) {
            throw new IllegalArgumentException(
                    "noisy rectified units: rectifiedSamples is missing, expected true or false");
        }
        this.rectifiedSamples = rectifiedSamples;
    }

    /**
     * Units with samples {@code max(0, t + N(0, sigmoid(t)))}.
     *
     * @return the unit type
     */
    public static NoisyRelu rectified() {
        return new NoisyRelu(true);
    }

    /**
     * Units whose samples are sums of copies.
     *
     * @return the unit type
     */
    public static NoisyRelu exact() {
        return new NoisyRelu(false);
    }

    private static double requireWarm(Conditions at) {
        if (at.inverseTemperature() == 0) {
            throw new IllegalArgumentException("noisy rectified units: inverse temperature = 0, expected a number > 0:"
                    + " without energy infinitely many copies would be on");
        }
        return at.inverseTemperature();
    }

    /** How many copies are on for sure: those with {@code beta (t - i + 1/2) > 40}. */
    private static double copiesOn(double t, double beta) {
        return Math.max(0, Math.ceil(t - SURE / beta + 0.5) - 1);
    }

    private static double meanOf(double t, double beta) {
        double on = copiesOn(t, beta);
        double sum = on;
        // exp(-beta (t - i + 1/2)) copy by copy, as a running product
        double odds = Math.exp(-beta * (t - on - 0.5));
        double factor = Math.exp(beta);
        for (double off = odds; off < Math.exp(SURE); off *= factor) {
            sum += 1 / (1 + off);
        }
        return sum;
    }

    private static double slopeOf(double t) {
        double off = Math.exp(-(t - copiesOn(t, 1) - 0.5));
        double sum = 0;
        for (; off < Math.exp(SURE); off *= Math.E) {
            double p = 1 / (1 + off);
            sum += p * (1 - p);
        }
        return sum;
    }

    private static double cumulantOf(double t, double beta) {
        double on = copiesOn(t, beta);
        // sum_{i <= on} beta (t - i + 1/2) = beta (on t - on^2 / 2); the softplus of each is its argument within 4e-18
        double sum = beta * (on * t - on * on / 2);
        double product = 1;
        for (double x = beta * (t - on - 0.5); x > -SURE; x -= beta) {
            sum += Math.max(x, 0);
            product *= 1 + Math.exp(-Math.abs(x));
            if (product > 1e300) { // at low inverse temperature thousands of copies are undecided
                sum += Math.log(product);
                product = 1;
            }
        }
        return sum + Math.log(product);
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        double beta = requireWarm(at);
        for (int i = 0; i < mean.length; i++) {
            mean[i] = meanOf(weightedInput[i] + bias[i], beta);
        }
    }

    @Override
    public void sample(double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        double beta = requireWarm(at);
        for (int i = 0; i < sample.length; i++) {
            double t = weightedInput[i] + bias[i];
            sample[i] = rectifiedSamples ? rectified(t, beta, random) : sumOfCopies(t, beta, random);
        }
    }

    @Override
    public void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        sample(weightedInput, bias, at, random, sample); // from the input, which the mean may overwrite
        mean(weightedInput, bias, at, mean);
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        double[] totalInput = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            totalInput[i] = totalInputFor(mean[i]);
        }
        sample(totalInput, new double[mean.length], Conditions.PLAIN, random, sample);
    }

    private static double rectified(double t, double beta, SplittableRandom random) {
        double variance = StableFunctions.sigmoid(beta * t) / beta;
        return Math.max(0, t + Math.sqrt(variance) * random.nextGaussian());
    }

    private static double sumOfCopies(double t, double beta, SplittableRandom random) {
        if (Double.isNaN(t)) {
            return t; // so that divergence is seen where it arises
        }
        double sum = copiesOn(t, beta);
        double factor = Math.exp(beta);
        for (double off = Math.exp(-beta * (t - sum - 0.5)), end = Math.exp(SURE); off < end; off *= factor) {
            if (random.nextDouble() * (1 + off) < 1) {
                sum++;
            }
        }
        return sum;
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        return inverseTemperature * Bernoulli.linearTerm(state, bias);
    }

    /** Of whole numbers of copies; the rectified samples between them have none. */
    @Override
    public double logBaseMeasure(double[] state, double inverseTemperature) {
        double sum = 0;
        for (double x : state) {
            sum -= inverseTemperature * x * x / 2;
            for (int k = 1; k <= x && inverseTemperature * k < SURE; k++) {
                sum -= Math.log(-Math.expm1(-inverseTemperature * k));
            }
        }
        return sum;
    }

    @Override
    public boolean hasTemperedBaseMeasure() {
        return true;
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double beta = requireWarm(at);
        double sum = 0;
        for (int i = 0; i < weightedInput.length; i++) {
            sum += cumulantOf(weightedInput[i] + bias[i], beta);
        }
        return sum;
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        for (int i = 0; i < epsilon.length; i++) {
            epsilon[i] *= slopeOf(totalInput[i]);
        }
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        double[] bias = new double[means.length];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = totalInputFor(Math.max(Bernoulli.MEAN_MARGIN, means[i]));
        }
        return bias;
    }

    /** By bisection: the mean rises with the total input, by at most 1 for 1, and is above it. */
    private static double totalInputFor(double mean) {
        double low = -SURE;
        double high = mean + 1;
        for (int halving = 0; halving < 60; halving++) {
            double middle = (low + high) / 2;
            if (meanOf(middle, 1) < mean) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    @Override
    public boolean accepts(double value) {
        return value >= 0 && !Double.isInfinite(value) && (rectifiedSamples || value == Math.rint(value));
    }

    @Override
    public boolean acceptsIntervals() {
        return rectifiedSamples;
    }

    @Override
    public String expectation() {
        return rectifiedSamples ? "a finite number >= 0" : "a whole number >= 0";
    }

    @Override
    public Tail tail() {
        return Tail.QUADRATIC;
    }
}
