package org.boltzmann4j.dl4j;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * JSON as a map from paths such as {@code layers[0].nOut} to texts: enough to compare two configurations and name what differs. It is
 * read token by token, so that no type is ever chosen by a file, and depth, length of paths and of numbers are bounded.
 */
final class FlatJson {

    private static final int DEEPEST = 100;
    private static final int LONGEST_PATH = 1000;
    private static final int LONGEST_NUMBER = 100;
    private static final long MOST_CHARACTERS = 1L << 25;

    /** Names come from files: no table of theirs is kept. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private FlatJson() {}

    /** Where the parser is: the names and indices above the next value. */
    private static final class Place {

        private final String path;
        private final boolean list;
        private int index;
        private String name = "";

        Place(String path, boolean list) {
            this.path = path;
            this.list = list;
        }

        String next() {
            return list ? path + "[" + index++ + "]" : path.isEmpty() ? name : path + "." + name;
        }
    }

    /**
     * Flattens JSON.
     *
     * @param json text in UTF-8
     * @return values by path; empty objects and lists have none, null is "null"
     * @throws IOException if it is no JSON, names something twice, or is beyond the bounds
     */
    static Map<String, String> read(byte[] json) throws IOException {
        Map<String, String> result = new LinkedHashMap<>();
        Deque<Place> places = new ArrayDeque<>();
        long characters = 0;
        try (JsonParser parser = FACTORY.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    places.element().name = parser.getText();
                    continue;
                }
                if (token.isStructEnd()) {
                    places.pop();
                    continue;
                }
                Place place = places.peek();
                String path = place == null ? "" : place.next();
                characters += path.length();
                if (places.size() > DEEPEST || path.length() > LONGEST_PATH || characters > MOST_CHARACTERS) {
                    throw new IOException("JSON is nested too deep, or its names are too long");
                }
                if (token.isStructStart()) {
                    places.push(new Place(path, token == JsonToken.START_ARRAY));
                    continue;
                }
                if (token.isNumeric() && parser.getTextLength() > LONGEST_NUMBER) {
                    throw new IOException("a number in JSON has " + parser.getTextLength() + " characters");
                }
                if (result.put(path, parser.getText()) != null) {
                    throw new IOException("JSON names " + path + " twice");
                }
            }
        }
        return result;
    }

    /**
     * Writes sections of texts, readably.
     *
     * @param sections in their order
     * @return an object of objects, in UTF-8
     */
    static byte[] write(Map<String, Map<String, String>> sections) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            for (Map.Entry<String, Map<String, String>> section : sections.entrySet()) {
                json.writeObjectFieldStart(section.getKey());
                for (Map.Entry<String, String> entry : section.getValue().entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }
}
