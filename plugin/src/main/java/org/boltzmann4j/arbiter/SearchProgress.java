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
    private final double work;
    private final boolean logs;
    private final @Nullable ProgressBar bar;
    private final long start = System.nanoTime();
    private double done;
    private double trained;

    private SearchProgress(int total, double work, boolean logs, @Nullable ProgressBar bar) {
        this.total = total;
        this.work = work;
        this.logs = logs;
        this.bar = bar;
    }

    static SearchProgress of(OptimizationConfiguration configuration, boolean wanted) {
        int total = totalOf(configuration);
        double work = workOf(configuration, total);
        return wanted && Terminal.isAttached()
                ? new SearchProgress(total, work, false, bar(total))
                : new SearchProgress(total, work, wanted, null);
    }

    /** In full trainings: those of halving are shorter at first. */
    static double workOf(OptimizationConfiguration configuration, int total) {
        return configuration.getCandidateGenerator() instanceof SuccessiveHalving halving
                ? halving.shares().stream()
                        .limit(total)
                        .mapToDouble(Double::doubleValue)
                        .sum()
                : total;
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
                        ? IntStream.of(halving.shares().size())
                        : IntStream.empty();
        IntStream most = configuration.getTerminationConditions() == null
                ? IntStream.empty()
                : configuration.getTerminationConditions().stream()
                        .filter(MaxCandidatesCondition.class::isInstance)
                        .mapToInt(condition -> ((MaxCandidatesCondition) condition).getMaxCandidates());
        return IntStream.concat(bound, most).min().orElse(UNKNOWN);
    }

    /** A candidate is done; those that were found in the journal took no time. */
    void done(IOptimizationRunner search, double share, boolean wasTrained) {
        done += share;
        trained += wasTrained ? share : 0;
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        int count = search.numCandidatesTotal();
        String line = line(
                count,
                total,
                search.bestScore(),
                search.bestScoreCandidateIndex(),
                total == UNKNOWN ? null : left(elapsed, trained, work - done));
        if (bar != null) {
            bar.stepTo(count);
            bar.setExtraMessage(line);
        } else if (logs) {
            LOG.info("{}", line);
        }
    }

    /** At the speed of what was trained in this process; null if nothing was. */
    static @Nullable Duration left(Duration elapsed, double trained, double missing) {
        return trained == 0 ? null : Duration.ofMillis((long) (elapsed.toMillis() * Math.max(0, missing) / trained));
    }

    static String line(int done, int total, @Nullable Double best, int bestIndex, @Nullable Duration left) {
        return String.format(
                Locale.ROOT,
                "candidate %d%s%s%s",
                done,
                total == UNKNOWN ? "" : "/" + total,
                best == null ? "" : String.format(Locale.ROOT, ", best score %.4g of candidate %d", best, bestIndex),
                left == null ? "" : ", " + Terminal.minutesAndSeconds(left) + " left");
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
