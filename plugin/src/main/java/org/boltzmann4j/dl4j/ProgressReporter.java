package org.boltzmann4j.dl4j;

import java.io.Console;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.boltzmann4j.sampler.SwapReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows where a pretraining stands: one line per epoch in the log, and a bar over each epoch in a terminal. */
final class ProgressReporter implements PretrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private final boolean terminal;
    private @Nullable ProgressBar bar;

    ProgressReporter(boolean terminal) {
        this.terminal = terminal;
    }

    static ProgressReporter forThisProcess() {
        return new ProgressReporter(isTerminal());
    }

    /** From Java 22 on there is a console even where output is redirected, and a method that tells. */
    @SuppressWarnings("SystemConsoleNull") // the check for null is for older versions
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJava) {
            return true;
        }
    }

    @Override
    public void onMinibatch(PretrainingProgress progress) {
        if (!terminal) {
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(String.format(
                            Locale.ROOT,
                            "layer %d/%d, epoch %d/%d",
                            progress.layer(),
                            progress.layers(),
                            progress.epoch(),
                            progress.epochs()))
                    .setInitialMax(Math.max(progress.minibatches(), 1))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .build();
        }
        bar.stepTo(progress.minibatch());
    }

    @Override
    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        LOG.info("{}", line(progress, monitors));
    }

    static String line(PretrainingProgress progress, PretrainingMonitors monitors) {
        String gap = Double.isNaN(monitors.freeEnergyGap())
                ? ""
                : String.format(Locale.ROOT, ", free-energy gap %.2f", monitors.freeEnergyGap());
        SwapReport swapReport = monitors.swaps();
        String swaps = swapReport == null ? "" : ", " + swapReport.summary();
        return String.format(
                Locale.ROOT,
                "RBM layer %d/%d, epoch %d/%d: reconstruction error %.4f, free energy %.2f%s, mean activation %.3f,"
                        + " |W| %.2f%s, %.0f examples/s, %s left",
                progress.layer(),
                progress.layers(),
                progress.epoch(),
                progress.epochs(),
                monitors.reconstructionError(),
                monitors.freeEnergyTrain(),
                gap,
                monitors.meanHiddenActivation(),
                monitors.weightNorm(),
                swaps,
                progress.examplesPerSecond(),
                minutesAndSeconds(progress.remaining()));
    }

    private static String minutesAndSeconds(Duration duration) {
        return String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }
}
