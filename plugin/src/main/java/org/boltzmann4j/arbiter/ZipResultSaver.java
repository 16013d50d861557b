package org.boltzmann4j.arbiter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.dl4j.AtomicFile;
import org.boltzmann4j.dl4j.ModelReader;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Saves each model as a zip of Deeplearning4j, {@code candidates/000000/model.zip} below a directory. Unlike the host's
 * {@code FileModelSaver} it writes nothing by Java serialisation, and reads by {@link ModelReader}.
 */
public final class ZipResultSaver implements ResultSaver {

    private final String path;

    @JsonIgnore
    private final ModelReader reader;

    /**
     * Saves below a directory.
     *
     * @param path of the directory, made when needed
     */
    @JsonCreator
    public ZipResultSaver(@JsonProperty("path") String path) {
        this(path, ModelReader.standard());
    }

    private ZipResultSaver(String path, ModelReader reader) {
        this.path = Objects.requireNonNull(path, "path");
        this.reader = reader;
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

    /**
     * Reads what was saved with another reader, which allows layers of the caller's own; it is no part of the JSON.
     *
     * @param other the reader
     * @return a saver below the same directory
     */
    public ZipResultSaver withReader(ModelReader other) {
        return new ZipResultSaver(path, other);
    }

    @Override
    public ResultReference saveModel(OptimizationResult result, Object model) throws IOException {
        Path zip = zipOf(result.getIndex());
        AtomicFile.write(zip, unfinished -> ModelSerializer.writeModel((Model) model, unfinished.toFile(), true));
        return new SavedModel(result, zip, model instanceof ComputationGraph, reader);
    }

    Path zipOf(int index) {
        return SearchJournal.candidateDirectory(Path.of(path), index).resolve("model.zip");
    }

    /** A model saved before this process was started. */
    ResultReference reference(OptimizationResult result, boolean graph) {
        return new SavedModel(result, zipOf(result.getIndex()), graph, reader);
    }

    /**
     * Reads a network of Deeplearning4j's and this plugin's layers.
     *
     * @param zip written by this class; untrusted
     * @return the network
     * @throws IOException if it cannot be read, or {@link ModelReader} refuses it
     */
    public static MultiLayerNetwork readNetwork(Path zip) throws IOException {
        return ModelReader.standard().network(zip.toFile());
    }

    /**
     * Reads a graph of Deeplearning4j's and this plugin's layers.
     *
     * @param zip written by this class; untrusted
     * @return the graph
     * @throws IOException if it cannot be read, or {@link ModelReader} refuses it
     */
    public static ComputationGraph readGraph(Path zip) throws IOException {
        return ModelReader.standard().graph(zip.toFile());
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

    private record SavedModel(OptimizationResult result, Path zip, boolean graph, ModelReader reader)
            implements ResultReference {

        @Override
        public OptimizationResult getResult() {
            return result;
        }

        @Override
        public Object getResultModel() throws IOException {
            return graph ? reader.graph(zip.toFile()) : reader.network(zip.toFile());
        }
    }
}
