package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ImageGridTest {

    private static final int WHITE = 0xffffff;

    /** Tiles of one row and two pixels, bare: no enlargement, no margin. */
    private static final ImageGrid BARE =
            ImageGrid.images(1, 2).withEnlargement(1).withMargin(0).withTilesAcross(2);

    private static INDArray rows(float[]... rows) {
        return Nd4j.createFromArray(rows);
    }

    private static int pixel(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & WHITE;
    }

    private static int grey(int level) {
        return level << 16 | level << 8 | level;
    }

    @Test
    void tilesFillTheLinesFromLeftToRightAndTopToBottom() {
        BufferedImage image = BARE.render(rows(new float[] {0, 0.2f}, new float[] {0.4f, 0.6f}, new float[] {0.8f, 1}));
        assertThat(image.getWidth()).isEqualTo(4);
        assertThat(image.getHeight()).isEqualTo(2);
        int[] found = image.getRGB(0, 0, 4, 2, null, 0, 4);
        int[] expected = {0, grey(51), grey(102), grey(153), grey(204), grey(255), WHITE, WHITE};
        assertThat(Arrays.stream(found).map(rgb -> rgb & WHITE))
                .containsExactly(Arrays.stream(expected).boxed().toArray(Integer[]::new));
    }

    @Test
    void valuesOutsideTheUnitIntervalAreShownAsItsEndsAndBrokenOnesInMagenta() {
        BufferedImage image = BARE.render(rows(new float[] {-3, 7}, new float[] {Float.NaN, Float.POSITIVE_INFINITY}));
        assertThat(List.of(pixel(image, 0, 0), pixel(image, 1, 0), pixel(image, 2, 0), pixel(image, 3, 0)))
                .containsExactly(0, WHITE, 0xff00ff, 0xff00ff);
    }

    @Test
    void marginsAreWhiteAndPixelsAreEnlarged() {
        BufferedImage image =
                ImageGrid.images(1, 1).withEnlargement(3).withMargin(1).render(rows(new float[] {0}));
        // border of three margins on each side of three pixels
        assertThat(image.getWidth()).isEqualTo(9);
        for (int x = 0; x < 9; x++) {
            for (int y = 0; y < 9; y++) {
                boolean inside = x >= 3 && x < 6 && y >= 3 && y < 6;
                assertThat(pixel(image, x, y)).isEqualTo(inside ? 0 : WHITE);
            }
        }
    }

    @Test
    void zeroHasTheSameMiddleToneInEveryFilter() {
        ImageGrid grid =
                ImageGrid.filters(1, 3).withEnlargement(1).withMargin(0).withTilesAcross(1);
        BufferedImage image =
                grid.render(rows(new float[] {-4, 0, 2}, new float[] {0.1f, 0, 0}, new float[] {0, 0, 0}));
        assertThat(pixel(image, 0, 0)).isEqualTo(0);
        assertThat(pixel(image, 2, 0)).isEqualTo(grey(191)); // (2 / 4 + 1) / 2 of 255
        assertThat(pixel(image, 0, 1)).isEqualTo(WHITE);
        for (int line = 0; line < 3; line++) {
            assertThat(pixel(image, 1, line)).isEqualTo(grey(128));
        }
    }

    @Test
    void divergingColoursAreWhiteAtZeroBlueBelowAndRedAbove() {
        ImageGrid grid = ImageGrid.filters(1, 3)
                .withDivergingColours()
                .withEnlargement(1)
                .withMargin(0);
        BufferedImage image = grid.render(rows(new float[] {-1, 0, 1}));
        assertThat(List.of(pixel(image, 0, 0), pixel(image, 1, 0), pixel(image, 2, 0)))
                .containsExactly(0x2166ac, WHITE, 0xb2182b);
    }

    @Test
    void versionsOfAnImageStandSideBySide() {
        ImageGrid grid = ImageGrid.images(1, 1).withEnlargement(1).withMargin(1).withTilesAcross(2);
        BufferedImage image =
                grid.render(rows(new float[] {0}, new float[] {0}), rows(new float[] {0.2f}, new float[] {0.4f}));
        // border 3, original, margin 1, version, gap 3, original, margin 1, version, border 3
        assertThat(image.getWidth()).isEqualTo(15);
        assertThat(pixel(image, 3, 3)).isEqualTo(0);
        assertThat(pixel(image, 4, 3)).isEqualTo(WHITE);
        assertThat(pixel(image, 5, 3)).isEqualTo(grey(51));
        assertThat(pixel(image, 9, 3)).isEqualTo(0);
        assertThat(pixel(image, 11, 3)).isEqualTo(grey(102));
    }

    @Test
    void theArrayIsNotModified() {
        INDArray values = rows(new float[] {-4, 0, 2});
        INDArray before = values.dup();
        ImageGrid.filters(1, 3).render(values);
        assertThat(values).isEqualTo(before);
    }

    @Test
    void aWrittenFileIsThePictureAndNothingElseIsLeftInTheDirectory(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("new").resolve("grid.png");
        INDArray values = rows(new float[] {0, 0.2f}, new float[] {0.4f, 0.6f});
        BARE.write(file, values);
        BARE.write(file, values); // replaces
        BufferedImage read = ImageIO.read(file.toFile());
        assertThat(pixel(read, 3, 0)).isEqualTo(grey(153));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNoTemporaryOne(@TempDir Path directory) throws IOException {
        Path occupied = Files.createDirectories(directory.resolve("grid.png").resolve("full"))
                .getParent();
        assertThatThrownBy(() -> BARE.write(occupied, rows(new float[] {0, 1}))).isInstanceOf(IOException.class);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(occupied);
        }
    }

    @Test
    void impossibleRequestsAreRefused() {
        assertThatThrownBy(BARE::render).hasMessageContaining("nothing to draw");
        assertThatThrownBy(() -> BARE.render(rows(new float[] {1, 2, 3})))
                .hasMessageContaining("[n, 1 * 2], got [1, 3]");
        assertThatThrownBy(() -> BARE.render(Nd4j.create(2, 2), Nd4j.create(3, 2)))
                .hasMessageContaining("2 and 3");
        assertThatThrownBy(() -> BARE.withEnlargement(15_000).render(Nd4j.create(1, 2)))
                .hasMessageContaining("30000 x 15000 pixels");
        assertThatThrownBy(() -> ImageGrid.images(0, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BARE.withTilesAcross(0)).hasMessageContaining("tiles across must be at least 1");
        assertThatThrownBy(() -> BARE.withMargin(-1)).hasMessageContaining("margin must be at least 0");
    }
}
