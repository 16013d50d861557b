package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The inputs of one layer, minibatch by minibatch, epoch by epoch: computed from the features through the layers below, and
 * kept in memory if they fit the given bound. Kept minibatches come in a new order every epoch, each with the rows it had at
 * first; those that are recomputed come as the iterator gives them.
 *
 * <p>Messages begin with the place, which names the layer and, where it is not the training data, the data.
 *
 * <p>An iterator that cannot be reset is read once: its first minibatch stands in for the summary of the data.
 */
final class LayerInputs {

    private final RbmTargets targets;
    private final RbmTarget target;
    private final MinibatchSource<Features> source;
    private final String place;
    private final Propagation propagation;
    private final RandomStreams streams;
    private final DataType type;
    private long presentation;
    private long room;
    private final boolean weighted;
    private @Nullable List<WeightedRows> cache;
    private boolean cacheComplete;
    /** Whether the minibatches that were learnt before an interruption have been passed over. */
    private boolean begun;

    private @Nullable WeightedRows readAhead;

    LayerInputs(
            RbmTargets targets,
            RbmTarget target,
            MinibatchSource<Features> source,
            boolean weighted,
            String place,
            Propagation propagation,
            RandomStreams streams,
            long cacheBytes) {
        this.targets = targets;
        this.target = target;
        this.source = source;
        this.weighted = weighted;
        this.place = place;
        this.propagation = propagation;
        this.streams = streams;
        this.type = target.runtime().params().dataType();
        this.room = cacheBytes;
        // Samples are drawn anew at every presentation, so there is nothing to keep; raw features are the iterator's.
        boolean worthwhile = propagation == Propagation.MEAN && targets.isComputed(target) && source.canReset();
        this.cache = worthwhile && cacheBytes > 0 ? new ArrayList<>() : null;
    }

    /** Hands every minibatch of one epoch to the consumer, which must not modify it. */
    void forEach(long epoch, Consumer<WeightedRows> consumer) {
        forEach(epoch, 0, consumer);
    }

    /**
     * Hands the minibatches of one epoch to the consumer, but for the first ones.
     *
     * @param skipped how many have been learnt before an interruption; {@link #carry} has passed over those that are not kept in memory
     */
    void forEach(long epoch, long skipped, Consumer<WeightedRows> consumer) {
        if (cacheComplete && cache != null) {
            shuffled(cache, epoch).stream().skip(skipped).forEach(consumer);
            return;
        }
        if (source.canReset() && !begun) {
            source.reset();
        }
        begun = false;
        long minibatch = 0;
        if (readAhead != null) {
            WeightedRows first = readAhead;
            readAhead = null;
            minibatch++;
            consumer.accept(first);
        }
        while (source.hasNext()) {
            WeightedRows rows = compute(source.next());
            if (!source.canReset()) {
                requireAccepted(rows.input(), ++minibatch);
            }
            keep(rows);
            consumer.accept(rows);
        }
        cacheComplete = cache != null;
    }

    /**
     * Passes the state through a record: after a summary, what is kept in memory is there again. What is not is read to where it was.
     *
     * @param epoch at work, from 1
     * @param learnt minibatches of it
     */
    void carry(StateRecord record, int epoch, long learnt) {
        presentation = record.count("presentation", presentation);
        int passes = record.count("passes", (int) source.passes(), 0, (int) source.passes() + epoch);
        if (record.isReading() && cache == null) {
            source.replay(passes, learnt);
            begun = true;
        }
    }

    private List<WeightedRows> shuffled(List<WeightedRows> minibatches, long epoch) {
        List<WeightedRows> result = new ArrayList<>(minibatches);
        SplittableRandom random = streams.split("order").random(epoch, 0);
        for (int i = result.size() - 1; i > 0; i--) {
            Collections.swap(result, i, random.nextInt(i + 1));
        }
        return result;
    }

    private WeightedRows compute(Features minibatch) {
        INDArray[] features = minibatch.arrays();
        if (features.length != targets.inputs()) {
            throw new IllegalArgumentException("pretraining: the minibatch has " + features.length
                    + " feature arrays, the network has " + targets.inputs() + " inputs");
        }
        INDArray input = targets.inputOf(target, features, propagation, streams, presentation++);
        long width = target.layer().getNIn();
        if (input.rank() != 2 || input.size(1) != width) {
            throw new IllegalArgumentException(place + ": got input of shape " + Arrays.toString(input.shape())
                    + ", expected [rows, nIn = " + width + "]");
        }
        if (weighted) {
            requireWeights(minibatch.weights(), input.size(0));
        }
        return new WeightedRows(input.castTo(type), minibatch.weights());
    }

    private void requireWeights(double[] weights, long rows) {
        if (weights.length != rows) {
            throw new IllegalArgumentException(place + ": " + weights.length + " example weights for a minibatch of "
                    + rows + " rows, expected one for each row");
        }
        double sum = 0;
        for (int row = 0; row < weights.length; row++) {
            if (!(weights[row] >= 0) || Double.isInfinite(weights[row])) {
                throw new IllegalArgumentException(place + ": the weight of example " + (row + 1)
                        + " of a minibatch is " + weights[row] + ", expected a finite number of at least 0");
            }
            sum += weights[row];
        }
        if (!(sum > 0)) {
            throw new IllegalArgumentException(place + ": the weights of all " + rows
                    + " examples of a minibatch are 0, expected a positive one in every minibatch");
        }
    }

