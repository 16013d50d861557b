package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnimatedGifTest {

    @TempDir
    private Path directory;

    /** All greys, shifted by a number of pixels. */
    private static BufferedImage greys(int shift) {
        BufferedImage image = new BufferedImage(32, 8, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 256; pixel++) {
            int grey = (pixel + shift) & 0xff;
            image.setRGB(pixel % 32, pixel / 32, grey << 16 | grey << 8 | grey);
        }
        return image;
    }

    @Test
    void framesAreReadBackWithAllTheirTonesAndTimes() throws IOException {
        Path file = directory.resolve("new").resolve("film.gif");
        List<BufferedImage> frames =
                IntStream.range(0, 3).mapToObj(i -> greys(50 * i)).toList();
        AnimatedGif.write(file, frames, 120);
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                BufferedImage found = reader.read(i);
                for (int pixel = 0; pixel < 256; pixel++) {
                    assertThat(found.getRGB(pixel % 32, pixel / 32))
                            .isEqualTo(frames.get(i).getRGB(pixel % 32, pixel / 32));
                }
                IIOMetadataNode root =
                        (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
                IIOMetadataNode control = (IIOMetadataNode)
                        root.getElementsByTagName("GraphicControlExtension").item(0);
                assertThat(control.getAttribute("delayTime")).isEqualTo("12");
            }
        } finally {
            reader.dispose();
        }
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                .startsWith("GIF89a")
                .contains("NETSCAPE2.0");
        assertThat(file.getParent().toFile().list()).containsExactly("film.gif");
    }

    @Test
    void whatMakesNoFilmIsRefused() {
        Path file = directory.resolve("film.gif");
        assertThatThrownBy(() -> AnimatedGif.write(file, List.of(), 100)).hasMessageContaining("at least one picture");
        assertThatThrownBy(() -> AnimatedGif.write(file, List.of(greys(0)), 9))
                .hasMessageContaining("milliseconds = 9");
        BufferedImage other = new BufferedImage(31, 8, BufferedImage.TYPE_INT_RGB);
        assertThatThrownBy(() -> AnimatedGif.write(file, List.of(greys(0), other), 100))
                .hasMessage("pictures of 32 x 8 and 31 x 8, expected one size");
        assertThat(file).doesNotExist();
    }
}
