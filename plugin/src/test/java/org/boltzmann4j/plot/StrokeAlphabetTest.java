package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrokeAlphabetTest {

    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?-+=*/%()[]<>_^|'#";
    private static final List<Character> EVERY_CHARACTER =
            ALPHABET.chars().mapToObj(c -> (char) c).toList();

    private static int[] picture(String text) {
        BufferedImage image = new BufferedImage(60, 60, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        StrokeAlphabet.draw(graphics, text, 5, 40, 24, 2);
        graphics.dispose();
        return image.getRGB(0, 0, 60, 60, null, 0, 60);
    }

    @Test
    void everyLetterFigureAndSignHasItsOwnLook() {
        Map<String, Character> looks = new HashMap<>();
        for (char c : EVERY_CHARACTER) {
            assertThat(StrokeAlphabet.knows(c)).as("%s", c).isTrue();
            int[] picture = picture(String.valueOf(c));
            assertThat(Arrays.stream(picture)
                            .filter(rgb -> rgb == Color.WHITE.getRGB())
                            .count())
                    .as("ink of %s", c)
                    .isPositive();
            Character twin = looks.put(Arrays.toString(picture), c);
            // capital o and zero are one shape, as on many typewriters; so are small l and capital i
            assertThat(twin == null || (twin + "" + c).matches("O0|Il|I\\||l\\|"))
                    .as("%s looks like %s", c, twin)
                    .isTrue();
        }
    }

    @Test
    void aGlyphLiesBetweenTheLinesOfItsGrid() {
        for (char c : EVERY_CHARACTER) {
            int[] picture = picture(String.valueOf(c));
            for (int i = 0; i < picture.length; i++) {
                if (picture[i] != Color.BLACK.getRGB()) {
                    // baseline 40, capitals 24 high, descenders a third of that, half a line width and a pixel around
                    assertThat(i / 60).as("row of %s", c).isBetween(40 - 24 - 2, 40 + 8 + 2);
                    assertThat(i % 60).as("column of %s", c).isGreaterThanOrEqualTo(5 - 2);
                }
            }
        }
    }

    @Test
    void anUnknownCharacterBecomesABox() {
        assertThat(StrokeAlphabet.knows('é')).isFalse();
        assertThat(picture("é")).isEqualTo(picture("ß"));
    }

    @Test
    void widthGrowsWithTheTextAndWithTheHeight() {
        assertThat(StrokeAlphabet.width("", 12)).isZero();
        assertThat(StrokeAlphabet.width("H", 12)).isEqualTo(8);
        assertThat(StrokeAlphabet.width("HH", 24)).isGreaterThan(2 * StrokeAlphabet.width("H", 24));
    }
}
