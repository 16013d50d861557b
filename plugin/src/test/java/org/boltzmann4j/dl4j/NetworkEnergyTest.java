package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class NetworkEnergyTest {

    private static final int ROWS = 3;
    private static final int CLASSES = 3;

    /**
     * Central differences of step 1e-5 of energies of size 1: rounding 1e-16 / 1e-5 and truncation 1e-10 times third derivatives, which
     * stay below 100 in these networks.
     */
    private static final double DIFFERENCES = 2e-8;

    /** The row form of tanh is within 2e-12 of the function; of up to 6 units, with weights of up to about 1, 1e-11. */
    private static final double HEIGHTS = 1e-11;

    private static MultiLayerNetwork network(InputType input, Consumer<NeuralNetConfiguration.ListBuilder> layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(11)
                .dataType(DataType.DOUBLE)
                .optimizationAlgo(OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .list();
        layers.accept(list);
        list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build());
        MultiLayerNetwork network =
                new MultiLayerNetwork(list.setInputType(input).build());
        network.init();
        // Away from the start, where biases and running means are 0.
        SplittableRandom random = RandomStreams.of(2).random(0, 0);
        for (int i = 0; i < network.params().length(); i++) {
            network.params().putScalar(i, network.params().getDouble(i) + 0.4 * (random.nextDouble() - 0.5));
        }
        return network;
    }

    private static DenseLayer.Builder dense(int nOut) {
        return new DenseLayer.Builder().nOut(nOut);
    }

    private static ConvolutionLayer.Builder convolution(int nOut, int... kernel) {
        return new ConvolutionLayer.Builder(kernel).nOut(nOut);
    }

    private static final InputType FLAT = InputType.feedForward(5);
    private static final InputType IMAGE = InputType.convolutional(7, 6, 2);

    private record Case(String name, MultiLayerNetwork network, List<Long> rowShape) {

        long[] shape() {
            return rowShape.stream().mapToLong(Long::longValue).toArray();
        }

        static Case flat(String name, Consumer<NeuralNetConfiguration.ListBuilder> layers) {
            return new Case(name, NetworkEnergyTest.network(FLAT, layers), List.of(5L));
        }

        static Case image(String name, Consumer<NeuralNetConfiguration.ListBuilder> layers) {
            return new Case(name, NetworkEnergyTest.network(IMAGE, layers), List.of(2L, 7L, 6L));
        }

        INDArray x() {
            long features = 1;
            for (long size : rowShape) {
                features *= size;
            }
            SplittableRandom random = RandomStreams.of(9).random(0, 0);
            INDArray x = Nd4j.create(DataType.DOUBLE, new long[] {ROWS, features}, 'c');
            for (int i = 0; i < x.length(); i++) {
                x.putScalar(i, random.nextDouble());
            }
            return x;
        }

        NetworkEnergy energy() {
            return NetworkEnergy.of(network, shape());
        }

        /** {@code -E}, by the host's own inference. */
        double heightByTheHost(INDArray x, int row, int label) {
            long[] full = new long[rowShape.size() + 1];
            full[0] = ROWS;
            System.arraycopy(shape(), 0, full, 1, rowShape.size());
            // The host's softmax output tells logits up to a constant only; the input of the output layer gives them.
            List<INDArray> activations = network.feedForward(x.dup().reshape('c', full), false);
            INDArray below = activations.get(activations.size() - 2);
            if (network.getLayerWiseConfigurations().getInputPreProcess(network.getnLayers() - 1) != null) {
                below = below.dup('c').reshape('c', ROWS, below.length() / ROWS);
            }
            INDArray z = below.mmul(network.getOutputLayer().getParam("W"))
                    .addRowVector(network.getOutputLayer().getParam("b"));
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                sum += Math.exp(z.getDouble(row, c));
            }
            return label < 0 ? Math.log(sum) : z.getDouble(row, label);
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.add(Case.flat("dense", l -> l.layer(dense(4).build())
                .layer(dense(6).hasBias(false).build())));
        cases.add(Case.flat("no hidden layer", l -> {}));
        cases.add(Case.flat("activations worked in one pass", l -> l.layer(
                        dense(6).activation(Activation.SIGMOID).build())
                .layer(dense(6).activation(Activation.RELU).build())
                .layer(dense(6).activation(Activation.IDENTITY).build())));
        cases.add(Case.flat("activations worked by the host", l -> l.layer(
                        dense(6).activation(Activation.ELU).build())
                .layer(dense(6).activation(new ActivationReLU(0.5, 0.0, 0.1)).build())
                .layer(new ActivationLayer(Activation.SOFTPLUS))));
        cases.add(Case.flat(
                "dense with layer normalisation",
                l -> l.layer(dense(4).hasLayerNorm(true).build())));
        cases.add(Case.flat(
                "dropout of every kind", l -> l.layer(dense(4).dropOut(0.5).build())
                        .layer(dense(6).dropOut(new GaussianNoise(0.5)).build())
                        .layer(new DropoutLayer(0.5))
                        .layer(dense(4).weightNoise(new DropConnect(0.5)).build())));
        cases.add(Case.flat("frozen layers", l -> l.layer(
                        new FrozenLayer(dense(4).dropOut(0.5).build()))
                .layer(new FrozenLayerWithBackprop(dense(6).build()))));
        cases.add(Case.flat("batch normalisation", l -> l.layer(dense(4).build())
                .layer(new BatchNormalization())
                .layer(new ActivationLayer(Activation.SIGMOID))
                .layer(dense(4).build())
                .layer(new BatchNormalization.Builder()
                        .lockGammaBeta(true)
                        .gamma(1.5)
                        .beta(0.5)
                        .useLogStd(true)
                        .build())));
        cases.add(Case.flat(
                "RBM layers", l -> l.layer(new RbmLayer.Builder().nOut(4).build())
                        .layer(new RbmLayer.Builder().nOut(3).build())));
        cases.add(Case.image("convolutions", l -> l.layer(convolution(3, 3, 2)
                        .stride(2, 1)
                        .convolutionMode(ConvolutionMode.Same)
                        .build())
                .layer(convolution(4, 2, 3).padding(1, 2).hasBias(false).build())
                .layer(dense(5).build())));
        cases.add(Case.image(
                "convolution with an activation of the host",
                l -> l.layer(convolution(3, 3, 2).activation(Activation.ELU).build())));
        cases.add(Case.image("dilated convolution, batch normalisation, pooling", l -> l.layer(
                        convolution(3, 2, 2).dilation(2, 2).dropOut(0.5).build())
                .layer(new BatchNormalization())
                .layer(new SubsamplingLayer.Builder(PoolingType.AVG)
                        .kernelSize(2, 2)
                        .stride(1, 1)
                        .build())
                .layer(convolution(2, 2, 2).build())));
        cases.add(Case.image("layers worked by the host", l -> l.layer(new ZeroPaddingLayer(1, 1))
                .layer(new SeparableConvolution2D.Builder(2, 2).nOut(3).build())
                .layer(new SubsamplingLayer.Builder(PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new GlobalPoolingLayer(PoolingType.AVG))));
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> slopesAreThoseOfTheHostsInference() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    NetworkEnergy energy = c.energy();
                    INDArray x = c.x();
                    int[] labels = {2, 0, 1};
                    INDArray free = energy.at(x, null).dup();
                    for (int r = 0; r < ROWS; r++) {
                        assertThat(energy.heights()[r]).isCloseTo(c.heightByTheHost(x, r, -1), within(HEIGHTS));
                    }
                    INDArray ofClass = energy.at(x, labels).dup();
                    double h = 1e-5;
                    double steepest = 0;
                    for (int r = 0; r < ROWS; r++) {
                        for (int i = 0; i < x.size(1); i++) {
                            INDArray up = x.dup();
                            up.putScalar(r, i, x.getDouble(r, i) + h);
                            INDArray down = x.dup();
                            down.putScalar(r, i, x.getDouble(r, i) - h);
                            double slope = -(c.heightByTheHost(up, r, -1) - c.heightByTheHost(down, r, -1)) / (2 * h);
                            assertThat(free.getDouble(r, i))
                                    .as("row %d, feature %d", r, i)
                                    .isCloseTo(slope, within(DIFFERENCES));
                            double slopeOfClass =
                                    -(c.heightByTheHost(up, r, labels[r]) - c.heightByTheHost(down, r, labels[r]))
                                            / (2 * h);
                            assertThat(ofClass.getDouble(r, i)).isCloseTo(slopeOfClass, within(DIFFERENCES));
                            steepest = Math.max(steepest, Math.abs(slope));
                        }
                    }
                    assertThat(steepest).as("slopes that can be told from none").isGreaterThan(1000 * DIFFERENCES);
                }));
    }

    /** Why batch normalisation is not left to the host; when this fails, a newer host has mended it. */
    @Test
    void theHostsGradientThroughBatchNormalisationIsThatOfTheBatch() {
        Case c = cases().stream()
                .filter(one -> one.name().equals("batch normalisation"))
                .findFirst()
                .orElseThrow();
        INDArray zero = Nd4j.zeros(DataType.DOUBLE, ROWS, CLASSES);
        MultiLayerNetwork copy = c.network().clone();
        INDArray byTheHost =
                copy.calculateGradients(c.x(), zero, null, null).getSecond().neg();
        INDArray exact = c.energy().at(c.x(), null);
        assertThat(byTheHost.sub(exact).amaxNumber().doubleValue()).isGreaterThan(1e-3);
    }

    @TestFactory
    Stream<DynamicTest> samplingLeavesTheNetworkBitIdentical() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    MultiLayerNetwork network = c.network();
                    long[] full = new long[c.shape().length + 1];
                    full[0] = ROWS;
                    System.arraycopy(c.shape(), 0, full, 1, c.shape().length);
                    INDArray labels = Nd4j.eye(CLASSES).castTo(DataType.DOUBLE);
                    network.fit(new DataSet(c.x().reshape('c', full), labels)); // so that there is an updater state
                    List<String> calls = new ArrayList<>();
                    network.setListeners(new Recorder(calls));
                    INDArray parameters = network.params().dup();
                    INDArray updater = network.getUpdater().getStateViewArray();
                    INDArray updaterBefore = updater == null ? null : updater.dup();
                    String conf = network.getLayerWiseConfigurations().toJson();
                    int iterations = network.getIterationCount();
                    INDArray gradientView = network.gradient() == null
                            ? null
                            : network.gradient().gradient().dup();
                    long generator = Nd4j.getRandom().getSeed();

                    JointEnergyModel model = JointEnergyModel.of(network);
                    Langevin langevin = Langevin.practical(5, 0.1, 0.01).withBox(Box.of(0, 1));
                    INDArray drawn = model.sample(
                            4, c.shape(), langevin, ChainStarts.uniform(Box.of(0, 1)), null, RandomStreams.of(1));
                    model.approximateMass(drawn);
                    model.logProbabilities(drawn);

                    assertThat(network.params()).isEqualTo(parameters);
                    assertThat(network.getUpdater().getStateViewArray()).isEqualTo(updaterBefore);
                    assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(conf);
                    assertThat(network.getIterationCount()).isEqualTo(iterations);
                    if (gradientView != null) {
                        assertThat(network.gradient().gradient()).isEqualTo(gradientView);
                    }
                    assertThat(calls).isEmpty();
                    assertThat(Nd4j.getRandom().getSeed()).isEqualTo(generator);
                }));
    }

    @Test
    void theEnergyFollowsTheNetworksTraining() {
        Case c = cases().get(0);
        NetworkEnergy energy = c.energy();
        energy.logits(c.x());
        double before = energy.heights()[0];
        c.network().fit(new DataSet(c.x(), Nd4j.eye(CLASSES).castTo(DataType.DOUBLE)));
        energy.logits(c.x());
        assertThat(energy.heights()[0])
                .isNotEqualTo(before)
                .isCloseTo(c.heightByTheHost(c.x(), 0, -1), within(HEIGHTS));
    }

    @Test
    void otherEndsOfANetworkAreRefused() {
        MultiLayerNetwork sigmoid = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunction.XENT)
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
        assertThatThrownBy(() -> JointEnergyModel.of(sigmoid))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("init()");
        sigmoid.init();
        assertThatThrownBy(() -> JointEnergyModel.of(sigmoid))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("OutputLayer with softmax");
        MultiLayerNetwork squared = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        squared.init();
        assertThatThrownBy(() -> JointEnergyModel.of(squared)).hasMessageContaining("MCXENT without class weights");
        assertThatThrownBy(() -> cases().get(0).energy().at(Nd4j.ones(DataType.DOUBLE, 2, 4), null))
                .hasMessageContaining("5 features");
    }

    /** Notes every call. */
    private static final class Recorder extends org.deeplearning4j.optimize.api.BaseTrainingListener {

        private final List<String> calls;

        Recorder(List<String> calls) {
            this.calls = calls;
        }

        @Override
        public void onForwardPass(org.deeplearning4j.nn.api.Model model, List<INDArray> activations) {
            calls.add("forward");
        }

        @Override
        public void onBackwardPass(org.deeplearning4j.nn.api.Model model) {
            calls.add("backward");
        }

        @Override
        public void iterationDone(org.deeplearning4j.nn.api.Model model, int iteration, int epoch) {
            calls.add("iteration");
        }
    }
}
