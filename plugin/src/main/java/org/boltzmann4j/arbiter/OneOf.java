package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.ImproperWeights;
import org.boltzmann4j.dl4j.Propagation;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A choice among specifications: units, negative phases, updaters and the other types of {@link Kind}. One dimension, or none if
 * there is one value.
 *
 * <p>The host's {@code DiscreteParameterSpace} forgets in JSON what its values are, and its {@code FixedValue} writes them by Java
 * serialisation, so that reading it runs what the file says. This one names their kind, and reads nothing but these.
 *
 * @param <T> type of the values
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE)
public final class OneOf<T> extends CompositeSpace<T> {

    /** What can be chosen among. */
    public enum Kind {
        /** Types of units. */
        UNIT(Unit.class),
        /** Negative phases. */
        NEGATIVE_PHASE(NegativePhase.class),
        /** Kinds of negative phases, whose settings a {@link NegativePhaseSpace} has apart. */
        NEGATIVE_PHASE_KIND(NegativePhaseSpace.Kind.class),
        /** Ladders of parallel tempering. */
        LADDER(Ladder.class),
        /** Paths of parallel tempering. */
        TEMPERING_PATH(TemperingPath.class),
        /** Rules of trajectory tempering. */
        TRAJECTORY_RULES(TrajectoryRules.class),
        /** Treatments of grey values. */
        GREY_VALUES(GreyValues.class),
        /** Kinds of centering. */
        CENTERING(Centering.class),
        /** Sparsity targets. */
        SPARSITY(SparsityTarget.class),
        /** Kinds of dropout of hidden units. */
        HIDDEN_UNIT_DROPOUT(HiddenUnitDropout.class),
        /** What happens to improper weights. */
        IMPROPER_WEIGHTS(ImproperWeights.class),
        /** What pretrained layers hand up. */
        PROPAGATION(Propagation.class),
        /** Terms of a joint energy model. */
        GENERATIVE_TERM(GenerativeTerm.class),
        /** Langevin samplers. */
        LANGEVIN(Langevin.class),
        /** Updaters with their schedules. */
        UPDATER(IUpdater.class),
        /** Noise on weights in supervised training. */
        WEIGHT_NOISE(IWeightNoise.class),
        /** Activation functions of stock layers. */
        ACTIVATION(Activation.class),
        /** Whole numbers. */
        WHOLE_NUMBER(Integer.class),
        /** Numbers. */
        NUMBER(Double.class),
        /** Yes and no. */
        TRUTH(Boolean.class);

        private final Class<? extends Serializable> type;

        Kind(Class<? extends Serializable> type) {
            this.type = type;
        }

        private static Kind of(Object value) {
            return Arrays.stream(values())
                    .filter(kind -> kind.type.isInstance(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("a choice among " + value + ", a "
                            + value.getClass().getName() + ": expected one of " + Arrays.toString(values())));
        }
    }

    private final Kind kind;
    private final List<T> values;
    private final @Nullable DiscreteParameterSpace<Integer> which;

    private OneOf(Kind kind, List<T> values, @Nullable DiscreteParameterSpace<Integer> which) {
        this.kind = kind;
        this.values = values;
        this.which = which;
    }

    /**
     * A choice among the given values.
     *
     * @param values at least one, all of one {@link Kind}
     * @param <T> their type
     * @return the space
     * @throws IllegalArgumentException if there is none, or they are of no kind or of several
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is copied and not kept
    public static <T> OneOf<T> of(T... values) {
        List<T> all = List.of(values);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a choice among no values, expected at least one");
        }
        Kind kind = Kind.of(all.get(0));
        all.forEach(value -> {
            if (Kind.of(value) != kind) {
                throw new IllegalArgumentException(
                        "a choice among " + all + ": expected values of one kind, " + kind + " like the first");
            }
        });
        return new OneOf<>(kind, all, all.size() == 1 ? null : indices(all.size()));
    }

    private static DiscreteParameterSpace<Integer> indices(int count) {
        return new DiscreteParameterSpace<>(IntStream.range(0, count).boxed().toList());
    }

    @JsonCreator
    static OneOf<Object> fromJson(
            @JsonProperty("kind") @Nullable Kind kind,
            @JsonProperty("values") @Nullable List<JsonNode> values,
            @JsonProperty("which") @Nullable DiscreteParameterSpace<Integer> which) {
        if (kind == null || values == null || values.isEmpty()) {
            throw new IllegalArgumentException(
                    "OneOf: kind = " + kind + ", values = " + values + ", expected a kind and at least one value");
        }
        List<Object> all = values.stream()
                .map(value -> (Object) SearchJson.read(value, kind.type))
                .toList();
        return new OneOf<>(kind, all, which == null && all.size() > 1 ? indices(all.size()) : which);
    }

    @JsonProperty("kind")
    Kind kind() {
        return kind;
    }

    @JsonProperty("values")
    List<JsonNode> valuesAsJson() {
        return values.stream().map(SearchJson::tree).toList();
    }

    @JsonProperty("which")
    @Nullable DiscreteParameterSpace<Integer> which() {
        return which;
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Collections.singletonMap("which", which);
    }

    @Override
    T valueAt(double[] point, Repairs repairs) {
        return values.get(which == null ? 0 : which.getValue(point));
    }

    @Override
    Object constants() {
        return List.of(kind, values);
    }

    @Override
    public String toString() {
        return "OneOf" + values;
    }
}
