package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.boltzmann4j.dl4j.AtomicFile;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Saves each model as a zip of Deeplearning4j, {@code candidates/000000/model.zip} below a directory. Unlike the host's
 * {@code FileModelSaver} it writes nothing by Java serialisation, and reads only zips in which there is none.
 */
public final class ZipResultSaver implements ResultSaver {

    /** What is in the zip of a model; others, as a normalizer, may hold Java serialisation. */
    private static final Set<String> KNOWN_ENTRIES =
            Set.of("configuration.json", "coefficients.bin", "noParams.marker", "updaterState.bin");

    private final String path;

    /**
     * Saves below a directory.
     *
     * @param path of the directory, made when needed
     */
    @JsonCreator
    public ZipResultSaver(@JsonProperty("path") String path) {
        this.path = Objects.requireNonNull(path, "path");
    }

    /**
     * Saves below a directory.
     *
     * @param directory made when needed
     * @return the saver
     */
    public static ZipResultSaver below(Path directory) {
        return new ZipResultSaver(directory.toString());
    }

    @Override
    public ResultReference saveModel(OptimizationResult result, Object model) throws IOException {
        Path zip = zipOf(result.getIndex());
        AtomicFile.write(zip, unfinished -> ModelSerializer.writeModel((Model) model, unfinished.toFile(), true));
        return new SavedModel(result, zip, model instanceof ComputationGraph);
    }

    Path zipOf(int index) {
        return SearchJournal.candidateDirectory(Path.of(path), index).resolve("model.zip");
    }

    /** A model saved before this process was started. */
    ResultReference reference(OptimizationResult result, boolean graph) {
        return new SavedModel(result, zipOf(result.getIndex()), graph);
    }

    /**
     * Reads a network.
     *
     * @param zip written by this class
     * @return the network
     * @throws IOException if it cannot be read or holds anything but a network
     */
    public static MultiLayerNetwork readNetwork(Path zip) throws IOException {
        requireKnownEntries(zip);
        return ModelSerializer.restoreMultiLayerNetwork(zip.toFile());
    }

    /**
     * Reads a graph.
     *
     * @param zip written by this class
     * @return the graph
     * @throws IOException if it cannot be read or holds anything but a graph
     */
    public static ComputationGraph readGraph(Path zip) throws IOException {
        requireKnownEntries(zip);
        return ModelSerializer.restoreComputationGraph(zip.toFile());
    }

    private static void requireKnownEntries(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : Collections.list(file.entries())) {
                if (!KNOWN_ENTRIES.contains(entry.getName())) {
                    throw new IOException(zip + " holds \"" + entry.getName() + "\", expected nothing but "
                            + KNOWN_ENTRIES.stream().sorted().toList());
                }
            }
        }
    }

    @Override
    public List<Class<?>> getSupportedCandidateTypes() {
        return List.of(Object.class);
    }

    @Override
    public List<Class<?>> getSupportedModelTypes() {
        return List.of(MultiLayerNetwork.class, ComputationGraph.class);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ZipResultSaver that && path.equals(that.path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return "ZipResultSaver(" + path + ")";
    }

    private record SavedModel(OptimizationResult result, Path zip, boolean graph) implements ResultReference {

        @Override
        public OptimizationResult getResult() {
            return result;
        }

        @Override
        public Object getResultModel() throws IOException {
            return graph ? readGraph(zip) : readNetwork(zip);
        }
    }
}
