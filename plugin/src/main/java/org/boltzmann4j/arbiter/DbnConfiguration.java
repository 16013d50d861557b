package org.boltzmann4j.arbiter;

import java.util.Objects;
import org.deeplearning4j.arbiter.DL4JConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A candidate: a network, how it is pretrained and for how many epochs it is fine-tuned. To the host's own tasks it is a network
 * without pretraining; {@link PretrainingTaskListener} adds that.
 */
public final class DbnConfiguration extends DL4JConfiguration implements PretrainedConfiguration {

    private static final long serialVersionUID = 1;

    private final CandidateSettings settings;

    /**
     * Combines the settings.
     *
     * @param network the network
     * @param stopping early stopping of the fine-tuning, or null for a number of epochs
     * @param fineTuningEpochs number of epochs where nothing stops it
     * @param settings what the host has no place for
     */
    public DbnConfiguration(
            MultiLayerConfiguration network,
            @Nullable EarlyStoppingConfiguration<?> stopping,
            int fineTuningEpochs,
            CandidateSettings settings) {
        super(network, stopping, fineTuningEpochs);
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    public CandidateSettings settings() {
        return settings;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DbnConfiguration that && super.equals(other) && settings.equals(that.settings);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof DbnConfiguration;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), settings);
    }
}
