package org.boltzmann4j.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes a PNG so that a reader sees the old file or the complete new one, never half of it. */
final class PngFile {

    private PngFile() {}

    static void write(BufferedImage image, Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null) {
            throw new IOException(file + " is no file name");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // an explicit memory cache: ImageIO's default puts a cache file into the temporary directory
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this Java has no PNG writer, " + file + " cannot be written");
            }
        }
        Files.createDirectories(directory);
        // Not createTempFile: its files can be read by their owner only, and stay so when renamed.
        Path temporary = directory.resolve(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(temporary, bytes.toByteArray());
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
