package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The strokes of the capital letters, one or more shapes each.
 *
 * <p>In the text below a line is a shape: its letter, then its strokes as lists of points {@code x,y} in a box from 0,0 (top left) to
 * 6,10 (bottom right). A stroke in square brackets is straight from point to point; one in round brackets is a smooth curve (corner
 * cutting) from the first point to the last, which the points between attract; one in braces is a closed smooth curve.
 */
final class LetterStrokes {

    private static final String SHAPES =
            """
            A [0,10 3,0 6,10] [1.1,6.4 4.9,6.4]
            A [0,10 0.4,4 2,0 4,0 5.6,4 6,10] [0.3,5.6 5.7,5.6]
            A (0,10 0.2,0 3,-0.5 5.8,0 6,10) [0.2,6 5.8,6]
            B [0.3,0 0.3,10] (0.3,0 4.6,0 5.6,1.2 5.6,3.4 4.2,4.8 0.3,4.8) (0.3,4.8 4.8,4.8 6.2,6.2 6.2,8.6 4.8,10 0.3,10)
            B [0.5,0 0.5,10] (0.5,0.4 5.6,-0.6 5.8,4.2 2,4.9) (2,4.9 6.8,4.6 6.6,10.4 0.5,9.8)
            C (6,1.6 5,0 1.4,0 0,2 0,8 1.4,10 5,10 6,8.4)
            C (5.6,1 4.2,-0.4 0,0.4 -0.2,5 0,9.6 4.2,10.4 5.6,9)
            D [0.2,0 0.2,10] (0.2,0 3.6,0 6,1.6 6,8.4 3.6,10 0.2,10)
            D [0.8,0.3 0.8,9.8] (0,0.4 5.4,-0.4 6.6,5 5.4,10.4 0,9.7)
            E [5.8,0 0.2,0 0.2,10 5.8,10] [0.2,4.9 4.8,4.9]
            E (5.6,1 4.6,-0.4 0.4,-0.2 0.4,4.4 2,4.9 3.6,4.9) (3.6,4.9 0,4.9 -0.6,10.2 4.8,10.4 5.8,8.8)
            F [5.8,0 0.3,0 0.3,10] [0.3,4.9 4.8,4.9]
            F [1,0.2 1,10] (0,0.4 3,0 6,0) [1,5 4.4,4.8]
            G (6,1.6 5,0 1.4,0 0,2 0,8 1.4,10 4.6,10 6,8.8 6,5.6) [6,5.4 3.4,5.4]
            G (5.8,1.2 4.4,-0.4 0,0.2 -0.2,5 0,9.8 3.6,10.4 5.4,9 5.4,5.6) [3,5.6 6.2,5.6] [5.4,5.6 5.4,10]
            H [0.2,0 0.2,10] [5.8,0 5.8,10] [0.2,5 5.8,5]
            H [0.4,0 0.1,10] [5.6,0 5.9,10] (0.2,5.4 3,4.6 5.8,4.8)
            I [3,0 3,10]
            I [3,0 3,10] [1.2,0 4.8,0] [1.2,10 4.8,10]
            J (4.8,0 4.8,8.2 4.2,10 1.6,10 0.4,9 0.4,7.4)
            J [2,0 6,0] (4.4,0 4.4,8.6 3.4,10.2 0.8,10 0.2,8)
            K [0.3,0 0.3,10] [5.6,0 0.3,5.8] [2.1,4 5.8,10]
            K [0.4,0 0.4,10] (5.6,0.2 3.4,3.8 0.4,5.2) (0.4,5.2 3.2,5.4 4.6,9.4 6,9.9)
            L [0.6,0 0.6,10 5.6,10]
            L (1,0 0.9,5 0.8,9.6 0.9,10 2,9.8 5.8,9.6)
            M [0,10 0.3,0 3,6.4 5.7,0 6,10]
            M (-0.2,10 0.2,3 1,-0.8 2.6,1.4 3,8) (3,8 3.4,1.4 5,-0.8 5.8,3 6.2,10)
            N [0.2,10 0.2,0 5.8,10 5.8,0]
            N (0.2,10 0.3,4 0.4,0) [0.4,0.2 5.4,9.8] (5.4,9.8 5.6,5 5.8,0)
            O {3,-0.5 5.2,0.2 6.5,2.6 6.5,7.4 5.2,9.8 3,10.5 0.8,9.8 -0.5,7.4 -0.5,2.6 0.8,0.2}
            O {3,0.2 5.6,0.8 6.7,5 5.6,9.2 3,9.8 0.4,9.2 -0.7,5 0.4,0.8}
            P [0.4,0 0.4,10] (0.4,0 4.8,0 6,1.4 6,4 4.8,5.4 0.4,5.4)
            P [0.8,0.3 0.6,10] (0,0.8 5.4,-1.2 7,3 5.2,6 0.8,5.4)
            Q {3,-0.5 5.2,0.2 6.5,2.6 6.5,7.4 5.2,9.8 3,10.5 0.8,9.8 -0.5,7.4 -0.5,2.6 0.8,0.2} [3.6,7 6.2,10.4]
            Q {3,0 5.6,0.4 6.7,4.6 5.6,8.8 3,9.2 0.4,8.8 -0.7,4.6 0.4,0.4} (2.8,8 4,8 4.6,10.4 6.4,10.2)
            R [0.3,0 0.3,10] (0.3,0 4.6,0 5.8,1.3 5.8,3.8 4.6,5.1 0.3,5.1) [3,5.1 5.9,10]
            R [0.7,0.2 0.6,10] (0,0.7 5.4,-1.1 6.8,3 4.8,5.2 1,5.2) (1,5.2 3.4,5.2 4.4,9.4 6,9.9)
            S (5.7,1.6 4.9,0 1.1,0 0.1,1.6 0.3,4 3,4.9 5.7,5.8 5.9,8.4 4.9,10 1.1,10 0.1,8.4)
            S (5.4,0.8 3.4,-0.8 -0.4,0.4 0.2,4.4 3.2,5 6.4,5.8 6,9.8 2.4,10.8 0.3,9)
            T [0,0 6,0] [3,0 3,10]
            T (0,0.6 2.6,-0.1 6,0.1) (3.1,0 2.9,5 3,10)
            U (0.2,0 0.2,8 1.4,10 4.6,10 5.8,8 5.8,0)
            U (0.2,0 -0.2,9.6 2.6,10.6 5.4,9.4 5.4,0) [5.4,0 5.6,10]
            V [0,0 3,10 6,0]
            V (0,0 1.6,5 2.7,9.8 3.3,9.8 4.4,5 6,0)
            W [-0.4,0 1.4,10 3,2.6 4.6,10 6.4,0]
            W (-0.3,0 -0.2,10.6 2.6,10.6 3,3) (3,3 3.4,10.6 6.2,10.6 6.3,0)
            X [0.2,0 5.8,10] [5.8,0 0.2,10]
            X (0,0.2 1.8,0.6 4.2,9.4 6,9.8) [5.7,0.2 0.3,9.8]
            Y [0,0 3,4.8 6,0] [3,4.8 3,10]
            Y (0.2,0 0.2,5 2.8,5.8 5.6,4.6 5.6,0) [5.6,0 2.4,10]
            Y [0.2,0 3.1,4.9] [5.9,0 2,10]
            Z [0.2,0 5.8,0 0.2,10 5.8,10]
            Z (0.2,0.6 2.4,-0.1 5.7,0.2) [5.7,0.2 0.4,9.8] (0.4,9.8 3.4,9.4 6,10)
            Z [0.2,0 5.8,0 0.2,10 5.8,10] [1.4,5 4.6,5]
            """;

