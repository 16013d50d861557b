package org.boltzmann4j.arbiter;

import java.util.Objects;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.task.TaskListener;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * Adds pretraining to the host's own tasks: {@code new MultiLayerNetworkTaskCreator(evaluator, listener)}, and likewise {@code
 * ComputationGraphTaskCreator}. They give a listener no data, so it is told where the data are.
 */
public final class PretrainingTaskListener implements TaskListener {

    private static final long serialVersionUID = 1;

    private final PretrainingSettings settings;
    private final Class<? extends DataSource> source;
    private final @Nullable Properties properties;

    /**
     * Pretrains every candidate before it is fine-tuned.
     *
     * @param settings of candidates that have none of their own, as those of the host's spaces
     * @param source of the data; its unlabelled data if it is a {@link PretrainingDataSource}, else its training data
     * @param properties of the source, or null
     */
    public PretrainingTaskListener(
            PretrainingSettings settings, Class<? extends DataSource> source, @Nullable Properties properties) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.source = Objects.requireNonNull(source, "source");
        this.properties = properties;
    }

    @Override
    @SuppressWarnings("rawtypes") // as the host declares it
    public <T extends Model> T preProcess(T model, Candidate candidate) {
        CandidateSettings wanted = CandidateTraining.settingsOf(candidate.getValue(), settings);
        if (wanted.joint() != null) {
            throw new IllegalArgumentException(
                    "the host's tasks cannot train a joint energy model: expected the tasks of PretrainingTaskCreator");
        }
        CandidateTraining.pretrain(
                model,
                wanted.pretraining(),
                CandidateTraining.unlabelled(SearchData.open(source, properties)),
                new TimeLimit(null));
        return model;
    }

    @Override
    @SuppressWarnings("rawtypes") // as the host declares it
    public void postProcess(Model model, Candidate candidate) {
        // Nothing is left to do after fine-tuning.
    }
}
