package org.boltzmann4j.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Draws a chart with nothing but lines, so that it needs no fonts: frame, grid, marks, curves and legend. */
final class PlainChart {

    private final LearningCurves curves;
    private final Graphics2D graphics;
    private final Ticks xTicks;
    private final Ticks yTicks;
    /** Height of capitals. */
    private final double letter;

    private final double left;
    private final double right;
    private final double top;
    private final double bottom;

    private PlainChart(LearningCurves curves, Graphics2D graphics) {
        this.curves = curves;
        this.graphics = graphics;
        this.letter = ChartStyle.fontSize(curves.height()) * 0.72;
        this.xTicks = xTicks(curves.curves());
        this.yTicks = yTicks(curves);
        double margin = 1.6 * letter;
        double labels = yTicks.labelled().stream()
                .mapToDouble(value -> StrokeAlphabet.width(Ticks.label(value), letter * 0.85))
                .max()
                .orElse(0);
        this.left = margin + letter * 2.4 + labels + letter * 0.8;
        this.right = curves.width() - margin - letter;
        this.top = margin + letter * 2.8;
        this.bottom = curves.height() - margin - letter * 5 - legendRows() * letter * 2.2;
    }

    static BufferedImage draw(LearningCurves curves) {
        BufferedImage image = new BufferedImage(curves.width(), curves.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, curves.width(), curves.height());
            new PlainChart(curves, graphics).draw();
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private static Ticks xTicks(List<LearningCurves.Curve> curves) {
        double[] all = curves.stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.x()))
                .toArray();
        double low = DoubleStream.of(all).min().orElseThrow();
        double high = DoubleStream.of(all).max().orElseThrow();
        Ticks round = Ticks.linear(low, high);
        if (low == high) {
            return round;
        }
        // curves go from frame to frame: the axis ends at the data, not at the next round number
        List<Double> within =
                round.labelled().stream().filter(x -> x >= low && x <= high).toList();
        return new Ticks(low, high, false, within, List.of());
    }

    private static Ticks yTicks(LearningCurves curves) {
        double[] all = curves.curves().stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.y()))
                .filter(y -> !Double.isNaN(y))
                .toArray();
        double low = DoubleStream.of(all).min().orElseThrow();
        double high = DoubleStream.of(all).max().orElseThrow();
        return curves.isLogarithmic() ? Ticks.logarithmic(low, high) : Ticks.linear(low, high);
    }

    private void draw() {
        drawGrid();
        drawCurves();
        graphics.setColor(ChartStyle.FRAME);
        graphics.setStroke(new BasicStroke(1.2f));
        graphics.draw(new Rectangle2D.Double(left, top, right - left, bottom - top));
        drawTitles();
        if (curves.curves().size() > 1) {
            drawLegend();
        }
    }

    private double x(double value) {
        return left + xTicks.position(value) * (right - left);
    }

    private double y(double value) {
        return bottom - yTicks.position(value) * (bottom - top);
    }

    private void drawGrid() {
        double mark = letter * 0.45;
        for (double value : xTicks.labelled()) {
            line(ChartStyle.GRID, x(value), top, x(value), bottom);
            line(ChartStyle.FRAME, x(value), bottom, x(value), bottom + mark);
            centred(Ticks.label(value), x(value), bottom + mark + letter * 1.3, letter * 0.85);
        }
        for (double value : yTicks.minor()) {
            line(ChartStyle.FRAME, left - mark / 2, y(value), left, y(value));
        }
        for (double value : yTicks.labelled()) {
            line(ChartStyle.GRID, left, y(value), right, y(value));
            line(ChartStyle.FRAME, left - mark, y(value), left, y(value));
            String label = Ticks.label(value);
            double size = letter * 0.85;
            text(label, left - mark * 1.8 - StrokeAlphabet.width(label, size), y(value) + size / 2, size, 1);
        }
    }

    private void line(Color colour, double x1, double y1, double x2, double y2) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke(1f));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    private void drawCurves() {
        float width = ChartStyle.lineWidth(curves.height());
        Shape clip = graphics.getClip();
        // half a line beyond the frame, so that a curve along the frame keeps its width
        graphics.clip(
                new Rectangle2D.Double(left - width, top - width, right - left + 2 * width, bottom - top + 2 * width));
        for (int i = 0; i < curves.curves().size(); i++) {
            graphics.setColor(ChartStyle.colour(i));
            graphics.setStroke(ChartStyle.stroke(i, width));
            drawCurve(curves.curves().get(i), width);
        }
        graphics.setClip(clip);
    }

    private void drawCurve(LearningCurves.Curve curve, float width) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < curve.x().length; i++) {
            double value = curve.y()[i];
            if (Double.isNaN(value)) {
                continue;
            }
            boolean before = i > 0 && !Double.isNaN(curve.y()[i - 1]);
            boolean after = i + 1 < curve.x().length && !Double.isNaN(curve.y()[i + 1]);
            if (before) {
                path.lineTo(x(curve.x()[i]), y(value));
            } else {
                path.moveTo(x(curve.x()[i]), y(value));
            }
            if (!before && !after) { // a point between gaps would be a line without length
                double radius = 1.5 * width;
                graphics.fill(
                        new Ellipse2D.Double(x(curve.x()[i]) - radius, y(value) - radius, 2 * radius, 2 * radius));
            }
        }
        graphics.draw(path);
    }

    private void drawTitles() {
        double height = letter * 1.2;
        double width = StrokeAlphabet.width(curves.title(), height);
        graphics.setColor(ChartStyle.INK);
        text(curves.title(), (left + right - width) / 2, 1.2 * letter + height, height, 1.6);
        centred(curves.xTitle(), (left + right) / 2, bottom + letter * 4.1, letter);
        Graphics2D turned = (Graphics2D) graphics.create();
        turned.translate(1.6 * letter + letter * 0.8, (top + bottom) / 2);
        turned.rotate(-Math.PI / 2);
        double length = StrokeAlphabet.width(curves.yTitle(), letter);
        StrokeAlphabet.draw(turned, curves.yTitle(), -length / 2, 0, letter, thickness(letter));
        turned.dispose();
    }

    private void drawLegend() {
        double x = legendStart(0);
        double y = bottom + letter * 6.6;
        double end = right;
        for (int i = 0; i < curves.curves().size(); i++) {
            if (i > 0 && x + entryWidth(i) > end) {
                x = legendStart(i);
                y += letter * 2.2;
            }
            graphics.setColor(ChartStyle.colour(i));
            graphics.setStroke(ChartStyle.stroke(i, ChartStyle.lineWidth(curves.height()) * 1.2f));
            graphics.draw(new Line2D.Double(x, y - letter * 0.45, x + letter * 2.4, y - letter * 0.45));
            graphics.setColor(ChartStyle.INK);
            text(curves.curves().get(i).name(), x + letter * 3.1, y, letter * 0.9, 1);
            x += entryWidth(i);
        }
    }

    /** Where a row of the legend that begins with the given curve starts, so that the row is centred. */
    private double legendStart(int first) {
        double width = entryWidth(first);
        for (int i = first + 1; i < curves.curves().size() && width + entryWidth(i) <= right - left; i++) {
            width += entryWidth(i);
        }
        return Math.max(left, (left + right - width + letter * 1.8) / 2);
    }

    private double entryWidth(int curve) {
        return letter * 4.9 + StrokeAlphabet.width(curves.curves().get(curve).name(), letter * 0.9);
    }

    private int legendRows() {
        int count = curves.curves().size();
        if (count < 2) {
            return 0;
        }
        int rows = 1;
        double filled = 0;
        for (int i = 0; i < count; i++) {
            if (filled > 0 && filled + entryWidth(i) > right - left) {
                rows++;
                filled = 0;
            }
            filled += entryWidth(i);
        }
        return rows;
    }

    private void centred(String text, double x, double y, double height) {
        graphics.setColor(ChartStyle.INK);
        text(text, x - StrokeAlphabet.width(text, height) / 2, y, height, 1);
    }

    private void text(String text, double x, double y, double height, double weight) {
        graphics.setColor(ChartStyle.INK);
        StrokeAlphabet.draw(graphics, text, x, y, height, weight * thickness(height));
    }

    private static double thickness(double height) {
        return Math.max(1, height / 9);
    }
}
