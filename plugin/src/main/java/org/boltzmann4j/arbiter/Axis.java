package org.boltzmann4j.arbiter;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the values of a quantity stand between two ends: numbers by their size, or by their logarithms where they span two decades and
 * more; anything else side by side in the order of the names.
 */
final class Axis {

    private static final double DECADES = 100;
    private static final int LONGEST = 18;

    private final Map<String, Integer> places;
    private final double from;
    private final double to;
    private final boolean logarithmic;

    private Axis(Map<String, Integer> places, double from, double to) {
        this.places = places;
        this.from = from;
        this.to = to;
        this.logarithmic = places.isEmpty() && from > 0 && to / from >= DECADES;
    }

    /** An axis with room for all values; numbers that are not finite have no place. */
    static Axis of(Collection<?> values) {
        if (values.stream().allMatch(Number.class::isInstance)) {
            double[] finite = values.stream()
                    .mapToDouble(value -> ((Number) value).doubleValue())
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            return finite.length == 0
                    ? new Axis(Map.of(), 0, 1)
                    : new Axis(Map.of(), finite[0], finite[finite.length - 1]);
        }
        Map<String, Integer> places = new LinkedHashMap<>();
        values.stream().map(Axis::name).sorted().forEach(name -> places.putIfAbsent(name, places.size()));
        return new Axis(places, 0, places.size() - 1);
    }

    private static String name(Object value) {
        return String.valueOf(value);
    }

    /** The share of the way from the low end to the high one, in [0, 1]; NaN for a value without a place. */
    double share(Object value) {
        double x = places.isEmpty()
                ? ((Number) value).doubleValue()
                : places.getOrDefault(name(value), -1).doubleValue();
        if (!Double.isFinite(x) || x < from || x > to) {
            return Double.NaN;
        }
        if (from == to) {
            return 0.5;
        }
        return logarithmic ? Math.log(x / from) / Math.log(to / from) : (x - from) / (to - from);
    }

    String low() {
        return places.isEmpty() ? number(from) : shortened(place(0));
    }

    String high() {
        return places.isEmpty() ? number(to) : shortened(place(places.size() - 1));
    }

    /** What a reader must know beside the ends: the names in between, or that the axis is logarithmic. */
    String remark() {
        return logarithmic ? "logarithmic" : String.join(" | ", places.keySet());
    }

    private String place(int index) {
        return List.copyOf(places.keySet()).get(index);
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "\u2026";
    }

    /** Four significant digits, or a whole number. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
