package org.boltzmann4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

class ImageDataSetTest {

    private static final int EXAMPLES = 23;

    /** 23 images of 1 x 2 pixels: the first pixel is the number of the example, the label its remainder by 3. */
    private static ImageDataSet numbered() {
        byte[] pixels = new byte[2 * EXAMPLES];
        byte[] labels = new byte[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            pixels[2 * i] = (byte) i;
            pixels[2 * i + 1] = (byte) 255;
            labels[i] = (byte) (i % 3);
        }
        return ImageDataSet.of(pixels, labels, 1, 2);
    }

    private static List<Integer> numbers(DataSet batch) {
        INDArray features = batch.getFeatures();
        return IntStream.range(0, (int) features.size(0))
                .mapToObj(i -> Math.round(features.getFloat(i, 0) * 255))
                .toList();
    }

    private static List<Integer> numbers(ImageDataSet data) {
        return numbers(data.toDataSet());
    }

    private static List<Integer> epoch(DataSetIterator iterator) {
        List<Integer> read = new ArrayList<>();
        while (iterator.hasNext()) {
            read.addAll(numbers(iterator.next()));
        }
        return read;
    }

    private static List<Integer> upTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    private static void writeFour(Path directory, byte[] trainLabels) throws IOException {
        Files.write(
                directory.resolve("train-images-idx3-ubyte.gz"),
                IdxFileTest.gzip(IdxFileTest.idx(8, new int[] {4, 2, 3}, IdxFileTest.counting(24))));
        Files.write(
                directory.resolve("train-labels-idx1-ubyte"),
                IdxFileTest.idx(8, new int[] {trainLabels.length}, trainLabels));
        Files.write(
                directory.resolve("t10k-images-idx3-ubyte"),
                IdxFileTest.idx(8, new int[] {1, 2, 3}, new byte[] {0, 51, 102, (byte) 153, (byte) 204, (byte) 255}));
        Files.write(
                directory.resolve("t10k-labels-idx1-ubyte.gz"),
                IdxFileTest.gzip(IdxFileTest.idx(8, new int[] {1}, new byte[] {2})));
    }

    @Test
    void theFourClassicalFilesAreFoundPlainOrGzipped(@TempDir Path directory) throws IOException {
        writeFour(directory, new byte[] {1, 0, 3, 1});
        ImageDataSet train = ImageDataSet.readTrain(directory);
        ImageDataSet test = ImageDataSet.readTest(directory);

        assertThat(train.examples()).isEqualTo(4);
        assertThat(train.rows()).isEqualTo(2);
        assertThat(train.columns()).isEqualTo(3);
        assertThat(train.classes()).isEqualTo(4);
        assertThat(IntStream.range(0, 4).map(train::label)).containsExactly(1, 0, 3, 1);
        assertThat(test.examples()).isEqualTo(1);
        assertThat(test.classes()).isEqualTo(3);
        assertThat(test.withClasses(4).classes()).isEqualTo(4);
    }

    @Test
    void featuresAreFloatsScaledToTheUnitIntervalRowByRow(@TempDir Path directory) throws IOException {
        writeFour(directory, new byte[] {1, 0, 3, 1});
        INDArray features = ImageDataSet.readTest(directory).featureMatrix();
        assertThat(features.dataType()).isEqualTo(DataType.FLOAT);
        assertThat(features.shape()).containsExactly(1, 6);
        // exact: each expectation is the same float division
        assertThat(features.toFloatVector()).containsExactly(0f, 51 / 255f, 102 / 255f, 153 / 255f, 204 / 255f, 1f);
    }

    @Test
    void labelsAreOneHot() {
        DataSet batch = numbered().range(4, 6).toDataSet();
        assertThat(batch.getLabels().toFloatMatrix()).isDeepEqualTo(new float[][] {{0, 1, 0}, {0, 0, 1}});
    }

    @Test
    void aMissingFileIsReportedWithTheNamesLookedFor(@TempDir Path directory) {
        assertThatThrownBy(() -> ImageDataSet.readTrain(directory))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz");
    }

