package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
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
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Runs a search, one candidate after the other, in the thread that calls {@link #execute}, and writes everything into a directory.
 * There is one worker and no setting for more: the order of the results decides what genetic search and halving draw next, so that with
 * several the speed of a machine would decide it, and no resumed search could find the same; a machine's cores are used within a
 * candidate. A search that was interrupted, by whatever means, goes on where it was when it is started again: finished candidates are not run
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
    private final SpaceColumns columns;
    private final List<StatusListener> listeners = new ArrayList<>();
    private final List<CandidateInfo> statuses = new ArrayList<>();
    private final List<ResultReference> results = new ArrayList<>();
    private final List<SearchTable.Row> rows = new ArrayList<>();
    private int completed;
    private int failed;
    private @Nullable Long bestTime;
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
        this.columns = SpaceColumns.of(configuration.getCandidateGenerator().getParameterSpace());
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

    /** What must be the same when a search goes on: whatever decides the draws and the scores, and not how long it goes on. */
    private Map<String, JsonNode> identity() {
        Map<String, JsonNode> identity = new LinkedHashMap<>();
        identity.put("seed", SearchJson.tree(tasks.seed()));
        identity.put("generator", SearchJson.treeOfHost(configuration.getCandidateGenerator()));
        identity.put("pretraining", SearchJson.tree(tasks.usual()));
        identity.put("score", SearchJson.tree(configuration.getScoreFunction().toString()));
        identity.put("dataSource", SearchJson.tree(configuration.getDataSource().getName()));
        Properties properties = configuration.getDataSourceProperties();
        identity.put("data", SearchJson.tree(new TreeMap<>(properties == null ? Map.of() : properties)));
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
        configuration.getCandidateGenerator().setRngSeed(seed());
        SearchJournal journal = SearchJournal.open(directory, identity());
        configuration.setExecutionStartTime(System.currentTimeMillis());
        listeners.forEach(listener -> listener.onInitialization(this));
        if (configuration.getTerminationConditions() != null) {
            configuration.getTerminationConditions().forEach(condition -> condition.initialize(this));
        }
        LoggedDraws draws = new LoggedDraws(configuration.getCandidateGenerator(), journal, tasks);
        try (SearchProgress progress = SearchProgress.of(configuration, reportProgress)) {
            runAll(draws, journal, progress);
        }
        writeReport();
        listeners.forEach(listener -> listener.onShutdown(this));
    }

    private void runAll(LoggedDraws draws, SearchJournal journal, SearchProgress progress) {
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
            progress.done(this, draw.epochShare(), trained);
            listeners.forEach(listener -> listener.onRunnerStatusChange(this));
        }
    }

    private void writeReport() {
        SearchTable table = table();
        try {
            AtomicFile.write(directory.resolve("table.csv"), table.csv());
            AtomicFile.write(directory.resolve("report.html"), SearchPage.of(table));
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
        if (result.getScore() == null) {
            failed++;
            return;
        }
        completed++;
        if (result.getResultReference() != null) {
            results.add(result.getResultReference());
        }
        if (bestScoreCandidateIndex() == result.getIndex()) {
            bestTime = System.currentTimeMillis();
        }
    }

    /**
     * What has been found so far.
     *
     * @return one row for each candidate
     */
    public SearchTable table() {
        return new SearchTable(
                ScoreName.of(configuration.getScoreFunction()),
                configuration.getScoreFunction().minimize(),
                columns.names(),
                rows);
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
        return table().best().map(SearchTable.Row::score).orElse(null);
    }

    @Override
    public @Nullable Long bestScoreTime() {
        return bestTime;
    }

    @Override
    public int bestScoreCandidateIndex() {
        return table().best().map(row -> row.candidate().index()).orElse(-1);
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
