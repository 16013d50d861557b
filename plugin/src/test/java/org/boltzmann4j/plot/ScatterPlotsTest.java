package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScatterPlotsTest {

    private static final int SIDE = 200;

    /** Two classes in opposite corners: class 0 below on the left, class 1 above on the right. */
    private static final INDArray CORNERS = Nd4j.createFromArray(new double[][] {{0, 0}, {0, 0}, {10, 5}, {10, 5}});

    private static int count(BufferedImage image, int left, int top, int width, int height, int rgb) {
        int count = 0;
        for (int x = left; x < left + width; x++) {
            for (int y = top; y < top + height; y++) {
                count += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void pointsAndNumbersLieWhereTheirValuesSay() {
        BufferedImage image = ScatterPlots.ofSide(SIDE)
                .withPanel("corners", CORNERS, 0, 0, 1, 1)
                .render();
        int top = image.getHeight() - SIDE - 18;
        assertThat(image.getWidth()).isEqualTo(SIDE + 36);
        // The rings around the numbers have the full colour of the class.
        int half = SIDE / 2;
        assertThat(count(image, 18, top + half, half, half, 0x332288))
                .as("below on the left")
                .isPositive();
        assertThat(count(image, 18 + half, top, half, half, 0x332288)).isZero();
        assertThat(count(image, 18 + half, top, half, half, 0x88ccee))
                .as("above on the right")
                .isPositive();
        assertThat(count(image, 18, top + half, half, half, 0x88ccee)).isZero();
        assertThat(count(image, 0, 0, image.getWidth(), top - 2, 0xffffff))
                .as("a title is drawn")
                .isLessThan(image.getWidth() * (top - 2));
    }

    @Test
    void oneFarPointDoesNotSqueezeTheOthers() {
        double[][] points = new double[400][2];
        int[] classes = new int[400];
        for (int i = 0; i < 399; i++) {
            points[i][0] = i % 20;
            points[i][1] = i / 20.0;
        }
        points[399] = new double[] {1e6, -1e6};
        BufferedImage image = ScatterPlots.ofSide(SIDE)
                .withPanel("one far away", Nd4j.createFromArray(points), classes)
                .render();
        int top = image.getHeight() - SIDE - 18;
        int white = count(image, 18 + SIDE / 2, top, SIDE / 2, SIDE, 0xffffff);
        assertThat(white).as("the right half is not empty").isLessThan(SIDE * SIDE / 2 * 9 / 10);
    }

    @Test
    void panelsStandSideBySideInTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("new").resolve("codes.png");
        ScatterPlots.ofSide(SIDE)
                .withPanel("one", CORNERS, 0, 0, 1, 1)
                .withPanel("two", CORNERS, 1, 1, 0, 12)
                .write(file);
        BufferedImage image = Objects.requireNonNull(ImageIO.read(file.toFile()));
        assertThat(image.getWidth()).isEqualTo(2 * SIDE + 54);
    }

    @Test
    void pointsAllInOnePlaceAreDrawn() {
        INDArray same = Nd4j.createFromArray(new double[][] {{3, 3}, {3, 3}});
        BufferedImage image =
                ScatterPlots.ofSide(SIDE).withPanel("same", same, 0, 0).render();
        assertThat(count(image, 0, 0, image.getWidth(), image.getHeight(), 0x332288))
                .isPositive();
    }

    @Test
    void whatCannotBeDrawnIsNamed() {
        ScatterPlots plots = ScatterPlots.ofSide(SIDE);
        assertThatThrownBy(plots::render).hasMessageContaining("without panels");
        assertThatThrownBy(() -> plots.withPanel("few", CORNERS, 1)).hasMessageContaining("[4, 2] and 1 classes");
        assertThatThrownBy(() -> plots.withPanel("bad", Nd4j.createFromArray(new double[][] {{0, Double.NaN}}), 1))
                .hasMessageContaining("point 0 is (0.0, NaN)");
        assertThatThrownBy(() -> plots.withPanel("bad", Nd4j.createFromArray(new double[][] {{0, 0}}), -1))
                .hasMessageContaining("of class -1");
        assertThatThrownBy(() -> ScatterPlots.ofSide(99)).hasMessageContaining("side = 99");
    }
}
