package org.boltzmann4j.arbiter;

import java.util.List;
import org.boltzmann4j.dl4j.PretrainingReport;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * A candidate after its training.
 *
 * @param model the network or graph
 * @param pretraining what the pretraining reports, or null if there was none
 * @param pretrainingSeconds wall-clock time
 * @param fineTuningSeconds wall-clock time
 * @param curves of pretraining and fine-tuning
 * @param notes on what went wrong and was mended: where the guard of a joint training went back, and why it stopped
 */
public record TrainedCandidate(
        Model model,
        @Nullable PretrainingReport pretraining,
        double pretrainingSeconds,
        double fineTuningSeconds,
        List<TrainingCurve> curves,
        List<String> notes) {

    /** Copies the lists. */
    public TrainedCandidate {
        curves = List.copyOf(curves);
        notes = List.copyOf(notes);
    }

    /**
     * Time of pretraining and fine-tuning.
     *
     * @return wall-clock seconds
     */
    public double seconds() {
        return pretrainingSeconds + fineTuningSeconds;
    }
}
