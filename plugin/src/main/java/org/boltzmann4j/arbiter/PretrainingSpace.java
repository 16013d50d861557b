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

    private final List<ParameterSpace<Integer>> epochs;
    private final List<ParameterSpace<IUpdater>> updaters;
    private final @Nullable ParameterSpace<Propagation> propagation;

    @JsonCreator
    PretrainingSpace(
            @JsonProperty("epochs") List<ParameterSpace<Integer>> epochs,
            @JsonProperty("updaters") List<ParameterSpace<IUpdater>> updaters,
            @JsonProperty("propagation") @Nullable ParameterSpace<Propagation> propagation) {
        if (epochs.isEmpty()) {
            throw new IllegalArgumentException("pretraining: no epochs, expected a space for one layer at least");
        }
        this.epochs = List.copyOf(epochs);
        this.updaters = List.copyOf(updaters);
        this.propagation = propagation;
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
        return new PretrainingSpace(List.of(epochs), List.of(), null);
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
        return new PretrainingSpace(epochs, List.of(others), propagation);
    }

    /**
     * The same with a choice of what pretrained layers hand up.
     *
     * @param choice means, samples or both
     * @return the space
     */
    public PretrainingSpace withPropagation(ParameterSpace<Propagation> choice) {
        return new PretrainingSpace(epochs, updaters, choice);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        Map<String, @Nullable ParameterSpace> parts = Parts.of("propagation", propagation);
        parts.putAll(Parts.numbered("epochs", epochs));
        parts.putAll(Parts.numbered("updater", updaters));
        return parts;
    }

    /** The settings of the given number of lowest layers. */
    PretrainingSpace below(int layers) {
        return new PretrainingSpace(lowest(epochs, layers), lowest(updaters, layers), propagation);
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
                valueOr(propagation, Propagation.MEAN, point, repairs));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PretrainingSpace that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }
}
