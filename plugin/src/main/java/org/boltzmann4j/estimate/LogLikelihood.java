package org.boltzmann4j.estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.Estimate.Direction;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mean log-likelihood of data under a model, {@code log p(v) = logBaseMeasure(v) - F(v) - log Z}, in nats: exact where
 * {@link ExactLogPartition} is feasible, else from both sides. Annealed importance sampling under-estimates log Z and so
 * flatters the model; RAISE lies below the annealed model's likelihood, in practice below the model's too, though nothing
 * guarantees that. Between them is the truth, if no chain misses a mode. Immutable.
 *
 * <pre>{@code
 * LogLikelihood.withDefaults().withSeed(1).of(rbm, testIterator)   // prints as a report
 * }</pre>
 *
 * <p>Likelihoods compare only under the same treatment of the data, which the report names: grey values of binary units
 * are drawn once with a seed, or cut at one half.
 */
public final class LogLikelihood {

    private static final Logger LOG = LoggerFactory.getLogger(LogLikelihood.class);

    /** Standard errors between estimates that contradict each other: by chance once in 100,000. */
    private static final double FAR = 4.5;

    private final AnnealedImportanceSampling annealing;
    private final int forwardRuns;
    private final int raiseRows;
    private final GreyValues greyValues;
    private final long seed;
    private final double widest;
    private final boolean exactIfFeasible;

    private LogLikelihood(
            AnnealedImportanceSampling annealing,
            int forwardRuns,
            int raiseRows,
            GreyValues greyValues,
            long seed,
            double widest,
            boolean exactIfFeasible) {
        this.annealing = annealing;
        this.forwardRuns = forwardRuns;
        this.raiseRows = raiseRows;
        this.greyValues = greyValues;
        this.seed = seed;
        this.widest = widest;
        this.exactIfFeasible = exactIfFeasible;
    }

    /**
     * The defaults: three forward runs of 100 chains and one RAISE chain for each of 100 rows, over 5,000 inverse
     * temperatures dense near 1; grey values drawn with seed 42; a warning from a width of 1 nat on.
     *
     * @return the settings
     */
    public static LogLikelihood withDefaults() {
        return new LogLikelihood(
                AnnealedImportanceSampling.of(BetaSchedule.denseNearOne(5000), 100),
                3,
                100,
                GreyValues.SAMPLED,
                42,
                1,
                true);
    }

    /**
     * The same with other annealing.
     *
     * @param other schedule and number of forward chains
     * @return the settings
     */
    public LogLikelihood withAnnealing(AnnealedImportanceSampling other) {
        return new LogLikelihood(other, forwardRuns, raiseRows, greyValues, seed, widest, exactIfFeasible);
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
        return new LogLikelihood(
                annealing,
                Counts.requirePositive(runs, "forward runs"),
                raiseRows,
                greyValues,
                seed,
                widest,
                exactIfFeasible);
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
        return new LogLikelihood(annealing, forwardRuns, rows, greyValues, seed, widest, exactIfFeasible);
    }

    /**
     * The same with another treatment of grey values.
     *
     * @param other the option; means of binary units have no likelihood
     * @return the settings
     */
    public LogLikelihood withGreyValues(GreyValues other) {
        return new LogLikelihood(annealing, forwardRuns, raiseRows, other, seed, widest, exactIfFeasible);
    }

    /**
     * The same with another seed of everything random.
     *
     * @param other any value
     * @return the settings
     */
    public LogLikelihood withSeed(long other) {
        return new LogLikelihood(annealing, forwardRuns, raiseRows, greyValues, other, widest, exactIfFeasible);
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
        return new LogLikelihood(annealing, forwardRuns, raiseRows, greyValues, seed, nats, exactIfFeasible);
    }

    /**
     * The same with estimates even where the exact value is feasible.
     *
     * @return the settings
     */
    public LogLikelihood withoutExactValue() {
        return new LogLikelihood(annealing, forwardRuns, raiseRows, greyValues, seed, widest, false);
    }

