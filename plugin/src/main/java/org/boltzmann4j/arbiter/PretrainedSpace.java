package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.DL4JConfiguration;
import org.deeplearning4j.arbiter.GraphConfiguration;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Any space of networks or graphs of the host, with settings of pretraining beside it, and of joint training if wanted. A point that
 * the host's space refuses is moved towards the middle of the space until it does not, and the candidate says so.
 */
public final class PretrainedSpace extends CompositeSpace<PretrainedConfiguration> {

    private static final int STEPS = 8;

    private final ParameterSpace<? extends Serializable> network;
    private final PretrainingSpace pretraining;
    private final @Nullable JemSpace joint;

    /**
     * Combines the two.
     *
     * @param network a {@code MultiLayerSpace} or {@code ComputationGraphSpace}
     * @param pretraining how the RBM layers of its values are pretrained
     */
    public PretrainedSpace(ParameterSpace<? extends Serializable> network, PretrainingSpace pretraining) {
        this(network, pretraining, null);
    }

    @JsonCreator
    private PretrainedSpace(
            @JsonProperty("network") ParameterSpace<? extends Serializable> network,
            @JsonProperty("pretraining") PretrainingSpace pretraining,
            @JsonProperty("joint") @Nullable JemSpace joint) {
        this.network = Objects.requireNonNull(network, "network");
        this.pretraining = Objects.requireNonNull(pretraining, "pretraining");
        this.joint = joint;
    }

    /**
     * The same with networks trained as joint energy models. Their number of epochs is that of the host's space; early stopping is
     * left out, and so is the joint training of graphs.
     *
     * @param space weights, sampler and buffer
     * @return the space
     */
    public PretrainedSpace withJointTraining(JemSpace space) {
        return new PretrainedSpace(network, pretraining, space);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of("network", network, "pretraining", pretraining, "joint", joint);
    }

    @Override
    PretrainedConfiguration valueAt(double[] point, Repairs repairs) {
        Object value = nearestNetwork(point, repairs);
        PretrainingSettings settings = pretraining.valueAt(point, repairs);
        JointSettings together = joint == null ? null : joint.valueAt(point, repairs);
        if (value instanceof DL4JConfiguration layers) {
            EarlyStoppingConfiguration<?> stopping = layers.getEarlyStoppingConfiguration();
            if (together != null && stopping != null) {
                repairs.note("early stopping left out, which joint training does not know");
                stopping = null;
            }
            return new DbnConfiguration(
                    layers.getMultiLayerConfiguration(),
                    stopping,
                    epochs(layers.getNumEpochs()),
                    new CandidateSettings(settings, together, repairs.notes()));
        }
        if (value instanceof GraphConfiguration graph) {
            if (together != null) {
                repairs.note("joint training left out, which graphs do not know");
            }
            return new DbnGraphConfiguration(
                    graph.getConfiguration(),
                    graph.getEarlyStoppingConfiguration(),
                    epochs(graph.getNumEpochs()),
                    new CandidateSettings(settings, null, repairs.notes()));
        }
        throw new IllegalStateException("the space of networks gives a "
                + value.getClass().getName() + ", expected a DL4JConfiguration or GraphConfiguration");
    }

    /** Null with early stopping alone. */
    private static int epochs(@Nullable Integer given) {
        return given == null ? 1 : given;
    }

    private Object nearestNetwork(double[] point, Repairs repairs) {
        RuntimeException reason = new IllegalStateException("no point was tried");
        for (int step = 0; step <= STEPS; step++) {
            double share = (double) step / STEPS;
            double[] neighbour =
                    Arrays.stream(point).map(x -> x + share * (0.5 - x)).toArray();
            try {
                Object value = network.getValue(neighbour);
                if (step > 0) {
                    repairs.note("the point became " + Arrays.toString(neighbour) + ": " + reason.getMessage());
                }
                return value;
            } catch (RuntimeException refused) {
                reason = step == 0 ? refused : reason;
            }
        }
        throw new IllegalStateException("not even the middle of the space gives a valid network", reason);
    }
}
