package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The figures of an example, printed as its last line for programs to read: {@code RESULT} and one JSON object whose keys stand in
 * the order in which they were put.
 */
final class Result {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> figures = new LinkedHashMap<>();

    private Result() {}

    /**
     * Starts the result of an example.
     *
     * @param example its name
     * @param seed the seed it ran with
     * @return a result with the keys {@code example} and {@code seed}
     */
    static Result of(String example, long seed) {
        return new Result().with("example", example).with("seed", seed);
    }

    /**
     * Puts a figure in.
     *
     * @param key not yet used
     * @param value a number, text or truth value, or a list or map of such
     * @return this result
     * @throws IllegalArgumentException if the key is taken or a number is not finite, which JSON cannot say
     */
    Result with(String key, Object value) {
        Objects.requireNonNull(key, "key");
        requireSayable(key, value);
        if (figures.putIfAbsent(key, value) != null) {
            throw new IllegalArgumentException("the result already has a figure '" + key + "'");
        }
        return this;
    }

    private static void requireSayable(String key, Object value) {
        if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("figure '" + key + "' is " + value + ", expected a finite number");
        } else if (value instanceof List<?> list) {
            list.forEach(element -> requireSayable(key, element));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((inner, element) -> requireSayable(key + "." + inner, element));
        } else if (!(value instanceof Number || value instanceof String || value instanceof Boolean)) {
            throw new IllegalArgumentException(
                    "figure '" + key + "' is a " + value.getClass().getName()
                            + ", expected a number, text or truth value, or a list or map of such");
        }
    }

    /** The line without its end. */
    String line() {
        return "RESULT " + json();
    }

    /**
     * Writes the JSON object into a file, which is replaced in one step; missing directories are made.
     *
     * @param file to write
     * @throws IOException if it cannot be written
     */
    void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = Objects.requireNonNull(target.getParent(), "a file has a directory");
        Files.createDirectories(directory);
        Path unfinished = directory.resolve(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.writeString(unfinished, json() + System.lineSeparator());
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private String json() {
        try {
            return JSON.writeValueAsString(figures);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures that were checked cannot be written", e);
        }
    }

    /**
     * Prints the line.
     *
     * @param out where to
     */
    void print(PrintStream out) {
        out.println(line());
        out.flush();
    }
}
