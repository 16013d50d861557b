package org.boltzmann4j.arbiter;

import java.time.Duration;
import java.util.Locale;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.boltzmann4j.dl4j.Terminal;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows where a search stands and how long it will take: a bar in a terminal, a log line for each candidate elsewhere. */
final class SearchProgress implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Search.class);

    private static final int UNKNOWN = -1;

    private final int total;
    private final boolean logs;
    private final @Nullable ProgressBar bar;
    private final long start = System.nanoTime();
    private int trained;

    private SearchProgress(int total, boolean logs, @Nullable ProgressBar bar) {
        this.total = total;
        this.logs = logs;
        this.bar = bar;
    }

    static SearchProgress of(OptimizationConfiguration configuration, boolean wanted) {
        int total = totalOf(configuration);
        return wanted && Terminal.isAttached()
                ? new SearchProgress(total, false, bar(total))
                : new SearchProgress(total, wanted, null);
    }

    private static ProgressBar bar(int total) {
        return new ProgressBarBuilder()
                .setTaskName("candidates")
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build();
    }

    /** The least of what generator and termination allow; unknown if neither has a bound. */
    static int totalOf(OptimizationConfiguration configuration) {
        CandidateGenerator generator = configuration.getCandidateGenerator();
        IntStream bound = generator instanceof GridSearchCandidateGenerator grid
                ? IntStream.of(grid.getTotalNumCandidates())
                : generator instanceof SuccessiveHalving halving
                        ? IntStream.of(halving.totalTrainings())
                        : IntStream.empty();
        IntStream most = configuration.getTerminationConditions() == null
                ? IntStream.empty()
                : configuration.getTerminationConditions().stream()
                        .filter(MaxCandidatesCondition.class::isInstance)
                        .mapToInt(condition -> ((MaxCandidatesCondition) condition).getMaxCandidates());
        return IntStream.concat(bound, most).min().orElse(UNKNOWN);
    }

    /** A candidate is done; those that were found in the journal took no time. */
    void done(IOptimizationRunner search, boolean wasTrained) {
        trained += wasTrained ? 1 : 0;
        int done = search.numCandidatesTotal();
        String line = line(
                done,
                total,
                search.bestScore(),
                search.bestScoreCandidateIndex(),
                Duration.ofNanos(System.nanoTime() - start),
                trained);
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(line);
        } else if (logs) {
            LOG.info("{}", line);
        }
    }

    /** From the mean time of the candidates trained in this process. */
    static String line(int done, int total, @Nullable Double best, int bestIndex, Duration elapsed, int trained) {
        String left = total == UNKNOWN || trained == 0
                ? ""
                : ", "
                        + Terminal.minutesAndSeconds(
                                elapsed.multipliedBy(Math.max(0, total - done)).dividedBy(trained))
                        + " left";
        return String.format(
                Locale.ROOT,
                "candidate %d%s%s%s",
                done,
                total == UNKNOWN ? "" : "/" + total,
                best == null ? "" : String.format(Locale.ROOT, ", best score %.4g of candidate %d", best, bestIndex),
                left);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
