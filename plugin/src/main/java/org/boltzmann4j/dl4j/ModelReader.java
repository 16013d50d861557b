package org.boltzmann4j.dl4j;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Reads models out of files that nobody vouches for, in place of {@code MultiLayerNetwork.load}, which loads any class that a file
 * names, deserialises what it holds, and takes as much memory as it asks for.
 *
 * <p>Before any object is made, the zip's directory is checked: only the entries of a model, each once, of sizes within a limit and in
 * proportion to the file; nothing that the host would read by Java serialisation. Then the configuration is looked through: bounded
 * in length, depth and count, naming classes of Deeplearning4j's, ND4J's and this plugin's configurations only, and those the caller allows.
 * Then the headers of the parameters and of the updater's state are compared with what the configuration needs, and only
 * then memory is taken. Checksums and ends of all entries are verified. Whatever is wrong, the one exception says so and nothing is
 * returned.
 *
 * <p>A file can still hold a bad model: numbers that are not finite, or a configuration whose training takes all memory there
 * is. Immutable, thread-safe.
 */
public final class ModelReader {

    /** Most bytes a model may hold unless the caller says otherwise: 2 GiB, half a billion parameters. */
    public static final long DEFAULT_LARGEST = 1L << 31;

    private static final long MOST = (1L << 32) - 2; // what a zip without extensions can say
    private static final ModelReader STANDARD = new ModelReader(Set.of(), DEFAULT_LARGEST);

    private final Set<String> allowed;
    private final long largest;

    private ModelReader(Set<String> allowed, long largest) {
        this.allowed = allowed;
        this.largest = largest;
    }

    /**
     * The reader that allows no foreign classes and up to {@link #DEFAULT_LARGEST} bytes.
     *
     * @return the reader
     */
    public static ModelReader standard() {
        return STANDARD;
    }

    /**
     * Allows more classes in configurations: layers, losses, preprocessors and the like of the caller's own.
     *
     * @param classes each exactly, not its subclasses
     * @return a reader that allows them too
     */
    public ModelReader allowing(Class<?>... classes) {
        Set<String> more = new TreeSet<>(allowed);
        for (Class<?> type : classes) {
            more.add(type.getName());
        }
        return new ModelReader(Set.copyOf(more), largest);
    }

    /**
     * Sets the size of the largest model.
     *
     * @param bytes of everything in its zip, inflated; from 1 to 2^32 - 2
     * @return a reader with this limit
     * @throws IllegalArgumentException if it is out of range
     */
    public ModelReader withLargest(long bytes) {
        if (bytes < 1 || bytes > MOST) {
            throw new IllegalArgumentException("model reader: largest = " + bytes + ", expected 1 to " + MOST);
        }
        return new ModelReader(allowed, bytes);
    }

    /**
     * Reads a network, with the state of its updater if there is one.
     *
     * @param file a zip that Deeplearning4j 1.0.0 or this plugin wrote
     * @return the network, initialised
     * @throws ModelFormatException if the file is no such zip, is damaged, or asks for what this reader does not allow
     * @throws IOException if it cannot be read
     */
    public MultiLayerNetwork network(File file) throws IOException {
        return read(file, zip -> {
            MultiLayerConfiguration conf = checkedNetwork(zip.configuration());
            INDArray parameters = parameters(zip, conf.getDataType(), parameterCount(conf));
            MultiLayerNetwork network = new MultiLayerNetwork(conf);
            network.init(parameters, false);
            if (zip.holds(ModelZip.UPDATER)) {
                Updater updater = network.getUpdater();
                INDArray state = updater.getStateViewArray();
                updater.setStateViewArray(network, state(zip, state), false);
            }
            return network;
        });
    }

