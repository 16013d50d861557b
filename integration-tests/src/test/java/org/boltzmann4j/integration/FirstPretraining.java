package org.boltzmann4j.integration;

import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.datasets.iterator.utilty.BenchmarkDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** A program whose first matrix products are those of a pretraining. */
public final class FirstPretraining {

    static final String DONE = "all finite";

    private FirstPretraining() {}

    /**
     * Pretrains, and says so.
     *
     * @param arguments none
     */
    public static void main(String... arguments) {
        INDArray rows = Nd4j.ones(DataType.FLOAT, 100, 784).divi(2);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder().nIn(784).nOut(64).build())
                .build());
        network.init();
        GreedyPretrainer.builder()
                .epochs(2)
                .reportProgress(false)
                .build()
                .pretrain(network, new BenchmarkDataSetIterator(new DataSet(rows, rows), 100));
        if (Double.isFinite(network.params().sumNumber().doubleValue())) {
            System.out.println(DONE);
        }
    }
}
