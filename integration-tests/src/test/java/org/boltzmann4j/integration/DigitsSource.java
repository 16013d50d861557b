package org.boltzmann4j.integration;

import java.util.Properties;
import org.boltzmann4j.arbiter.PretrainingDataSource;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** The digits of the tests as Arbiter wants them: labelled ones for fine-tuning, all without labels for pretraining. */
public final class DigitsSource implements PretrainingDataSource {

    private static final long serialVersionUID = 1;

    /** As the host makes it. */
    public DigitsSource() {}

    @Override
    public void configure(Properties properties) {
        // Nothing to choose.
    }

    @Override
    public Object unlabelledData() {
        return Digits.train().withoutLabels().iterator(50);
    }

    @Override
    public Object trainData() {
        return Digits.train().range(0, 200).iterator(50);
    }

    @Override
    public Object testData() {
        return Digits.test().iterator(100);
    }

    @Override
    public Class<?> getDataType() {
        return DataSetIterator.class;
    }
}
