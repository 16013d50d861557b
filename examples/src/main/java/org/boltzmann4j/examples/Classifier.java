package org.boltzmann4j.examples;

import java.util.List;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks of the examples with images: RBM layers, which are sigmoid layers to backpropagation, and a softmax on top. */
final class Classifier {

    private Classifier() {}

    /**
     * A network with its random start.
     *
     * @param data whose numbers of pixels and classes the network gets
     * @param seed of the random start and of dropout
     * @param updater of all layers
     * @param hidden the layers, from the pixels upwards
     * @param keptBelowOutput probability of keeping an input of the output layer while fitting, 1 for no dropout
     */
    static MultiLayerNetwork network(
            ImageDataSet data, long seed, IUpdater updater, List<RbmLayer> hidden, double keptBelowOutput) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .weightInit(WeightInit.XAVIER)
                .list();
        hidden.forEach(list::layer);
        OutputLayer.Builder output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(data.classes())
                .activation(Activation.SOFTMAX);
        list.layer((keptBelowOutput < 1 ? output.dropOut(keptBelowOutput) : output).build());
        MultiLayerNetwork network = new MultiLayerNetwork(
                list.setInputType(InputType.feedForward(data.features())).build());
        network.init();
        return network;
    }
}
