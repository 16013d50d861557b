package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.dl4j.AtomicFile;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.jspecify.annotations.Nullable;

/**
 * Runs a search, one candidate after the other, in the thread that calls {@link #execute}, and writes everything into a directory. A
 * search that was interrupted, by whatever means, goes on where it was when it is started again: finished candidates are not run
 * again, and the outcome is that of an uninterrupted search, apart from times.
 *
 * <p>Unlike the host's runner it ends when the generator has no more candidates, and when candidates fail; it tells the generator of
 * failures too, and gives the generator a seed: that of the configuration, else that of the tasks.
 *
 * <pre>{@code
 * Search search = Search.of(configuration, PretrainingTaskCreator.of(42), Path.of("search"));
 * search.execute();
 * search.table().best()
 * }</pre>
 */
public final class Search implements IOptimizationRunner {

    private final OptimizationConfiguration configuration;
    private final PretrainingTaskCreator tasks;
    private final Path directory;
    private final boolean reportProgress;
    private final List<StatusListener> listeners = new ArrayList<>();
    private final List<CandidateInfo> statuses = new ArrayList<>();
    private final List<ResultReference> results = new ArrayList<>();
    private final List<SearchTable.Row> rows = new ArrayList<>();
    private int completed;
    private int failed;
    private @Nullable Double bestScore;
    private @Nullable Long bestTime;
    private int best = -1;
    private volatile boolean stopped;

    private Search(
            OptimizationConfiguration configuration,
            PretrainingTaskCreator tasks,
            Path directory,
            boolean reportProgress) {
        this.reportProgress = reportProgress;
        this.configuration = configuration;
        this.tasks = tasks;
        this.directory = directory;
    }

    /**
     * Prepares a search.
     *
     * @param configuration generator, data source, score, termination and saver; the last two may be missing
     * @param tasks how candidates are trained
     * @param directory for what is found; if it holds this search already, that one goes on
     * @return the search
     * @throws IllegalArgumentException if there is no generator, data source or score
     */
    public static Search of(OptimizationConfiguration configuration, PretrainingTaskCreator tasks, Path directory) {
        if (configuration.getCandidateGenerator() == null
                || configuration.getDataSource() == null
                || configuration.getScoreFunction() == null) {
            throw new IllegalArgumentException("search: candidate generator = " + configuration.getCandidateGenerator()
                    + ", data source = " + configuration.getDataSource() + ", score function = "
                    + configuration.getScoreFunction() + ", expected all three");
        }
        return new Search(configuration, Objects.requireNonNull(tasks, "tasks"), directory, true);
    }

    /**
     * The same search in silence: no bar in a terminal, no log lines elsewhere.
     *
     * @return a search that has not been run
     */
    public Search withoutProgress() {
        return new Search(configuration, tasks, directory, false);
    }

    private long seed() {
        return Objects.requireNonNullElse(configuration.getRngSeed(), tasks.seed());
    }

