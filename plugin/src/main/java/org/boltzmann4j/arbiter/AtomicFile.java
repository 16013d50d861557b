package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.UUID;

/** Files that a reader, or the next start after a crash, finds complete or not at all. */
final class AtomicFile {

    private AtomicFile() {}

    /** Writes a file, whose content the argument puts where it is told to. */
    interface Content {
        void writeTo(Path unfinished) throws IOException;
    }

    static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = Objects.requireNonNull(target.getParent(), "a file has a directory");
        Files.createDirectories(directory);
        Path unfinished = directory.resolve(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            content.writeTo(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    static void write(Path file, String text) throws IOException {
        write(file, unfinished -> Files.writeString(unfinished, text, StandardCharsets.UTF_8));
    }
}
