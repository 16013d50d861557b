package org.boltzmann4j.benchmark;

import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Langevin steps, with noise, clip and box, of chains of a joint energy model of 784-500-500-10: two products for each layer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
public class LangevinStep {

    private static final int[] WIDTHS = {TrainingStep.VISIBLE, 500, 500, 10};
    private static final Langevin LANGEVIN =
            Langevin.practical(1, 2.5, 0.005).withClip(0.5).withBox(Box.of(0, 1));

    /** Chains. */
    @Param("100")
    public int rows = 100;

    /** Threads that share the rows; the products have a BLAS of as many. */
    @Param("1")
    public int threads = 1;

    /** Steps of an invocation. */
    @Param("100")
    public int steps = 100;

    private MultiLayerNetwork network;
    private INDArray start;

    /** A network as it starts. */
    @Setup
    public void makeModel() {
        ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new NoOp())
                .activation(Activation.RELU)
                .list();
        for (int i = 1; i < WIDTHS.length - 1; i++) {
            list.layer(
                    new DenseLayer.Builder().nIn(WIDTHS[i - 1]).nOut(WIDTHS[i]).build());
        }
        network = new MultiLayerNetwork(list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(WIDTHS[WIDTHS.length - 2])
                        .nOut(WIDTHS[WIDTHS.length - 1])
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        start = Nd4j.rand(DataType.FLOAT, rows, WIDTHS[0]);
    }

    /** The bound. */
    @Benchmark
    public void products() {
        BlasThreadCount.with(threads, this::multiply);
    }

    private void multiply() {
        INDArray[] values = new INDArray[WIDTHS.length];
        INDArray[] results = new INDArray[WIDTHS.length];
        for (int i = 0; i < WIDTHS.length; i++) {
            values[i] = Nd4j.rand(DataType.FLOAT, rows, WIDTHS[i]);
            results[i] = Nd4j.create(DataType.FLOAT, new long[] {rows, WIDTHS[i]}, 'c');
        }
        for (int step = 0; step < steps; step++) {
            for (int i = 1; i < WIDTHS.length; i++) {
                Nd4j.gemm(values[i - 1], weights(i), results[i], false, false, 1, 0);
            }
            for (int i = WIDTHS.length - 1; i > 0; i--) {
                Nd4j.gemm(values[i], weights(i), results[i - 1], false, true, 1, 0);
            }
        }
    }

    private INDArray weights(int layer) {
        return network.getParam((layer - 1) + "_W");
    }

    /** What is measured. */
    @Benchmark
    public INDArray boltzmann4j() {
        return Workers.with(threads, () -> JointEnergyModel.of(network)
                .move(start, null, LANGEVIN.withSteps(steps), null, RandomStreams.of(1)));
    }
}
