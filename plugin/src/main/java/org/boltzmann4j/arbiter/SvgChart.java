package org.boltzmann4j.arbiter;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A small chart as SVG inside of a page: dots and lines in a frame with its bounds written at the corners. */
final class SvgChart {

    private static final int WIDTH = 280;
    private static final int HEIGHT = 180;
    private static final int MARGIN = 14;

    private final double left;
    private final double right;
    private final double bottom;
    private final double top;
    private final StringBuilder marks = new StringBuilder();

    private SvgChart(double left, double right, double bottom, double top) {
        this.left = left;
        this.right = right;
        this.bottom = bottom;
        this.top = top;
    }

    /** A chart that has room for all points that are finite. */
    static SvgChart spanning(List<double[]> points) {
        double[] x = points.stream()
                .mapToDouble(point -> point[0])
                .filter(Double::isFinite)
                .toArray();
        double[] y = points.stream()
                .mapToDouble(point -> point[1])
                .filter(Double::isFinite)
                .toArray();
        return new SvgChart(least(x), most(x), least(y), most(y));
    }

    private static double least(double[] values) {
        return Arrays.stream(values).min().orElse(0);
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElse(1);
    }

    void dot(double[] point, String type, String tip) {
        if (isFinite(point)) {
            marks.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s</title></circle>%n",
                    type,
                    x(point[0]),
                    y(point[1]),
                    SearchPage.escaped(tip)));
        }
    }

    void line(List<double[]> points, String type, String tip) {
        String path = points.stream()
                .filter(SvgChart::isFinite)
                .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x(point[0]), y(point[1])))
                .collect(Collectors.joining(" "));
        marks.append(String.format(
                "<polyline class=\"%s\" points=\"%s\"><title>%s</title></polyline>%n",
                type, path, SearchPage.escaped(tip)));
    }

    private static boolean isFinite(double[] point) {
        return Double.isFinite(point[0]) && Double.isFinite(point[1]);
    }

    private double x(double value) {
        return MARGIN + share(value, left, right) * (WIDTH - 2 * MARGIN);
    }

    private double y(double value) {
        return HEIGHT - MARGIN - share(value, bottom, top) * (HEIGHT - 2 * MARGIN);
    }

    private static double share(double value, double from, double to) {
        return to > from ? (value - from) / (to - from) : 0.5;
    }

    String svg() {
        return String.format(
                Locale.ROOT,
                "<svg width=\"%d\" height=\"%d\" role=\"img\">%n%s"
                        + "<text x=\"2\" y=\"%d\">%.4g</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.4g</text>"
                        + "<text x=\"2\" y=\"10\">%.4g</text><text x=\"2\" y=\"%d\">%.4g</text></svg>",
                WIDTH,
                HEIGHT,
                marks,
                HEIGHT - 2,
                left,
                WIDTH - 2,
                HEIGHT - 2,
                right,
                top,
                HEIGHT - MARGIN,
                bottom);
    }
}
