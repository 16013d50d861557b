package org.boltzmann4j.arbiter;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.dl4j.ModelFormatException;
import org.boltzmann4j.dl4j.ModelReader;
import org.deeplearning4j.arbiter.DL4JConfiguration;
import org.deeplearning4j.arbiter.GraphConfiguration;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A candidate as a {@link Search} writes it down before it is trained: where it lies in the space, and everything needed to train
 * it again, bit for bit, without the space.
 *
 * <pre>{@code
 * CandidateRecord.fromJson(Files.readString(directory.resolve("candidates/000007/candidate.json"))).train(source).model()
 * }</pre>
 *
 * @param index number in the search, from 0
 * @param seed of its training
 * @param epochShare share of the epochs to train for
 * @param point where it lies in the space, every coordinate in [0, 1]
 * @param network configuration of the network, or null for a graph or a candidate without configuration
 * @param graph configuration of the graph, or null
 * @param fineTuningEpochs at a share of 1; null if early stopping decides, which no JSON can say
 * @param pretraining at a share of 1
 * @param joint joint training in the fine-tuning, or null for none
 * @param repairs what the space repaired
 */
public record CandidateRecord(
        Integer index,
        Long seed,
        Double epochShare,
        List<Double> point,
        @Nullable JsonNode network,
        @Nullable JsonNode graph,
        @Nullable Integer fineTuningEpochs,
        PretrainingSettings pretraining,
        @Nullable JointSettings joint,
        List<String> repairs) {

    /**
     * Checks that nothing is missing.
     *
     * @throws IllegalArgumentException if it is
     */
    @JsonCreator
    public CandidateRecord(
            @JsonProperty("index") @Nullable Integer index,
            @JsonProperty("seed") @Nullable Long seed,
            @JsonProperty("epochShare") @Nullable Double epochShare,
            @JsonProperty("point") @Nullable List<Double> point,
            @JsonProperty("network") @Nullable JsonNode network,
            @JsonProperty("graph") @Nullable JsonNode graph,
            @JsonProperty("fineTuningEpochs") @Nullable Integer fineTuningEpochs,
            @JsonProperty("pretraining") @Nullable PretrainingSettings pretraining,
            @JsonProperty("joint") @Nullable JointSettings joint,
            @JsonProperty("repairs") @Nullable List<String> repairs) {
        if (index == null
                || seed == null
                || epochShare == null
                || point == null
                || pretraining == null
                || repairs == null) {
            throw new IllegalArgumentException("candidate record: index = " + index + ", seed = " + seed
                    + ", epochShare = " + epochShare + ", point = " + point + ", pretraining = " + pretraining
                    + ", repairs = " + repairs + ", expected all of them");
        }
        this.index = index;
        this.seed = seed;
        this.epochShare = epochShare;
        this.point = List.copyOf(point);
        this.network = isAbsent(network) ? null : network;
        this.graph = isAbsent(graph) ? null : graph;
        this.fineTuningEpochs = fineTuningEpochs;
        this.pretraining = pretraining;
        this.joint = joint;
        this.repairs = List.copyOf(repairs);
    }

    private static boolean isAbsent(@Nullable JsonNode node) {
        return node == null || node.isNull();
    }

    /**
     * Records a configuration that no search has drawn.
     *
     * @param configuration as a space gives it
     * @param seed of its training
     * @return the record, with index 0 and no point
     */
    public static CandidateRecord of(PretrainedConfiguration configuration, long seed) {
        Candidate<PretrainedConfiguration> candidate = new Candidate<>(configuration, 0, new double[0]);
        return of(candidate, PretrainingTaskCreator.of(seed)).withSeed(seed);
    }

    /**
     * The same candidate with another random start.
     *
     * @param other the seed
     * @return the record
     */
    public CandidateRecord withSeed(long other) {
        return new CandidateRecord(
                index, other, epochShare, point, network, graph, fineTuningEpochs, pretraining, joint, repairs);
    }

    @SuppressWarnings("rawtypes") // as the host declares candidates
    static CandidateRecord of(Candidate candidate, PretrainingTaskCreator tasks) {
        Object value = candidate.getException() == null ? candidate.getValue() : null;
        JsonNode network = null;
        JsonNode graph = null;
        Integer epochs = null;
        if (value instanceof DL4JConfiguration layers) {
            network = SearchJson.parse(layers.getMultiLayerConfiguration().toJson());
            epochs = layers.getEarlyStoppingConfiguration() == null ? layers.getNumEpochs() : null;
        } else if (value instanceof GraphConfiguration layers) {
            graph = SearchJson.parse(layers.getConfiguration().toJson());
            epochs = layers.getEarlyStoppingConfiguration() == null ? layers.getNumEpochs() : null;
        }
        CandidateSettings settings = value == null
                ? new CandidateSettings(tasks.usual(), null, List.of())
                : CandidateTraining.settingsOf(value, tasks.usual());
        return new CandidateRecord(
                candidate.getIndex(),
                tasks.seedOf(candidate.getIndex()),
                PretrainingTaskCreator.shareOf(candidate),
                pointOf(candidate),
                network,
                graph,
                epochs,
                settings.pretraining(),
                settings.joint(),
                settings.repairs());
    }

    @SuppressWarnings("rawtypes")
    static List<Double> pointOf(Candidate candidate) {
        double[] point = candidate.getFlatParameters();
        return point == null ? List.of() : Arrays.stream(point).boxed().toList();
    }

    double[] coordinates() {
        return point.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Data parameters that carry the share of the epochs to a task. */
    Map<String, Object> dataParameters() {
        return Map.of(PretrainingTaskCreator.EPOCH_SHARE, epochShare);
    }

    /**
     * Writes the record.
     *
     * @return JSON
     */
    public String toJson() {
        return SearchJson.write(this);
    }

    /**
     * Reads a record. The configuration in it stays a tree of nodes until {@link #configuration} makes objects of it.
     *
     * @param json of {@link #toJson}; untrusted
     * @return the record
     * @throws IllegalArgumentException if it is none, or its pretraining names a class other than Deeplearning4j's updaters
     */
    public static CandidateRecord fromJson(String json) {
        JsonNode tree = SearchJson.parse(json);
        JsonNode settings = tree.path("pretraining");
        try {
            if (settings.isObject()) {
                ModelReader.standard().requireAllowed(settings.toString());
            }
        } catch (ModelFormatException e) {
            throw new IllegalArgumentException("no CandidateRecord: " + e.getMessage(), e);
        }
        return SearchJson.read(tree, CandidateRecord.class);
    }

    /**
     * The candidate itself, at a share of 1, of layers of Deeplearning4j's and this plugin's.
     *
     * @return a {@link DbnConfiguration} or {@link DbnGraphConfiguration}
     * @throws IllegalStateException if there is no configuration, or early stopping would be needed
     * @throws IllegalArgumentException if the configuration names other classes
     */
    public PretrainedConfiguration configuration() {
        return configuration(ModelReader.standard());
    }

    /** Whether the record alone says how to train the candidate. */
    boolean isComplete() {
        return fineTuningEpochs != null && (network != null || graph != null);
    }

    /**
     * The candidate itself, at a share of 1.
     *
     * @param reader allows classes of the caller's own
     * @return a {@link DbnConfiguration} or {@link DbnGraphConfiguration}
     * @throws IllegalStateException if there is no configuration, or early stopping would be needed
     * @throws IllegalArgumentException if the configuration names classes that the reader does not allow
     */
    public PretrainedConfiguration configuration(ModelReader reader) {
        if (!isComplete() || fineTuningEpochs == null) {
            throw new IllegalStateException("candidate " + index + " cannot be made again from its record: it has "
                    + (network == null && graph == null ? "no configuration" : "early stopping"));
        }
        CandidateSettings settings = new CandidateSettings(pretraining, joint, repairs);
        try {
            return network != null
                    ? new DbnConfiguration(
                            reader.networkConfiguration(network.toString()), null, fineTuningEpochs, settings)
                    : new DbnGraphConfiguration(
                            reader.graphConfiguration(
                                    Objects.requireNonNull(graph).toString()),
                            null,
                            fineTuningEpochs,
                            settings);
        } catch (ModelFormatException e) {
            throw new IllegalArgumentException("candidate " + index + ": " + e.getMessage(), e);
        }
    }

    /**
     * Trains the candidate as the search did: same data and number of BLAS threads, same bits.
     *
     * @param data as in the search
     * @return model and training
     * @throws IllegalStateException if there is no configuration, or early stopping would be needed
     * @throws IllegalArgumentException if the configuration names classes other than Deeplearning4j's and this plugin's
     */
    public TrainedCandidate train(DataSource data) {
        return train(data, ModelReader.standard());
    }

    /**
     * Trains the candidate as the search did: same data and number of BLAS threads, same bits.
     *
     * @param data as in the search
     * @param reader allows classes of the caller's own
     * @return model and training
     * @throws IllegalStateException if there is no configuration, or early stopping would be needed
     * @throws IllegalArgumentException if the configuration names classes that the reader does not allow
     */
    public TrainedCandidate train(DataSource data, ModelReader reader) {
        return new CandidateTraining(seed, epochShare, new TimeLimit(null))
                .train(configuration(reader), pretraining, data, List.of());
    }
}
