package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.UUID;

/**
 * A file that readers, or the next start after a crash, find complete or not at all: written beside its target, brought to the disk, then
 * renamed.
 */
public final class AtomicFile {

    private AtomicFile() {}

    /** Writes the contents of a file. */
    @FunctionalInterface
    public interface Writer {

        /**
         * Writes everything.
         *
         * @param file does not exist yet
         * @throws IOException if it cannot be written
         */
        void write(Path file) throws IOException;
    }

    /**
     * Writes a file; what a failure leaves behind is the old one, or none.
     *
     * @param file replaced if it exists; its directories are made
     * @param contents called once
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Writer contents) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = Objects.requireNonNull(target.getParent(), "a file has a directory");
        Files.createDirectories(directory);
        // Not createTempFile: its files can be read by their owner only, and stay so when renamed.
        Path written = directory.resolve(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            contents.write(written);
            // Not a channel: that would be closed by an interrupt.
            try (RandomAccessFile complete = new RandomAccessFile(written.toFile(), "rw")) {
                complete.getFD().sync();
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /**
     * Writes text in UTF-8.
     *
     * @param file replaced if it exists; its directories are made
     * @param text its new contents
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        write(file, written -> Files.writeString(written, text, StandardCharsets.UTF_8));
    }
}
