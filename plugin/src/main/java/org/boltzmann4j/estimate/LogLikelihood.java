package org.boltzmann4j.estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.sampler.Ascent;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mean log-likelihood of data under a model, {@code log p(v) = logBaseMeasure(v) - F(v) - log Z}, in nats: exact where
 * {@link ExactLogPartition} is feasible, else from both sides. Annealed importance sampling under-estimates log Z and so
 * flatters the model; RAISE lies below the annealed model's likelihood, in practice below the model's too, though nothing
 * guarantees that. Between them is the truth, if no chain misses a mode. Of a deep belief network of several RBMs it is the bound
 * of {@link DeepBeliefBound}, with log Z of the top RBM from both sides. Immutable.
 *
 * <pre>{@code
 * LogLikelihood.withDefaults().withSeed(1).of(rbm, testIterator)   // prints as a report
 * LogLikelihood.withDefaults().of(RbmLayer.stackOf(net), testIterator)
 * }</pre>
 *
 * <p>Likelihoods compare only under the same treatment of the data, which the report names: grey values of binary units
 * are drawn once with a seed, or cut at one half.
 */
public final class LogLikelihood {

    private static final Logger LOG = LoggerFactory.getLogger(LogLikelihood.class);

    /** Standard errors between estimates that contradict each other: by chance once in 100,000. */
    private static final double FAR = 4.5;

    private AnnealedImportanceSampling annealing = AnnealedImportanceSampling.of(BetaSchedule.denseNearOne(5000), 100);
    private int forwardRuns = 3;
    private int raiseRows = 100;
    private int hiddenDraws = 10;
    private GreyValues greyValues = GreyValues.SAMPLED;
    private long seed = 42;
    private double widest = 1;
    private boolean exactIfFeasible = true;

    private LogLikelihood() {}

    private LogLikelihood(LogLikelihood other) {
        this.annealing = other.annealing;
        this.forwardRuns = other.forwardRuns;
        this.raiseRows = other.raiseRows;
        this.hiddenDraws = other.hiddenDraws;
        this.greyValues = other.greyValues;
        this.seed = other.seed;
        this.widest = other.widest;
        this.exactIfFeasible = other.exactIfFeasible;
    }

    /**
     * The defaults: three forward runs of 100 chains and one RAISE chain for each of 100 rows, over 5,000 inverse
     * temperatures dense near 1; grey values drawn with seed 42; a warning from a width of 1 nat on.
     *
     * @return the settings
     */
    public static LogLikelihood withDefaults() {
        return new LogLikelihood();
    }

    /**
     * The same with other annealing.
     *
     * @param other schedule and number of forward chains
     * @return the settings
     */
    public LogLikelihood withAnnealing(AnnealedImportanceSampling other) {
        LogLikelihood changed = new LogLikelihood(this);
        changed.annealing = other;
        return changed;
    }

    /**
     * The same with another number of forward runs, of which the report claims the lowest likelihood: now and then a run
     * finds a heavy mode that the others miss.
     *
     * @param runs at least 1
     * @return the settings
     * @throws IllegalArgumentException if below 1
     */
    public LogLikelihood withForwardRuns(int runs) {
        LogLikelihood changed = new LogLikelihood(this);
        changed.forwardRuns = Counts.requirePositive(runs, "forward runs");
        return changed;
    }

    /**
     * The same with another number of rows on which RAISE is run, one chain each.
     *
     * @param rows at least 2, all rows if there are fewer
     * @return the settings
     * @throws IllegalArgumentException if below 2, which would leave the standard error open
     */
    public LogLikelihood withRaiseRows(int rows) {
        if (rows < 2) {
            throw new IllegalArgumentException("RAISE rows = " + rows + ", expected at least 2");
        }
        LogLikelihood changed = new LogLikelihood(this);
        changed.raiseRows = rows;
        return changed;
    }

