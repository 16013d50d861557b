package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Three round clouds in the unit square, one class each, that hardly touch; and small networks for them. */
final class Blobs {

    static final int CLASSES = 3;
    private static final double[][] CENTRES = {{0.25, 0.25}, {0.75, 0.25}, {0.5, 0.75}};

    private Blobs() {}

    static DataSet draw(int rows, long seed) {
        double[][] x = new double[rows][2];
        double[][] y = new double[rows][CLASSES];
        for (int i = 0; i < rows; i++) {
            SplittableRandom random = RandomStreams.of(seed).random(0, i);
            for (int d = 0; d < 2; d++) {
                x[i][d] = Math.max(0, Math.min(1, CENTRES[i % CLASSES][d] + 0.08 * random.nextGaussian()));
            }
            y[i][i % CLASSES] = 1;
        }
        return new DataSet(
                Nd4j.createFromArray(x).castTo(DataType.FLOAT),
                Nd4j.createFromArray(y).castTo(DataType.FLOAT));
    }

    static DataSetIterator batches(int rows, int batch, long seed) {
        return new ListDataSetIterator<>(new ArrayList<>(draw(rows, seed).asList()), batch);
    }

    static DataSetIterator of(DataSet... sets) {
        return new ListDataSetIterator<>(
                List.of(sets), (int) sets[0].getFeatures().size(0));
    }

    static MultiLayerNetwork network(IUpdater updater) {
        return network(updater, DataType.FLOAT, 1);
    }

    static MultiLayerNetwork network(int width, IUpdater updater) {
        return network(width, updater, DataType.FLOAT, 1);
    }

    static MultiLayerNetwork network(IUpdater updater, DataType type, double kept) {
        return network(16, updater, type, kept);
    }

    private static MultiLayerNetwork network(int width, IUpdater updater, DataType type, double kept) {
        DenseLayer.Builder second = new DenseLayer.Builder().nOut(width).activation(Activation.TANH);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(updater)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(2)
                        .nOut(width)
                        .activation(Activation.TANH)
                        .build())
                .layer(kept < 1 ? second.dropOut(kept).build() : second.build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(org.deeplearning4j.nn.conf.inputs.InputType.feedForward(2))
                .build());
        network.init();
        return network;
    }

    static double meanEnergy(MultiLayerNetwork network, INDArray x) {
        double sum = 0;
        for (double height : JointEnergyModel.of(network).logDensity(x)) {
            sum -= height;
        }
        return sum / x.size(0);
    }
}
