package org.boltzmann4j.examples;

import java.util.List;
import org.boltzmann4j.dl4j.StockNetwork;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The classifiers that are trained jointly: Deeplearning4j's own layers, Adam with a falling rate and clipped gradients.
 *
 * @param rate of the first update
 * @param updates after so many the rate is a fiftieth of the first
 * @param seed of the random start
 */
record JemNetworks(double rate, long updates, long seed) {

    private static final double LARGEST_GRADIENT = 0.1;
    private static final int KERNEL = 5;
    private static final int STRIDE = 2;
    // A pixel that no unit sees is noise in every sample: 28 + 2 halve to 13 and 5 with none left over, 28 do not.
    private static final int PADDING = 1;
    private static final int CHANNELS = 16;
    private static final int TOP = 128;

    private ListBuilder list() {
        Adam updater = new Adam(FallingRate.of(rate, updates));
        updater.setBeta1(0.5); // the gradient of the samples turns from step to step
        return new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(LARGEST_GRADIENT)
                .list();
    }

    private static MultiLayerNetwork finish(ListBuilder list, ImageDataSet images, InputType input) {
        MultiLayerNetwork network = new MultiLayerNetwork(list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(images.classes())
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(input)
                .build());
        network.init();
        return network;
    }

    private MultiLayerNetwork dense(ImageDataSet images, List<Integer> widths, Activation activation) {
        ListBuilder list = list();
        widths.forEach(width -> list.layer(
                new DenseLayer.Builder().nOut(width).activation(activation).build()));
        return finish(list, images, InputType.feedForward(images.features()));
    }

    /** ReLU layers of the given widths from a random start. */
    MultiLayerNetwork rectified(ImageDataSet images, List<Integer> widths) {
        return dense(images, widths, Activation.RELU);
    }

    /** Sigmoid layers of the given widths from a random start. */
    MultiLayerNetwork sigmoid(ImageDataSet images, List<Integer> widths) {
        return dense(images, widths, Activation.SIGMOID);
    }

    /** Sigmoid layers that start as RBMs pretrained on the images without labels. */
    MultiLayerNetwork pretrained(ImageDataSet images, List<Integer> widths, int epochs) {
        MultiLayerNetwork stack = StockNetwork.of(Pretraining.ofEpochs(epochs).train(widths, images, seed));
        MultiLayerNetwork network = sigmoid(images, widths);
        for (int i = 0; i < widths.size(); i++) {
            network.getLayer(i).setParams(stack.getLayer(i).params());
        }
        return network;
    }

    private static ConvolutionLayer convolution(int channels, int padding) {
        return new ConvolutionLayer.Builder(KERNEL, KERNEL)
                .stride(STRIDE, STRIDE)
                .padding(padding, padding)
                .nOut(channels)
                .activation(Activation.RELU)
                .build();
    }

    /** Two convolutions of 5 x 5 pixels with 16 and 32 channels, which halve the image, and a layer of 128 ReLUs. */
    MultiLayerNetwork convolutional(ImageDataSet images) {
        ListBuilder list = list().layer(convolution(CHANNELS, PADDING))
                .layer(convolution(2 * CHANNELS, 0))
                .layer(new DenseLayer.Builder()
                        .nOut(TOP)
                        .activation(Activation.RELU)
                        .build());
        return finish(list, images, InputType.convolutionalFlat(images.rows(), images.columns(), 1));
    }
}
