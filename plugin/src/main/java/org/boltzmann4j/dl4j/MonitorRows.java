package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.RbmGradient;
import org.boltzmann4j.sampler.SwapReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Fixed rows on which a layer's monitors are measured, presented once so that epochs compare without sampling noise. */
final class MonitorRows {

    private final List<INDArray> train;
    private final List<INDArray> validation;
    private final @Nullable HiddenUnitDropout dropout;

    MonitorRows(Rbm rbm, RbmGradient gradient, List<INDArray> train, List<INDArray> validation, RandomStreams streams) {
        this.train = presented(rbm, gradient, train, streams.split("train"));
        this.validation = presented(rbm, gradient, validation, streams.split("validation"));
        this.dropout = gradient.hiddenUnitDropout();
    }

    private static List<INDArray> presented(
            Rbm rbm, RbmGradient gradient, List<INDArray> minibatches, RandomStreams streams) {
        List<INDArray> result = new ArrayList<>();
        for (int i = 0; i < minibatches.size(); i++) {
            result.add(gradient.present(rbm, minibatches.get(i), streams, i));
        }
        return result;
    }

    PretrainingMonitors measure(Rbm trained, @Nullable SwapReport swaps, long boundedMeans) {
        double activation =
                mean(train, v -> trained.meanHiddenGivenVisible(v).meanNumber().doubleValue());
        Rbm rbm = dropout == null ? trained : dropout.expectedModel(trained);
        return new PretrainingMonitors(
                mean(validation.isEmpty() ? train : validation, v -> ReconstructionError.of(rbm, v)),
                mean(train, v -> meanFreeEnergy(rbm, v)),
                mean(validation, v -> meanFreeEnergy(rbm, v)),
                activation,
                trained.weights().norm2Number().doubleValue(),
                swaps,
                boundedMeans);
    }

    private static double meanFreeEnergy(Rbm rbm, INDArray v) {
        return Arrays.stream(rbm.freeEnergy(v)).average().orElse(Double.NaN);
    }

    /** Mean over rows of a quantity that is itself a mean over the rows of a minibatch; NaN for no minibatch. */
    private static double mean(List<INDArray> minibatches, java.util.function.ToDoubleFunction<INDArray> quantity) {
        double sum = 0;
        long rows = 0;
        for (INDArray minibatch : minibatches) {
            sum += quantity.applyAsDouble(minibatch) * minibatch.size(0);
            rows += minibatch.size(0);
        }
        return rows == 0 ? Double.NaN : sum / rows;
    }
}
