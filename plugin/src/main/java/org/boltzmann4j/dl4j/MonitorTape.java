package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.boltzmann4j.estimate.MonitorReading;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.AutocorrelationTime;
import org.boltzmann4j.sampler.LadderLogPartition;
import org.boltzmann4j.sampler.SwapReport;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.jspecify.annotations.Nullable;

/** The monitors of all epochs as one row of numbers, written and read by the same code. */
final class MonitorTape {

    private static final AutocorrelationTime NO_TIME = new AutocorrelationTime(0, 0, 0, 0, false);
    private static final MonitorReading NO_READING = new MonitorReading("", 0, 0, 0);
    private static final SwapReport NO_SWAPS = new SwapReport(List.of(), List.of(), 0);
    private static final TrajectoryReport NO_TRAJECTORY =
            new TrajectoryReport(0, 0, null, false, LadderLogPartition.unknown(), 0);
    private static final PretrainingMonitors NOTHING =
            new PretrainingMonitors(0, 0, 0, 0, 0, null, 0, null, null, List.of());

    private final DoubleStream.Builder written = DoubleStream.builder();
    private final double[] held;
    private final boolean reading;
    private int at;

    private MonitorTape(double[] held, boolean reading) {
        this.held = held;
        this.reading = reading;
    }

    /** Passes a history through a record. */
    static List<PretrainingMonitors> carry(StateRecord record, String name, List<PretrainingMonitors> history) {
        if (record.isReading()) {
            double[] held = record.numbers(name, new double[0]);
            return new ArrayList<>(new MonitorTape(held, true).pass(history));
        }
        MonitorTape tape = new MonitorTape(new double[0], false);
        tape.pass(history);
        record.numbers(name, tape.written.build().toArray());
        return history;
    }

    private double pass(double value) {
        if (!reading) {
            written.add(value);
            return value;
        }
        if (at == held.length) {
            throw new IllegalArgumentException("the history ends too early");
        }
        return held[at++];
    }

    private int pass(int value) {
        return (int) pass((double) value);
    }

    private boolean pass(boolean value) {
        return pass(value ? 1.0 : 0) != 0;
    }

    /** How many of something follow; there cannot be more than numbers. */
    private int passSize(int size) {
        int result = pass(size);
        if (reading && (result < 0 || result > held.length - at)) {
            throw new IllegalArgumentException("the history has " + result + " entries of something");
        }
        return result;
    }

    private List<Double> passNumbers(List<Double> now) {
        int size = passSize(now.size());
        List<Double> result = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            result.add(pass(reading ? 0 : now.get(i)));
        }
        return result;
    }

    private List<PretrainingMonitors> pass(List<PretrainingMonitors> history) {
        int epochs = passSize(history.size());
        List<PretrainingMonitors> result = new ArrayList<>();
        for (int i = 0; i < epochs; i++) {
            PretrainingMonitors now = reading ? NOTHING : history.get(i);
            result.add(new PretrainingMonitors(
                    pass(now.reconstructionError()),
                    pass(now.freeEnergyTrain()),
                    pass(now.freeEnergyValidation()),
                    pass(now.meanHiddenActivation()),
                    pass(now.weightNorm()),
                    pass(now.swaps()),
                    (long) pass((double) now.boundedMeans()),
                    pass(now.autocorrelation()),
                    pass(now.trajectory()),
                    passReadings(now.readings())));
        }
        return result;
    }

    /** Names as numbers too: one for each character. */
    private List<MonitorReading> passReadings(List<MonitorReading> now) {
        int size = passSize(now.size());
        List<MonitorReading> result = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            MonitorReading given = reading ? NO_READING : now.get(i);
            result.add(new MonitorReading(
                    passText(given.name()),
                    pass(given.value()),
                    (long) pass((double) given.rows()),
                    pass(given.seconds())));
        }
        return result;
    }

    private String passText(String now) {
        int length = passSize(now.length());
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < length; i++) {
            result.append((char) pass(reading ? 0 : now.charAt(i)));
        }
        return result.toString();
    }

    private @Nullable SwapReport pass(@Nullable SwapReport now) {
        if (!pass(now != null)) {
            return null;
        }
        SwapReport given = Objects.requireNonNullElse(now, NO_SWAPS);
        return new SwapReport(
                passNumbers(given.rungs()),
                passNumbers(given.swapAcceptanceRates()),
                (long) pass((double) given.roundTrips()),
                pass(given.logPartition()));
    }

    private LadderLogPartition pass(LadderLogPartition now) {
        return new LadderLogPartition(
                pass(now.value()),
                pass(now.standardError()),
                pass(now.effectiveSampleSize()),
                pass(now.largestWeightShare()));
    }

    private @Nullable AutocorrelationTime pass(@Nullable AutocorrelationTime now) {
        if (!pass(now != null)) {
            return null;
        }
        AutocorrelationTime given = Objects.requireNonNullElse(now, NO_TIME);
        return new AutocorrelationTime(
                pass(given.value()),
                pass(given.window()),
                pass(given.length()),
                pass(given.chains()),
                pass(given.settled()));
    }

    private @Nullable TrajectoryReport pass(@Nullable TrajectoryReport now) {
        if (!pass(now != null)) {
            return null;
        }
        TrajectoryReport given = Objects.requireNonNullElse(now, NO_TRAJECTORY);
        return new TrajectoryReport(
                pass(given.checkpoints()),
                pass(given.reversals()),
                pass(given.thermalisation()),
                pass(given.thermalised()),
                pass(given.logPartition()),
                pass(given.dataProbability()));
    }
}
