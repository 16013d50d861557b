package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.learning.config.Sgd;

/** Rows per second of PCD-1 on images, 784-500, minibatches of 100, to be compared with other libraries by {@code peers/peers.sh}. */
public final class TrainingRate {

    private static final int BATCH = 100;

    /** A short training: the first pass over the data, which the other libraries' steps are measured without, is a part of it. */
    private static final int EPOCHS = 5;

    private TrainingRate() {}

    /**
     * Prints the rate.
     *
     * @param arguments directory of the four IDX files, seconds to measure, threads
     * @throws IOException if the images cannot be read
     */
    public static void main(String... arguments) throws IOException {
        ImageDataSet images = ImageDataSet.readTrain(Path.of(arguments[0]));
        double seconds = Double.parseDouble(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        pretrain(images, threads); // warms up
        long start = System.nanoTime();
        long seen = 0;
        while (System.nanoTime() - start < seconds * 1e9) {
            pretrain(images, threads);
            seen += (long) EPOCHS * images.examples();
        }
        System.out.printf("%.0f%n", seen / ((System.nanoTime() - start) / 1e9));
    }

    private static void pretrain(ImageDataSet images, int threads) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(images.features())
                        .nOut(500)
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
    }
}
