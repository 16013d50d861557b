package org.boltzmann4j.benchmark;

import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.Locale;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * What a small problem takes: milliseconds from the start of Java to the host's first array, to the call of the pretrainer and to
 * the end of its first minibatch, and then of each minibatch of 10 rows, 16-8, beside its products.
 */
public final class StartUp {

    private static final int MINIBATCHES = 2000;
    private static final int ROWS = 10;

    private StartUp() {}

    /**
     * Runs.
     *
     * @param arguments none
     */
    public static void main(String... arguments) {
        long entered = sinceStart();
        INDArray features = Nd4j.rand(DataType.FLOAT, ROWS, 16).lt(0.5).castTo(DataType.FLOAT);
        long loaded = sinceStart();
        long[] first = new long[1];
        train(features, new PretrainingListener() {
            @Override
            public void onMinibatch(PretrainingProgress progress) {
                if (first[0] == 0) {
                    first[0] = sinceStart();
                }
            }
        });
        System.out.printf(
                "from the start of Java: main %d ms, the host's first array %d ms, first minibatch %d ms%n",
                entered, loaded, first[0]);
        Products products = new Products(features, 8, Method.parse("CD-1", ROWS));
        for (int round = 1; round <= 5; round++) {
            EpochClock clock = new EpochClock();
            train(features, clock);
            double step = clock.secondsOfTheLastEpoch() / MINIBATCHES;
            long start = System.nanoTime();
            products.run(MINIBATCHES);
            double bound = (System.nanoTime() - start) / 1e9 / MINIBATCHES;
            System.out.printf(
                    Locale.ROOT,
                    "round %d, 16-8, %d rows: %.1f us for each minibatch, %.1f us its products%n",
                    round,
                    ROWS,
                    1e6 * step,
                    1e6 * bound);
        }
    }

    private static void train(INDArray features, PretrainingListener listener) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder().nIn(16).nOut(8).build())
                .build());
        network.init();
        GreedyPretrainer.builder()
                .epochs(2)
                .reportProgress(false)
                .listeners(listener)
                .build()
                .pretrain(
                        network,
                        new ExistingDataSetIterator(Collections.nCopies(MINIBATCHES, new DataSet(features, features))));
    }

    private static long sinceStart() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }
}
