package org.boltzmann4j.io;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grey images of one size in memory, with or without class labels, one byte a pixel.
 *
 * <p>Deeplearning4j sees them as float features {@code [examples, rows * columns]} scaled to [0, 1] (byte / 255, row by row)
 * and one-hot float labels {@code [examples, classes]}; an unlabelled set gives {@link DataSet}s whose labels are
 * {@code null}, which pretraining accepts and supervised training does not.
 *
 * <p>Immutable. A subset shares the pixels with the set it was taken from, so taking many costs little. What is drawn at random
 * depends on the seed and on nothing else.
 */
public final class ImageDataSet implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final float WHITE = 255f;
    private static final int MAX_CLASSES = 256;

    private final byte[] pixels;
    private final byte @Nullable [] labels;
    /** Where example i of this set lies in the shared arrays. */
    private final int[] positions;

    private final int rows;
    private final int columns;
    private final int classes;

    private ImageDataSet(byte[] pixels, byte @Nullable [] labels, int[] positions, int rows, int columns, int classes) {
        this.pixels = pixels;
        this.labels = labels;
        this.positions = positions;
        this.rows = rows;
        this.columns = columns;
        this.classes = classes;
    }

    /**
     * Reads {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte}, plain or with {@code .gz}, from a directory.
     *
     * @param directory where the two files are
     * @return the training set
     * @throws java.nio.file.NoSuchFileException if one of the files is missing; the message lists the names looked for
     * @throws IdxFormatException if a file is broken or the two do not belong together
     * @throws IOException if a file cannot be read
     */
    public static ImageDataSet readTrain(Path directory) throws IOException {
        return read(find(directory, "train-images-idx3-ubyte"), find(directory, "train-labels-idx1-ubyte"));
    }

    /**
     * Reads {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, plain or with {@code .gz}, from a directory.
     *
     * @param directory where the two files are
     * @return the test set
     * @throws java.nio.file.NoSuchFileException if one of the files is missing; the message lists the names looked for
     * @throws IdxFormatException if a file is broken or the two do not belong together
     * @throws IOException if a file cannot be read
     */
    public static ImageDataSet readTest(Path directory) throws IOException {
        return read(find(directory, "t10k-images-idx3-ubyte"), find(directory, "t10k-labels-idx1-ubyte"));
    }

    /**
     * Reads images and labels from two IDX files.
     *
     * @param images file of three dimensions: examples, rows, columns
     * @param labels file of one dimension: examples
     * @return the set, with as many classes as the largest label says
     * @throws IdxFormatException if a file is broken or the two do not belong together
     * @throws IOException if a file cannot be read
     */
    public static ImageDataSet read(Path images, Path labels) throws IOException {
        return of(IdxFile.read(images), IdxFile.read(labels));
    }

    /**
     * Joins the contents of two IDX files.
     *
     * @param images three dimensions: examples, rows, columns
     * @param labels one dimension: examples
     * @return the set, with as many classes as the largest label says
     * @throws IdxFormatException if the dimensions are not as above or the numbers of examples differ
     */
    public static ImageDataSet of(IdxFile images, IdxFile labels) throws IdxFormatException {
        images.requireDimensions(3, "images");
        labels.requireDimensions(1, "labels");
        if (images.size(0) != labels.size(0)) {
            throw new IdxFormatException(images.name() + " holds " + images.size(0) + " images but " + labels.name()
                    + " holds " + labels.size(0) + " labels");
        }
        return of(images.elements(), labels.elements(), images.size(1), images.size(2));
    }

    /**
     * Takes the content of an IDX file of images without labels.
     *
     * @param images three dimensions: examples, rows, columns
     * @return the unlabelled set
     * @throws IdxFormatException if there are not three dimensions
     */
    public static ImageDataSet unlabelled(IdxFile images) throws IdxFormatException {
        images.requireDimensions(3, "images");
        return of(images.elements(), null, images.size(1), images.size(2));
    }

    /**
     * Makes a set of pixels in memory.
     *
     * @param pixels unsigned bytes, image by image, row by row; the set takes ownership of the array
     * @param labels class of each image as unsigned byte, or {@code null}; the set takes ownership of the array
     * @param rows pixels from top to bottom
     * @param columns pixels from left to right
     * @return the set, with as many classes as the largest label says
     * @throws IllegalArgumentException if rows or columns are below 1, the pixels are no whole number of images, or the
     *     number of labels is not that of the images
     */
    public static ImageDataSet of(byte[] pixels, byte @Nullable [] labels, int rows, int columns) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException("images need rows and columns, got " + rows + " x " + columns);
        }
        int size = Math.multiplyExact(rows, columns);
        if (pixels.length == 0 || pixels.length % size != 0) {
            throw new IllegalArgumentException(
                    pixels.length + " pixels are no whole number of images of " + rows + " x " + columns);
        }
        int examples = pixels.length / size;
        if (labels != null && labels.length != examples) {
            throw new IllegalArgumentException(examples + " images but " + labels.length + " labels");
        }
        int[] positions = IntStream.range(0, examples).toArray();
        return new ImageDataSet(pixels, labels, positions, rows, columns, labels == null ? 0 : largest(labels) + 1);
    }

    private static int largest(byte[] labels) {
        int largest = 0;
        for (byte label : labels) {
            largest = Math.max(largest, label & 0xff);
        }
        return largest;
    }

    private static Path find(Path directory, String name) throws IOException {
        Path plain = directory.resolve(name);
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        Path gzipped = directory.resolve(name + ".gz");
        if (Files.isRegularFile(gzipped)) {
            return gzipped;
        }
        throw new NoSuchFileException(
                directory.toString(), null, "holds neither " + name + " nor " + gzipped.getFileName());
    }

    /**
     * Returns the number of images.
     *
     * @return at least 1
     */
    public int examples() {
        return positions.length;
    }

    /**
     * Returns the height of an image.
     *
     * @return pixels from top to bottom
     */
    public int rows() {
        return rows;
    }

    /**
     * Returns the width of an image.
     *
     * @return pixels from left to right
     */
    public int columns() {
        return columns;
    }

    /**
     * Returns the number of features of an example.
     *
     * @return {@code rows() * columns()}
     */
    public int features() {
        return rows * columns;
    }

    /**
     * Returns the number of classes.
     *
     * @return the largest label plus one or the number given to {@link #withClasses}; 0 for an unlabelled set
     */
    public int classes() {
        return classes;
    }

    /**
     * Says whether the images have labels.
     *
     * @return true if they have
     */
    public boolean isLabelled() {
        return labels != null;
    }

    /**
     * Returns the class of an image.
     *
     * @param example 0 to {@code examples() - 1}
     * @return 0 to {@code classes() - 1}
     * @throws IllegalStateException if the set is unlabelled
     * @throws IndexOutOfBoundsException if there is no such example
     */
    public int label(int example) {
        return requireLabels()[positions[Objects.checkIndex(example, positions.length)]] & 0xff;
    }

    private byte[] requireLabels() {
        if (labels == null) {
            throw new IllegalStateException("this needs labels, and the data set has none");
        }
        return labels;
    }

    /**
     * Returns the same images with the given number of classes, for sets in which the last classes do not occur.
     *
     * @param count at least the largest label plus one, at most 256
     * @return a view of this set
     * @throws IllegalStateException if the set is unlabelled
     * @throws IllegalArgumentException if a label does not fit
     */
    public ImageDataSet withClasses(int count) {
        requireLabels();
        int needed = 1 + IntStream.range(0, examples()).map(this::label).max().orElseThrow();
        if (count < needed || count > MAX_CLASSES) {
            throw new IllegalArgumentException(
                    "number of classes must lie in [" + needed + ", " + MAX_CLASSES + "] but is " + count);
        }
        return new ImageDataSet(pixels, labels, positions, rows, columns, count);
    }

    /**
     * Returns the same images without their labels.
     *
     * @return a view of this set
     */
    public ImageDataSet withoutLabels() {
        return new ImageDataSet(pixels, null, positions, rows, columns, 0);
    }

    /**
     * Returns neighbouring examples.
     *
     * @param from index of the first
     * @param to index after the last, above {@code from}
     * @return a view of this set
     * @throws IllegalArgumentException if the range is empty or not within the set
     */
    public ImageDataSet range(int from, int to) {
        if (from < 0 || to <= from || to > examples()) {
            throw new IllegalArgumentException(
                    "range [" + from + ", " + to + ") is empty or not within the " + examples() + " examples");
        }
        return select(IntStream.range(from, to));
    }

    /**
     * Returns the same number of examples of every class that occurs, drawn at random without replacement. The classes take
     * turns in the result, so each minibatch of an ordered iterator is balanced too.
     *
     * @param labelsPerClass at least 1
     * @param seed of the drawing
     * @return a view of this set with {@code labelsPerClass} times the number of occurring classes examples
     * @throws IllegalStateException if the set is unlabelled
     * @throws IllegalArgumentException if a class that occurs has fewer examples than asked for
     */
    public ImageDataSet classBalanced(int labelsPerClass, long seed) {
        requireLabels();
        if (labelsPerClass < 1) {
            throw new IllegalArgumentException("labels per class must be at least 1 but is " + labelsPerClass);
        }
        RandomStreams streams = RandomStreams.of(seed).split("class balanced");
        int[][] drawn = IntStream.range(0, classes)
                .mapToObj(label -> draw(label, labelsPerClass, streams))
                .filter(members -> members.length > 0)
                .toArray(int[][]::new);
        return select(
                IntStream.range(0, labelsPerClass * drawn.length).map(i -> drawn[i % drawn.length][i / drawn.length]));
    }

    /** The chosen members of one class; none if the class has none. */
    private int[] draw(int label, int count, RandomStreams streams) {
        int[] members =
                IntStream.range(0, examples()).filter(i -> label(i) == label).toArray();
        if (members.length == 0) {
            return members;
        }
        if (members.length < count) {
            throw new IllegalArgumentException(
                    "class " + label + " has " + members.length + " examples, fewer than the " + count + " asked for");
        }
        shuffle(members, streams.random(0, label));
        return Arrays.copyOf(members, count);
    }

    /**
     * Splits the set in two at random.
     *
     * @param validationExamples how many examples are set aside, at least 1 and fewer than there are
     * @param seed of the drawing
     * @return views of this set, which share no example and together hold all
     * @throws IllegalArgumentException if one of the parts would be empty
     */
    public Split split(int validationExamples, long seed) {
        if (validationExamples < 1 || validationExamples >= examples()) {
            throw new IllegalArgumentException(
                    "validation examples must lie in [1, " + (examples() - 1) + "] but are " + validationExamples);
        }
        int[] order = IntStream.range(0, examples()).toArray();
        shuffle(order, RandomStreams.of(seed).split("split").random(0, 0));
        int trained = order.length - validationExamples;
        return new Split(select(Arrays.stream(order, 0, trained)), select(Arrays.stream(order, trained, order.length)));
    }

    /**
     * Two parts of one data set.
     *
     * @param train what is learned from
     * @param validation what was set aside
     */
    public record Split(ImageDataSet train, ImageDataSet validation) {}

    private ImageDataSet select(IntStream examples) {
        int[] chosen = examples.map(i -> positions[i]).toArray();
        return new ImageDataSet(pixels, labels, chosen, rows, columns, classes);
    }

    /** Fisher-Yates, in place. */
    static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }

    /**
     * Returns the pixels of all images.
     *
     * @return float {@code [examples, rows * columns]} in [0, 1], owned by the caller
     */
    public INDArray featureMatrix() {
        return features(IntStream.range(0, examples()).toArray(), 0, examples());
    }

    /**
     * Returns the whole set as one object of Deeplearning4j.
     *
     * @return features and one-hot labels, or {@code null} labels if unlabelled; owned by the caller
     */
    public DataSet toDataSet() {
        return batch(IntStream.range(0, examples()).toArray(), 0, examples());
    }

    /**
     * Returns an iterator over the set in its order. The last minibatch may be smaller.
     *
     * @param batchSize examples a minibatch, at least 1
     * @return an iterator that can be reset; not safe for use by several threads
     * @throws IllegalArgumentException if the batch size is below 1
     */
    public DataSetIterator iterator(int batchSize) {
        return new ImageDataSetIterator(this, batchSize, null);
    }

    /**
     * Returns an iterator over the set in an order drawn anew for every epoch. The last minibatch may be smaller. The order of
     * epoch k (counted by resets after something was read) is a function of the seed and k only.
     *
     * @param batchSize examples a minibatch, at least 1
     * @param seed of the orders
     * @return an iterator that can be reset; not safe for use by several threads
     * @throws IllegalArgumentException if the batch size is below 1
     */
    public DataSetIterator shuffledIterator(int batchSize, long seed) {
        return new ImageDataSetIterator(this, batchSize, seed);
    }

    /** The examples {@code order[from]} to {@code order[to - 1]}. */
    DataSet batch(int[] order, int from, int to) {
        INDArray features = features(order, from, to);
        // the host's DataSet knows missing labels as null, though its signature does not say so
        return labels == null ? unlabelledDataSet(features) : new DataSet(features, oneHot(order, from, to));
    }

    @SuppressWarnings("NullAway")
    private static DataSet unlabelledDataSet(INDArray features) {
        return new DataSet(features, null);
    }

    private INDArray features(int[] order, int from, int to) {
        int size = features();
        INDArray features = Nd4j.createUninitialized(DataType.FLOAT, new long[] {to - from, size}, 'c');
        // Row by row: the host's own way from a heap array to an INDArray moves one element at a time.
        Rows rows = Rows.of(features);
        double[] row = new double[size];
        for (int i = from; i < to; i++) {
            int offset = positions[order[i]] * size;
            for (int pixel = 0; pixel < size; pixel++) {
                row[pixel] = (pixels[offset + pixel] & 0xff) / WHITE;
            }
            rows.write(i - (long) from, row);
        }
        return features;
    }

    private INDArray oneHot(int[] order, int from, int to) {
        float[] values = new float[(to - from) * classes];
        for (int i = from; i < to; i++) {
            values[(i - from) * classes + label(order[i])] = 1f;
        }
        return Nd4j.createFromArray(values).reshape('c', to - from, classes);
    }
}