    /**
     * What was found.
     *
     * @param model the model and the data in words
     * @param treatment what was done to the data in words
     * @param rows number of rows
     * @param exact the exact mean log-likelihood, or null if it is only estimated
     * @param forward one estimate for each forward run, from above
     * @param raise the estimate from below, or null if the value is exact
     * @param warnings why the estimates may not be trusted, one sentence each; also logged
     */
    public record Report(
            String model,
            String treatment,
            long rows,
            @Nullable Estimate exact,
            List<Estimate> forward,
            @Nullable Estimate raise,
            List<String> warnings) {

        /** Copies the lists. */
        public Report {
            forward = List.copyOf(forward);
            warnings = List.copyOf(warnings);
        }

        /**
         * What may be claimed: the exact value, or the lowest of the forward runs and RAISE.
         *
         * @return the estimate
         */
        public Estimate claim() {
            if (exact != null) {
                return exact;
            }
            Estimate lowest = Objects.requireNonNull(raise);
            for (Estimate run : forward) {
                lowest = run.value() < lowest.value() ? run : lowest;
            }
            return lowest;
        }

        /**
         * The distance of the highest forward run from RAISE, below 0 if they crossed; 0 for exact values.
         *
         * @return nats
         */
        public double width() {
            if (exact != null) {
                return 0;
            }
            double highest = forward.stream().mapToDouble(Estimate::value).max().orElseThrow();
            return highest - Objects.requireNonNull(raise).value();
        }

        /** Several lines for people. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            text.append(String.format(
                    Locale.ROOT, "Mean log-likelihood of %,d rows in nats, %s; data: %s%n", rows, model, treatment));
            if (exact != null) {
                return text.append(String.format(Locale.ROOT, "  exact    %10.3f", exact.value()))
                        .toString();
            }
            for (Estimate run : forward) {
                text.append(line("AIS", run, "from above"));
            }
            text.append(line("RAISE", Objects.requireNonNull(raise), "from below"));
            text.append(String.format(Locale.ROOT, "  claim    %10.3f, width %.3f", claim().value(), width()));
            warnings.forEach(warning ->
                    text.append(System.lineSeparator()).append("  warning: ").append(warning));
            return text.toString();
        }

        private static String line(String name, Estimate estimate, String side) {
            return String.format(
                    Locale.ROOT,
                    "  %-8s %10.3f +- %.3f %s, effective sample size %.1f, largest weight share %.3f%n",
                    name,
                    estimate.value(),
                    estimate.standardError(),
                    side,
                    estimate.effectiveSampleSize(),
                    estimate.largestWeightShare());
        }
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
    public Report of(Rbm rbm, DataSetIterator data) {
        if (data.resetSupported()) {
            data.reset();
        }
        List<INDArray> batches = new ArrayList<>();
        while (data.hasNext()) {
            batches.add(data.next().getFeatures());
        }
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("log-likelihood: the iterator has no data");
        }
        return of(rbm, Nd4j.vstack(batches));
    }

    /**
     * Judges a model on given rows.
     *
     * @param rbm the model, not modified
     * @param data {@code [n, visible]}, not modified
     * @return the report
     * @throws IllegalArgumentException if a value is none of the visible units', or units have no exact samples
     */
    public Report of(Rbm rbm, INDArray data) {
        RandomStreams streams = RandomStreams.of(seed).split("log-likelihood");
        Presented presented = present(rbm, data, streams.split("grey values"));
        INDArray v = presented.states();
        String model = rbm.visibleWidth() + " " + rbm.visible() + " visible and " + rbm.hiddenWidth() + " "
                + rbm.hidden() + " hidden units";
        double[] unnormalised = unnormalised(rbm, v);
        double mean = Arrays.stream(unnormalised).average().orElseThrow();
        if (exactIfFeasible && ExactLogPartition.isFeasible(rbm)) {
            Estimate logZ = averageOverLengths(rbm, v, length -> ExactLogPartition.of(rbm, length));
            return new Report(
                    model, presented.treatment(), v.size(0), logZ.negated().plus(mean), List.of(), null, List.of());
        }
        double[] baseBias = AnnealedImportanceSampling.baseBias(rbm, v);
        double[] lengths = rbm.documentLengths(v);
        AnnealedImportanceSampling fixed =
                annealing.resolved(rbm, baseBias, lengths.length == 0 ? 1 : lengths[0], streams.split("schedule"));
        List<Estimate> forward = new ArrayList<>();
        for (int run = 0; run < forwardRuns; run++) {
            RandomStreams own = streams.split("forward run " + run);
            Estimate logZ = averageOverLengths(rbm, v, length -> fixed.logPartition(rbm, baseBias, length, own));
            forward.add(logZ.negated().plus(mean));
        }
        Estimate raise = raise(rbm, fixed, baseBias, v, unnormalised, streams);
        List<String> warnings = warnings(forward, raise);
        warnings.forEach(warning -> LOG.warn("log-likelihood: {}", warning));
        return new Report(model, presented.treatment(), v.size(0), null, forward, raise, warnings);
    }

    /**
     * RAISE on some of the rows. A row's own free energy is most of what makes rows differ, and its mean over all rows is
     * known: with it as a control variate, what is left to average is the estimate of log Z that each chain gives.
     */
    private Estimate raise(
            Rbm rbm,
            AnnealedImportanceSampling fixed,
            double[] baseBias,
            INDArray v,
            double[] unnormalised,
            RandomStreams streams) {
        int count = (int) Math.min(raiseRows, v.size(0));
        int[] chosen = chooseRows(
                unnormalised.length, count, streams.split("RAISE rows").random(0, 0));
        double[] logProbability = fixed.raise(rbm, baseBias, v.getRows(chosen), streams);
        double[] rest = new double[count];
        Arrays.setAll(rest, i -> logProbability[i] - unnormalised[chosen[i]]);
        double mean = Arrays.stream(rest).average().orElseThrow();
        double squares = Arrays.stream(rest).map(r -> (r - mean) * (r - mean)).sum();
        double error = count == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1.0) / count);
        double all = Arrays.stream(unnormalised).average().orElseThrow();
        // An average of logarithms: every row counts the same.
        return new Estimate(all + mean, error, count, 1.0 / count, Direction.LOWER);
    }

    private static int[] chooseRows(int rows, int count, SplittableRandom random) {
        int[] order = IntStream.range(0, rows).toArray();
        for (int i = 0; i < count; i++) {
            int j = i + random.nextInt(rows - i);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return Arrays.copyOf(order, count);
    }

    /** Documents of different lengths are different models: the mean of their log-partition functions. */
    private static Estimate averageOverLengths(Rbm rbm, INDArray v, DoubleFunction<Estimate> logPartition) {
        double[] lengths = rbm.documentLengths(v);
        if (lengths.length == 0) {
            return logPartition.apply(1);
        }
        TreeMap<Double, Integer> counts = new TreeMap<>();
        for (double length : lengths) {
            counts.merge(length, 1, Integer::sum);
        }
        Estimate sum = Estimate.exact(0);
        for (var entry : counts.entrySet()) {
            sum = sum.plus(logPartition.apply(entry.getKey()).scaledBy((double) entry.getValue() / lengths.length));
        }
        return sum;
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
     * @param states as the units take them
     * @param treatment in words
     */
    private record Presented(INDArray states, String treatment) {}

    private Presented present(Rbm rbm, INDArray data, RandomStreams streams) {
        INDArray typed = data.castTo(rbm.weights().dataType());
        requireAccepted(rbm, typed);
        INDArray states = greyValues.presentOnce(rbm.visible(), typed, streams);
        if (states.equalsWithEps(typed, 0)) {
            return new Presented(typed, "as they are");
        }
        return switch (greyValues) {
            case SAMPLED -> new Presented(states, "grey values drawn once with seed " + seed);
            case THRESHOLDED -> new Presented(states, "grey values cut at one half");
            case MEANS -> throw new IllegalStateException("means are taken as they are");
        };
    }

    private void requireAccepted(Rbm rbm, INDArray data) {
        for (long row = 0; row < data.size(0); row++) {
            double[] values = data.getRow(row).toDoubleVector();
            int refused = rbm.visible().firstRefused(values);
            if (refused >= 0) {
                throw new IllegalArgumentException("log-likelihood: row " + row + ", column " + refused + " is "
                        + values[refused] + ", expected " + rbm.visible().expectation());
            }
        }
        if (greyValues == GreyValues.MEANS
                && !GreyValues.THRESHOLDED
                        .presentOnce(rbm.visible(), data, RandomStreams.of(0))
                        .equalsWithEps(data, 0)) {
            throw new IllegalArgumentException("log-likelihood: grey values taken as means of binary units, expected"
                    + " SAMPLED or THRESHOLDED: only states have a probability");
        }
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