    /**
     * Reads a graph, with the state of its updater if there is one.
     *
     * @param file a zip that Deeplearning4j 1.0.0 or this plugin wrote
     * @return the graph, initialised
     * @throws ModelFormatException if the file is no such zip, is damaged, or asks for what this reader does not allow
     * @throws IOException if it cannot be read
     */
    public ComputationGraph graph(File file) throws IOException {
        return read(file, zip -> {
            ComputationGraphConfiguration conf = checkedGraph(zip.configuration());
            INDArray parameters = parameters(zip, conf.getDataType(), parameterCount(conf));
            ComputationGraph graph = new ComputationGraph(conf);
            graph.init(parameters, false);
            if (zip.holds(ModelZip.UPDATER)) {
                INDArray state = graph.getUpdater().getStateViewArray();
                graph.getUpdater().setStateViewArray(state(zip, state));
            }
            return graph;
        });
    }

    /**
     * Reads the normalizer that was saved with a model.
     *
     * @param file a zip of a network or graph
     * @return a {@code NormalizerStandardize}, {@code NormalizerMinMaxScaler} or {@code ImagePreProcessingScaler}, or nothing
     * @throws ModelFormatException if the file is no zip of a model, is damaged, or its normalizer is of another kind
     * @throws IOException if it cannot be read
     */
    public Optional<DataNormalization> normalizer(File file) throws IOException {
        return read(file, zip -> {
            if (!zip.holds(ModelZip.NORMALIZER)) {
                return Optional.empty();
            }
            long size = zip.size(ModelZip.NORMALIZER);
            return Optional.of(zip.read(ModelZip.NORMALIZER, in -> StoredNormalizer.read(in, size)));
        });
    }

    /**
     * Reads the configuration of a network.
     *
     * @param json of {@code MultiLayerConfiguration.toJson}
     * @return the configuration
     * @throws ModelFormatException if it is none, or asks for what this reader does not allow
     */
    public MultiLayerConfiguration networkConfiguration(String json) throws ModelFormatException {
        try {
            return checkedNetwork(json);
        } catch (RuntimeException | LinkageError e) {
            throw refused("no configuration of a network", e);
        }
    }

    /**
     * Reads the configuration of a graph.
     *
     * @param json of {@code ComputationGraphConfiguration.toJson}
     * @return the configuration
     * @throws ModelFormatException if it is none, or asks for what this reader does not allow
     */
    public ComputationGraphConfiguration graphConfiguration(String json) throws ModelFormatException {
        try {
            return checkedGraph(json);
        } catch (RuntimeException | LinkageError e) {
            throw refused("no configuration of a graph", e);
        }
    }

    /**
     * Reads a network of Deeplearning4j 0.9.1 with RBM, dense, activation and output layers.
     *
     * @param file a zip that 0.9.1 wrote
     * @return a network with the same parameters, and what could not be carried
     * @throws ModelFormatException if the file is no such zip, is damaged, or holds other layers
     * @throws IOException if it cannot be read
     */
    public LegacyNetwork legacyNetwork(File file) throws IOException {
        return read(file, zip -> {
            JsonNode json = ConfigurationJson.tree(zip.configuration());
            // 0.9.1 had one type for all arrays of a process, and did not write it down here.
            DataType type = zip.type(ModelZip.COEFFICIENTS);
            LegacyConfiguration legacy = LegacyConfiguration.of(json, type);
            INDArray parameters = zip.vector(ModelZip.COEFFICIENTS, type, parameterCount(legacy.configuration()));
            List<String> notes = new ArrayList<>(legacy.notCarried());
            if (zip.holds(ModelZip.UPDATER)) {
                notes.add("the state of the updaters (momentum and the like) starts at zero");
            }
            return new LegacyNetwork(LegacyNetwork.filled(legacy.configuration(), parameters), notes);
        });
    }

