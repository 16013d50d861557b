package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Looks through the JSON of a configuration before the host's mapper makes objects of it. The mapper loads, and so initialises, any class
 * on the class path that the text names where it expects a type. It expects them in the property {@code @class}, for distributions in
 * {@code type}, and, in place of any object, as the first string of an array; in all three places only allowed classes may stand here.
 * Also bounded: length, number of tokens, depth, length of numbers, and sizes of arrays that would be allocated unseen.
 */
final class ConfigurationJson {

    /** Characters; a layer takes one to four thousand. */
    static final int LONGEST = 4 << 20;

    private static final int MOST_TOKENS = 250_000;
    private static final int DEEPEST = 100;
    private static final int LONGEST_NUMBER = 40;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Configurations, and what stands in them with a name of its own; none of these packages holds anything that acts when it is made. */
    private static final List<String> PACKAGES = List.of(
            "org.boltzmann4j.dl4j.",
            "org.boltzmann4j.objective.",
            "org.deeplearning4j.nn.conf.",
            "org.deeplearning4j.nn.weights.",
            "org.nd4j.linalg.activations.impl.",
            "org.nd4j.linalg.learning.config.",
            "org.nd4j.linalg.learning.regularization.",
            "org.nd4j.linalg.lossfunctions.impl.",
            "org.nd4j.linalg.schedule.");

    /** Short names of specifications, which stand for classes in {@code type}. */
    private static final Set<String> SHORT_NAMES = List.of(Unit.class, NegativePhase.class, Ladder.class).stream()
            .flatMap(type -> Arrays.stream(Objects.requireNonNull(type.getAnnotation(JsonSubTypes.class))
                    .value()))
            .map(JsonSubTypes.Type::name)
            .collect(Collectors.toUnmodifiableSet());

    /** Properties whose values are lists of strings, of which none is a type. */
    private static final Set<String> STRING_LISTS =
            Set.of("variables", "networkInputs", "networkOutputs", "topologicalOrderStr", "params", "repairs");

    /** Properties whose keys are chosen by the file, so that a key says nothing about what the mapper expects there. */
    private static final Set<String> MAPS = Set.of("vertices", "paramWeightInit");

    private final @Nullable Set<String> allowed;
    private final Deque<Level> levels = new ArrayDeque<>();

    /** Null where the text becomes a tree of nodes only, so that what it names does not matter. */
    private ConfigurationJson(@Nullable Set<String> allowed) {
        this.allowed = allowed;
    }

    /** An open object or array. */
    private static final class Level {

        /** The property it is the value of; that of the list for an element of a list. */
        private final String property;

        private final boolean list;
        private int elements;
        private double product = 1; // of a list's numbers; not a number if it holds anything else
        private @Nullable Double shape; // of an array in this object: its length by its shape
        private @Nullable Integer data; // and by its elements

        Level(String property, boolean list) {
            this.property = property;
            this.list = list;
        }
    }

    /**
     * Looks through a text.
     *
     * @param json untrusted
     * @param allowed names of classes beyond those of the host's and the plugin's configurations; null for any
     * @throws ModelFormatException if it is no JSON object, exceeds a bound, or names another class
     */
    static void require(String json, @Nullable Set<String> allowed) throws ModelFormatException {
        if (json.length() > LONGEST) {
            throw new ModelFormatException(
                    "the configuration has " + json.length() + " characters, expected at most " + LONGEST);
        }
        try (JsonParser parser = FACTORY.createParser(json)) {
            new ConfigurationJson(allowed).walk(parser);
        } catch (JsonProcessingException e) {
            throw new ModelFormatException("the configuration is no JSON: " + e.getOriginalMessage(), e);
        } catch (ModelFormatException e) {
            throw e;
        } catch (IOException | IllegalStateException e) { // the latter: names made to collide
            throw new ModelFormatException("the configuration is no JSON: " + e.getMessage(), e);
        }
    }