    /**
     * The same with another number of draws of the hidden states of a deep belief network for each row; 10 unless set.
     *
     * @param draws at least 1; without meaning for a single RBM
     * @return the settings
     * @throws IllegalArgumentException if below 1
     */
    public LogLikelihood withHiddenDraws(int draws) {
        LogLikelihood changed = new LogLikelihood(this);
        changed.hiddenDraws = Counts.requirePositive(draws, "hidden draws");
        return changed;
    }

    /**
     * The same with another treatment of grey values.
     *
     * @param other the option; means of binary units have no likelihood
     * @return the settings
     */
    public LogLikelihood withGreyValues(GreyValues other) {
        LogLikelihood changed = new LogLikelihood(this);
        changed.greyValues = other;
        return changed;
    }

    /**
     * The same with another seed of everything random.
     *
     * @param other any value
     * @return the settings
     */
    public LogLikelihood withSeed(long other) {
        LogLikelihood changed = new LogLikelihood(this);
        changed.seed = other;
        return changed;
    }

    /**
     * The same with another width from which on the sandwich is warned of.
     *
     * @param nats above 0
     * @return the settings
     * @throws IllegalArgumentException if it is not above 0
     */
    public LogLikelihood withWidestSandwich(double nats) {
        if (!(nats > 0)) {
            throw new IllegalArgumentException("widest sandwich = " + nats + " nats, expected a number > 0");
        }
        LogLikelihood changed = new LogLikelihood(this);
        changed.widest = nats;
        return changed;
    }

    /**
     * The same with estimates even where the exact value is feasible.
     *
     * @return the settings
     */
    public LogLikelihood withoutExactValue() {
        LogLikelihood changed = new LogLikelihood(this);
        changed.exactIfFeasible = false;
        return changed;
    }

    /**
     * Judges a model on the features of an iterator.
     *
     * @param rbm the model, not modified
     * @param data reset before and read once; labels are ignored. Held in memory
     * @return the report
     * @throws IllegalArgumentException if there are no rows, a value is none of the visible units', or units have no exact
     *     samples
     */
    public LikelihoodReport of(Rbm rbm, DataSetIterator data) {
        return of(RbmStack.of(rbm), data);
    }

    /**
     * Judges a model on given rows.
     *
     * @param rbm the model, not modified
     * @param data {@code [n, visible]}, not modified
     * @return the report
     * @throws IllegalArgumentException if a value is none of the visible units', or units have no exact samples
     */
    public LikelihoodReport of(Rbm rbm, INDArray data) {
        return of(RbmStack.of(rbm), data);
    }

    /**
     * Judges a deep belief network, or an RBM as a stack of one, on the features of an iterator.
     *
     * @param stack the model, not modified
     * @param data reset before and read once; labels are ignored. Held in memory
     * @return the report
     * @throws IllegalArgumentException if there are no rows, a value is none of the visible units', or units have no exact
     *     samples; with several RBMs, if one counts words
     */
    public LikelihoodReport of(RbmStack stack, DataSetIterator data) {
        return of(stack, JudgedRows.featuresOf(data));
    }

