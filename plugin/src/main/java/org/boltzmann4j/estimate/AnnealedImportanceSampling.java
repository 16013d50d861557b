package org.boltzmann4j.estimate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.sampler.AnnealedChains;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Annealed importance sampling of {@code log Z} (Neal 2001; Salakhutdinov, Murray 2008) along
 * {@code E_beta = (1 - beta) E_0 + beta E}, from the model E_0 without weights and hidden biases, whose visible biases fit
 * the data and whose {@code Z_0} is known, to the model. With {@code f_beta(v) = exp(-F_beta(v))},
 *
 * <ul>
 *   <li>forward: {@code v_1 ~ p_0}, {@code v_{t+1} ~ T_{beta_t}(v_t)}, weight
 *       {@code w = prod_t f_{beta_t}(v_t) / f_{beta_{t-1}}(v_t)}, {@code E[w] = Z / Z_0}: log Z is under-estimated in
 *       expectation, and a likelihood flattered;
 *   <li>{@linkplain #reverse reverse}, from samples of the model back to E_0: {@code E[1/w] = Z_0 / Z}, log Z is
 *       over-estimated, if the samples are exact;
 *   <li>{@linkplain #raise RAISE}, from a data row v back to E_0 (Burda, Grosse, Salakhutdinov 2015): a lower bound, in
 *       expectation, of log p(v) under the <em>annealed</em> model, what forward chains end as after a last sweep at 1.
 * </ul>
 *
 * <p>For every type of units whose samples are exact, with the hidden units summed out. Chains are rows of one matrix; a
 * step costs two matrix products.
 *
 * @param schedule the inverse temperatures
 * @param chains number of forward chains, at least 1
 */
public record AnnealedImportanceSampling(BetaSchedule schedule, Integer chains) implements Serializable {

    private static final long serialVersionUID = 1;

    private static final Logger LOG = LoggerFactory.getLogger(AnnealedImportanceSampling.class);

    /**
     * Checks that nothing is missing.
     *
     * @throws IllegalArgumentException if the schedule is missing, or the number of chains is missing or below 1
     */
    @JsonCreator
    public AnnealedImportanceSampling(
            @JsonProperty("schedule") @Nullable BetaSchedule schedule,
            @JsonProperty("chains") @StrictCount @Nullable Integer chains) {
        if (schedule == null) {
            throw new IllegalArgumentException("annealed importance sampling: schedule is missing");
        }
        this.schedule = schedule;
        this.chains = Counts.requirePositive(chains, "annealed importance sampling: chains");
    }

    /**
     * A specification.
     *
     * @param schedule the inverse temperatures
     * @param chains number of forward chains, at least 1
     * @return the specification
     * @throws IllegalArgumentException if the number is below 1
     */
    public static AnnealedImportanceSampling of(BetaSchedule schedule, int chains) {
        return new AnnealedImportanceSampling(schedule, chains);
    }

    /**
     * Visible biases at which the model without weights has the means of given data.
     *
     * @param rbm the model, whose visible units count
     * @param data {@code [n, visible]}, not modified
     * @return {@code [visible]}
     */
    public static double[] baseBias(Rbm rbm, INDArray data) {
        return rbm.visible().biasesForMeans(data.mean(0).toDoubleVector());
    }

    /**
     * The same with the steps of an {@linkplain BetaSchedule.Adaptive adaptive} schedule, found in a pilot run of as many
     * chains: what several runs in both directions need, so that they are about the same annealed model. The pilot's
     * randomness is its own, so that estimates stay unbiased.
     *
     * @param rbm the model
     * @param baseBias visible bias of the model without weights, {@code [visible]}, not modified
     * @param documentLength number of words where the visible units count words, else without meaning
     * @param streams source of randomness
     * @return this, if the schedule is fixed
     * @throws IllegalStateException if the schedule would need more steps than it allows
     */
    public AnnealedImportanceSampling resolved(
            Rbm rbm, double[] baseBias, double documentLength, RandomStreams streams) {
        if (!(schedule instanceof BetaSchedule.Adaptive adaptive)) {
            return this;
        }
        AnnealedChains pilot =
                AnnealedChains.atBaseRates(rbm, baseBias, Math.max(2, chains), documentLength, streams.split("pilot"));
        List<Double> betas = new ArrayList<>();
        betas.add(0.0);
        double step = 1e-3;
        while (pilot.inverseTemperature() < 1) {
            double from = pilot.inverseTemperature();
            step = stepFrom(pilot, step, adaptive.stepEffectiveShare());
            double next = from + step < 1 - step / 10 ? from + step : 1; // no splinter of a step at the end
            if (betas.size() > adaptive.mostSteps() || next == from) {
                throw new IllegalStateException("adaptive schedule: at beta = " + from + " after " + (betas.size() - 1)
                        + " steps, expected to reach 1 within " + adaptive.mostSteps()
                        + ": allow more, or a smaller effective share of a step");
            }
            pilot.moveTo(next);
            pilot.sweep();
            betas.add(next);
        }
        return of(new BetaSchedule.Given(betas), chains);
    }

    /** The variance of a short step's log-weights grows with its square: a few corrections of that kind. */
    private static double stepFrom(AnnealedChains pilot, double guess, double wantedShare) {
        double left = 1 - pilot.inverseTemperature();
        double wanted = 1 / wantedShare - 1;
        double step = Math.min(guess, left);
        for (int correction = 0; correction < 4; correction++) {
            double[] increments = pilot.logWeightsOfMoveTo(pilot.inverseTemperature() + step);
            double variance = increments.length / LogWeights.logMean(increments).effectiveSampleSize() - 1;
            double factor = Math.sqrt(wanted / Math.max(variance, wanted * 1e-4));
            if (Math.abs(factor - 1) < 0.1 || (factor > 1 && step == left)) {
                break;
            }
            step = Math.min(left, step * factor);
        }
        return step;
    }

    private double[] betas(Rbm rbm, double[] baseBias, double documentLength, RandomStreams streams) {
        BetaSchedule fixed = resolved(rbm, baseBias, documentLength, streams).schedule;
        return fixed instanceof BetaSchedule.Segments segments
                ? segments.betas()
                : ((BetaSchedule.Given) fixed)
                        .betas().stream().mapToDouble(beta -> beta).toArray();
    }

    /**
     * Estimates {@code log Z} with forward chains; where the visible units count words, for documents of one word.
     *
     * @param rbm the model, not modified
     * @param baseBias visible bias of the model without weights, {@code [visible]}, not modified
     * @param streams source of randomness
     * @return the estimate, to the lower side
     * @throws IllegalArgumentException if the units have no exact samples
     */
    public Estimate logPartition(Rbm rbm, double[] baseBias, RandomStreams streams) {
        return logPartition(rbm, baseBias, 1, streams);
    }

    /**
     * Estimates {@code log Z_N} with forward chains.
     *
     * @param rbm the model, not modified
     * @param baseBias visible bias of the model without weights, {@code [visible]}, not modified
     * @param documentLength N; without meaning where the visible units do not count words
     * @param streams source of randomness
     * @return the estimate, to the lower side
     * @throws IllegalArgumentException if the units have no exact samples
     */
    public Estimate logPartition(Rbm rbm, double[] baseBias, double documentLength, RandomStreams streams) {
        double[] betas = betas(rbm, baseBias, documentLength, streams);
        AnnealedChains run =
                AnnealedChains.atBaseRates(rbm, baseBias, chains, documentLength, streams.split("forward"));
        for (int t = 1; t < betas.length; t++) {
            run.moveTo(betas[t]);
            if (t < betas.length - 1) {
                run.sweep();
            }
        }
        Estimate result = LogWeights.logMean(run.logWeights()).plus(run.logPartitionAtBaseRates()[0]);
        warnIfFew(result, "forward");
        return result.withDirection(direction(result.direction(), run));
    }

    /**
     * Estimates {@code log Z} with chains that start at samples of the model and are led back to the base rates. As good
     * as the samples: chains that miss a mode do not see it here either.
     *
     * @param rbm the model, not modified
     * @param baseBias visible bias of the model without weights, {@code [visible]}, not modified
     * @param samples of the model, {@code [chains, visible]}, not modified; exact ones by {@link ExactSamples}, or long
     *     chains. Documents must all have the same length
     * @param streams source of randomness
     * @return the estimate, to the upper side if the samples are exact and independent
     * @throws IllegalArgumentException if the units have no exact samples
     */
    public Estimate reverse(Rbm rbm, double[] baseBias, INDArray samples, RandomStreams streams) {
        AnnealedChains run = AnnealedChains.startedAt(rbm, baseBias, samples, streams.split("reverse"));
        double[] lengths = rbm.documentLengths(samples);
        double[] betas = betas(rbm, baseBias, lengths.length == 0 ? 1 : lengths[0], streams);
        for (int t = betas.length - 2; t >= 0; t--) {
            run.moveTo(betas[t]);
            if (t > 0) {
                run.sweep();
            }
        }
        Estimate result = LogWeights.logMean(run.logWeights()).negated().plus(run.logPartitionAtBaseRates()[0]);
        warnIfFew(result, "reverse");
        return result.withDirection(direction(result.direction(), run));
    }

    /**
     * Estimates the log-probability of every given row under the annealed model, each with one chain, whose expectation is
     * below {@code log p_annealed(v)}: the mean over many rows has a useful standard error all the same.
     *
     * @param rbm the model, not modified
     * @param baseBias visible bias of the model without weights, {@code [visible]}, not modified
     * @param v {@code [n, visible]}, not modified
     * @param streams source of randomness
     * @return {@code log p_0(x) + sum of the steps' log-ratios}, one value for each row, base measure included
     * @throws IllegalArgumentException if the units have no exact samples
     */
    public double[] raise(Rbm rbm, double[] baseBias, INDArray v, RandomStreams streams) {
        return raised(rbm, baseBias, v, streams).logProbabilities();
    }

    /**
     * What {@link #raise} finds.
     *
     * @param logProbabilities one for each row
     * @param direction of their means: LOWER, if no bound was in the way of the draws
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Raised(double[] logProbabilities, Direction direction) {}

    Raised raised(Rbm rbm, double[] baseBias, INDArray v, RandomStreams streams) {
        AnnealedChains run = AnnealedChains.startedAt(rbm, baseBias, v, streams.split("raise"));
        double[] lengths = rbm.documentLengths(v);
        double[] betas = betas(rbm, baseBias, lengths.length == 0 ? 1 : lengths[0], streams);
        for (int t = betas.length - 2; t >= 0; t--) {
            run.sweep();
            run.moveTo(betas[t]);
        }
        double[] result = LogLikelihood.unnormalised(rbm, v);
        double[] logWeights = run.logWeights();
        double[] logBase = run.logPartitionAtBaseRates();
        for (int row = 0; row < result.length; row++) {
            result[row] += logWeights[row] - logBase[row];
        }
        return new Raised(result, direction(Direction.LOWER, run));
    }

    private static void warnIfFew(Estimate estimate, String direction) {
        if (estimate.restsOnFew()) {
            LOG.warn(
                    "{} annealed importance sampling: effective sample size {} and largest weight share {}: the estimate"
                            + " and its standard error hang on a few chains. Take more steps near 1, or more chains",
                    direction,
                    String.format(Locale.ROOT, "%.1f", estimate.effectiveSampleSize()),
                    String.format(Locale.ROOT, "%.2f", estimate.largestWeightShare()));
        }
    }

    /** With a bound in the way of the draws, the weights are those of another model. */
    private static Direction direction(Direction unbounded, AnnealedChains run) {
        if (run.bounded() > 0) {
            LOG.warn(
                    "annealed importance sampling: the bound on the mean of the Poisson units acted {} times: the estimate is"
                            + " biased to an unknown side",
                    run.bounded());
            return Direction.UNKNOWN;
        }
        return unbounded;
    }
}
