package org.boltzmann4j.arbiter;

import org.deeplearning4j.arbiter.optimize.api.data.DataSource;

/** Wall-clock seconds of pretraining and fine-tuning, to be minimised. NaN, and so a failure, in the host's own tasks. */
public final class SecondsScore extends TrainedScore {

    private static final long serialVersionUID = 1;

    /** The only one. */
    public SecondsScore() {}

    @Override
    public double score(TrainedCandidate candidate, DataSource data) {
        return candidate.seconds();
    }

    @Override
    String name() {
        return "seconds of training";
    }

    @Override
    public boolean minimize() {
        return true;
    }
}
