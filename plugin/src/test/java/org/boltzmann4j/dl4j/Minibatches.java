package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Minibatches without labels that count how often they are read, and may refuse to be reset. */
final class Minibatches implements DataSetIterator {

    private static final long serialVersionUID = 1;

    private final List<DataSet> minibatches;
    private final boolean resettable;
    private int next;
    private boolean rotating;
    private Runnable beforeReading = () -> {};
    int resets;

    private Minibatches(List<DataSet> minibatches, boolean resettable) {
        this.minibatches = minibatches;
        this.resettable = resettable;
    }

    static Minibatches of(List<DataSet> minibatches) {
        return new Minibatches(minibatches, true);
    }

    /** Begins with another minibatch after every reset, as shuffling iterators do. */
    Minibatches rotating() {
        Minibatches result = again();
        result.rotating = true;
        return result;
    }

    /** Does something before every reading. */
    Minibatches reading(Runnable action) {
        Minibatches result = again();
        result.beforeReading = action;
        return result;
    }

    /** Cuts rows into minibatches; the last may be smaller. */
    static Minibatches of(INDArray rows, int size) {
        List<DataSet> result = new ArrayList<>();
        for (long from = 0; from < rows.size(0); from += size) {
            long to = Math.min(from + size, rows.size(0));
            result.add(new DataSet(
                    rows.get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
                            .dup(),
                    null));
        }
        return of(result);
    }

    Minibatches readOnce() {
        return new Minibatches(minibatches, false);
    }

    Minibatches again() {
        return new Minibatches(minibatches, resettable);
    }

    /** Binary rows: noisy copies of four prototypes, so that there is something to learn. */
    static INDArray patterns(DataType type, int rows, int columns, long seed) {
        Random random = new Random(seed);
        boolean[][] prototypes = new boolean[4][columns];
        for (boolean[] prototype : prototypes) {
            for (int i = 0; i < columns; i++) {
                prototype[i] = random.nextInt(3) == 0;
            }
        }
        INDArray result = Nd4j.create(type, rows, columns);
        for (int row = 0; row < rows; row++) {
            boolean[] prototype = prototypes[random.nextInt(4)];
            for (int i = 0; i < columns; i++) {
                result.putScalar(row, i, prototype[i] ^ random.nextInt(10) == 0 ? 1 : 0);
            }
        }
        return result;
    }

    /** Rows of normally distributed numbers. */
    static INDArray normal(DataType type, int rows, int columns, long seed) {
        Random random = new Random(seed);
        INDArray result = Nd4j.create(type, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
                result.putScalar(row, i, random.nextGaussian() + 0.3 * i);
            }
        }
        return result;
    }

    @Override
    public boolean hasNext() {
        return next < minibatches.size();
    }

    @Override
    public DataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        beforeReading.run();
        int at = next++ + (rotating ? resets : 0);
        return minibatches.get(at % minibatches.size());
    }

    @Override
    public DataSet next(int num) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reset() {
        if (!resettable) {
            throw new UnsupportedOperationException("read once");
        }
        resets++;
        next = 0;
    }

    @Override
    public boolean resetSupported() {
        return resettable;
    }

    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int batch() {
        return minibatches.get(0).numExamples();
    }

    @Override
    public int inputColumns() {
        return -1;
    }

    @Override
    public int totalOutcomes() {
        return -1;
    }

    @Override
    public List<String> getLabels() {
        return List.of();
    }

    @Override
    public void setPreProcessor(DataSetPreProcessor preProcessor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DataSetPreProcessor getPreProcessor() {
        return null;
    }
}
