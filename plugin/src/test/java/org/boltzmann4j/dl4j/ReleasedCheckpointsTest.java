package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Checkpoints of every version are kept among the resources, and must still be gone on from. */
class ReleasedCheckpointsTest {

    /** Writes those of this version, as {@link ReleaseFiles} does with models. Argument: directory to write to. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Path all = Files.createTempDirectory("checkpoints");
        pretrainer()
                .checkpoints(Checkpoints.in(all).everyMinibatches(1).keepLast(100))
                .build()
                .pretrain(network(), data());
        try (Stream<Path> files = Files.list(all)) {
            for (Path file : files.toList()) {
                if (STANDS_AT.equals(TrainingCheckpoint.read(file).about().get("stands at"))) {
                    Files.copy(file, folder.resolve("pretraining.zip"));
                }
            }
        }
        Path joint = Files.createTempDirectory("checkpoints");
        trainer()
                .checkpoints(Checkpoints.in(joint).everyMinibatches(3))
                .build()
                .fit(Blobs.network(new Adam(0.01)), Blobs.batches(60, 30, 1));
        Files.copy(Checkpoints.in(joint).file(3), folder.resolve("joint-training.zip"));
    }

    private static final String STANDS_AT = "layer 0, epoch 2, minibatch 2";

    static MultiLayerNetwork network() {
        return Networks.single(
                DataType.FLOAT,
                8,
                6,
                base -> base.updater(new Nesterovs(0.1, 0.5)),
                layer -> layer.negativePhase(ParallelTempering.of(1, 4, Ladder.linear(3))));
    }

    static Minibatches data() {
        return Minibatches.of(Minibatches.patterns(DataType.FLOAT, 40, 8, 1), 10);
    }

    static GreedyPretrainer.Builder pretrainer() {
        return Networks.pretrainer(3).averaging(ParameterAverage.ofDecay(0.9));
    }

    static JemTrainer.Builder trainer() {
        return JemTrainer.of(JointTraining.builder()
                        .bufferSize(60)
                        .examplesPerClass(10)
                        .dataNoise(0.01)
                        .langevin(Langevin.practical(3, 0.01, 0.01).withClip(0.1))
                        .build())
                .epochs(2);
    }

    private static Path resource(String version, String name) throws URISyntaxException {
        String path = "/checkpoints/" + version + "/" + name;
        return Path.of(Objects.requireNonNull(ReleasedCheckpointsTest.class.getResource(path), path)
                .toURI());
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1.0")
    void pretrainingsGoOn(String version) throws IOException, URISyntaxException {
        TrainingCheckpoint checkpoint = TrainingCheckpoint.read(resource(version, "pretraining.zip"));
        assertThat(checkpoint.about()).containsEntry("stands at", STANDS_AT);
        MultiLayerNetwork network = network();
        PretrainingReport report = pretrainer()
                .allowDifferences(true) // configurations may have more fields now
                .build()
                .resume(checkpoint.file())
                .pretrain(network, data());
        assertThat(report.layers().get(0).history()).hasSize(3).allSatisfy(monitors -> assertThat(
                        monitors.reconstructionError())
                .isBetween(0.0, 1.0));
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1.0")
    void jointTrainingsGoOn(String version) throws IOException, URISyntaxException {
        TrainingCheckpoint checkpoint = TrainingCheckpoint.read(resource(version, "joint-training.zip"));
        assertThat(checkpoint.about()).containsEntry("stands at", "epoch 2, minibatch 1");
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JemReport report = trainer()
                .allowDifferences(true) // configurations may have more fields now
                .build()
                .resume(checkpoint.file())
                .fit(network, Blobs.batches(60, 30, 1));
        assertThat(report.epochs()).isEqualTo(2);
        assertThat(network.getIterationCount()).isEqualTo(4);
    }
}
