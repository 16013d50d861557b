package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Rows per second of PCD-1 on images, 784-500, minibatches of 100, through the pretrainer or in ND4J's array operations, to be
 * compared with other libraries by {@code peers/peers.sh}.
 */
public final class TrainingRate {

    private static final int BATCH = 100;
    private static final int HIDDEN = 500;

    /** A short training: the first pass over the data, which the other libraries' steps are measured without, is a part of it. */
    private static final int EPOCHS = 5;

    private TrainingRate() {}

    /**
     * Prints the rate.
     *
     * @param arguments directory of the four IDX files, seconds to measure, threads of the pretrainer or, for array
     *     operations with the threads that the host starts with, {@code arrays}
     * @throws IOException if the images cannot be read
     */
    public static void main(String... arguments) throws IOException {
        ImageDataSet images = ImageDataSet.readTrain(Path.of(arguments[0]));
        double seconds = Double.parseDouble(arguments[1]);
        IntSupplier training = arguments[2].equals("arrays")
                ? inArrayOperations(images)
                : () -> pretrain(images, Integer.parseInt(arguments[2]));
        rate(training, 0); // warms up
        System.out.printf("%.0f%n", rate(training, seconds));
    }

    /** Rows per second of whole runs, at least one. */
    private static double rate(IntSupplier training, double seconds) {
        long start = System.nanoTime();
        long seen = 0;
        do {
            seen += training.getAsInt();
        } while (System.nanoTime() - start < seconds * 1e9);
        return seen / ((System.nanoTime() - start) / 1e9);
    }

    /** A hundred minibatches, the same ones again and again. */
    private static IntSupplier inArrayOperations(ImageDataSet images) {
        DataSetIterator iterator = images.shuffledIterator(BATCH, 1);
        List<INDArray> minibatches =
                Stream.generate(() -> iterator.next().getFeatures()).limit(100).toList();
        ArrayOperations training =
                new ArrayOperations(minibatches.get(0), HIDDEN, new Method(Method.Kind.PCD, 1, BATCH), "binary");
        return () -> {
            minibatches.forEach(training::step);
            return minibatches.size() * BATCH;
        };
    }

    private static int pretrain(ImageDataSet images, int threads) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(images.features())
                        .nOut(HIDDEN)
                        .negativePhase(PersistentContrastiveDivergence.of(1, BATCH))
                        .build())
                .build());
        network.init();
        GreedyPretrainer.builder()
                .epochs(EPOCHS)
                .reportProgress(false)
                .threads(threads)
                .build()
                .pretrain(network, images.shuffledIterator(BATCH, 1));
        return EPOCHS * images.examples();
    }
}
