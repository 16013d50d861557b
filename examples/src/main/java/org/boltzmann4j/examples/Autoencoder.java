package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A stack of RBMs that ends in a few linear units, and the deep autoencoder that it becomes when it is turned over on top of itself
 * (Hinton, Salakhutdinov 2006): decoding layers have the transposed weights and the visible biases of the RBMs at first, and are
 * fine-tuned apart from the encoding ones.
 *
 * @param widths of the hidden layers; the last one, the code, has Gaussian units
 * @param pretrainingEpochs for each layer
 * @param epochs of fine-tuning
 */
record Autoencoder(List<Integer> widths, int pretrainingEpochs, int epochs) {

    private static final int PRETRAINING_BATCH = 50;
    private static final double RATE = 0.1;
    /** Gaussian units have no bound on their activity, so their weights learn more slowly. */
    private static final double CODE_RATE = 0.005;

    private static final int BATCH = 100;
    private static final double ADAM_RATE = 2e-3;

    /** An encoder of RBM layers and a decoder of dense ones, both with a random start. */
    MultiLayerNetwork network(ImageDataSet data, long seed) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.XAVIER)
                .updater(new Adam(FallingRate.of(ADAM_RATE, (long) epochs * FallingRate.minibatches(data, BATCH))))
                .list();
        int code = widths.size() - 1;
        for (int i = 0; i <= code; i++) {
            RbmLayer.Builder layer = new RbmLayer.Builder().nOut(widths.get(i));
            list.layer((i == code ? layer.hidden(Gaussian.of(1)) : layer).build());
        }
        for (int i = code - 1; i >= 0; i--) {
            list.layer(new DenseLayer.Builder()
                    .nOut(widths.get(i))
                    .activation(Activation.SIGMOID)
                    .build());
        }
        list.layer(new OutputLayer.Builder(LossFunction.XENT)
                .nOut(data.features())
                .activation(Activation.SIGMOID)
                .build());
        MultiLayerNetwork network = new MultiLayerNetwork(
                list.setInputType(InputType.feedForward(data.features())).build());
        network.init();
        return network;
    }

    /** The RBMs alone, from small random weights: a network of {@code widths.size()} layers. */
    MultiLayerNetwork stack(ImageDataSet images, long seed) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.01)))
                .updater(new Sgd(RATE))
                .list();
        int code = widths.size() - 1;
        for (int i = 0; i <= code; i++) {
            RbmLayer.Builder layer = new RbmLayer.Builder().nOut(widths.get(i));
            list.layer((i == code ? layer.hidden(Gaussian.of(1)) : layer).build());
        }
        MultiLayerNetwork network = new MultiLayerNetwork(
                list.setInputType(InputType.feedForward(images.features())).build());
        network.init();
        long updates = (long) pretrainingEpochs * FallingRate.minibatches(images, PRETRAINING_BATCH);
        GreedyPretrainer.builder()
                .epochs(pretrainingEpochs)
                .updater(new Sgd(FallingRate.of(RATE, updates)))
                .layerUpdater(String.valueOf(code), new Sgd(FallingRate.of(CODE_RATE, updates)))
                .build()
                .pretrain(network, images.withoutLabels().shuffledIterator(PRETRAINING_BATCH, seed));
        return network;
    }

    /** Gives an autoencoder the weights of the RBMs, upwards and turned over. */
    void unroll(MultiLayerNetwork stack, MultiLayerNetwork autoencoder) {
        int layers = widths.size();
        for (int i = 0; i < layers; i++) {
            autoencoder.getLayer(i).setParams(stack.getLayer(i).params());
            Rbm rbm = RbmLayer.modelOf(stack, i);
            int mirror = 2 * layers - 1 - i;
            autoencoder.getLayer(mirror).setParam("W", rbm.weights().transpose().dup());
            autoencoder
                    .getLayer(mirror)
                    .setParam(
                            "b",
                            rbm.visibleBias().reshape(1, rbm.visibleWidth()).dup());
        }
    }

    /** Teaches a network to return its input. */
    void fineTune(MultiLayerNetwork autoencoder, ImageDataSet images, long seed) {
        DataSetIterator batches = images.withoutLabels().shuffledIterator(BATCH, seed);
        batches.setPreProcessor(batch -> batch.setLabels(batch.getFeatures()));
        autoencoder.fit(batches, epochs);
    }

    /** The codes of images, {@code [images, width of the code]}. */
    INDArray codes(MultiLayerNetwork network, INDArray images) {
        List<INDArray> activations = new ArrayList<>(network.feedForwardToLayer(widths.size() - 1, images));
        return activations.get(activations.size() - 1);
    }
}
