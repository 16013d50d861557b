package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.Collections;
import java.util.Locale;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * What a long training does to the process: 10,000 steps of PCD-1 with 100 rows, 784-100, and after every thousand the memory
 * of the process, the heap that survived the last collection, the collections and their pauses. Prints a table; nothing in it
 * may grow.
 */
public final class LongTraining {

    private static final int EPOCH = 1000;
    private static final int EPOCHS = 10;

    private LongTraining() {}

    /**
     * Runs.
     *
     * @param arguments none
     */
    public static void main(String... arguments) {
        INDArray features = Nd4j.rand(DataType.FLOAT, 100, 784).lt(0.2).castTo(DataType.FLOAT);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(784)
                        .nOut(100)
                        .negativePhase(PersistentContrastiveDivergence.of(1, 100))
                        .build())
                .build());
        network.init();
        System.out.printf(
                "%8s %14s %20s %12s %10s%n", "steps", "process", "heap after its GC", "collections", "pauses");
        GreedyPretrainer.builder()
                .epochs(EPOCHS)
                .reportProgress(false)
                .listeners(new Table())
                .build()
                .pretrain(
                        network,
                        new ExistingDataSetIterator(Collections.nCopies(EPOCH, new DataSet(features, features))));
    }

    /** A line for each epoch. */
    private static final class Table implements PretrainingListener {
        private int epochs;

        @Override
        public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
            epochs++;
            try {
                System.out.printf(
                        Locale.ROOT,
                        "%,8d %11.1f MB %17.1f MB %12d %7d ms%n",
                        epochs * EPOCH,
                        ProcessMemory.now().resident() / 1e6,
                        survived() / 1e6,
                        count(),
                        pauses());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static long survived() {
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                    .map(MemoryPoolMXBean::getCollectionUsage)
                    .filter(usage -> usage != null)
                    .mapToLong(usage -> usage.getUsed())
                    .sum();
        }

        private static long count() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(bean -> bean.getCollectionCount())
                    .sum();
        }

        private static long pauses() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(bean -> bean.getCollectionTime())
                    .sum();
        }
    }
}