    private void keep(WeightedRows rows) {
        if (cache == null || cacheComplete) {
            return;
        }
        long bytes = rows.input().length() * type.width() + rows.weights().length * (long) Double.BYTES;
        if (bytes > room) {
            cache = null;
            return;
        }
        room -= bytes;
        cache.add(rows);
    }

    /**
     * Reads all inputs once: their means, and a check of every value before anything is learnt from any.
     *
     * @param probeRows how many rows to keep for the monitors
     */
    Summary summarise(int probeRows) {
        Summary summary = new Summary((int) target.layer().getNIn());
        if (source.canReset()) {
            forEach(0, rows -> add(rows, summary, probeRows));
        } else if (source.hasNext()) {
            readAhead = compute(source.next());
            add(readAhead, summary, probeRows);
        }
        if (summary.rows == 0) {
            throw new IllegalArgumentException(place + ": the iterator is empty, expected at least one minibatch");
        }
        return summary;
    }

    private void add(WeightedRows weightedRows, Summary summary, int probeRows) {
        INDArray input = weightedRows.input();
        summary.minibatches++;
        boolean byColumns = target.layer().getVisible().acceptsIntervals();
        if (!byColumns) {
            requireAccepted(input, summary.minibatches);
        }
        Rows rows = Rows.of(input);
        double[] x = new double[rows.width()];
        for (int row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            summary.add(x, weightedRows.weight(row));
        }
        if (byColumns && !summary.isWithin(target.layer().getVisible())) {
            requireAccepted(input, summary.minibatches); // says which value it is
        }
        if (summary.rows < probeRows) {
            summary.probes.add(input);
        }
        summary.rows += rows.count();
    }

    private void requireAccepted(INDArray input, long minibatch) {
        Rows rows = Rows.of(input);
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            requireAccepted(x, row, minibatch);
        }
    }

    private void requireAccepted(double[] x, long row, long minibatch) {
        Unit unit = target.layer().getVisible();
        int refused = unit.firstRefused(x);
        if (refused >= 0) {
            Unit type = unit.typeOf(refused);
            throw new IllegalArgumentException(place + ": minibatch " + minibatch + ", row "
                    + (row + 1)
                    + ", column " + (refused + 1) + " of the input is " + x[refused] + ", expected "
                    + type.expectation()
                    + " for " + type + " visible units. Scale the data with a normalizer or choose another"
                    + " visible unit type");
        }
    }

    /** What one reading of the inputs tells. */
    static final class Summary {
        private final double[] sums;
        private final double[] least;
        private final double[] greatest;
        private final List<INDArray> probes = new ArrayList<>();
        private long rows;
        private double weight;
        private long minibatches;

        Summary(int width) {
            sums = new double[width];
            least = new double[width];
            greatest = new double[width];
            Arrays.fill(least, Double.POSITIVE_INFINITY);
            Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
        }

        private void add(double[] x, double rowWeight) {
            weight += rowWeight;
            double[] sumOf = sums;
            double[] leastOf = least;
            double[] greatestOf = greatest;
            for (int i = 0; i < x.length; i++) {
                sumOf[i] += rowWeight * x[i];
                leastOf[i] = Math.min(leastOf[i], x[i]);
                greatestOf[i] = Math.max(greatestOf[i], x[i]);
            }
        }

        /** Whether units that accept intervals accept all there is between the least and the greatest value; NaN is not. */
        private boolean isWithin(Unit visible) {
            return visible.firstRefused(least) < 0 && visible.firstRefused(greatest) < 0;
        }

        long rows() {
            return rows;
        }

        long minibatches() {
            return minibatches;
        }

        /** The first minibatches: at least as many rows as asked for, unless there are fewer. */
        List<INDArray> probes() {
            return probes;
        }

        /** Weighted where examples have weights. */
        double[] means() {
            return Arrays.stream(sums).map(sum -> sum / weight).toArray();
        }

        /**
         * Checks that every Gaussian unit sees different values.
         *
         * @throws IllegalArgumentException if one does not
         */
        void requireVaryingColumns(String place, Unit visible) {
            for (int i = 0; i < least.length && rows > 1; i++) {
                boolean gaussian =
                        visible.typeOf(i) instanceof Gaussian || visible.typeOf(i) instanceof LearnedGaussian;
                if (gaussian && least[i] == greatest[i]) {
                    throw new IllegalArgumentException(place + ": column " + (i + 1)
                            + " of the input has the same value in all " + rows
                            + " rows, expected every column to vary"
                            + " with Gaussian visible units: its density would grow without bound, and standardising divides by"
                            + " a standard deviation of 0. Drop the column, or add a little noise to it");
                }
            }
        }
    }
}
