package org.boltzmann4j.arbiter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All parameters of all candidates in one picture: an upright axis for each parameter and one for the score, and a line for each
 * candidate through its values (Inselberg 1985). A line leaves out the axes of parameters without effect on its candidate.
 */
final class ParallelChart {

    private static final int STEP = 110;
    private static final int HEIGHT = 260;
    private static final int TOP = 40;
    private static final int BOTTOM = 20;

    private final Map<String, Axis> axes;
    private final StringBuilder lines = new StringBuilder();

    /** Axes by name, from the left. */
    ParallelChart(Map<String, Axis> axes) {
        this.axes = new LinkedHashMap<>(axes);
    }

    /** Adds a candidate by its values; those without a place on their axis are left out. */
    void line(Map<String, Object> values, String style, String tip) {
        List<String> names = List.copyOf(axes.keySet());
        String path = names.stream()
                .filter(values::containsKey)
                .map(name -> point(names.indexOf(name), share(name, values)))
                .filter(point -> !point.isEmpty())
                .collect(Collectors.joining(" "));
        lines.append(SvgChart.polyline(path, style, tip));
    }

    private double share(String name, Map<String, Object> values) {
        Axis axis = axes.get(name);
        Object value = values.get(name);
        return axis == null || value == null ? Double.NaN : axis.share(value);
    }

    private static String point(int axis, double share) {
        return Double.isNaN(share)
                ? ""
                : String.format(Locale.ROOT, "%.1f,%.1f", x(axis), HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM));
    }

    private static double x(int axis) {
        return (axis + 0.5) * STEP;
    }

    String svg() {
        StringBuilder svg = new StringBuilder(
                String.format("<svg width=\"%d\" height=\"%d\" role=\"img\">%n", axes.size() * STEP, HEIGHT));
        int i = 0;
        for (Map.Entry<String, Axis> axis : axes.entrySet()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                    x(i),
                    TOP,
                    x(i),
                    HEIGHT - BOTTOM));
            // Neighbours' names stand at two heights, so that longer ones than an axis is wide do not meet.
            svg.append(SvgChart.text(x(i), i % 2 == 0 ? 10 : 22, "middle", axis.getKey()))
                    .append(SvgChart.text(
                            x(i), TOP - 6, "middle", axis.getValue().high()))
                    .append(SvgChart.text(
                            x(i), HEIGHT - 6, "middle", axis.getValue().low()));
            i++;
        }
        return svg.append(lines).append("</svg>").toString();
    }
}
