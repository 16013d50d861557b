package org.boltzmann4j.dl4j;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.MonitorReading;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.RbmGradient;
import org.boltzmann4j.objective.RbmGradientState;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.units.Tail;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Fixed rows on which a layer's monitors are measured, presented once so that epochs compare without sampling noise. */
final class MonitorRows {

    private final List<INDArray> train;
    private final List<INDArray> validation;
    private final @Nullable HiddenUnitDropout dropout;
    /** Different training rows, if their probabilities have a meaning and somebody asks for them. */
    private final @Nullable INDArray distinct;

    private final List<RbmMonitor> monitors;
    private final RandomStreams readingStreams;

    MonitorRows(
            Rbm rbm,
            RbmGradient gradient,
            List<INDArray> train,
            List<INDArray> validation,
            List<RbmMonitor> monitors,
            RandomStreams streams) {
        this.train = presented(rbm, gradient, train, streams.split("train"));
        this.validation = presented(rbm, gradient, validation, streams.split("validation"));
        this.monitors = monitors;
        this.readingStreams = streams.split("readings");
        this.dropout = gradient.hiddenUnitDropout();
        boolean densities = IntStream.range(0, rbm.visibleWidth())
                .anyMatch(i -> rbm.visible().typeOf(i).tail() == Tail.QUADRATIC);
        this.distinct =
                gradient.negativePhase() instanceof TrajectoryTempering && !densities ? distinct(this.train) : null;
        readings(rbm); // what cannot be measured is refused before anything is learnt
    }

    private static List<INDArray> presented(
            Rbm rbm, RbmGradient gradient, List<INDArray> minibatches, RandomStreams streams) {
        List<INDArray> result = new ArrayList<>();
        for (int i = 0; i < minibatches.size(); i++) {
            result.add(gradient.present(rbm, minibatches.get(i), streams, i));
        }
        return result;
    }

    private static INDArray distinct(List<INDArray> minibatches) {
        Set<DoubleBuffer> different = new LinkedHashSet<>();
        for (INDArray minibatch : minibatches) {
            Rows rows = Rows.of(minibatch);
            for (long row = 0; row < rows.count(); row++) {
                double[] x = new double[rows.width()];
                rows.read(row, x);
                different.add(DoubleBuffer.wrap(x));
            }
        }
        return Nd4j.createFromArray(different.stream().map(DoubleBuffer::array).toArray(double[][]::new))
                .castTo(minibatches.get(0).dataType());
    }

    /**
     * Measures.
     *
     * @param trained the parameters to be judged, which may be averages
     * @param sampled the model of the chains
     * @param state its state
     * @param boundedMeans of this epoch
     */
    PretrainingMonitors measure(Rbm trained, Rbm sampled, RbmGradientState state, long boundedMeans) {
        double activation =
                mean(train, v -> trained.meanHiddenGivenVisible(v).meanNumber().doubleValue());
        Rbm rbm = dropout == null ? trained : dropout.expectedModel(trained);
        return new PretrainingMonitors(
                mean(validation.isEmpty() ? train : validation, v -> ReconstructionError.of(rbm, v)),
                mean(train, v -> meanFreeEnergy(rbm, v)),
                mean(validation, v -> meanFreeEnergy(rbm, v)),
                activation,
                trained.weights().norm2Number().doubleValue(),
                state.takeSwapReport(),
                boundedMeans,
                state.autocorrelationTime(),
                state.trajectoryReport(sampled, distinct),
                readings(rbm));
    }

    /** With the same random numbers in every epoch, so that epochs compare. */
    private List<MonitorReading> readings(Rbm rbm) {
        if (monitors.isEmpty()) {
            return List.of();
        }
        int most = monitors.stream().mapToInt(RbmMonitor::rows).max().orElseThrow();
        INDArray trainRows = Objects.requireNonNull(first(train, most));
        INDArray heldOutRows = first(validation, most);
        return monitors.stream()
                .map(monitor -> monitor.read(rbm, trainRows, heldOutRows, readingStreams.split(monitor.name())))
                .toList();
    }

    /** At least as many rows as asked for if there are as many; null for no minibatch. */
    private static @Nullable INDArray first(List<INDArray> minibatches, int rows) {
        List<INDArray> enough = new ArrayList<>();
        long count = 0;
        for (INDArray minibatch : minibatches) {
            if (count < rows) {
                enough.add(minibatch);
                count += minibatch.size(0);
            }
        }
        return enough.size() > 1 ? Nd4j.vstack(enough) : enough.isEmpty() ? null : enough.get(0);
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
