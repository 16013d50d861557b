package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.List;
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

    private final PretrainingSettings pretraining;
    private final ArrayList<String> repairs;

    /**
     * Combines the settings.
     *
     * @param network the network
     * @param stopping early stopping of the fine-tuning, or null for a number of epochs
     * @param fineTuningEpochs number of epochs where nothing stops it
     * @param pretraining of its RBM layers
     * @param repairs what was repaired to make it valid
     */
    public DbnConfiguration(
            MultiLayerConfiguration network,
            @Nullable EarlyStoppingConfiguration<?> stopping,
            int fineTuningEpochs,
            PretrainingSettings pretraining,
            List<String> repairs) {
        super(network, stopping, fineTuningEpochs);
        this.pretraining = Objects.requireNonNull(pretraining, "pretraining");
        this.repairs = new ArrayList<>(repairs);
    }

    @Override
    public PretrainingSettings pretraining() {
        return pretraining;
    }

    @Override
    public List<String> repairs() {
        return List.copyOf(repairs);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DbnConfiguration that
                && super.equals(other)
                && pretraining.equals(that.pretraining)
                && repairs.equals(that.repairs);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof DbnConfiguration;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), pretraining, repairs);
    }
}