    private void walk(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new ModelFormatException("the configuration is no JSON object");
        }
        levels.push(new Level("", false));
        for (int tokens = 1; !levels.isEmpty(); tokens++) {
            if (tokens > MOST_TOKENS) {
                throw new ModelFormatException("the configuration has more than " + MOST_TOKENS + " JSON tokens");
            }
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new ModelFormatException("the configuration ends early");
            }
            step(token, parser);
        }
        if (parser.nextToken() != null) {
            throw new ModelFormatException("the configuration goes on behind its end");
        }
    }

    private void step(JsonToken token, JsonParser parser) throws IOException {
        if (token == JsonToken.FIELD_NAME) {
            return;
        }
        if (token.isStructEnd()) {
            close(levels.pop());
            return;
        }
        Level around = levels.element();
        String property = around.list ? around.property : parser.getCurrentName();
        boolean first = around.list && around.elements == 0;
        around.elements++;
        if (token.isStructStart()) {
            if (levels.size() == DEEPEST) {
                throw new ModelFormatException("the configuration is nested deeper than " + DEEPEST + " levels");
            }
            if ("dataBuffer".equals(property)) { // the host would allocate by the numbers beside it
                throw new ModelFormatException("the configuration holds an array in a format before 1.0.0");
            }
            levels.push(new Level(property, token == JsonToken.START_ARRAY));
        }
        if (token.isNumeric() && parser.getTextLength() > LONGEST_NUMBER) {
            throw new ModelFormatException(
                    "\"" + shown(property) + "\" is a number of " + parser.getTextLength() + " characters");
        }
        around.product *= token.isNumeric() ? parser.getDoubleValue() : Double.NaN;
        if (token == JsonToken.VALUE_STRING && allowed != null) {
            boolean type = !around.list && "type".equals(property);
            boolean named = type || (around.list ? first && !isStringList() : "@class".equals(property));
            if (named && !(type && SHORT_NAMES.contains(parser.getText()))) {
                requireAllowed(parser.getText(), allowed);
            }
        }
    }

    /** An array is written as its shape and its elements. */
    private void close(Level level) throws ModelFormatException {
        Level around = levels.peek();
        if (level.list && around != null && !around.list && "shape".equals(level.property)) {
            around.shape = level.product;
        }
        if (level.list && around != null && !around.list && "data".equals(level.property)) {
            around.data = level.elements;
        }
        if (level.shape != null && level.data != null && level.shape.doubleValue() != level.data) {
            throw new ModelFormatException("\"" + shown(level.property) + "\" holds an array of " + level.data
                    + " elements, but its shape is that of " + level.shape);
        }
    }

    private boolean isStringList() {
        List<Level> outwards = List.copyOf(levels);
        Level list = outwards.get(0);
        Level object = outwards.get(1);
        if (object.list) {
            return false;
        }
        boolean inputsOfAVertex = outwards.size() == 3 && "vertexInputs".equals(object.property);
        return inputsOfAVertex || (STRING_LISTS.contains(list.property) && !MAPS.contains(object.property));
    }

    private static void requireAllowed(String name, Set<String> allowed) throws ModelFormatException {
        boolean usual = name.matches("[\\w.$]+") && PACKAGES.stream().anyMatch(name::startsWith);
        if (!usual && !allowed.contains(name)) {
            throw new ModelFormatException("the configuration names the class \"" + shown(name)
                    + "\", expected one of Deeplearning4j's or boltzmann4j's configurations"
                    + (allowed.isEmpty() ? "" : " or one of " + new TreeSet<>(allowed))
                    + "; ModelReader.allowing adds classes");
        }
    }

    /**
     * Reads a text as a tree, of which nothing is made that it names.
     *
     * @param json untrusted
     * @return the root, an object
     * @throws ModelFormatException if it is no JSON object or exceeds a bound
     */
    static JsonNode tree(String json) throws ModelFormatException {
        require(json, null);
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            return node(parser);
        } catch (IOException e) {
            throw new ModelFormatException("the configuration is no JSON: " + e.getMessage(), e);
        }
    }

    private static JsonNode node(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, nodes.objectNode());
            case START_ARRAY -> array(parser, nodes.arrayNode());
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT -> nodes.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(parser.getBooleanValue());
            default -> nodes.nullNode();
        };
    }

    private static JsonNode object(JsonParser parser, ObjectNode into) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.getCurrentName();
            parser.nextToken();
            into.set(name, node(parser));
        }
        return into;
    }

    private static JsonNode array(JsonParser parser, ArrayNode into) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            into.add(node(parser));
        }
        return into;
    }

    /** A text out of a file, fit for a message. */
    static String shown(String text) {
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("[^\\x20-\\x7e]", "?");
    }
}