    /** Longest piece of a straight stroke, in units of the letter's height, so that distortion can bend it. */
    private static final double PIECE = 0.08;

    private static final Map<Character, List<List<double[][]>>> BY_LETTER = parse();

    private LetterStrokes() {}

    /**
     * The shapes of a letter. A shape is a list of strokes, a stroke an array of points {@code [x, y]} around the centre 0,0, with y
     * down and the letter's height 1. Not to be modified.
     */
    static List<List<double[][]>> shapes(char letter) {
        List<List<double[][]>> shapes = BY_LETTER.get(letter);
        if (shapes == null) {
            throw new IllegalArgumentException("'" + letter + "' is no capital letter");
        }
        return shapes;
    }

    private static Map<Character, List<List<double[][]>>> parse() {
        Map<Character, List<List<double[][]>>> shapes = new HashMap<>();
        SHAPES.lines().forEach(line -> shapes.computeIfAbsent(line.charAt(0), letter -> new ArrayList<>())
                .add(shape(line.substring(1))));
        return shapes;
    }

    private static List<double[][]> shape(String text) {
        List<double[][]> strokes = new ArrayList<>();
        int start = 1;
        while (start < text.length()) {
            char kind = text.charAt(start);
            int end = text.indexOf(kind == '[' ? ']' : kind == '(' ? ')' : '}', start);
            List<double[]> points = points(text.substring(start + 1, end));
            if (kind == '[') {
                points = divided(points);
            } else {
                for (int round = 0; round < 3; round++) {
                    points = cutCorners(points, kind == '{');
                }
                if (kind == '{') {
                    points.add(points.get(0));
                }
            }
            strokes.add(points.toArray(double[][]::new));
            start = end + 2; // over the blank
        }
        return List.copyOf(strokes);
    }

    private static List<double[]> points(String text) {
        List<double[]> points = new ArrayList<>();
        for (String point : text.split(" ", -1)) {
            int comma = point.indexOf(',');
            double x = Double.parseDouble(point.substring(0, comma));
            double y = Double.parseDouble(point.substring(comma + 1));
            points.add(new double[] {(x - 3) / 10, (y - 5) / 10});
        }
        return points;
    }

    private static List<double[]> divided(List<double[]> points) {
        List<double[]> divided = new ArrayList<>(List.of(points.get(0)));
        for (int i = 1; i < points.size(); i++) {
            double[] from = points.get(i - 1);
            double[] to = points.get(i);
            int pieces = (int) Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / PIECE);
            for (int piece = 1; piece <= pieces; piece++) {
                divided.add(between(from, to, (double) piece / pieces));
            }
        }
        return divided;
    }

    /** One round of Chaikin's corner cutting; an open stroke keeps its ends. */
    private static List<double[]> cutCorners(List<double[]> points, boolean closed) {
        List<double[]> cut = new ArrayList<>();
        int n = points.size();
        if (!closed) {
            cut.add(points.get(0));
        }
        for (int i = 0; i < (closed ? n : n - 1); i++) {
            double[] from = points.get(i);
            double[] to = points.get((i + 1) % n);
            cut.add(between(from, to, 0.25));
            cut.add(between(from, to, 0.75));
        }
        if (!closed) {
            cut.add(points.get(n - 1));
        }
        return cut;
    }

    private static double[] between(double[] from, double[] to, double share) {
        return new double[] {from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])};
    }
}
