package org.boltzmann4j.dl4j;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.UUID;

/** A file that is complete at any time: written beside its target and then renamed. */
final class AtomicFile {

    private AtomicFile() {}

    /** Writes the contents of a file. */
    @FunctionalInterface
    interface Writer {

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
     * @param file replaced if it exists
     * @param contents called once
     * @throws IOException if it cannot be written
     */
    static void write(File file, Writer contents) throws IOException {
        Path target = file.toPath().toAbsolutePath();
        Path directory = Objects.requireNonNull(target.getParent(), "a file has a directory");
        // Not createTempFile: its files can be read by their owner only, and stay so when renamed.
        Path written = directory.resolve(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            contents.write(written);
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
