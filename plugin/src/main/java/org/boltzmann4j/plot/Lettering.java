package org.boltzmann4j.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether AWT can draw letters here.
 *
 * <p>On a headless Java without libfontconfig, or with it but without fonts, AWT throws {@link Error}s at the first letter, while
 * lines and images work. So letters are tried once, in a picture nobody sees.
 */
final class Lettering {

    /** Set to {@code true} to do without AWT's fonts even where they work. */
    static final String PLAIN_PROPERTY = "org.boltzmann4j.plot.plain";

    private static final Logger LOG = LoggerFactory.getLogger(Lettering.class);

    private Lettering() {}

    /** Loaded, and therefore probed, at the first question only. */
    private static final class Probe {
        static final boolean WORKS = probe();
    }

    static boolean works() {
        return !Boolean.getBoolean(PLAIN_PROPERTY) && Probe.WORKS;
    }

    private static boolean probe() {
        try {
            BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            graphics.setColor(Color.WHITE);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 24));
            graphics.drawString("M", 5, 30);
            graphics.dispose();
            return hasInk(image);
        } catch (
                Throwable
                        e) { // InternalError, Error or UnsatisfiedLinkError, by the way in which the fonts are missing
            LOG.info("AWT has no usable fonts here ({}); plots are drawn with plain lettering", e.toString());
            return false;
        }
    }

    private static boolean hasInk(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int pixel : pixels) {
            if (pixel != Color.BLACK.getRGB()) {
                return true;
            }
        }
        return false;
    }
}
