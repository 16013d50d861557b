package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;

/**
 * Distorted pictures of the 26 capital letters, 29 x 29 = 841 grey pixels each, white on black, class 0 for A to 25 for Z.
 *
 * <p>Each picture is drawn from the strokes of {@link LetterStrokes}: one of the letter's shapes is chosen, its points are moved by a
 * random affine map (rotation, slant, size, shift) and a smooth random field (after the elastic distortions of Simard, Steinkraus and
 * Platt, 2003, as a sum of a few waves), and the strokes are drawn with a pen of random width by the distance of each
 * pixel's centre from the nearest stroke. No fonts are involved.
 */
final class Letters {

    /** Pixels of a side of a picture. */
    static final int SIDE = 29;
    /** Number of letters. */
    static final int CLASSES = 26;

    private static final int PIXELS = SIDE * SIDE;
    /** Pixels per unit of the strokes' box, whose height is 1: a letter is 19 pixels high before distortion. */
    private static final double HEIGHT = 19;

    private static final int WAVES = 3;

    private Letters() {}

    /**
     * Draws letters, A to Z in turn. Letter i depends on the seed and i only, so a longer set begins with the shorter one.
     *
     * @param examples how many, at least 26, so that every class occurs
     * @param seed any value
     * @return the pictures with their classes
     * @throws IllegalArgumentException if there are fewer than 26 or more than 2,000,000 examples
     */
    static ImageDataSet draw(int examples, long seed) {
        if (examples < CLASSES || examples > 2_000_000) {
            throw new IllegalArgumentException("examples must lie in [" + CLASSES + ", 2000000] but are " + examples);
        }
        RandomStreams streams = RandomStreams.of(seed).split("letters");
        byte[] pixels = new byte[examples * PIXELS];
        byte[] labels = new byte[examples];
        double[] ink = new double[PIXELS];
        for (int i = 0; i < examples; i++) {
            labels[i] = (byte) (i % CLASSES);
            draw(i % CLASSES, streams.random(0, i), ink);
            for (int pixel = 0; pixel < PIXELS; pixel++) {
                pixels[i * PIXELS + pixel] = (byte) Math.round(255 * ink[pixel]);
            }
        }
        return ImageDataSet.of(pixels, labels, SIDE, SIDE);
    }

    private static void draw(int letter, SplittableRandom random, double[] ink) {
        List<List<double[][]>> shapes = LetterStrokes.shapes((char) ('A' + letter));
        List<double[][]> shape = shapes.get(random.nextInt(shapes.size()));
        Distortion distortion = new Distortion(random);
        double pen = random.nextDouble(0.75, 1.7); // half the width of a stroke, in pixels
        Arrays.fill(ink, 0);
        for (double[][] stroke : shape) {
            double[] from = distortion.apply(stroke[0]);
            for (int i = 1; i < stroke.length; i++) {
                double[] to = distortion.apply(stroke[i]);
                drawSegment(from, to, pen, ink);
                from = to;
            }
        }
    }

    /** A pixel is as bright as the pen covers it, to first order: 1/2 where the pen's rim runs through its centre. */
    private static void drawSegment(double[] from, double[] to, double pen, double[] ink) {
        double reach = pen + 0.5;
        int left = Math.max(0, (int) Math.floor(Math.min(from[0], to[0]) - reach));
        int right = Math.min(SIDE - 1, (int) Math.ceil(Math.max(from[0], to[0]) + reach));
        int top = Math.max(0, (int) Math.floor(Math.min(from[1], to[1]) - reach));
        int bottom = Math.min(SIDE - 1, (int) Math.ceil(Math.max(from[1], to[1]) + reach));
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                double brightness = Math.min(1, reach - distance(x + 0.5, y + 0.5, from, to));
                int pixel = y * SIDE + x;
                ink[pixel] = Math.max(ink[pixel], brightness);
            }
        }
    }

    /** Distance of a point from a segment. */
    static double distance(double x, double y, double[] from, double[] to) {
        double dx = to[0] - from[0];
        double dy = to[1] - from[1];
        double length = dx * dx + dy * dy;
        double along = length == 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / length;
        double nearest = Math.min(1, Math.max(0, along));
        return Math.hypot(x - from[0] - nearest * dx, y - from[1] - nearest * dy);
    }

    /** One draw of the affine map and the smooth field, from the strokes' box to pixels. */
    private static final class Distortion {

        private final double[] affine;
        private final List<double[]> waves = new ArrayList<>();

        Distortion(SplittableRandom random) {
            double angle = Math.toRadians(random.nextDouble(-11, 11));
            double slant = random.nextDouble(-0.15, 0.25);
            double width = HEIGHT * random.nextDouble(0.78, 1.12);
            double height = HEIGHT * random.nextDouble(0.85, 1.12);
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            double shiftX = SIDE / 2.0 + random.nextDouble(-1.2, 1.2);
            double shiftY = SIDE / 2.0 + random.nextDouble(-1.2, 1.2);
            affine = new double[] {
                cos * width,
                cos * slant * height - sin * height,
                shiftX, //
                sin * width,
                sin * slant * height + cos * height,
                shiftY
            };
            for (int i = 0; i < WAVES; i++) {
                double direction = random.nextDouble(0, 2 * Math.PI);
                double frequency = 2 * Math.PI * random.nextDouble(0.4, 1.1); // waves a letter's height
                waves.add(new double[] {
                    frequency * Math.cos(direction),
                    frequency * Math.sin(direction),
                    random.nextDouble(0, 2 * Math.PI),
                    random.nextDouble(-0.9, 0.9), // pixels to the right
                    random.nextDouble(-0.9, 0.9) // pixels down
                });
            }
        }

        double[] apply(double[] point) {
            double x = point[0];
            double y = point[1];
            double toX = affine[0] * x + affine[1] * y + affine[2];
            double toY = affine[3] * x + affine[4] * y + affine[5];
            for (double[] wave : waves) {
                double height = Math.sin(wave[0] * x + wave[1] * y + wave[2]);
                toX += wave[3] * height;
                toY += wave[4] * height;
            }
            return new double[] {toX, toY};
        }
    }
}
