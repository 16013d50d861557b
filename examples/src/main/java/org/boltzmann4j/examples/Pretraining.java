package org.boltzmann4j.examples;

import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How the hidden layers of a classifier of images are pretrained, one after the other and without labels: by PCD-1 with a falling
 * rate, from small random weights.
 *
 * <p>With a low bias the hidden units start rarely active and stay so: such features tell digits apart better than ones that are
 * on half of the time, which is where centering leads from a bias of 0.
 *
 * @param epochs for each layer
 * @param batchSize rows of a minibatch
 * @param chains number of persistent chains
 * @param learningRate rate of the first update
 * @param hiddenBias where the biases of all hidden units start
 */
record Pretraining(int epochs, int batchSize, int chains, double learningRate, double hiddenBias) {

    // Chosen by the error on images set aside from those for training.
    private static final int BATCH_SIZE = 20;
    private static final int CHAINS = 20;
    private static final double LEARNING_RATE = 0.3;
    private static final double HIDDEN_BIAS = -3;

    /** The settings of the examples. */
    static Pretraining ofEpochs(int epochs) {
        return new Pretraining(epochs, BATCH_SIZE, CHAINS, LEARNING_RATE, HIDDEN_BIAS);
    }

    /** A network with the given hidden units, pretrained; its output layer has its random start. */
    MultiLayerNetwork train(List<Integer> widths, ImageDataSet images, long seed) {
        List<RbmLayer> layers = widths.stream()
                .map(width -> new RbmLayer.Builder()
                        .nOut(width)
                        .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.01)))
                        .biasInit(hiddenBias)
                        .negativePhase(PersistentContrastiveDivergence.of(1, chains))
                        .build())
                .toList();
        MultiLayerNetwork network = Classifier.network(images, seed, new Sgd(learningRate), layers, 1);
        long updates = (long) epochs * FallingRate.minibatches(images, batchSize);
        GreedyPretrainer.builder()
                .epochs(epochs)
                .updater(new Sgd(FallingRate.of(learningRate, updates)))
                .build()
                .pretrain(network, images.withoutLabels().shuffledIterator(batchSize, seed));
        return network;
    }
}
