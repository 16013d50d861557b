package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.List;

/**
 * How the training of a candidate went, in its result's {@code getModelSpecificResults()}.
 *
 * @param pretrainingSeconds wall-clock time
 * @param fineTuningSeconds wall-clock time
 * @param curves reconstruction errors of pretraining and loss of fine-tuning by epoch
 * @param notes on what went wrong and was mended in training
 */
public record TrainingOutcome(
        double pretrainingSeconds, double fineTuningSeconds, List<TrainingCurve> curves, List<String> notes)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /** Copies the lists. */
    public TrainingOutcome {
        curves = List.copyOf(curves);
        notes = List.copyOf(notes);
    }

    static TrainingOutcome of(TrainedCandidate trained) {
        return new TrainingOutcome(
                trained.pretrainingSeconds(), trained.fineTuningSeconds(), trained.curves(), trained.notes());
    }
}
