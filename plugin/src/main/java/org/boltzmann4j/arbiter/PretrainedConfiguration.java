package org.boltzmann4j.arbiter;

import java.util.List;

/** What a candidate has beyond a configuration of the host: how it is pretrained. */
public sealed interface PretrainedConfiguration permits DbnConfiguration, DbnGraphConfiguration {

    /**
     * How its RBM layers are pretrained.
     *
     * @return the settings
     */
    PretrainingSettings pretraining();

    /**
     * What the space had to repair at the candidate's point.
     *
     * @return one sentence each, empty for a valid point
     */
    List<String> repairs();
}
