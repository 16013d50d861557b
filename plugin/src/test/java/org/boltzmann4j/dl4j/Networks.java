package org.boltzmann4j.dl4j;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Small networks for the tests of this room. */
final class Networks {

    private Networks() {}

    static NeuralNetConfiguration.Builder base(DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(42)
                .dataType(type)
                .weightInit(WeightInit.XAVIER)
                .updater(new Sgd(0.1));
    }

    static RbmLayer.Builder rbm(int nIn, int nOut) {
        return new RbmLayer.Builder().nIn(nIn).nOut(nOut).negativePhase(ContrastiveDivergence.of(1));
    }

    /** RBM layers of the given widths below a softmax layer of 3 classes. */
    static MultiLayerNetwork stack(DataType type, int... widths) {
        NeuralNetConfiguration.ListBuilder list = base(type).list();
        for (int i = 1; i < widths.length; i++) {
            list.layer(rbm(widths[i - 1], widths[i]).build());
        }
        list.layer(output(widths[widths.length - 1]));
        return initialised(list.build());
    }

    static OutputLayer output(int nIn) {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(nIn)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    /** One RBM layer and nothing else, with settings of the network and of the layer. */
    static MultiLayerNetwork single(
            DataType type,
            int nIn,
            int nOut,
            Consumer<NeuralNetConfiguration.Builder> network,
            UnaryOperator<RbmLayer.Builder> layer) {
        NeuralNetConfiguration.Builder base = base(type);
        network.accept(base);
        return initialised(
                base.list().layer(layer.apply(rbm(nIn, nOut)).build()).build());
    }

    static MultiLayerNetwork gaussian(DataType type, int nIn, int nOut, double... sigma) {
        return single(type, nIn, nOut, base -> {}, layer -> layer.visible(Gaussian.of(sigma)));
    }

    /** An RBM layer above layers that hand their input on, so that it has the given index. */
    static MultiLayerNetwork above(DataType type, int index, int nIn, int nOut) {
        NeuralNetConfiguration.ListBuilder list = base(type).list();
        for (int i = 0; i < index; i++) {
            list.layer(new ActivationLayer(Activation.IDENTITY));
        }
        return initialised(list.layer(rbm(nIn, nOut).build()).build());
    }

    static MultiLayerNetwork initialised(MultiLayerConfiguration conf) {
        MultiLayerNetwork network = new MultiLayerNetwork(conf);
        network.init();
        return network;
    }

    static INDArray labels(DataType type, int rows) {
        INDArray labels = Nd4j.create(type, rows, 3);
        for (int row = 0; row < rows; row++) {
            labels.putScalar(row, row % 3, 1);
        }
        return labels;
    }

    static GreedyPretrainer.Builder pretrainer(int epochs) {
        return GreedyPretrainer.builder().epochs(epochs).reportProgress(false);
    }

    /** Messages of a failure and of everything that caused it. */
    static String causes(Throwable failure) {
        StringBuilder result = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            result.append(t.getMessage()).append('\n');
        }
        return result.toString();
    }
}
