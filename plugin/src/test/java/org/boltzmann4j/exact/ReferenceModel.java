package org.boltzmann4j.exact;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A model with the values that another program found for it by enumerating every state in float64.
 *
 * @param name of its file
 * @param root everything in the file
 */
public record ReferenceModel(String name, JsonNode root) {

    /** The files of the directory in the system property {@code boltzmann4j.reference}, in the order of their names. */
    public static List<ReferenceModel> all() throws IOException {
        List<ReferenceModel> models = new ArrayList<>();
        for (File file : files()) {
            models.add(new ReferenceModel(file.getName(), new ObjectMapper().readTree(file)));
        }
        return models;
    }

    public static Path directory() {
        return Path.of(System.getProperty("boltzmann4j.reference", "src/test/resources/reference"));
    }

    public static List<File> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Path::toFile)
                    .toList();
        }
    }

    /** The model with the given type of parameters. */
    public Rbm rbm(DataType type) {
        return Rbm.of(
                unit(root.get("visible").asText(), root),
                unit(root.get("hidden").asText(), root),
                Nd4j.createFromArray(matrix(root.get("W"))).castTo(type),
                Nd4j.createFromArray(vector(root.get("visibleBias"))).castTo(type),
                Nd4j.createFromArray(vector(root.get("hiddenBias"))).castTo(type));
    }

    /** The visible states that the file has values for. */
    public INDArray v(DataType type) {
        return Nd4j.createFromArray(matrix(root.get("v"))).castTo(type);
    }

    public double logPartition() {
        return root.get("logPartition").asDouble();
    }

    /** 1 where the units do not count words. */
    public double documentLength() {
        return root.path("documentLength").asDouble(1);
    }

    @Override
    public String toString() {
        return name;
    }

    /** The unit type that a file, or a part of a mixed layer in it, describes. */
    public static Unit unit(String kind, JsonNode node) {
        return switch (kind) {
            case "BERNOULLI" -> new Bernoulli();
            case "BINOMIAL" -> Binomial.of(node.get("copies").asInt());
            case "GAUSSIAN" ->
                !node.has("sigma")
                        ? Gaussian.of(1)
                        : node.get("sigma").isArray()
                                ? Gaussian.of(vector(node.get("sigma")))
                                : Gaussian.of(node.get("sigma").asDouble());
            case "SOFTMAX" -> Softmax.of(node.get("groupSize").asInt());
            case "REPLICATED_SOFTMAX" -> new ReplicatedSoftmax();
            case "POISSON" -> Poisson.of(1e12); // so that the bound does not act
            case "MIXED" -> {
                List<Mixed.Part> parts = new ArrayList<>();
                for (JsonNode part : node.get("parts")) {
                    parts.add(Mixed.Part.of(
                            unit(part.get("units").asText(), part),
                            part.get("size").asInt()));
                }
                yield new Mixed(parts);
            }
            default -> throw new IllegalArgumentException("unit kind " + kind);
        };
    }

    public static double[] vector(JsonNode node) {
        double[] result = new double[node.size()];
        Arrays.setAll(result, i -> node.get(i).asDouble());
        return result;
    }

    public static double[][] matrix(JsonNode node) {
        double[][] result = new double[node.size()][];
        Arrays.setAll(result, i -> vector(node.get(i)));
        return result;
    }
}
