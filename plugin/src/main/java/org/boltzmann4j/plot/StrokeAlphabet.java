package org.boltzmann4j.plot;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.Stroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Letters made of lines, for machines without fonts. Covers printable ASCII as far as axis titles and legends need it;
 * anything else becomes a box.
 *
 * <p>A glyph lies on a grid with the baseline at 0, small letters up to 8, capitals and figures up to 12, descenders down to
 * -4. Each stroke is a list of points of two characters, x and y, where {@code a b c} are 10 to 12 and {@code p q r s} are -1
 * to -4. A leading {@code ~} rounds the corners, {@code o} rounds them and closes the stroke.
 */
final class StrokeAlphabet {

    private static final double CAPITAL_HEIGHT = 12;
    private static final double GAP = 3.4;
    private static final double SPACE = 4;
    private static final String DIGITS = "0123456789abc";
    private static final String NEGATIVE = "_pqrs";

    private static final String GLYPHS =
            """
            A 004c80 1373
            B 000c ~0c5c7b775606 ~065685815000 0656
            C ~8a6c2c0a02206082
            D 000c ~0c4c8a824000
            E 8c0c0080 0666
            F 8c0c00 0666
            G ~8a6c2c0a02206082 828555
            H 000c 808c 0686
            I 0c00
            J ~6c62402002
            K 000c 8c05 3780
            L 0c0080
            M 000c448c80
            N 000c808c
            O o2c6c8a826020020a
            P 000c ~0c6c8b876606
            Q o2c6c8a826020020a 5380
            R 000c ~0c6c8b876606 4680
            S ~8a7c1c09177583701002
            T 0c8c 4c40
            U ~0c022060828c
            V 0c408c
            W 0c305970ac
            X 0c80 8c00
            Y 0c468c 4640
            Z 0c8c0080
            a o2858767250200206 7870
            b o2858767250200206 0c00
            c ~7658280602205072
            d o2858767250200206 7c70
            e 0474 ~747658280602205071
            f ~5c3c2a20 0858
            g o2858767250200206 ~787r5s2s0r
            h 0c00 ~0628587670
            i 0800 0b0c
            j ~282r1s0s 2b2c
            k 0c00 6803 3560
            l 0c00
            m 0800 ~0618485650 ~566898a6a0
            n 0800 ~0628587670
            o o2858767250200206
            p o2858767250200206 080s
            q o2858767250200206 787s
            r 0800 ~05284858
            s ~67581806155362501001
            t ~2b223050 0858
            u ~0802205072 7870
            v 083068
            w 08205780a8
            x 0860 6800
            y 0830 681s
            z 08680060
            0 o2c6c8a826020020a
            1 1a4c40
            2 ~0a1c7c897600 0080
            3 ~0a1c7c897636 ~367683701002
            4 606c0383
            5 7c1c06 ~0628688583602002
            6 ~7b5c2c090320608285672704
            7 0c8c30
            8 o2c6c8b876626070b o2666858160200105
            9 ~11306083896c2c0a07256588
            . 0001
            , 110q
            : 0001 0708
            ; 110q 1718
            ! 0c04 0001
            ? ~0a1c6c7a784644 4041
            - 0555
            + 0585 4941
            = 0373 0777
            * 4a44 1975 7915
            / 006c
            % 008c o0c3c3909 o53838050
            ( ~3c0a0230
            ) ~0c3a3200
            [ 3c0c0030
            ] 0c3c3000
            < 790571
            > 097501
            _ 0080
            ^ 094c89
            | 0c0q
            ' 0c0a
            # 212b 717b 0494 0898
            """;

    private static final String BOX = "0c8c80000c";
    private static final Map<Character, Glyph> ALPHABET = parse();

    private record Glyph(Path2D outline, double width) {}

    private StrokeAlphabet() {}

    private static Map<Character, Glyph> parse() {
        Map<Character, Glyph> glyphs = new HashMap<>();
        GLYPHS.lines().forEach(line -> glyphs.put(line.charAt(0), glyph(line.substring(2))));
        return glyphs;
    }

    private static Glyph glyph(String strokes) {
        Path2D outline = new Path2D.Double();
        double width = 0;
        for (String stroke : strokes.split(" ", -1)) {
            boolean closed = stroke.startsWith("o");
            boolean round = closed || stroke.startsWith("~");
            List<double[]> points = points(stroke.substring(round ? 1 : 0));
            for (int i = 0; round && i < 3; i++) {
                points = cutCorners(points, closed);
            }
            for (int i = 0; i < points.size(); i++) {
                double[] point = points.get(i);
                width = Math.max(width, point[0]);
                if (i == 0) {
                    outline.moveTo(point[0], point[1]);
                } else {
                    outline.lineTo(point[0], point[1]);
                }
            }
            if (closed) {
                outline.closePath();
            }
        }
        return new Glyph(outline, width);
    }

    private static List<double[]> points(String text) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < text.length(); i += 2) {
            points.add(new double[] {coordinate(text.charAt(i)), coordinate(text.charAt(i + 1))});
        }
        return points;
    }

    private static int coordinate(char c) {
        int positive = DIGITS.indexOf(c);
        return positive >= 0 ? positive : -NEGATIVE.indexOf(c);
    }

    /** One round of Chaikin's corner cutting; an open line keeps its ends. */
    private static List<double[]> cutCorners(List<double[]> points, boolean closed) {
        List<double[]> cut = new ArrayList<>();
        int n = points.size();
        if (!closed) {
            cut.add(points.get(0));
        }
        for (int i = 0; i < (closed ? n : n - 1); i++) {
            double[] a = points.get(i);
            double[] b = points.get((i + 1) % n);
            cut.add(new double[] {0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]});
            cut.add(new double[] {0.25 * a[0] + 0.75 * b[0], 0.25 * a[1] + 0.75 * b[1]});
        }
        if (!closed) {
            cut.add(points.get(n - 1));
        }
        return cut;
    }

    /** Width of a text in pixels when its capitals are {@code height} pixels high. */
    static double width(String text, double height) {
        double width = 0;
        for (int i = 0; i < text.length(); i++) {
            width += advance(text.charAt(i));
        }
        return Math.max(0, width - GAP) * height / CAPITAL_HEIGHT;
    }

    private static double advance(char c) {
        return (c == ' ' ? SPACE : look(c).width()) + GAP;
    }

    private static Glyph look(char c) {
        Glyph glyph = ALPHABET.get(c);
        return glyph == null ? glyph(BOX) : glyph;
    }

    static boolean knows(char c) {
        return c == ' ' || ALPHABET.containsKey(c);
    }

    /** Draws a text in the current colour, starting at {@code x} with its baseline at {@code y}. */
    static void draw(Graphics2D graphics, String text, double x, double y, double height, double thickness) {
        Stroke before = graphics.getStroke();
        graphics.setStroke(new BasicStroke((float) thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        double scale = height / CAPITAL_HEIGHT;
        double position = x;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ' ') {
                AffineTransform place = new AffineTransform(scale, 0, 0, -scale, position, y);
                graphics.draw(place.createTransformedShape(look(c).outline()));
            }
            position += advance(c) * scale;
        }
        graphics.setStroke(before);
    }
}
