package org.boltzmann4j.plot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Points in the plane, coloured by their classes, in panels side by side: what several methods make of the same examples. Every panel
 * has its own scale, with which the middle 99 % of its points fill it in both directions; the rest lies on the frame. The number of a class
 * stands at the median of its points. Drawn with lines and discs only, so that it needs no fonts.
 *
 * <p>Immutable: {@link #withPanel} returns a larger plot.
 */
public final class ScatterPlots {

    /** The scheme "muted" of Paul Tol and black, told apart by most colour-blind readers; more classes begin again. */
    private static final Color[] COLOURS = {
        new Color(0x33, 0x22, 0x88),
        new Color(0x88, 0xcc, 0xee),
        new Color(0x44, 0xaa, 0x99),
        new Color(0x11, 0x77, 0x33),
        new Color(0x99, 0x99, 0x33),
        new Color(0xdd, 0xcc, 0x77),
        new Color(0xcc, 0x66, 0x77),
        new Color(0x88, 0x22, 0x55),
        new Color(0xaa, 0x44, 0x99),
        new Color(0x22, 0x22, 0x22)
    };

    private static final int MARGIN = 18;
    private static final int TITLE = 44;
    /** Height of capitals in a title, and of a class's number. */
    private static final double LETTER = 15;

    private static final double SHOWN = 0.99;

    private final int side;
    private final List<Panel> panels;

    private static final class Panel {
        private final String title;
        private final double[] x;
        private final double[] y;
        private final int[] classes;

        Panel(String title, double[] x, double[] y, int[] classes) {
            this.title = title;
            this.x = x;
            this.y = y;
            this.classes = classes;
        }
    }

    private ScatterPlots(int side, List<Panel> panels) {
        this.side = side;
        this.panels = panels;
    }

    /**
     * Starts a picture without panels.
     *
     * @param side of each panel in pixels, 100 to 4,000
     * @return the empty picture
     * @throws IllegalArgumentException if the side is out of range
     */
    public static ScatterPlots ofSide(int side) {
        if (side < 100 || side > 4000) {
            throw new IllegalArgumentException("side = " + side + " pixels, expected 100 to 4,000");
        }
        return new ScatterPlots(side, List.of());
    }

    /**
     * Adds a panel to the right.
     *
     * @param title above it
     * @param points {@code [n >= 1, 2]}, finite; copied
     * @param classes one number of a class, from 0, for each point; copied
     * @return the larger picture
     * @throws IllegalArgumentException if the shapes do not fit, a coordinate is not finite or a class is negative
     */
    public ScatterPlots withPanel(String title, INDArray points, int... classes) {
        Objects.requireNonNull(title, "title");
        if (points.rank() != 2 || points.size(1) != 2 || points.size(0) < 1 || points.size(0) != classes.length) {
            throw new IllegalArgumentException("panel '" + title + "': points of shape "
                    + Arrays.toString(points.shape()) + " and " + classes.length
                    + " classes, expected [n >= 1, 2] and n classes");
        }
        Rows rows = Rows.of(points);
        double[] point = new double[2];
        double[] x = new double[classes.length];
        double[] y = new double[classes.length];
        for (int i = 0; i < classes.length; i++) {
            rows.read(i, point);
            if (!Double.isFinite(point[0]) || !Double.isFinite(point[1]) || classes[i] < 0) {
                throw new IllegalArgumentException("panel '" + title + "': point " + i + " is (" + point[0] + ", "
                        + point[1] + ") of class " + classes[i] + ", expected finite numbers and no negative class");
            }
            x[i] = point[0];
            y[i] = point[1];
        }
        List<Panel> more = new ArrayList<>(panels);
        more.add(new Panel(title, x, y, classes.clone()));
        return new ScatterPlots(side, List.copyOf(more));
    }

    /**
     * Draws the picture.
     *
     * @return a new picture
     * @throws IllegalStateException if it has no panel
     */
    public BufferedImage render() {
        if (panels.isEmpty()) {
            throw new IllegalStateException("a picture without panels");
        }
        int width = MARGIN + panels.size() * (side + MARGIN);
        BufferedImage image = new BufferedImage(width, TITLE + side + MARGIN, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            for (int i = 0; i < panels.size(); i++) {
                draw(panels.get(i), graphics, MARGIN + i * (side + MARGIN));
            }
        } finally {
            graphics.dispose();
        }
        return image;
    }

    /**
     * Draws the picture into a PNG file, which is replaced in one step; missing directories are made.
     *
     * @param file to write
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if there is no panel
     */
    public void write(Path file) throws IOException {
        PngFile.write(render(), file);
    }

    private void draw(Panel panel, Graphics2D graphics, int left) {
        graphics.setColor(ChartStyle.INK);
        double titleWidth = StrokeAlphabet.width(panel.title, LETTER);
        StrokeAlphabet.draw(graphics, panel.title, left + (side - titleWidth) / 2, TITLE - LETTER, LETTER, LETTER / 8);
        double[] x = placed(panel.x, left, side);
        double[] y = placed(panel.y, TITLE + side, -side);
        double radius = Math.max(1.2, Math.min(4, 0.16 * side / Math.sqrt(x.length)));
        for (int i = 0; i < x.length; i++) {
            Color colour = COLOURS[panel.classes[i] % COLOURS.length];
            graphics.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 190));
            graphics.fill(new Ellipse2D.Double(x[i] - radius, y[i] - radius, 2 * radius, 2 * radius));
        }
        graphics.setColor(ChartStyle.FRAME);
        graphics.setStroke(ChartStyle.stroke(0, 1f));
        graphics.draw(new Rectangle2D.Double(left, TITLE, side, side));
        int classes = Arrays.stream(panel.classes).max().orElseThrow() + 1;
        for (int k = 0; k < classes; k++) {
            int[] members = members(panel.classes, k);
            if (members.length > 0) {
                drawNumber(graphics, k, median(x, members), median(y, members));
            }
        }
    }

    private static int[] members(int[] classes, int wanted) {
        return IntStream.range(0, classes.length)
                .filter(i -> classes[i] == wanted)
                .toArray();
    }

    private static double median(double[] values, int[] members) {
        double[] sorted =
                Arrays.stream(members).mapToDouble(i -> values[i]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Pixels along one axis: the middle of the values fills the side but for a margin, and no point leaves it. */
    private static double[] placed(double[] values, double start, double length) {
        double[] sorted = DoubleStream.of(values).sorted().toArray();
        int cut = (int) ((1 - SHOWN) / 2 * sorted.length);
        double low = sorted[cut];
        double high = sorted[sorted.length - 1 - cut];
        double range = high > low ? high - low : 1;
        return Arrays.stream(values)
                .map(value -> start + length * Math.min(1, Math.max(0, 0.04 + 0.92 * (value - low) / range)))
                .toArray();
    }

    /** On a light disc with the class's colour around it. */
    private static void drawNumber(Graphics2D graphics, int number, double x, double y) {
        String text = Integer.toString(number);
        double width = StrokeAlphabet.width(text, LETTER);
        double radius = Math.max(width, LETTER) * 0.85;
        Ellipse2D disc = new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
        graphics.setColor(new Color(255, 255, 255, 225));
        graphics.fill(disc);
        graphics.setColor(COLOURS[number % COLOURS.length]);
        graphics.setStroke(ChartStyle.stroke(0, 2f));
        graphics.draw(disc);
        graphics.setColor(ChartStyle.INK);
        StrokeAlphabet.draw(graphics, text, x - width / 2, y + LETTER / 2, LETTER, LETTER / 8);
    }
}
