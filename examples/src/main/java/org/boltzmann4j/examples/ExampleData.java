package org.boltzmann4j.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.boltzmann4j.io.IdxFile;
import org.boltzmann4j.io.ImageDataSet;

/**
 * What an example learns from and is tested on.
 *
 * @param train for learning
 * @param test for testing, with the same size of images and the same number of classes
 * @param origin for people: where the data come from
 */
record ExampleData(ImageDataSet train, ImageDataSet test, String origin) {

    private static final String SAMPLE = "mnist-sample/";

    /**
     * Loads the data set the options name: that of {@code --data}, or the bundled sample of MNIST (10,000 images for training
     * and 2,000 for testing).
     *
     * @param options of the example
     * @return both parts
     * @throws ExampleException if the directory of {@code --data} does not hold a usable data set
     */
    static ExampleData load(ExampleOptions options) {
        Path directory = options.data();
        try {
            return directory == null ? bundled() : read(directory);
        } catch (NoSuchFileException e) {
            boolean exists = directory == null || Files.isDirectory(directory);
            throw new ExampleException(
                    "--data " + directory + ": " + (exists ? e.getReason() : "there is no such directory"), e);
        } catch (IOException e) {
            throw new ExampleException("the data cannot be read: " + e.getMessage(), e);
        }
    }

    private static ExampleData read(Path directory) throws IOException {
        return matched(ImageDataSet.readTrain(directory), ImageDataSet.readTest(directory), directory.toString());
    }

    private static ExampleData bundled() throws IOException {
        return matched(
                ImageDataSet.of(resource("train-images-idx3-ubyte.gz"), resource("train-labels-idx1-ubyte.gz")),
                ImageDataSet.of(resource("t10k-images-idx3-ubyte.gz"), resource("t10k-labels-idx1-ubyte.gz")),
                "bundled sample of MNIST");
    }

    private static IdxFile resource(String name) throws IOException {
        try (InputStream in = ExampleData.class.getResourceAsStream(SAMPLE + name)) {
            if (in == null) {
                throw new FileNotFoundException(
                        "the bundled file " + SAMPLE + name + " is missing from the class path");
            }
            return IdxFile.read(in, name, IdxFile.DEFAULT_LIMIT);
        }
    }

    private static ExampleData matched(ImageDataSet train, ImageDataSet test, String origin) throws IOException {
        if (train.rows() != test.rows() || train.columns() != test.columns()) {
            throw new IOException(origin + ": images for training have " + train.rows() + " x " + train.columns()
                    + " pixels, those for testing " + test.rows() + " x " + test.columns());
        }
        int classes = Math.max(train.classes(), test.classes());
        return new ExampleData(train.withClasses(classes), test.withClasses(classes), origin);
    }
}
