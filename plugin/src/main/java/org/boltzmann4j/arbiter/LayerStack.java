package org.boltzmann4j.arbiter;

import java.util.List;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Makes networks of stacks of layers, whatever the host thinks of their settings.
 *
 * @param inputs number of features
 * @param classes number of outputs
 */
record LayerStack(int inputs, int classes) {

    /** Softmax with cross entropy. */
    static OutputLayer usualOutput(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }

    /** The network of these layers, or of layers of the same widths with default settings if the host refuses it. */
    MultiLayerConfiguration network(List<Layer> layers, IUpdater updater, double l2, Repairs repairs) {
        try {
            return network(layers, updater, l2);
        } catch (RuntimeException refused) {
            repairs.note(
                    "the host refuses the network, which became one with default settings: " + refused.getMessage());
            return network(layers.stream().map(this::plain).toList(), updater, 0);
        }
    }

    private Layer plain(Layer layer) {
        return layer instanceof RbmLayer rbm
                ? new RbmLayer.Builder().nOut((int) rbm.getNOut()).build()
                : usualOutput(classes);
    }

    private MultiLayerConfiguration network(List<Layer> layers, IUpdater updater, double l2) {
        // The host's default seed is the time of day; every candidate gets its own when it is trained.
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(0)
                .updater(updater)
                .l2(l2)
                .list();
        layers.forEach(list::layer);
        return list.setInputType(InputType.feedForward(inputs)).build();
    }
}
