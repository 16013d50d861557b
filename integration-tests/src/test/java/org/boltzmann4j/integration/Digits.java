package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The first 300 training and 100 test digits of MNIST, and the networks of the tests. */
final class Digits {

    private static final ImageDataSet TRAIN = read("train");
    private static final ImageDataSet TEST = read("test");

    private Digits() {}

    private static ImageDataSet read(String part) {
        try {
            URI resource = Digits.class
                    .getResource("/digits/train-images-idx3-ubyte.gz")
                    .toURI();
            Path directory = Path.of(resource).getParent();
            return part.equals("train") ? ImageDataSet.readTrain(directory) : ImageDataSet.readTest(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static ImageDataSet train() {
        return TRAIN;
    }

    static ImageDataSet test() {
        return TEST;
    }

    /** Five minibatches, the last one smaller. */
    static DataSetIterator batches() {
        return TRAIN.iterator(64);
    }

    static INDArray testFeatures() {
        return TEST.featureMatrix();
    }

    static NeuralNetConfiguration.Builder settings() {
        return new NeuralNetConfiguration.Builder().seed(17).updater(new Adam(0.01));
    }

    static OutputLayer.Builder softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT).nOut(10).activation(Activation.SOFTMAX);
    }

    /** 784-32-10 without any RBM. */
    static MultiLayerNetwork classifier() {
        MultiLayerNetwork network = new MultiLayerNetwork(settings()
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(32)
                        .activation(Activation.RELU)
                        .build())
                .layer(softmax().build())
                .setInputType(InputType.feedForward(TRAIN.features()))
                .build());
        network.init();
        return network;
    }

    /** Of minibatches of {@link #batches}, with chains for one of them. */
    static JointTraining jointTraining() {
        return JointTraining.builder().bufferSize(64).examplesPerClass(10).build();
    }

    /** 784-32-16-10: two RBM layers called "lower" and "upper", and an output layer called "classes". */
    static MultiLayerConfiguration configuration(NeuralNetConfiguration.Builder settings) {
        return settings.list()
                .layer(new RbmLayer.Builder().name("lower").nOut(32).build())
                .layer(new RbmLayer.Builder().name("upper").nOut(16).build())
                .layer(softmax().name("classes").build())
                .setInputType(InputType.feedForward(784))
                .build();
    }

    static MultiLayerNetwork network() {
        return initialised(configuration(settings()));
    }

    static MultiLayerNetwork initialised(MultiLayerConfiguration configuration) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    static MultiLayerNetwork pretrained() {
        MultiLayerNetwork network = network();
        pretrain(network);
        return network;
    }

    static ComputationGraph graph() {
        ComputationGraphConfiguration configuration = settings()
                .graphBuilder()
                .addInputs("pixels")
                .addLayer("lower", new RbmLayer.Builder().nOut(32).build(), "pixels")
                .addLayer("upper", new RbmLayer.Builder().nOut(16).build(), "lower")
                .addLayer("classes", softmax().build(), "upper")
                .setOutputs("classes")
                .setInputTypes(InputType.feedForward(784))
                .build();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        return graph;
    }

    static GreedyPretrainer.Builder pretrainer() {
        return GreedyPretrainer.builder()
                .epochs(2)
                .updater(new Nesterovs(0.05, 0.5))
                .reportProgress(false);
    }

    static void pretrain(MultiLayerNetwork network) {
        assertThat(pretrainer().build().pretrain(network, batches()).layers()).isNotEmpty();
    }

    static void pretrain(ComputationGraph graph) {
        assertThat(pretrainer().build().pretrain(graph, batches()).layers()).isNotEmpty();
    }

    /** Mean squared difference between the training digits and what the model makes of their hidden means. */
    static double reconstructionError(Rbm rbm) {
        INDArray digits = TRAIN.featureMatrix().castTo(rbm.weights().dataType());
        INDArray reconstructed = rbm.meanVisibleGivenHidden(rbm.meanHiddenGivenVisible(digits));
        return digits.squaredDistance(reconstructed) / digits.length();
    }

    /** All parameters of a model, key by key, equal bit for bit. */
    static void assertSameParameters(Model actual, Model expected) {
        Map<String, INDArray> table = actual.paramTable();
        assertThat(table).hasSameSizeAs(expected.paramTable());
        expected.paramTable().forEach((key, value) -> assertSameBits(table.get(key), value, key));
    }

    static void assertSameBits(INDArray actual, INDArray expected, String what) {
        assertThat(actual.dataType()).as(what).isEqualTo(expected.dataType());
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.dup('c').reshape(actual.length()).toDoubleVector())
                .as(what)
                .isEqualTo(expected.dup('c').reshape(expected.length()).toDoubleVector());
    }
}
