package org.boltzmann4j.arbiter;

import java.util.Properties;
import java.util.SplittableRandom;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Six binary pixels in three pairs: the class says which pair is on; every pixel is flipped with a probability of 0.1. */
public final class Stripes implements PretrainingDataSource, UnusualDataSource {

    private static final long serialVersionUID = 1;

    /** How often data for pretraining were asked for, by all sources. */
    static int unlabelledReads;

    private int rows = 60;

    /** As the host makes it. */
    public Stripes() {}

    @Override
    public void configure(Properties properties) {
        rows = Integer.parseInt(properties.getProperty("rows"));
    }

    static Properties ofRows(int rows) {
        Properties properties = new Properties();
        properties.setProperty("rows", String.valueOf(rows));
        return properties;
    }

    @Override
    public Object unlabelledData() {
        unlabelledReads++;
        return data(1);
    }

    @Override
    public Object trainData() {
        return data(2);
    }

    @Override
    public Object testData() {
        return data(3);
    }

    /** The same with all pixels inverted. */
    @Override
    public Object unusualData() {
        DataSetIterator inverted = data(4);
        inverted.setPreProcessor(rows -> rows.getFeatures().rsubi(1));
        return inverted;
    }

    private DataSetIterator data(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        INDArray features = Nd4j.create(rows, 6);
        INDArray labels = Nd4j.create(rows, 3);
        for (int i = 0; i < rows; i++) {
            labels.putScalar(i, i % 3, 1);
            for (int j = 0; j < 6; j++) {
                boolean on = (j / 2 == i % 3) != (random.nextDouble() < 0.1);
                features.putScalar(i, j, on ? 1 : 0);
            }
        }
        return new ListDataSetIterator<>(new DataSet(features, labels).asList(), 20);
    }

    @Override
    public Class<?> getDataType() {
        return DataSetIterator.class;
    }
}