    @Test
    void imagesAndLabelsOfDifferentNumberAreRefused(@TempDir Path directory) throws IOException {
        writeFour(directory, new byte[] {1, 0, 3});
        assertThatThrownBy(() -> ImageDataSet.readTrain(directory))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("train-images-idx3-ubyte.gz holds 4 images")
                .hasMessageContaining("train-labels-idx1-ubyte holds 3 labels");
    }

    @Test
    void labelsInPlaceOfImagesAreRefused(@TempDir Path directory) throws IOException {
        writeFour(directory, new byte[] {1, 0, 3, 1});
        Path labels = directory.resolve("train-labels-idx1-ubyte");
        assertThatThrownBy(() -> ImageDataSet.read(labels, labels))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("images need 3 dimensions, this file has 1");
    }

    @Test
    void anOrderedIteratorReadsEverythingInOrderEveryEpochWithASmallerLastMinibatch() {
        DataSetIterator iterator = numbered().iterator(10);
        for (int epoch = 0; epoch < 2; epoch++) {
            assertThat(numbers(iterator.next())).isEqualTo(upTo(10));
            iterator.next();
            assertThat(numbers(iterator.next())).containsExactly(20, 21, 22);
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
            iterator.reset();
        }
    }

    @Test
    void theIteratorTellsTheHostWhatItNeedsToKnow() {
        DataSetIterator iterator = numbered().iterator(10);
        assertThat(iterator.batch()).isEqualTo(10);
        assertThat(iterator.inputColumns()).isEqualTo(2);
        assertThat(iterator.totalOutcomes()).isEqualTo(3);
        assertThat(iterator.getLabels()).containsExactly("0", "1", "2");
        assertThat(iterator.resetSupported()).isTrue();
        assertThat(iterator.asyncSupported()).isFalse();
        assertThat(iterator.next(4).numExamples()).isEqualTo(4);
    }

    @Test
    void everyShuffledEpochHoldsEveryExampleOnceInANewOrder() {
        DataSetIterator iterator = numbered().shuffledIterator(5, 1);
        List<Integer> first = epoch(iterator);
        iterator.reset();
        List<Integer> second = epoch(iterator);
        // 23! orders: equal ones mean a defect, not chance
        assertThat(first).containsExactlyInAnyOrderElementsOf(upTo(EXAMPLES)).isNotEqualTo(upTo(EXAMPLES));
        assertThat(second).containsExactlyInAnyOrderElementsOf(upTo(EXAMPLES)).isNotEqualTo(first);
    }

    @Test
    void theOrderOfAnEpochDependsOnTheSeedAndItsNumberOnly() {
        DataSetIterator left = numbered().shuffledIterator(5, 1);
        DataSetIterator right = numbered().shuffledIterator(7, 1);
        assertThat(epoch(left)).isEqualTo(epoch(right));
        left.reset();
        right.reset();
        right.reset(); // resets of an unread iterator do not count
        assertThat(epoch(left)).isEqualTo(epoch(right));
        assertThat(epoch(numbered().shuffledIterator(5, 2)))
                .isNotEqualTo(epoch(numbered().shuffledIterator(5, 1)));
    }

    @Test
    void labelsStayWithTheirImagesThroughShufflingAndSubsets() {
        ImageDataSet subset = numbered().split(6, 3).train().classBalanced(3, 4);
        DataSetIterator iterator = subset.shuffledIterator(4, 5);
        while (iterator.hasNext()) {
            DataSet batch = iterator.next();
            int[] labels = batch.getLabels().argMax(1).toIntVector();
            assertThat(labels)
                    .containsExactly(
                            numbers(batch).stream().mapToInt(i -> i % 3).toArray());
        }
    }

    @Test
    void thePreProcessorSeesEveryMinibatch() {
        DataSetIterator iterator = numbered().iterator(10);
        iterator.setPreProcessor(batch -> batch.setFeatures(batch.getFeatures().mul(2)));
        assertThat(iterator.next().getFeatures().getFloat(3, 1)).isEqualTo(2f);
        assertThat(iterator.getPreProcessor()).isNotNull();
    }

