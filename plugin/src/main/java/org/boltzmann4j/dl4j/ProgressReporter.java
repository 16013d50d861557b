package org.boltzmann4j.dl4j;

import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.boltzmann4j.sampler.AutocorrelationTime;
import org.boltzmann4j.sampler.SwapReport;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows where a pretraining stands: in a terminal one bar for each layer, with the latest monitors behind it; elsewhere one
 * line of the log for each epoch.
 */
final class ProgressReporter implements PretrainingListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private final @Nullable Supplier<ProgressBarConsumer> terminal;
    private @Nullable ProgressBar bar;

    private ProgressReporter(@Nullable Supplier<ProgressBarConsumer> terminal) {
        this.terminal = terminal;
    }

    static ProgressReporter forThisProcess() {
        return Terminal.isAttached()
                ? inTerminal(() -> new ConsoleProgressBarConsumer(System.err))
                : new ProgressReporter(null);
    }

    /** Shows bars, each in the place the argument makes for it. */
    static ProgressReporter inTerminal(Supplier<ProgressBarConsumer> terminal) {
        return new ProgressReporter(terminal);
    }

    @Override
    public void onLayerStart(PretrainingProgress progress) {
        if (terminal != null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(String.format("RBM layer %d/%d", progress.layer(), progress.layers()))
                    .setInitialMax(Math.max(progress.minibatches() * progress.epochs(), 1))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(terminal.get())
                    .build();
        }
    }

    @Override
    public void onMinibatch(PretrainingProgress progress) {
        if (bar != null) {
            bar.stepTo((progress.epoch() - 1) * progress.minibatches() + progress.minibatch());
        }
    }

    @Override
    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
        if (bar == null) {
            LOG.info("{}", line(progress, monitors));
        } else {
            bar.setExtraMessage(shortLine(progress, monitors));
        }
    }

    @Override
    public void onLayerEnd(PretrainingProgress progress, PretrainingReport.LayerReport report) {
        if (bar != null) {
            bar.maxHint(bar.getCurrent()); // less than expected where a stopping rule ended the layer
        }
        close();
    }

    /** Leaves the terminal in order; also after a pretraining that failed. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    static String line(PretrainingProgress progress, PretrainingMonitors monitors) {
        SwapReport swapReport = monitors.swaps();
        String swaps = swapReport == null ? "" : ", " + swapReport.summary();
        String bounded = monitors.boundedMeans() == 0
                ? ""
                : String.format(Locale.ROOT, ", %d means at their bound", monitors.boundedMeans());
        TrajectoryReport trajectoryReport = monitors.trajectory();
        String trajectory = trajectoryReport == null ? "" : ", " + trajectoryReport.summary();
        AutocorrelationTime time = monitors.autocorrelation();
        String autocorrelation = time == null ? "" : ", " + time.summary();
        String readings =
                monitors.readings().stream().map(reading -> ", " + reading).collect(Collectors.joining());
        return String.format(
                Locale.ROOT,
                "RBM layer %d/%d, epoch %d/%d: reconstruction error %.4f, free energy %.2f%s, mean activation %.3f,"
                        + " |W| %.2f%s%s%s%s%s, %.0f examples/s, %s left",
                progress.layer(),
                progress.layers(),
                progress.epoch(),
                progress.epochs(),
                monitors.reconstructionError(),
                monitors.freeEnergyTrain(),
                gap(monitors),
                monitors.meanHiddenActivation(),
                monitors.weightNorm(),
                swaps,
                bounded,
                trajectory,
                autocorrelation,
                readings,
                progress.examplesPerSecond(),
                Terminal.minutesAndSeconds(progress.remaining()));
    }

    /** What fits behind a bar in 120 columns, the time left of all layers included. */
    static String shortLine(PretrainingProgress progress, PretrainingMonitors monitors) {
        return String.format(
                Locale.ROOT,
                "epoch %d/%d: error %.4f%s, all done in %s",
                progress.epoch(),
                progress.epochs(),
                monitors.reconstructionError(),
                gap(monitors),
                Terminal.minutesAndSeconds(progress.remaining()));
    }

    private static String gap(PretrainingMonitors monitors) {
        return Double.isNaN(monitors.freeEnergyGap())
                ? ""
                : String.format(Locale.ROOT, ", free-energy gap %.2f", monitors.freeEnergyGap());
    }
}
