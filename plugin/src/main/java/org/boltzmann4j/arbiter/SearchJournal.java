package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.boltzmann4j.dl4j.AtomicFile;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * The directory of a search: what is searched ({@code search.json}), every draw ({@code candidates/000000/candidate.json}) before it
 * is trained, every result ({@code result.json}) when it is done. All files appear whole or not at all, so that a search can be
 * killed at any time; nothing in them is Java serialisation.
 */
final class SearchJournal {

    private static final long LARGEST = 16 << 20;

    private final Path directory;

    private SearchJournal(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a directory, new or of the same search.
     *
     * @param identity settings that must not change when a search goes on, by name
     * @throws IllegalStateException if it belongs to another search
     */
    static SearchJournal open(Path directory, Map<String, JsonNode> identity) {
        Path file = directory.resolve("search.json");
        try {
            if (!Files.exists(file)) {
                AtomicFile.write(file, SearchJson.write(identity));
            }
            JsonNode found = SearchJson.parse(text(file));
            identity.forEach((name, wanted) -> requireSame(directory, name, found.path(name), wanted));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SearchJournal(directory);
    }

    /** As text, since a number that was read may be of another type than the one that was written. */
    private static void requireSame(Path directory, String name, JsonNode found, JsonNode wanted) {
        if (!found.toString().equals(wanted.toString())) {
            throw new IllegalStateException(directory + " holds another search: "
                    + (wanted.isValueNode()
                            ? name + " is " + found.asText() + ", expected " + wanted.asText()
                            : "its " + name + " is not that of search.json there")
                    + ". Take another directory, or delete this one");
        }
    }

    static Path candidateDirectory(Path directory, int index) {
        return directory.resolve("candidates").resolve(String.format("%06d", index));
    }

    Path directory() {
        return directory;
    }

    @Nullable CandidateRecord draw(int index) {
        String json = read(index, "candidate.json");
        return json == null ? null : CandidateRecord.fromJson(json);
    }

    @Nullable ResultRecord result(int index) {
        String json = read(index, "result.json");
        return json == null ? null : SearchJson.read(SearchJson.parse(json), ResultRecord.class);
    }

    void write(CandidateRecord draw) {
        write(draw.index(), "candidate.json", draw.toJson());
    }

    void write(int index, ResultRecord result) {
        write(index, "result.json", SearchJson.write(result));
    }

    private @Nullable String read(int index, String name) {
        Path file = candidateDirectory(directory, index).resolve(name);
        try {
            return Files.exists(file) ? text(file) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " has " + Files.size(file) + " bytes, expected at most " + LARGEST);
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private void write(int index, String name, String json) {
        try {
            AtomicFile.write(candidateDirectory(directory, index).resolve(name), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