    /**
     * Judges a deep belief network, or an RBM as a stack of one, on given rows.
     *
     * @param stack the model, not modified
     * @param data {@code [n, visible]}, not modified
     * @return the report
     * @throws IllegalArgumentException if a value is none of the visible units', or units have no exact samples; with several RBMs,
     *     if one counts words
     */
    public LikelihoodReport of(RbmStack stack, INDArray data) {
        RandomStreams streams = RandomStreams.of(seed).split("log-likelihood");
        JudgedRows rows = JudgedRows.presented(stack.bottom(), data, greyValues, seed, streams.split("grey values"));
        boolean deep = stack.rbms().size() > 1;
        Rbm top = stack.top();
        // Up to log Z: nothing random in an RBM, the draws of hidden states in a deep belief network.
        INDArray v = deep ? Ascent.topVisible(stack, rows.states(), streams.split("states of the top")) : rows.states();
        LogPartitionOfRows logPartition = new LogPartitionOfRows(top, v, streams);
        Estimate withoutLogPartition = deep
                ? DeepBeliefBound.of(stack, rows.states(), Estimate.exact(0), hiddenDraws, streams.split("bound"))
                : Estimate.exact(logPartition.meanUnnormalised());

        List<Estimate> forward = List.of();
        List<String> warnings = List.of();
        Estimate exact = null;
        Estimate raise = null;
        if (exactIfFeasible && ExactLogPartition.isFeasible(top)) {
            exact = withoutLogPartition.plus(logPartition.exact().negated());
        } else {
            AnnealedImportanceSampling fixed = logPartition.resolved(annealing);
            forward = logPartition.forward(fixed, forwardRuns).stream()
                    .map(run -> withoutLogPartition.plus(run.negated()))
                    .toList();
            raise = withoutLogPartition.plus(logPartition.negatedByRaise(fixed, raiseRows));
            warnings = warnings(forward, raise);
            warnings.forEach(warning -> LOG.warn("log-likelihood: {}", warning));
        }
        return new LikelihoodReport(
                deep ? "Lower bound of the mean log-likelihood" : "Mean log-likelihood",
                inWords(stack),
                rows.treatment(),
                v.size(0),
                exact,
                forward,
                raise,
                warnings);
    }

    private static String inWords(RbmStack stack) {
        Rbm top = stack.top();
        StringBuilder text = new StringBuilder();
        for (Rbm rbm : stack.rbms()) {
            text.append(rbm.visibleWidth()).append(' ').append(rbm.visible());
            text.append(rbm == stack.bottom() ? " visible" : " hidden");
            text.append(rbm == top ? " and " : ", ");
        }
        return text.append(top.hiddenWidth())
                .append(' ')
                .append(top.hidden())
                .append(" hidden units")
                .toString();
    }

    private List<String> warnings(List<Estimate> forward, Estimate raise) {
        List<String> warnings = new ArrayList<>();
        for (Estimate run : forward) {
            if (run.restsOnFew()) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "a forward run has an effective sample size of %.1f, its largest weight a share of %.2f: it and its"
                                + " standard error hang on a few chains",
                        run.effectiveSampleSize(),
                        run.largestWeightShare()));
            }
            if (run.value() < raise.value() - FAR * Math.hypot(run.standardError(), raise.standardError())) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "a forward run, %.2f, is clearly below RAISE, %.2f: it found states of high probability that"
                                + " annealing from the data does not see. Do not claim more than it says",
                        run.value(),
                        raise.value()));
            }
            if (run.value() - raise.value() > widest) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "a forward run and RAISE are %.2f nats apart, more than the %.2f asked for: take more steps near 1",
                        run.value() - raise.value(),
                        widest));
            }
        }
        return warnings;
    }

    /**
     * {@code log p(v) + log Z} of every row: what needs no partition function.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified
     * @return {@code logBaseMeasure(v) - F(v)} for each row
     */
    static double[] unnormalised(Rbm rbm, INDArray v) {
        double[] result = rbm.logBaseMeasure(v);
        double[] freeEnergy = rbm.freeEnergy(v);
        for (int row = 0; row < result.length; row++) {
            result[row] -= freeEnergy[row];
        }
        return result;
    }

    /**
     * Mean log-likelihood of visible states given the log-partition function.
     *
     * @param rbm the model
     * @param v {@code [n, visible]}, not modified; values as the units take them (no grey values for binary ones), and
     *     documents of the length that {@code logPartition} is for
     * @param logPartition exact or estimated
     * @return the mean over the rows, with the error of {@code logPartition} and its direction turned
     */
    public static Estimate mean(Rbm rbm, INDArray v, Estimate logPartition) {
        return logPartition
                .negated()
                .plus(Arrays.stream(unnormalised(rbm, v)).average().orElseThrow());
    }
}
