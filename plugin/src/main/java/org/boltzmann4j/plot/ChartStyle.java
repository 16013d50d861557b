package org.boltzmann4j.plot;

import java.awt.BasicStroke;
import java.awt.Color;

/** What both drawers of charts agree on, so that a chart looks much the same with and without fonts. */
final class ChartStyle {

    static final Color INK = new Color(0x33, 0x33, 0x33);
    static final Color FRAME = new Color(0x99, 0x99, 0x99);
    static final Color GRID = new Color(0xe6, 0xe6, 0xe6);

    /** The scheme "bright" of Paul Tol, told apart by most colour-blind readers. */
    private static final Color[] COLOURS = {
        new Color(0x44, 0x77, 0xaa),
        new Color(0xee, 0x66, 0x77),
        new Color(0x22, 0x88, 0x33),
        new Color(0xcc, 0xbb, 0x44),
        new Color(0x66, 0xcc, 0xee),
        new Color(0xaa, 0x33, 0x77),
        new Color(0x77, 0x77, 0x77)
    };

    private ChartStyle() {}

    static Color colour(int curve) {
        return COLOURS[curve % COLOURS.length];
    }

    /** Solid for the first seven curves, dashed for the second seven, and so on. */
    static BasicStroke stroke(int curve, float width) {
        int round = curve / COLOURS.length;
        if (round == 0) {
            return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
        }
        float[] dashes = {width * (round == 1 ? 4 : 1), width * 2.5f};
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, dashes, 0f);
    }

    /** Line width that suits a picture of this height. */
    static float lineWidth(int height) {
        return Math.max(1.5f, height / 230f);
    }

    /** Height of normal letters (of their whole line) that suits a picture of this height. */
    static int fontSize(int height) {
        return Math.max(9, Math.round(height / 34f));
    }
}
