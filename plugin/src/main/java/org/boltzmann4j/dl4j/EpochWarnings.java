package org.boltzmann4j.dl4j;

import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log says at the end of an epoch about chains that are not those of the model. Mutable: it counts from epoch to epoch. */
final class EpochWarnings {

    private static final Logger LOG = LoggerFactory.getLogger(GreedyPretrainer.class);

    private final String place;
    private long reportedBound;

    EpochWarnings(String place) {
        this.place = place;
    }

    /**
     * Says how often a bound on means acted.
     *
     * @param bounded over all epochs so far
     * @return how often in this epoch
     */
    long reportBound(int epoch, long bounded) {
        long inThisEpoch = bounded - reportedBound;
        if (inThisEpoch > 0) {
            LOG.warn(
                    "{}, epoch {}: the bound on the mean of the Poisson units acted {} times. While it does, the chains are"
                            + " not those of the model: lower the learning rate, or raise the bound if the data need it",
                    place,
                    epoch,
                    inThisEpoch);
        }
        reportedBound = bounded;
        return inThisEpoch;
    }

    /** Says where the rungs of trajectory tempering are not in equilibrium. */
    void reportTrajectory(int epoch, @Nullable TrajectoryReport trajectory) {
        if (trajectory == null) {
            return;
        }
        if (trajectory.missesEquilibrium()) {
            LOG.warn(
                    "{}, epoch {}: different training rows have a total probability of {} by log Z along the checkpoints:"
                            + " their chains are not in equilibrium, and log Z is too small. Thermalise longer",
                    place,
                    epoch,
                    trajectory.dataProbability());
        }
        if (!trajectory.thermalised()) {
            LOG.warn(
                    "{}, epoch {}: the last checkpoint was thermalised for fewer autocorrelation times than asked for",
                    place,
                    epoch);
        }
    }

    /** The state counts bounded means anew, as one that goes back does. */
    void startOver() {
        reportedBound = 0;
    }

    void carry(StateRecord record) {
        reportedBound = record.count("reportedBound", reportedBound);
    }
}
