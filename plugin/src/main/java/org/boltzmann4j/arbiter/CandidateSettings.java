package org.boltzmann4j.arbiter;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate has beyond a configuration of the host.
 *
 * @param pretraining how its RBM layers are pretrained
 * @param joint how its fine-tuning makes a joint energy model of it; null for the host's {@code fit}
 * @param repairs what the space had to repair at the candidate's point, one sentence each, empty for a valid point
 */
public record CandidateSettings(PretrainingSettings pretraining, @Nullable JointSettings joint, List<String> repairs)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /** Copies the list. */
    public CandidateSettings {
        Objects.requireNonNull(pretraining, "pretraining");
        repairs = List.copyOf(repairs);
    }
}
