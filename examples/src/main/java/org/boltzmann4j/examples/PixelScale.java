package org.boltzmann4j.examples;

import java.util.stream.IntStream;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.sampler.Box;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The range in which a network sees the grey values of images.
 *
 * @param box from black to white
 */
record PixelScale(Box box) {

    private double width() {
        return box.upper() - box.lower();
    }

    /** All images, {@code [images, pixels]}. */
    INDArray of(ImageDataSet images) {
        return images.featureMatrix()
                .castTo(DataType.FLOAT)
                .mul(width())
                .addi(box.lower())
                .dup('c');
    }

    /** Minibatches in an order that changes from epoch to epoch. */
    DataSetIterator batches(ImageDataSet images, int batch, long seed) {
        DataSetIterator batches = images.shuffledIterator(Math.min(batch, images.examples()), seed);
        batches.setPreProcessor(
                rows -> rows.setFeatures(rows.getFeatures().mul(width()).addi(box.lower())));
        return batches;
    }

    /** Grey values in [0, 1] of what the network saw. */
    INDArray grey(INDArray rows) {
        return rows.sub(box.lower()).divi(width());
    }

    static int[] labels(ImageDataSet images) {
        return IntStream.range(0, images.examples()).map(images::label).toArray();
    }
}
