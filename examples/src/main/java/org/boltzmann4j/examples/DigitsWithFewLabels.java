package org.boltzmann4j.examples;

import java.util.Properties;
import org.boltzmann4j.arbiter.PretrainingDataSource;
import org.boltzmann4j.io.ImageDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The images of a search, as Arbiter asks for them: some for pretraining without labels, the first of these with labels for
 * fine-tuning, and others to judge candidates by. Test images are not among them.
 */
public final class DigitsWithFewLabels implements PretrainingDataSource {

    static final String UNLABELLED = "unlabelled";
    static final String LABELLED = "labelled";
    static final String JUDGING = "judging";
    private static final int BATCH = 50;
    private static final int JUDGING_BATCH = 500;

    private static final long serialVersionUID = 1;

    /** A source is made anew for every look at the data, which are read once. */
    private static ImageDataSet images = ImageDataSet.of(new byte[1], new byte[1], 1, 1);

    private int unlabelled;
    private int labelled;
    private int judging;

    /** As Arbiter makes it. */
    public DigitsWithFewLabels() {}

    /** Sets where all sources of this process take their images from. */
    static void use(ImageDataSet train) {
        images = train;
    }

    static Properties properties(int unlabelled, int labelled, int judging) {
        Properties properties = new Properties();
        properties.setProperty(UNLABELLED, String.valueOf(unlabelled));
        properties.setProperty(LABELLED, String.valueOf(labelled));
        properties.setProperty(JUDGING, String.valueOf(judging));
        return properties;
    }

    @Override
    public void configure(Properties properties) {
        unlabelled = Integer.parseInt(properties.getProperty(UNLABELLED));
        labelled = Integer.parseInt(properties.getProperty(LABELLED));
        judging = Integer.parseInt(properties.getProperty(JUDGING));
    }

    @Override
    public Object unlabelledData() {
        return images.range(0, unlabelled).withoutLabels().shuffledIterator(BATCH, 1);
    }

    @Override
    public Object trainData() {
        return images.range(0, labelled).shuffledIterator(BATCH, 2);
    }

    @Override
    public Object testData() {
        return images.range(unlabelled, unlabelled + judging).iterator(JUDGING_BATCH);
    }

    @Override
    public Class<?> getDataType() {
        return DataSetIterator.class;
    }
}
