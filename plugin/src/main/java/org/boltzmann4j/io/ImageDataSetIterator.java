package org.boltzmann4j.io;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Minibatches of an {@link ImageDataSet}. Every minibatch is freshly made and belongs to the caller. */
final class ImageDataSetIterator implements DataSetIterator {

    private static final long serialVersionUID = 1L;

    private final ImageDataSet data;
    private final int batchSize;
    private final @Nullable Long seed;
    private int[] order;
    private long epoch;
    private int next;
    private @Nullable DataSetPreProcessor preProcessor;

    ImageDataSetIterator(ImageDataSet data, int batchSize, @Nullable Long seed) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1 but is " + batchSize);
        }
        this.data = data;
        this.batchSize = batchSize;
        this.seed = seed;
        this.order = order(data.examples(), seed, 0);
    }

    private static int[] order(int examples, @Nullable Long seed, long epoch) {
        int[] order = IntStream.range(0, examples).toArray();
        if (seed != null) {
            ImageDataSet.shuffle(order, RandomStreams.of(seed).split("shuffle").random(epoch, 0));
        }
        return order;
    }

    @Override
    public boolean hasNext() {
        return next < order.length;
    }

    @Override
    public DataSet next() {
        return next(batchSize);
    }

    @Override
    public DataSet next(int examples) {
        if (examples < 1) {
            throw new IllegalArgumentException("examples of a minibatch must be at least 1 but are " + examples);
        }
        if (!hasNext()) {
            throw new NoSuchElementException("all " + order.length + " examples have been read; reset() starts again");
        }
        int from = next;
        next = (int) Math.min(order.length, (long) from + examples);
        DataSet batch = data.batch(order, from, next);
        if (preProcessor != null) {
            preProcessor.preProcess(batch);
        }
        return batch;
    }

    @Override
    public void reset() {
        // A reset of an unread iterator is none: hosts reset before the first epoch too, and that must not change the
        // order.
        if (next == 0) {
            return;
        }
        next = 0;
        epoch++;
        if (seed != null) {
            order = order(order.length, seed, epoch);
        }
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    /** No: the data are in memory, making a minibatch takes microseconds, and a prefetching thread would cost more. */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int inputColumns() {
        return data.features();
    }

    @Override
    public int totalOutcomes() {
        return data.classes();
    }

    @Override
    public int batch() {
        return batchSize;
    }

    @Override
    public void setPreProcessor(@Nullable DataSetPreProcessor preProcessor) {
        this.preProcessor = preProcessor;
    }

    @Override
    @SuppressWarnings("NullAway") // the host's interface documents "none" as null
    public @Nullable DataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    @Override
    public List<String> getLabels() {
        return IntStream.range(0, data.classes()).mapToObj(String::valueOf).toList();
    }
}
