package org.boltzmann4j.examples;

import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A learning rate that falls, or rises, by the same factor in every update, or by the same difference.
 *
 * @param first rate of the first update, above 0
 * @param last rate after the last update, above 0
 * @param linear whether by the same difference
 */
record Rates(double first, double last, boolean linear) {

    static final String FORM = "FROM:TO[:linear]";

    /** Steps of a linear fall: the host's own schedules with that shape do not fall (see {@link FallingRate}). */
    private static final int STEPS = 200;

    Rates(double first, double last) {
        this(first, last, false);
    }

    /** The schedule over so many updates. */
    ISchedule over(long updates) {
        if (!linear) {
            return new ExponentialSchedule(ScheduleType.ITERATION, first, Math.pow(last / first, 1.0 / updates));
        }
        MapSchedule.Builder steps = new MapSchedule.Builder(ScheduleType.ITERATION);
        for (int step = 0; step < STEPS; step++) {
            // The rate in the middle of the step; with fewer updates than steps later ones take the place of earlier
            // ones.
            steps.add((int) (updates * step / STEPS), first + (last - first) * (step + 0.5) / STEPS);
        }
        return steps.build();
    }

    @Override
    public String toString() {
        return first + ":" + last + (linear ? ":linear" : "");
    }

    /** Reads {@code FROM:TO} or {@code FROM:TO:linear}, or one number for a constant rate. */
    static final class Parser implements ITypeConverter<Rates> {
        @Override
        public Rates convert(String text) {
            String[] parts = text.split(":", -1);
            try {
                double first = Double.parseDouble(parts[0]);
                double last = parts.length == 1 ? first : Double.parseDouble(parts[1]);
                boolean linear = parts.length == 3 && "linear".equals(parts[2]);
                if ((parts.length <= 2 || linear) && first > 0 && last > 0 && first < 1e6 && last < 1e6) {
                    return new Rates(first, last, linear);
                }
            } catch (NumberFormatException e) {
                // The message below says what was expected.
            }
            throw new TypeConversionException(
                    "expected a number above 0, or two with a colon between them, and \":linear\" or nothing, got \""
                            + text + "\"");
        }
    }
}
