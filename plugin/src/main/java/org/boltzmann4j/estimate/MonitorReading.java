package org.boltzmann4j.estimate;

import java.io.Serializable;
import java.util.Locale;

/**
 * What an {@link RbmMonitor} has read, and what the reading cost.
 *
 * @param name of the monitor
 * @param value the figure; NaN where the monitor needs held-out rows and there are none
 * @param rows the most rows of a part of the data that were looked at
 * @param seconds wall-clock time of the reading
 */
public record MonitorReading(String name, double value, long rows, double seconds) implements Serializable {

    private static final long serialVersionUID = 1;

    /** The figure, and in parentheses its cost. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.3f (%d rows, %.2f s)", name, value, rows, seconds);
    }
}
