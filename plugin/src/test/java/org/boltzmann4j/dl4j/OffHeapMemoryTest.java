package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Memory outside of the heap is freed when the garbage collector finds the handles of its arrays. These are so small that it does not run
 * for them: a sampler that makes arrays in every step fills gigabytes. The process as a whole is measured, by Linux' account.
 */
class OffHeapMemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int WIDTH = 500;
    private static final int ROWS = 100;
    private static final double LARGEST_GROWTH = 64e6;

    private static double residentBytes() throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Double.parseDouble(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS in " + STATUS);
    }

    private static MultiLayerNetwork network(Activation activation) {
        ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .list();
        list.layer(new DenseLayer.Builder()
                .nIn(WIDTH)
                .nOut(WIDTH)
                .activation(activation)
                .build());
        MultiLayerNetwork network = new MultiLayerNetwork(list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(WIDTH)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static DataSet batch() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, 3);
        for (int i = 0; i < ROWS; i++) {
            labels.putScalar(i, i % 3, 1);
        }
        return new DataSet(Nd4j.rand(DataType.FLOAT, ROWS, WIDTH), labels);
    }

    /**
     * An array of 0.2 MB in each of 1,000 steps would be 200 MB; before the cure it was four of them, and 600 MB in this test. SOFTPLUS
     * is worked by the host.
     */
    @ParameterizedTest
    @EnumSource(names = {"RELU", "SOFTPLUS"})
    void stepsOfLangevinDynamicsLeaveNothingToTheGarbageCollector(Activation activation) throws IOException {
        assumeTrue(Files.exists(STATUS));
        NetworkEnergy energy = NetworkEnergy.of(network(activation), WIDTH);
        INDArray x = batch().getFeatures();
        Langevin langevin = Langevin.practical(100, 0.1, 0).withBox(Box.of(0, 1));
        langevin.run(energy, x, null, null, RandomStreams.of(1), 0);
        System.gc(); // what the first run, and other tests, have left
        double before = residentBytes();
        for (int i = 0; i < 10; i++) {
            langevin.run(energy, x, null, null, RandomStreams.of(1), 0);
        }
        assertThat(residentBytes() - before).as("growth in bytes").isLessThan(LARGEST_GROWTH);
    }

    /** Rows, samples and both together are 0.8 MB a minibatch, the state kept at each tenth 4 MB: 120 MB in 100 of them. */
    @Test
    void aGuardedTrainingLeavesNothingToTheGarbageCollector() throws IOException {
        assumeTrue(Files.exists(STATUS));
        List<DataSet> data = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            data.add(batch());
        }
        List<Double> resident = new ArrayList<>();
        JointTraining training = JointTraining.builder()
                .langevin(Langevin.practical(1, 0.1, 0.01))
                .bufferSize(500)
                .examplesPerClass(20)
                .build();
        JemTrainer.of(training)
                .epochs(15)
                .snapshotEvery(10)
                .listener(telemetry -> note(telemetry, resident))
                .build()
                .fit(network(Activation.RELU), new ExistingDataSetIterator(data));
        assertThat(resident.get(1) - resident.get(0)).as("growth in bytes").isLessThan(LARGEST_GROWTH);
    }

    private static void note(JointTelemetry telemetry, List<Double> resident) {
        try {
            if (telemetry.minibatch() == 50) {
                System.gc(); // what the start has left
                resident.add(residentBytes());
            } else if (telemetry.minibatch() == 150) {
                resident.add(residentBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