    /**
     * Reads the configuration of a network of Deeplearning4j 0.9.1 with RBM, dense, activation and output layers.
     *
     * @param json of 0.9.1's {@code MultiLayerConfiguration.toJson}
     * @return a configuration for parameters in single precision, and what could not be carried
     * @throws ModelFormatException if it is none, or has other layers
     */
    public LegacyConfiguration legacyConfiguration(String json) throws ModelFormatException {
        try {
            return LegacyConfiguration.of(ConfigurationJson.tree(json), DataType.FLOAT);
        } catch (RuntimeException | LinkageError e) {
            throw refused("no configuration of a network of Deeplearning4j 0.9.1", e);
        }
    }

    /**
     * Looks through JSON that another reader will make objects of: configurations, specifications, records of a search.
     *
     * @param json a JSON object
     * @throws ModelFormatException if it is none, is too long or too deep, or names a class that this reader does not allow
     */
    public void requireAllowed(String json) throws ModelFormatException {
        ConfigurationJson.require(json, allowed);
    }

    /**
     * Looks through JSON that will be read as a tree of nodes, so that it does not matter what it names.
     *
     * @param json a JSON object
     * @throws ModelFormatException if it is none, or is too long or too deep
     */
    public static void requireBounded(String json) throws ModelFormatException {
        ConfigurationJson.require(json, null);
    }

    private MultiLayerConfiguration checkedNetwork(String json) throws ModelFormatException {
        requireAllowed(json);
        MultiLayerConfiguration conf = MultiLayerConfiguration.fromJson(json);
        if (conf.getConfs() == null || conf.getConfs().isEmpty()) {
            throw new ModelFormatException("no configuration of a network: it has no layers");
        }
        return conf;
    }

    private ComputationGraphConfiguration checkedGraph(String json) throws ModelFormatException {
        requireAllowed(json);
        ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(json);
        if (conf.getNetworkInputs() == null || conf.getVertices().isEmpty()) {
            throw new ModelFormatException("no configuration of a graph: it has no inputs or no vertices");
        }
        return conf;
    }

    /** Layer by layer, since a sum that overflows could be any number. */
    private static long parameterCount(MultiLayerConfiguration conf) throws ModelFormatException {
        long sum = 0;
        for (NeuralNetConfiguration layer : conf.getConfs()) {
            sum += plausible(layer.getLayer().initializer().numParams(layer));
        }
        return sum;
    }

    private static long parameterCount(ComputationGraphConfiguration conf) throws ModelFormatException {
        long sum = 0;
        for (GraphVertex vertex : conf.getVertices().values()) {
            sum += plausible(vertex.numParams(true));
        }
        return sum;
    }

    private static long plausible(long count) throws ModelFormatException {
        if (count < 0 || count > MOST) {
            throw new ModelFormatException("a layer of " + count + " parameters");
        }
        return count;
    }

    private static @Nullable INDArray parameters(ModelZip zip, DataType type, long count) throws IOException {
        return count == 0 ? null : zip.vector(ModelZip.COEFFICIENTS, type, count);
    }

    private static INDArray state(ModelZip zip, @Nullable INDArray expected) throws IOException {
        if (expected == null) {
            throw new ModelFormatException(
                    ModelZip.UPDATER + " is there, but its configuration has updaters without state");
        }
        return zip.vector(ModelZip.UPDATER, expected.dataType(), expected.length());
    }

    private interface Reading<T> {
        T from(ModelZip zip) throws IOException;
    }

    private <T> T read(File file, Reading<T> reading) throws IOException {
        try (ModelZip zip = ModelZip.open(file, largest)) {
            return reading.from(zip);
        } catch (ModelFormatException e) {
            throw new ModelFormatException(file + ": " + e.getMessage(), e);
        } catch (ZipException | EOFException | UTFDataFormatException | RuntimeException | LinkageError e) {
            throw refused(file + ": no model", e);
        }
    }

    private static ModelFormatException refused(String what, Throwable cause) {
        return new ModelFormatException(
                what + ": " + ConfigurationJson.shown(String.valueOf(cause.getMessage())), cause);
    }
}
