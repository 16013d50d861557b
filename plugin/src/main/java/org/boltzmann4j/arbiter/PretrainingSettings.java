package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.ParameterAverage;
import org.boltzmann4j.dl4j.Propagation;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How the RBM layers of a candidate are pretrained. The lists go by RBM layers from below; their last element stands for all
 * layers above. 0 epochs in the first place leave the pretraining out.
 *
 * @param epochs at least one number of at least 0
 * @param updaters of pretraining; empty for the layers' own
 * @param propagation what pretrained layers hand up
 * @param averagingDecay of the {@link ParameterAverage} that every layer has in the end; null for the last parameters
 */
public record PretrainingSettings(
        List<Integer> epochs, List<IUpdater> updaters, Propagation propagation, @Nullable Double averagingDecay)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if something is missing or a number of epochs negative, or if one above the first is 0, or
     *     if the decay is out of its range
     */
    @JsonCreator
    public PretrainingSettings(
            @JsonProperty("epochs") @Nullable List<Integer> epochs,
            @JsonProperty("updaters") @Nullable List<IUpdater> updaters,
            @JsonProperty("propagation") @Nullable Propagation propagation,
            @JsonProperty("averagingDecay") @Nullable Double averagingDecay) {
        if (epochs == null || epochs.isEmpty() || updaters == null || propagation == null) {
            throw new IllegalArgumentException("pretraining: epochs = " + epochs + ", updaters = " + updaters
                    + ", propagation = " + propagation + ", expected all three and one number of epochs at least");
        }
        boolean none = epochs.get(0) == 0;
        if (epochs.stream().anyMatch(number -> none ? number != 0 : number < 1)) {
            throw new IllegalArgumentException(
                    "pretraining: epochs = " + epochs + ", expected at least 1 for every layer, or 0 for all of them");
        }
        this.epochs = List.copyOf(epochs);
        this.updaters = List.copyOf(updaters);
        this.propagation = propagation;
        this.averagingDecay = averagingDecay;
        if (averagingDecay != null) {
            ParameterAverage.ofDecay(averagingDecay); // it knows the range
        }
    }

    /**
     * The same epochs for every layer, with the layers' own updaters.
     *
     * @param epochs at least 0; 0 for no pretraining
     * @return the settings
     * @throws IllegalArgumentException if negative
     */
    public static PretrainingSettings ofEpochs(int epochs) {
        return new PretrainingSettings(List.of(epochs), List.of(), Propagation.MEAN, null);
    }

    /**
     * The same with other updaters.
     *
     * @param others by RBM layers from below
     * @return the settings
     */
    public PretrainingSettings withUpdaters(IUpdater... others) {
        return new PretrainingSettings(epochs, List.of(others), propagation, averagingDecay);
    }

    /** A share of the epochs of every layer, at least one. */
    PretrainingSettings share(double share) {
        return isNone()
                ? this
                : new PretrainingSettings(
                        epochs.stream().map(number -> shareOf(number, share)).toList(),
                        updaters,
                        propagation,
                        averagingDecay);
    }

    static int shareOf(int epochs, double share) {
        return epochs == 0 ? 0 : Math.max(1, (int) Math.round(epochs * share));
    }

    boolean isNone() {
        return epochs.get(0) == 0;
    }

    /** A pretrainer of the RBM layers with these names, from below. */
    GreedyPretrainer.Builder pretrainer(List<String> layers) {
        GreedyPretrainer.Builder builder =
                GreedyPretrainer.builder().propagation(propagation).reportProgress(false);
        if (averagingDecay != null) {
            builder.averaging(ParameterAverage.ofDecay(averagingDecay));
        }
        for (int i = 0; i < layers.size(); i++) {
            builder.layerEpochs(layers.get(i), atOrLast(epochs, i));
            if (!updaters.isEmpty()) {
                builder.layerUpdater(layers.get(i), atOrLast(updaters, i));
            }
        }
        return builder;
    }

    private static <T> T atOrLast(List<T> list, int i) {
        return list.get(Math.min(i, list.size() - 1));
    }
}
