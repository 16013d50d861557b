package org.boltzmann4j.dl4j;

import java.util.List;
import org.boltzmann4j.estimate.MonitorReading;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.sampler.AutocorrelationTime;
import org.boltzmann4j.sampler.SwapReport;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.jspecify.annotations.Nullable;

/**
 * How far the pretraining of a layer is, measured at the end of an epoch on fixed rows of the training data and on the
 * validation data, presented once as the layer's option for grey values says.
 *
 * <p>With {@link ParameterAverage#monitored} all of this is measured with the averaged parameters. With dropout of hidden units
 * the reconstruction error and the free energies are those of {@link HiddenUnitDropout#expectedModel}, the rest is that
 * of the parameters as they are.
 *
 * @param reconstructionError mean squared reconstruction error per visible unit on the validation rows, or on the
 *     training rows if there are none
 * @param freeEnergyTrain mean free energy of the training rows, in nats
 * @param freeEnergyValidation mean free energy of the validation rows, in nats; NaN without validation data
 * @param meanHiddenActivation mean over units and training rows of the hidden conditional means
 * @param weightNorm Euclidean norm of all weights
 * @param swaps ladder, swap acceptance rates and round trips of parallel or trajectory tempering in this epoch; null for
 *     other negative phases
 * @param boundedMeans how often in this epoch the bound of Poisson units held a mean down, over all units and draws of the
 *     training; while it does, the chains are not those of the model. 0 for other types
 * @param autocorrelation integrated autocorrelation time of the chains over the last minibatches, in minibatches: how
 *     slowly they move, while the model moves with them; null for contrastive divergence and for fewer than 16 minibatches
 * @param trajectory checkpoints, reversals and log Z of trajectory tempering, with the sum of the probabilities of the
 *     distinct training rows measured; of the model in training, also where averages are judged; null for other negative
 *     phases
 * @param readings of {@link GreedyPretrainer.Builder#monitors}, in their order
 */
public record PretrainingMonitors(
        double reconstructionError,
        double freeEnergyTrain,
        double freeEnergyValidation,
        double meanHiddenActivation,
        double weightNorm,
        @Nullable SwapReport swaps,
        long boundedMeans,
        @Nullable AutocorrelationTime autocorrelation,
        @Nullable TrajectoryReport trajectory,
        List<MonitorReading> readings) {

    /** Copies the list. */
    public PretrainingMonitors {
        readings = List.copyOf(readings);
    }

    /**
     * The same without readings.
     *
     * @param reconstructionError see above
     * @param freeEnergyTrain see above
     * @param freeEnergyValidation see above
     * @param meanHiddenActivation see above
     * @param weightNorm see above
     * @param swaps see above
     * @param boundedMeans see above
     * @param autocorrelation see above
     * @param trajectory see above
     */
    public PretrainingMonitors(
            double reconstructionError,
            double freeEnergyTrain,
            double freeEnergyValidation,
            double meanHiddenActivation,
            double weightNorm,
            @Nullable SwapReport swaps,
            long boundedMeans,
            @Nullable AutocorrelationTime autocorrelation,
            @Nullable TrajectoryReport trajectory) {
        this(
                reconstructionError,
                freeEnergyTrain,
                freeEnergyValidation,
                meanHiddenActivation,
                weightNorm,
                swaps,
                boundedMeans,
                autocorrelation,
                trajectory,
                List.of());
    }

    /**
     * Returns mean F(validation) minus mean F(train): its growth is the sign of over-fitting (Hinton 2012, section 6).
     *
     * @return the gap in nats; NaN without validation data
     */
    public double freeEnergyGap() {
        return freeEnergyValidation - freeEnergyTrain;
    }
}
