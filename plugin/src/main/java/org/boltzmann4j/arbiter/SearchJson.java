package org.boltzmann4j.arbiter;

import java.io.IOException;
import org.boltzmann4j.dl4j.ModelReader;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** JSON of specifications and records, by the mapper that writes the host's configurations. */
final class SearchJson {

    private SearchJson() {}

    private static ObjectMapper mapper() {
        return NeuralNetConfiguration.mapper();
    }

    static JsonNode tree(Object value) {
        return mapper().valueToTree(value);
    }

    /** A part of the host's, by its own mapper; its class alone where that cannot write it. */
    static JsonNode treeOfHost(Object part) {
        try {
            return parse(JsonMapper.getMapper().writeValueAsString(part));
        } catch (JsonProcessingException unwritable) {
            return tree(part.getClass().getName());
        }
    }

    static String write(Object value) {
        try {
            return mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(value.getClass().getName() + " cannot be written as JSON", e);
        }
    }

    static <T> T read(JsonNode node, Class<T> type) {
        try {
            return mapper().treeToValue(node, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Reads what comes from a file, at first as a tree: its size and depth are bounded, and nothing is made of what it names. */
    static JsonNode parse(String json) {
        try {
            ModelReader.requireBounded(json);
            return mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("no record of a search: " + e.getMessage(), e);
        }
    }
}
