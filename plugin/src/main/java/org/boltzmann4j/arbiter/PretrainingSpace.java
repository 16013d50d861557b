package org.boltzmann4j.arbiter;

import java.util.List;
import java.util.Map;
import org.boltzmann4j.dl4j.Propagation;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Settings of pretraining, apart from those of fine-tuning. The lists go by RBM layers from below, the last element stands for
 * all above. Negative numbers of epochs become 0, and 0 in one layer leaves out all pretraining.
 */
public final class PretrainingSpace extends CompositeSpace<PretrainingSettings> {

    private static final double MOST_DECAY = 0.9999;

    private final List<ParameterSpace<Integer>> epochs;
    private final List<ParameterSpace<IUpdater>> updaters;
    private final @Nullable ParameterSpace<Propagation> propagation;
    private final @Nullable ParameterSpace<Double> averagingDecay;

    @JsonCreator
    PretrainingSpace(
            @JsonProperty("epochs") List<ParameterSpace<Integer>> epochs,
            @JsonProperty("updaters") List<ParameterSpace<IUpdater>> updaters,
            @JsonProperty("propagation") @Nullable ParameterSpace<Propagation> propagation,
            @JsonProperty("averagingDecay") @Nullable ParameterSpace<Double> averagingDecay) {
        if (epochs.isEmpty()) {
            throw new IllegalArgumentException("pretraining: no epochs, expected a space for one layer at least");
        }
        this.epochs = List.copyOf(epochs);
        updaters.forEach(UpdaterDefaults::fill);
        this.updaters = List.copyOf(updaters);
        this.propagation = propagation;
        this.averagingDecay = averagingDecay;
    }

    /**
     * Epochs by RBM layers from below, with the layers' own updaters.
     *
     * @param epochs one space for all layers, or one for each
     * @return the space
     * @throws IllegalArgumentException if there is none
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is copied and not kept
    public static PretrainingSpace ofEpochs(ParameterSpace<Integer>... epochs) {
        return new PretrainingSpace(List.of(epochs), List.of(), null, null);
    }

    /**
     * The same with updaters of pretraining.
     *
     * @param others one space for all layers, or one for each, for example the host's {@code NesterovsSpace} or {@code SgdSpace}
     * @return the space
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is copied and not kept
    public final PretrainingSpace withUpdaters(ParameterSpace<IUpdater>... others) {
        return new PretrainingSpace(epochs, List.of(others), propagation, averagingDecay);
    }

    /**
     * The same with a choice of what pretrained layers hand up.
     *
     * @param choice means, samples or both
     * @return the space
     */
    public PretrainingSpace withPropagation(ParameterSpace<Propagation> choice) {
        return new PretrainingSpace(epochs, updaters, choice, averagingDecay);
    }

    /**
     * The same with moving averages of the parameters, which the layers have in the end.
     *
     * @param decay of the averages, brought into [0, 0.9999]; 0 is the last parameters themselves
     * @return the space
     */
    public PretrainingSpace withAveraging(ParameterSpace<Double> decay) {
        return new PretrainingSpace(epochs, updaters, propagation, decay);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        Map<String, @Nullable ParameterSpace> parts =
                Parts.of("propagation", propagation, "averagingDecay", averagingDecay);
        parts.putAll(Parts.numbered("epochs", epochs));
        parts.putAll(Parts.numbered("updater", updaters));
        return parts;
    }

    /** The settings of the given number of lowest layers. */
    PretrainingSpace below(int layers) {
        return new PretrainingSpace(lowest(epochs, layers), lowest(updaters, layers), propagation, averagingDecay);
    }

    private static <T> List<T> lowest(List<T> list, int count) {
        return list.subList(0, Math.min(count, list.size()));
    }

    /** Without any pretraining, nothing but its epochs matters. */
    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        return epochs.stream().anyMatch(space -> space.getValue(point) < 1)
                ? Parts.numbered("epochs", epochs)
                : parts();
    }

    @Override
    PretrainingSettings valueAt(double[] point, Repairs repairs) {
        List<Integer> drawn = epochs.stream()
                .map(space -> repairs.atLeast(0, "epochs of pretraining", valueOf(space, point, repairs)))
                .toList();
        if (drawn.contains(0) && drawn.stream().anyMatch(number -> number > 0)) {
            repairs.note("epochs of pretraining: " + drawn + " became 0 for all layers");
            drawn = List.of(0);
        }
        return new PretrainingSettings(
                drawn,
                updaters.stream().map(space -> valueOf(space, point, repairs)).toList(),
                valueOr(propagation, Propagation.MEAN, point, repairs),
                averagingDecay == null
                        ? null
                        : repairs.within(0, MOST_DECAY, "averagingDecay", valueOf(averagingDecay, point, repairs)));
    }
}
