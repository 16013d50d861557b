package org.boltzmann4j.integration;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Minibatches that are made when they are asked for, and never kept: noisy copies of two prototypes, with labels. */
final class GeneratedRows implements DataSetIterator {

    private static final long serialVersionUID = 1;

    private final int minibatches;
    private final int rows;
    private final int columns;
    private int next;

    GeneratedRows(int minibatches, int rows, int columns) {
        this.minibatches = minibatches;
        this.rows = rows;
        this.columns = columns;
    }

    /** Of all features, as 4-byte floats. */
    long bytes() {
        return 4L * minibatches * rows * columns;
    }

    @Override
    public DataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        SplittableRandom random = new SplittableRandom(next++);
        float[] features = new float[rows * columns];
        float[][] labels = new float[rows][2];
        for (int row = 0; row < rows; row++) {
            int prototype = random.nextInt(2);
            labels[row][prototype] = 1;
            for (int i = 0; i < columns; i += 32) {
                int half = random.nextInt();
                int quarter = half & random.nextInt();
                int noise = quarter & random.nextInt();
                for (int bit = 0; bit < 32 && i + bit < columns; bit++) {
                    features[row * columns + i + bit] = ((i + bit) % 2) ^ prototype ^ ((noise >>> bit) & 1);
                }
            }
        }
        INDArray array = Nd4j.createFromArray(features).reshape(rows, columns);
        return new DataSet(array, Nd4j.createFromArray(labels));
    }

    @Override
    public boolean hasNext() {
        return next < minibatches;
    }

    @Override
    public void reset() {
        next = 0;
    }

    @Override
    public DataSet next(int count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int batch() {
        return rows;
    }

    @Override
    public int inputColumns() {
        return columns;
    }

    @Override
    public int totalOutcomes() {
        return 2;
    }

    @Override
    public List<String> getLabels() {
        return List.of("even", "odd");
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
