package org.boltzmann4j.arbiter;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StepWatch;
import org.deeplearning4j.arbiter.listener.DL4JArbiterStatusReportingListener;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.deeplearning4j.arbiter.scoring.impl.BaseNetScoreFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that pretrain a candidate, fine-tune, score and save it: networks and graphs, from {@link DbnSpace},
 * {@link PretrainedSpace} or the host's own spaces. For a {@link Search} or the host's {@code LocalOptimizationRunner}, with one task at a
 * time: nothing else is tested. Immutable.
 *
 * <p>Every candidate has a seed of its own, a function of the search's seed and the candidate's index. A failure ends in a result
 * of status {@code Failed} with its stack trace, a candidate that runs out of time in one of status {@code Cancelled}. The results
 * hold a {@link TrainingOutcome}.
 */
@SuppressWarnings("rawtypes") // as the host declares candidates
public final class PretrainingTaskCreator implements TaskCreator {

    /** Key of a candidate's data parameters: the share of all epochs to train for, a Double above 0 and at most 1. */
    static final String EPOCH_SHARE = "boltzmann4j.epochShare";

    private static final Logger LOG = LoggerFactory.getLogger(PretrainingTaskCreator.class);

    private final long seed;
    private final PretrainingSettings usual;
    private final @Nullable Duration limit;

    private PretrainingTaskCreator(long seed, PretrainingSettings usual, @Nullable Duration limit) {
        this.seed = seed;
        this.usual = usual;
        this.limit = limit;
    }

    /**
     * Tasks without a time limit; candidates that do not say how they are pretrained have one epoch.
     *
     * @param seed from which the seeds of the candidates are made
     * @return the creator
     */
    public static PretrainingTaskCreator of(long seed) {
        return new PretrainingTaskCreator(seed, PretrainingSettings.ofEpochs(1), null);
    }

    /**
     * The same with other pretraining of candidates that do not say how they are pretrained.
     *
     * @param settings for candidates of the host's spaces
     * @return the creator
     */
    public PretrainingTaskCreator withPretraining(PretrainingSettings settings) {
        return new PretrainingTaskCreator(seed, Objects.requireNonNull(settings, "settings"), limit);
    }

    /**
     * The same with a limit of the wall-clock time for training and scoring a candidate. It is looked at with every minibatch, and
     * with every step of the estimate of a likelihood. What is given up depends on the speed of the machine, and so does then the
     * outcome of the search.
     *
     * @param limit above 0
     * @return the creator
     * @throws IllegalArgumentException if it is not above 0
     */
    public PretrainingTaskCreator withTimeLimit(Duration limit) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("time limit " + limit + ", expected a duration above 0");
        }
        return new PretrainingTaskCreator(seed, usual, limit);
    }

    /** The seed of the candidate with this index. */
    long seedOf(int index) {
        return RandomStreams.of(seed).split("candidate").key(index, 0);
    }

    long seed() {
        return seed;
    }

    PretrainingSettings usual() {
        return usual;
    }

    static double shareOf(Candidate candidate) {
        Map<?, ?> parameters = candidate.getDataParameters();
        return parameters != null && parameters.get(EPOCH_SHARE) instanceof Double share ? share : 1;
    }

    /**
     * Refuses data providers.
     *
     * @deprecated the host replaced them by data sources
     */
    @Override
    @Deprecated
    public Callable<OptimizationResult> create(
            Candidate candidate,
            DataProvider provider,
            ScoreFunction score,
            List<StatusListener> listeners,
            IOptimizationRunner runner) {
        throw new UnsupportedOperationException("data providers: expected a data source, which replaced them");
    }

    @Override
    public Callable<OptimizationResult> create(
            Candidate candidate,
            Class<? extends DataSource> source,
            @Nullable Properties properties,
            ScoreFunction score,
            @Nullable List<StatusListener> listeners,
            IOptimizationRunner runner) {
        return () -> run(candidate, source, properties, score, listeners == null ? List.of() : listeners, runner);
    }

    private OptimizationResult run(
            Candidate candidate,
            Class<? extends DataSource> source,
            @Nullable Properties properties,
            ScoreFunction score,
            List<StatusListener> listeners,
            IOptimizationRunner runner) {
        long start = System.currentTimeMillis();
        CandidateInfo info = new CandidateInfo(
                candidate.getIndex(),
                CandidateStatus.Running,
                null,
                start,
                start,
                null,
                candidate.getFlatParameters(),
                null);
        OptimizationResult result;
        try {
            result = trained(candidate, source, properties, score, listeners, runner, info);
        } catch (TimeLimitException outOfTime) {
            result = failed(candidate, info, CandidateStatus.Cancelled, String.valueOf(outOfTime.getMessage()));
        } catch (Exception | LinkageError | OutOfMemoryError | AssertionError failure) {
            LOG.warn("candidate {} failed: {}", candidate.getIndex(), failure.toString());
            result = failed(candidate, info, CandidateStatus.Failed, stackTrace(failure));
        } finally {
            Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
        }
        info.setEndTime(System.currentTimeMillis());
        for (StatusListener listener : listeners) {
            listener.onCandidateStatusChange(info, runner, result);
        }
        return result;
    }

    private OptimizationResult trained(
            Candidate candidate,
            Class<? extends DataSource> source,
            @Nullable Properties properties,
            ScoreFunction score,
            List<StatusListener> listeners,
            IOptimizationRunner runner,
            CandidateInfo info)
            throws Exception {
        TimeLimit clock = new TimeLimit(limit);
        CandidateTraining training = new CandidateTraining(seedOf(candidate.getIndex()), shareOf(candidate), clock);
        TrainedCandidate trained = training.train(
                candidate.getValue(),
                usual,
                SearchData.open(source, properties),
                listeners.isEmpty() ? List.of() : List.of(new DL4JArbiterStatusReportingListener(listeners, info)));
        double value = StepWatch.during(clock::check, () -> scored(score, trained, source, properties, clock));
        clock.check();
        if (Double.isNaN(value)) {
            throw new IllegalStateException(score + " is NaN");
        }
        info.setScore(value);
        info.setCandidateStatus(CandidateStatus.Complete);
        OptimizationResult result =
                new OptimizationResult(candidate, value, candidate.getIndex(), TrainingOutcome.of(trained), info, null);
        ResultSaver saver = runner.getConfiguration().getResultSaver();
        if (saver != null) {
            result.setResultReference(saver.saveModel(result, trained.model()));
        }
        return result;
    }

    /** Of a foreign score that opens its data itself, the time is looked at when it is done. */
    @SuppressWarnings("deprecation") // the host's own scores take an object only as a provider
    private static double scored(
            ScoreFunction score,
            TrainedCandidate trained,
            Class<? extends DataSource> source,
            @Nullable Properties properties,
            TimeLimit clock) {
        if (score instanceof TrainedScore own) {
            return own.score(trained, new TimedSource(SearchData.open(source, properties), clock));
        }
        return score instanceof BaseNetScoreFunction host
                ? host.score(trained.model(), new TimedSource(SearchData.open(source, properties), clock), Map.of())
                : score.score(trained.model(), source, properties);
    }

    private static OptimizationResult failed(
            Candidate candidate, CandidateInfo info, CandidateStatus status, String reason) {
        info.setCandidateStatus(status);
        info.setExceptionStackTrace(reason);
        return new OptimizationResult(candidate, null, candidate.getIndex(), null, info, null);
    }

    static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