    @Test
    void aClassBalancedSubsetHoldsTheSameNumberOfEveryClassAndNoExampleTwice() {
        ImageDataSet subset = numbered().classBalanced(7, 11);
        Map<Integer, Integer> counts = new HashMap<>();
        IntStream.range(0, subset.examples()).forEach(i -> counts.merge(subset.label(i), 1, Integer::sum));
        assertThat(counts).containsExactlyInAnyOrderEntriesOf(Map.of(0, 7, 1, 7, 2, 7));
        assertThat(numbers(subset)).doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 6).map(subset::label)).containsExactly(0, 1, 2, 0, 1, 2);
        assertThat(numbers(subset)).isEqualTo(numbers(numbered().classBalanced(7, 11)));
        assertThat(numbers(subset)).isNotEqualTo(numbers(numbered().classBalanced(7, 12)));
    }

    @Test
    void aClassTooSmallForTheBalanceIsNamed() {
        assertThatThrownBy(() -> numbered().classBalanced(8, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("class 2 has 7 examples, fewer than the 8 asked for");
    }

    @Test
    void aSplitIsAPartition() {
        ImageDataSet.Split split = numbered().split(5, 1);
        assertThat(split.validation().examples()).isEqualTo(5);
        List<Integer> all = new ArrayList<>(numbers(split.train()));
        all.addAll(numbers(split.validation()));
        assertThat(all).containsExactlyInAnyOrderElementsOf(upTo(EXAMPLES));
        assertThat(numbers(split.validation()))
                .isNotEqualTo(numbers(numbered().split(5, 2).validation()));
    }

    @Test
    void impossibleSubsetsAreRefused() {
        ImageDataSet data = numbered();
        assertThatThrownBy(() -> data.range(5, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.range(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.range(0, 24)).hasMessageContaining("23 examples");
        assertThatThrownBy(() -> data.split(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.split(23, 1)).hasMessageContaining("[1, 22]");
        assertThatThrownBy(() -> data.classBalanced(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.iterator(0)).hasMessageContaining("batch size");
        assertThatThrownBy(() -> data.withClasses(2)).hasMessageContaining("[3, 256]");
        assertThatThrownBy(() -> data.label(23)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ImageDataSet.of(new byte[5], null, 1, 2)).hasMessageContaining("5 pixels");
        assertThatThrownBy(() -> ImageDataSet.of(new byte[4], new byte[3], 1, 2))
                .hasMessageContaining("3 labels");
    }

    @Test
    void anUnlabelledViewHasNullLabelsAndRefusesWhatNeedsThem() {
        ImageDataSet unlabelled = numbered().withoutLabels();
        DataSet batch = unlabelled.iterator(4).next();
        assertThat(batch.getLabels()).isNull();
        assertThat(batch.numExamples()).isEqualTo(4);
        assertThat(unlabelled.isLabelled()).isFalse();
        assertThat(unlabelled.classes()).isZero();
        assertThatThrownBy(() -> unlabelled.label(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> unlabelled.classBalanced(1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theHostReadsUnlabelledIteratorsWhereverItNeedsNoLabels() {
        DataSetIterator iterator = numbered().withoutLabels().iterator(10);
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(iterator);
        iterator.reset();
        iterator.setPreProcessor(normalizer);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder().nIn(2).nOut(3).build())
                .build());
        network.init();
        assertThat(network.output(iterator).shape()).containsExactly(EXAMPLES, 3);
    }

    @Test
    void anIteratorSurvivesTheSerialisationItsInterfaceDemands() throws IOException, ClassNotFoundException {
        DataSetIterator iterator = numbered().shuffledIterator(5, 1);
        iterator.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(iterator);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(epoch((DataSetIterator) in.readObject())).isEqualTo(epoch(iterator));
        }
    }
}
