package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.estimate.MonitorReading;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.earlystopping.scorecalc.ScoreCalculator;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an {@link RbmMonitor} says of an RBM layer of a network, as a score for DL4J's early stopping:
 *
 * <pre>{@code
 * new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
 *         .scoreCalculator(RbmScoreCalculator.of(RbmMonitor.pseudoLikelihood(100), 0, train, validation))
 *         ...
 * new EarlyStoppingTrainer(configuration, network, train).pretrain()
 * }</pre>
 *
 * <p>The rows go through the layers below in inference mode, then grey values become binary as the layer's option says, with
 * the same random numbers at every call. Each call logs the figure and its cost. The type of the network is the caller's choice:
 * both of the host's are understood.
 *
 * <p>(The host's {@code EarlyStoppingTrainer.pretrain} trains every layer of a network on the features; it is for networks whose
 * one RBM layer is the first. For more, {@link GreedyPretrainer} has a {@link StoppingRule}.)
 *
 * @param <T> type of the network
 */
public final class RbmScoreCalculator<T extends Model> implements ScoreCalculator<T> {

    private static final long serialVersionUID = 1;

    private static final Logger LOG = LoggerFactory.getLogger(RbmScoreCalculator.class);

    private final RbmMonitor monitor;
    private final int layer;
    private final INDArray train;
    private final @Nullable INDArray heldOut;
    private final long seed;

    private RbmScoreCalculator(RbmMonitor monitor, int layer, INDArray train, @Nullable INDArray heldOut, long seed) {
        this.monitor = monitor;
        this.layer = layer;
        this.train = train;
        this.heldOut = heldOut;
        this.seed = seed;
    }

    /**
     * A score from the first rows of each iterator, as many as the monitor looks at; they are held in memory.
     *
     * @param monitor what is measured
     * @param layer index of the RBM layer
     * @param train rows learnt from; reset, and read as far as needed
     * @param heldOut rows never learnt from; reset, and read as far as needed
     * @param <T> type of the network
     * @return the score
     * @throws IllegalArgumentException if an iterator is empty
     */
    public static <T extends Model> RbmScoreCalculator<T> of(
            RbmMonitor monitor, int layer, DataSetIterator train, DataSetIterator heldOut) {
        int rows = Objects.requireNonNull(monitor, "monitor").rows();
        return new RbmScoreCalculator<>(
                monitor, layer, first(train, rows, "training"), first(heldOut, rows, "held-out"), 42);
    }

    /**
     * The same without held-out rows: monitors take the training rows in their place.
     *
     * @param monitor what is measured
     * @param layer index of the RBM layer
     * @param train rows learnt from; reset, and read as far as needed
     * @param <T> type of the network
     * @return the score
     * @throws IllegalArgumentException if the iterator is empty
     */
    public static <T extends Model> RbmScoreCalculator<T> of(RbmMonitor monitor, int layer, DataSetIterator train) {
        return new RbmScoreCalculator<>(monitor, layer, first(train, monitor.rows(), "training"), null, 42);
    }

    /**
     * The same with another seed of everything random.
     *
     * @param other any value; 42 unless set
     * @return the score
     */
    public RbmScoreCalculator<T> withSeed(long other) {
        return new RbmScoreCalculator<>(monitor, layer, train, heldOut, other);
    }

    private static INDArray first(DataSetIterator iterator, int rows, String name) {
        if (iterator.resetSupported()) {
            iterator.reset();
        }
        List<INDArray> batches = new ArrayList<>();
        long count = 0;
        while (count < rows && iterator.hasNext()) {
            INDArray features = iterator.next().getFeatures();
            long taken = Math.min(rows - count, features.size(0));
            batches.add(features.get(NDArrayIndex.interval(0, taken), NDArrayIndex.all()));
            count += taken;
        }
        if (iterator.resetSupported()) {
            iterator.reset();
        }
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("score of an RBM layer: the iterator of the " + name + " rows is empty");
        }
        return Nd4j.vstack(batches);
    }

    @Override
    public double calculateScore(T network) {
        RbmTargets targets = RbmTargets.of(network);
        RbmTarget target = targets.atIndex(layer);
        RandomStreams streams = RandomStreams.of(seed).split("score of an RBM layer");
        INDArray seen = Objects.requireNonNull(states(targets, target, train, streams.split("train")));
        INDArray unseen = heldOut == null ? null : states(targets, target, heldOut, streams.split("held-out"));
        MonitorReading reading = monitor.read(target.runtime().rbm(), seen, unseen, streams.split("reading"));
        LOG.info("{}: {}", target.label(), reading);
        return reading.value();
    }

    private static INDArray states(RbmTargets targets, RbmTarget target, INDArray features, RandomStreams streams) {
        INDArray input = targets.inputOf(target, new INDArray[] {features}, Propagation.MEAN, streams, 0);
        return target.layer()
                .gradient()
                .present(
                        target.runtime().rbm(),
                        input.castTo(target.runtime().params().dataType()),
                        streams,
                        0);
    }

    @Override
    public boolean minimizeScore() {
        return monitor.isMinimised();
    }
}
