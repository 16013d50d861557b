package org.boltzmann4j.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One epoch of {@code steps} minibatches for each layer of the stack 784-500-500-2000, one after the other, with all that comes
 * between the layers, beside the products of the steps and of the way up to each layer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
public class GreedyEpoch {

    private static final int[] WIDTHS = {784, 500, 500, 2000};

    /** Of a minibatch. */
    @Param("100")
    public int rows = 100;

    /** Threads that share products and passes; the bound has a BLAS of as many. */
    @Param("1")
    public int threads = 1;

    /** Minibatches of an epoch. */
    @Param("50")
    public int steps = 50;

    private INDArray features;

    /** Rows of ones and zeros, one in five a one. */
    @Setup
    public void makeData() {
        Nd4j.getRandom().setSeed(1);
        features = Nd4j.rand(DataType.FLOAT, rows, WIDTHS[0]).lt(0.2).castTo(DataType.FLOAT);
    }

    /** The bound. */
    @Benchmark
    public void products() {
        BlasThreadCount.with(threads, () -> {
            Method method = Method.parse("CD-1", rows);
            for (int layer = 1; layer < WIDTHS.length; layer++) {
                INDArray data = Nd4j.rand(DataType.FLOAT, rows, WIDTHS[layer - 1]);
                new Products(data, WIDTHS[layer], method).run(steps);
            }
            for (int layer = 2; layer < WIDTHS.length; layer++) {
                wayUp(layer);
            }
        });
    }

    /** What the layers below make of every minibatch, once: the pretrainer keeps it. */
    private void wayUp(int layer) {
        INDArray input = features;
        for (int below = 1; below < layer; below++) {
            INDArray weights = Nd4j.rand(DataType.FLOAT, WIDTHS[below - 1], WIDTHS[below]);
            INDArray output = Nd4j.create(DataType.FLOAT, new long[] {rows, WIDTHS[below]}, 'c');
            for (int step = 0; step < steps; step++) {
                Nd4j.gemm(input, weights, output, false, false, 1, 0);
            }
            input = output;
        }
    }

    /** What is measured. */
    @Benchmark
    public void boltzmann4j() {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list();
        for (int layer = 1; layer < WIDTHS.length; layer++) {
            layers.layer(new RbmLayer.Builder()
                    .nIn(WIDTHS[layer - 1])
                    .nOut(WIDTHS[layer])
                    .build());
        }
        MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
        network.init();
        List<DataSet> minibatches = new ArrayList<>(Collections.nCopies(steps, new DataSet(features, null)));
        GreedyPretrainer.builder()
                .epochs(1)
                .reportProgress(false)
                .threads(threads)
                .build()
                .pretrain(network, new ExistingDataSetIterator(minibatches));
    }
}
