package org.boltzmann4j.integration;

import java.util.Properties;
import java.util.SplittableRandom;
import org.boltzmann4j.arbiter.PretrainingDataSource;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** The digits of the tests as Arbiter wants them: labelled ones for fine-tuning, all without labels for pretraining. */
public final class DigitsSource implements PretrainingDataSource {

    private static final long serialVersionUID = 1;

    private boolean noise;

    /** As the host makes it. */
    public DigitsSource() {}

    /** Gaussian units want every pixel to vary. */
    static Properties withNoise() {
        Properties properties = new Properties();
        properties.setProperty("noise", "true");
        return properties;
    }

    @Override
    public void configure(Properties properties) {
        noise = Boolean.parseBoolean(properties.getProperty("noise"));
    }

    private DataSetIterator iterator(ImageDataSet digits, int batch) {
        if (!noise) {
            return digits.iterator(batch);
        }
        DataSet data = digits.toDataSet();
        SplittableRandom random = new SplittableRandom(1);
        double[] values = random.doubles(data.getFeatures().length(), 0, 0.2).toArray();
        INDArray added = Nd4j.createFromArray(values).reshape(data.getFeatures().shape());
        data.setFeatures(data.getFeatures().add(added.castTo(DataType.FLOAT)));
        return new ListDataSetIterator<>(data.asList(), batch);
    }

    @Override
    public Object unlabelledData() {
        return noise ? trainData() : Digits.train().withoutLabels().iterator(50);
    }

    @Override
    public Object trainData() {
        return iterator(Digits.train().range(0, 200), 50);
    }

    @Override
    public Object testData() {
        return iterator(Digits.test(), 100);
    }

    @Override
    public Class<?> getDataType() {
        return DataSetIterator.class;
    }
}