    private Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("seed", String.valueOf(tasks.seed()));
        identity.put("generatorSeed", String.valueOf(seed()));
        identity.put(
                "generator", configuration.getCandidateGenerator().getClass().getName());
        identity.put(
                "dimensions",
                String.valueOf(configuration
                        .getCandidateGenerator()
                        .getParameterSpace()
                        .numParameters()));
        identity.put("score", configuration.getScoreFunction().toString());
        identity.put("dataSource", configuration.getDataSource().getName());
        return identity;
    }

    /**
     * Runs the search until the generator has no more candidates, a termination condition holds or it is shut down.
     *
     * @throws IllegalStateException if the directory holds another search, or this one has been run
     */
    @Override
    public void execute() {
        if (!statuses.isEmpty()) {
            throw new IllegalStateException(
                    "this search has been run; to go on, make a new one with the same directory");
        }
        SearchJournal journal = SearchJournal.open(directory, identity());
        configuration.setExecutionStartTime(System.currentTimeMillis());
        configuration.getCandidateGenerator().setRngSeed(seed());
        listeners.forEach(listener -> listener.onInitialization(this));
        if (configuration.getTerminationConditions() != null) {
            configuration.getTerminationConditions().forEach(condition -> condition.initialize(this));
        }
        LoggedDraws draws = new LoggedDraws(configuration.getCandidateGenerator(), journal, tasks);
        SpaceColumns columns =
                SpaceColumns.of(configuration.getCandidateGenerator().getParameterSpace());
        try (SearchProgress progress = SearchProgress.of(configuration, reportProgress)) {
            runAll(draws, columns, journal, progress);
        }
        writeReport();
        listeners.forEach(listener -> listener.onShutdown(this));
    }

    private void runAll(LoggedDraws draws, SpaceColumns columns, SearchJournal journal, SearchProgress progress) {
        while (!isOver()) {
            Candidate<?> candidate = draws.next();
            if (candidate == null) {
                break;
            }
            ResultRecord record = journal.result(candidate.getIndex());
            boolean trained = record == null;
            OptimizationResult result = record == null ? run(candidate) : loaded(candidate, record);
            if (record == null) {
                record = ResultRecord.of(result);
                journal.write(candidate.getIndex(), record);
            }
            CandidateRecord draw = Objects.requireNonNull(journal.draw(candidate.getIndex()), "was just drawn");
            rows.add(SearchTable.Row.of(draw, record, columns.valuesAt(draw.coordinates())));
            account(result);
            configuration.getCandidateGenerator().reportResults(result);
            progress.done(this, trained);
            listeners.forEach(listener -> listener.onRunnerStatusChange(this));
        }
    }

    private void writeReport() {
        SearchTable table = table();
        try {
            AtomicFile.write(directory.resolve("table.csv"), table.csv());
            AtomicFile.write(
                    directory.resolve("report.html"),
                    SearchPage.of(table, "Search for " + configuration.getScoreFunction()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOver() {
        return stopped
                || (configuration.getTerminationConditions() != null
                        && configuration.getTerminationConditions().stream()
                                .anyMatch(condition -> condition.terminate(this)));
    }

    private OptimizationResult run(Candidate<?> candidate) {
        Exception refused = candidate.getException();
        if (refused != null) {
            CandidateInfo info = new CandidateInfo(
                    candidate.getIndex(),
                    CandidateStatus.Failed,
                    null,
                    System.currentTimeMillis(),
                    null,
                    null,
                    candidate.getFlatParameters(),
                    PretrainingTaskCreator.stackTrace(refused));
            return new OptimizationResult(candidate, null, candidate.getIndex(), null, info, null);
        }
        try {
            return tasks.create(
                            candidate,
                            configuration.getDataSource(),
                            configuration.getDataSourceProperties(),
                            configuration.getScoreFunction(),
                            listeners,
                            this)
                    .call();
        } catch (Exception e) {
            throw new IllegalStateException("a task threw instead of returning a failure", e);
        }
    }

    private OptimizationResult loaded(Candidate<?> candidate, ResultRecord record) {
        OptimizationResult result = record.of(candidate, null);
        if (record.score() != null && configuration.getResultSaver() instanceof ZipResultSaver saver) {
            result.setResultReference(saver.reference(result, candidate.getValue() instanceof DbnGraphConfiguration));
        }
        return result;
    }

    private void account(OptimizationResult result) {
        statuses.add(result.getCandidateInfo());
        Double score = result.getScore();
        if (score == null) {
            failed++;
            return;
        }
        completed++;
        if (result.getResultReference() != null) {
            results.add(result.getResultReference());
        }
        boolean minimize = configuration.getScoreFunction().minimize();
        if (bestScore == null || (minimize ? score < bestScore : score > bestScore)) {
            bestScore = score;
            bestTime = System.currentTimeMillis();
            best = result.getIndex();
        }
    }

    /**
     * What has been found so far.
     *
     * @return one row for each candidate
     */
    public SearchTable table() {
        return new SearchTable(configuration.getScoreFunction().minimize(), rows);
    }

    @Override
    public int numCandidatesTotal() {
        return completed + failed;
    }

    @Override
    public int numCandidatesCompleted() {
        return completed;
    }

    @Override
    public int numCandidatesFailed() {
        return failed;
    }

    @Override
    public int numCandidatesQueued() {
        return 0;
    }

    @Override
    public @Nullable Double bestScore() {
        return bestScore;
    }

    @Override
    public @Nullable Long bestScoreTime() {
        return bestTime;
    }

    @Override
    public int bestScoreCandidateIndex() {
        return best;
    }

    @Override
    public List<ResultReference> getResults() {
        return List.copyOf(results);
    }

    @Override
    public OptimizationConfiguration getConfiguration() {
        return configuration;
    }

    @Override
    public void addListeners(StatusListener... more) {
        listeners.addAll(List.of(more));
    }

    @Override
    public void removeListeners(StatusListener... fewer) {
        listeners.removeAll(List.of(fewer));
    }

    @Override
    public void removeAllListeners() {
        listeners.clear();
    }

    @Override
    public List<CandidateInfo> getCandidateStatus() {
        return List.copyOf(statuses);
    }

    /**
     * Ends the search after the candidate in training.
     *
     * @param awaitCompletion without effect: a candidate is never left half trained
     */
    @Override
    public void shutdown(boolean awaitCompletion) {
        stopped = true;
    }
}
