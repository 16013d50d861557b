package org.boltzmann4j.integration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import org.boltzmann4j.dl4j.Checkpoints;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A training that goes on wherever a run before it in the same directory was killed, slowly enough to be killed again. */
public final class KillableRun {

    /** What a run that came to its end leaves in its directory: a checksum of the parameters. */
    static final String RESULT = "result.txt";

    /** Where checkpoints are kept. */
    static final String CHECKPOINTS = "checkpoints";

    private static final int EPOCHS = 12;

    private KillableRun() {}

    /**
     * Trains.
     *
     * @param arguments CD, PCD, PT or JEM; the directory; milliseconds of rest after each minibatch
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String... arguments) throws IOException {
        Path directory = Path.of(arguments[1]);
        int rest = Integer.parseInt(arguments[2]);
        Checkpoints checkpoints = Checkpoints.in(directory.resolve(CHECKPOINTS)).everyMinibatches(3);
        INDArray parameters = arguments[0].equals("JEM")
                ? joint(checkpoints, rest)
                : pretrained(phase(arguments[0]), checkpoints, rest);
        CRC32 crc = new CRC32();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(4 * parameters.length()));
        bytes.asFloatBuffer().put(parameters.dup().reshape(parameters.length()).toFloatVector());
        crc.update(bytes.array());
        Path part = Files.writeString(directory.resolve("result.part"), Long.toHexString(crc.getValue()));
        Files.move(part, directory.resolve(RESULT), StandardCopyOption.ATOMIC_MOVE);
    }

    private static NegativePhase phase(String name) {
        return switch (name) {
            case "CD" -> ContrastiveDivergence.of(1);
            case "PCD" -> PersistentContrastiveDivergence.of(1, 20);
            case "PT" -> ParallelTempering.of(1, 5, Ladder.linear(4));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static INDArray pretrained(NegativePhase phase, Checkpoints checkpoints, int rest) throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.05, 0.5))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(64)
                        .nOut(20)
                        .negativePhase(phase)
                        .build())
                .layer(new RbmLayer.Builder()
                        .nIn(20)
                        .nOut(10)
                        .negativePhase(phase)
                        .build())
                .build());
        network.init();
        GreedyPretrainer.builder()
                .epochs(EPOCHS)
                .reportProgress(false)
                .checkpoints(checkpoints)
                .listeners(new PretrainingListener() {
                    @Override
                    public void onMinibatch(PretrainingProgress progress) {
                        rest(rest);
                    }
                })
                .build()
                .resumeLatest()
                .pretrain(network, new GeneratedRows(7, 20, 64));
        return network.params();
    }

    private static INDArray joint(Checkpoints checkpoints, int rest) throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.001))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(64)
                        .nOut(16)
                        .activation(Activation.TANH)
                        .dropOut(0.8)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(16)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        JemTrainer.of(JointTraining.builder()
                        .bufferSize(40)
                        .examplesPerClass(20)
                        .dataNoise(0.01)
                        .langevin(Langevin.practical(3, 0.01, 0.01).withClip(0.1))
                        .build())
                .epochs(EPOCHS)
                .checkpoints(checkpoints)
                .listener(telemetry -> rest(rest))
                .build()
                .resumeLatest()
                .fit(network, new GeneratedRows(7, 20, 64));
        return network.params();
    }

    private static void rest(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
