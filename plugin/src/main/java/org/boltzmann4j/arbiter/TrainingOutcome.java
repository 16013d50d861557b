package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.List;

/**
 * How the training of a candidate went, in its result's {@code getModelSpecificResults()}.
 *
 * @param pretrainingSeconds wall-clock time
 * @param fineTuningSeconds wall-clock time
 * @param curves reconstruction errors of pretraining and loss of fine-tuning by epoch
 */
public record TrainingOutcome(double pretrainingSeconds, double fineTuningSeconds, List<TrainingCurve> curves)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /** Copies the list. */
    public TrainingOutcome {
        curves = List.copyOf(curves);
    }

    static TrainingOutcome of(TrainedCandidate trained) {
        return new TrainingOutcome(trained.pretrainingSeconds(), trained.fineTuningSeconds(), trained.curves());
    }
}
