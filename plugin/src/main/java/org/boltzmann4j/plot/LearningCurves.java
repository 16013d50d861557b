package org.boltzmann4j.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line chart of several named curves, for example errors over epochs.
 *
 * <p>Drawn by XChart where AWT has fonts and XChart is on the class path, and otherwise by plain lines with an own simple
 * alphabet, so that a picture comes out of every Java. The system property {@code org.boltzmann4j.plot.plain=true} forces the
 * latter.
 *
 * <p>A value that cannot be shown (not finite, or not positive on a logarithmic axis) leaves a gap in its curve.
 *
 * <p>Immutable: every {@code with} method returns a changed copy.
 */
public final class LearningCurves {

    private static final Logger LOG = LoggerFactory.getLogger(LearningCurves.class);
    private static final int DEFAULT_WIDTH = 1100;
    private static final int DEFAULT_HEIGHT = 680;
    private static final int SMALLEST = 200;
    private static final int LARGEST = 10_000;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Curve> curves;
    private final boolean logarithmic;
    private final int width;
    private final int height;

    /** One curve: a name and as many x, all finite, as y, NaN for a gap. Nobody modifies the arrays. */
    static final class Curve {

        private final String name;
        private final double[] x;
        private final double[] y;

        private Curve(String name, double[] x, double[] y) {
            this.name = name;
            this.x = x;
            this.y = y;
        }

        String name() {
            return name;
        }

        double[] x() {
            return x;
        }

        double[] y() {
            return y;
        }
    }

    private LearningCurves(
            String title,
            String xTitle,
            String yTitle,
            List<Curve> curves,
            boolean logarithmic,
            int width,
            int height) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.curves = curves;
        this.logarithmic = logarithmic;
        this.width = width;
        this.height = height;
    }

    /**
     * Starts a chart without curves, of 1100 x 680 pixels with linear axes.
     *
     * @param title above the chart
     * @param xTitle under the horizontal axis
     * @param yTitle beside the vertical axis
     * @return the empty chart
     */
    public static LearningCurves of(String title, String xTitle, String yTitle) {
        return new LearningCurves(
                Objects.requireNonNull(title, "title"),
                Objects.requireNonNull(xTitle, "xTitle"),
                Objects.requireNonNull(yTitle, "yTitle"),
                List.of(),
                false,
                DEFAULT_WIDTH,
                DEFAULT_HEIGHT);
    }

    /**
     * Adds a curve whose points are numbered 1, 2, 3, and so on, such as one value an epoch.
     *
     * @param name as it stands in the legend, used once a chart
     * @param y the values; copied
     * @return the larger chart
     * @throws IllegalArgumentException if there is no value or the name is taken
     */
    public LearningCurves withCurve(String name, double... y) {
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
        }
        return withCurve(name, x, y);
    }

    /**
     * Adds a curve.
     *
     * @param name as it stands in the legend, used once a chart
     * @param x horizontal places, finite; copied
     * @param y as many values; copied
     * @return the larger chart
     * @throws IllegalArgumentException if there is no point, the lengths differ, a place is not finite or the name is taken
     */
    public LearningCurves withCurve(String name, double[] x, double[] y) {
        Objects.requireNonNull(name, "name");
        if (x.length == 0 || x.length != y.length) {
            throw new IllegalArgumentException(
                    "curve '" + name + "' needs as many x as y and at least one, got " + x.length + " and " + y.length);
        }
        for (double place : x) {
            if (!Double.isFinite(place)) {
                throw new IllegalArgumentException("curve '" + name + "' has the x value " + place);
            }
        }
        if (curves.stream().anyMatch(curve -> curve.name().equals(name))) {
            throw new IllegalArgumentException("the chart already has a curve '" + name + "'");
        }
        List<Curve> more = new ArrayList<>(curves);
        more.add(new Curve(name, x.clone(), y.clone()));
        return new LearningCurves(title, xTitle, yTitle, List.copyOf(more), logarithmic, width, height);
    }

    /**
     * Makes the vertical axis logarithmic.
     *
     * @return the changed chart
     */
    public LearningCurves withLogarithmicY() {
        return new LearningCurves(title, xTitle, yTitle, curves, true, width, height);
    }

    /**
     * Sets the size of the picture.
     *
     * @param newWidth in pixels, 200 to 10,000
     * @param newHeight in pixels, 200 to 10,000
     * @return the changed chart
     * @throws IllegalArgumentException if a side is out of range
     */
    public LearningCurves withSize(int newWidth, int newHeight) {
        if (Math.min(newWidth, newHeight) < SMALLEST || Math.max(newWidth, newHeight) > LARGEST) {
            throw new IllegalArgumentException("sides must lie in [" + SMALLEST + ", " + LARGEST + "] pixels but are "
                    + newWidth + " x " + newHeight);
        }
        return new LearningCurves(title, xTitle, yTitle, curves, logarithmic, newWidth, newHeight);
    }

    /**
     * Draws the chart.
     *
     * @return a new picture
     * @throws IllegalStateException if the chart has no curve with a value that can be shown
     */
    public BufferedImage render() {
        LearningCurves shown = withGaps();
        if (!Lettering.works()) {
            return PlainChart.draw(shown);
        }
        try {
            return XChartChart.draw(shown);
        } catch (LinkageError e) {
            LOG.info("XChart is not usable here ({}); the chart is drawn plainly", e.toString());
            return PlainChart.draw(shown);
        }
    }

    /**
     * Draws the chart into a PNG file. The file is replaced in one step; missing directories are made.
     *
     * @param file to write
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if the chart has no curve with a value that can be shown
     */
    public void write(Path file) throws IOException {
        PngFile.write(render(), file);
    }

    private LearningCurves withGaps() {
        List<Curve> gapped = new ArrayList<>();
        boolean any = false;
        for (Curve curve : curves) {
            double[] y = curve.y().clone();
            for (int i = 0; i < y.length; i++) {
                if (!Double.isFinite(y[i]) || (logarithmic && y[i] <= 0)) {
                    y[i] = Double.NaN;
                }
                any |= !Double.isNaN(y[i]);
            }
            gapped.add(new Curve(curve.name(), curve.x(), y));
        }
        if (!any) {
            throw new IllegalStateException("the chart '" + title + "' has no value that can be shown");
        }
        return new LearningCurves(title, xTitle, yTitle, List.copyOf(gapped), logarithmic, width, height);
    }

    String title() {
        return title;
    }

    String xTitle() {
        return xTitle;
    }

    String yTitle() {
        return yTitle;
    }

    List<Curve> curves() {
        return curves;
    }

    boolean isLogarithmic() {
        return logarithmic;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }
}
