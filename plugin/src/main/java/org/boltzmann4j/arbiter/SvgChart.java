package org.boltzmann4j.arbiter;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A small chart as SVG inside of a page: dots and lines between two axes with their ends written at the corners. */
final class SvgChart {

    private static final int WIDTH = 280;
    private static final int HEIGHT = 180;
    private static final int MARGIN = 16;

    private final Axis horizontal;
    private final Axis vertical;
    private final StringBuilder marks = new StringBuilder();

    SvgChart(Axis horizontal, Axis vertical) {
        this.horizontal = horizontal;
        this.vertical = vertical;
    }

    /** A point of a chart: any values that the axes have a place for. */
    record Point(Object x, Object y) {}

    void dot(Point point, String style, String tip) {
        if (hasPlace(point)) {
            marks.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s</title></circle>%n",
                    style,
                    x(point),
                    y(point),
                    SearchPage.escaped(tip)));
        }
    }

    void line(List<Point> points, String style, String tip) {
        String path = points.stream()
                .filter(this::hasPlace)
                .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x(point), y(point)))
                .collect(Collectors.joining(" "));
        marks.append(polyline(path, style, tip));
        // A line of one point cannot be seen.
        if (points.size() == 1) {
            dot(points.get(0), style.replace("Line", "Point"), tip);
        }
    }

    static String polyline(String path, String style, String tip) {
        return String.format(
                "<polyline class=\"%s\" points=\"%s\"><title>%s</title></polyline>%n",
                style, path, SearchPage.escaped(tip));
    }

    private boolean hasPlace(Point point) {
        return !Double.isNaN(horizontal.share(point.x())) && !Double.isNaN(vertical.share(point.y()));
    }

    private double x(Point point) {
        return MARGIN + horizontal.share(point.x()) * (WIDTH - 2 * MARGIN);
    }

    private double y(Point point) {
        return HEIGHT - MARGIN - vertical.share(point.y()) * (HEIGHT - 2 * MARGIN);
    }

    static String text(double x, double y, String anchor, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                SearchPage.escaped(text));
    }

    String svg() {
        return String.format("<svg width=\"%d\" height=\"%d\" role=\"img\">%n%s", WIDTH, HEIGHT, marks)
                + text(2, HEIGHT - 3, "start", horizontal.low())
                + text(WIDTH - 2, HEIGHT - 3, "end", horizontal.high())
                + text(2, 10, "start", vertical.high())
                + text(2, HEIGHT - MARGIN, "start", vertical.low())
                + "</svg>";
    }
}
