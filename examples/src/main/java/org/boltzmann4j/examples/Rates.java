package org.boltzmann4j.examples;

import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A learning rate that falls, or rises, by the same factor in every update.
 *
 * @param first rate of the first update, above 0
 * @param last rate after the last update, above 0
 */
record Rates(double first, double last) {

    /** The schedule over so many updates. */
    ISchedule over(long updates) {
        return new ExponentialSchedule(ScheduleType.ITERATION, first, Math.pow(last / first, 1.0 / updates));
    }

    @Override
    public String toString() {
        return first + ":" + last;
    }

    /** Reads {@code FROM:TO}, or one number for a constant rate. */
    static final class Parser implements ITypeConverter<Rates> {
        @Override
        public Rates convert(String text) {
            String[] parts = text.split(":", -1);
            try {
                double first = Double.parseDouble(parts[0]);
                double last = parts.length == 1 ? first : Double.parseDouble(parts[1]);
                if (parts.length <= 2 && first > 0 && last > 0 && first < 1e6 && last < 1e6) {
                    return new Rates(first, last);
                }
            } catch (NumberFormatException e) {
                // The message below says what was expected.
            }
            throw new TypeConversionException(
                    "expected a number above 0, or two with a colon between them, got \"" + text + "\"");
        }
    }
}
