package org.boltzmann4j.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The marks of an axis: round numbers that enclose the data.
 *
 * @param low value at the axis's start
 * @param high value at its end
 * @param logarithmic whether equal distances are equal factors
 * @param labelled values with mark and label, ascending
 * @param minor values with a mark only
 */
record Ticks(double low, double high, boolean logarithmic, List<Double> labelled, List<Double> minor) {

    private static final int ABOUT = 6;

    static Ticks linear(double low, double high) {
        double from = low;
        double to = high;
        if (from == to) { // a constant curve: give it some room
            double room = from == 0 ? 1 : Math.abs(from) * 0.1;
            from -= room;
            to += room;
        }
        double step = roundStep((to - from) / ABOUT);
        long first = (long) Math.floor(from / step + 1e-9);
        long last = (long) Math.ceil(to / step - 1e-9);
        List<Double> labelled = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            labelled.add(i * step);
        }
        return new Ticks(first * step, last * step, false, labelled, List.of());
    }

    /** The smallest of 1, 2, 5 times a power of ten that is not below the value. */
    private static double roundStep(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= value * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Both values positive. */
    static Ticks logarithmic(double low, double high) {
        int first = (int) Math.floor(Math.log10(low) + 1e-9);
        int last = Math.max(first + 1, (int) Math.ceil(Math.log10(high) - 1e-9));
        int every = 1 + (last - first) / 8;
        List<Double> labelled = new ArrayList<>();
        List<Double> minor = new ArrayList<>();
        for (int decade = first; decade <= last; decade++) {
            double power = Math.pow(10, decade);
            ((decade - first) % every == 0 ? labelled : minor).add(power);
            for (int digit = 2; digit < 10 && decade < last && every == 1; digit++) {
                minor.add(digit * power);
            }
        }
        return new Ticks(Math.pow(10, first), Math.pow(10, last), true, labelled, minor);
    }

    /** Where a value lies on the axis, 0 at its start and 1 at its end; NaN for a value a logarithmic axis cannot show. */
    double position(double value) {
        if (!logarithmic) {
            return (value - low) / (high - low);
        }
        return value > 0 ? Math.log(value / low) / Math.log(high / low) : Double.NaN;
    }

    static String label(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value, new MathContext(6)).stripTrailingZeros();
        double magnitude = Math.abs(value);
        if (magnitude >= 1e6 || magnitude < 1e-3) {
            int exponent = rounded.precision() - rounded.scale() - 1;
            return rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
        }
        return rounded.toPlainString();
    }
}
