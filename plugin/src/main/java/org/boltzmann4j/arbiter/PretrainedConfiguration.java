package org.boltzmann4j.arbiter;

/** A configuration of the host's together with what the host has no place for. */
public sealed interface PretrainedConfiguration permits DbnConfiguration, DbnGraphConfiguration {

    /**
     * Pretraining, joint training and repairs.
     *
     * @return the settings
     */
    CandidateSettings settings();
}
