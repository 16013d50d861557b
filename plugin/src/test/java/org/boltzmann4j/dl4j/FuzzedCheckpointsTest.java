package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.boltzmann4j.dl4j.PretrainingCases.pcd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.PretrainingCases.Case;
import org.boltzmann4j.hostile.Fuzz;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Checkpoints are read or refused, whatever becomes of a valid file: by the reader, and by the training that goes on from what it has read.
 * Three in four mutated files have right checksums, so that it is the state itself that is wrong.
 */
class FuzzedCheckpointsTest {

    private static final String JOINT = "joint training";

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyCheckpointIsReadOrRefused() throws IOException {
        return campaigns(Fuzz.GATE);
    }

    @TestFactory
    @Tag("nightly")
    Stream<DynamicTest> everyCheckpointOfManyMoreIsReadOrRefused() throws IOException {
        return campaigns(Fuzz.NIGHTLY);
    }

    private Stream<DynamicTest> campaigns(int mutations) throws IOException {
        Map<String, Fuzz> campaigns = new LinkedHashMap<>();
        Nesterovs momentum = new Nesterovs(0.1, 0.5);
        campaigns.put("pretraining, average and early stopping", pretraining(pcd(settings -> settings.averaging(
                        ParameterAverage.ofDecay(0.9))
                .validation(Minibatches.of(PretrainingCases.ROWS, 10))
                .stopEarly(StoppingRule.onReconstructionError(0.001, 9)))));
        campaigns.put(
                "pretraining, fast PCD, Adam",
                pretraining(PretrainingCases.of(
                        "fast PCD", FastPersistentContrastiveDivergence.of(1, 7, 0.05), new Adam(0.01))));
        campaigns.put(
                "pretraining, PT",
                pretraining(PretrainingCases.of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), momentum)));
        campaigns.put(
                "pretraining, PTT", pretraining(PretrainingCases.of("PTT", PretrainingCases.trajectory(), momentum)));
        campaigns.put(JOINT, jointTraining());
        return campaigns.entrySet().stream()
                .map(campaign -> DynamicTest.dynamicTest(campaign.getKey(), () -> {
                    // The four of a pretraining share one reader, and its mutations.
                    int share = campaign.getKey().equals(JOINT) ? mutations : mutations / (campaigns.size() - 1);
                    Fuzz.Outcome outcome = campaign.getValue().run(share);
                    // Otherwise the mutations would be harmless, or none would come further than the checksums.
                    assertThat(outcome.refused()).as("of %d mutations", share).isBetween(share / 4, share * 9 / 10);
                }));
    }

    private Path written(byte[] content) throws IOException {
        return Files.write(folder.resolve("fuzzed"), content);
    }

    private static Fuzz checkpoints(Fuzz.Reader reader, Path seed) throws IOException {
        return Fuzz.of(reader, CheckpointException.class, List.of(Files.readAllBytes(seed)))
                .refusingBy(IllegalArgumentException.class) // by the training
                .refusingBy(PretrainingDivergedException.class) // parameters that do not make sense
                .sealedBy(CheckpointFiles::sealed);
    }

    private Fuzz pretraining(Case run) throws IOException {
        Path checkpoints = Files.createTempDirectory(folder, "run");
        PretrainingCases.write(run, checkpoints, 14);
        GreedyPretrainer pretrainer = run.pretrainer().allowDifferences(true).build();
        return checkpoints(
                file -> pretrainer
                        .resume(written(file))
                        .pretrain(run.network().get(), run.data().get()),
                Checkpoints.in(checkpoints).file(28)); // two minibatches before the end of the second layer
    }

    private Fuzz jointTraining() throws IOException {
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("joint")).everyMinibatches(6);
        JemTrainer.Builder trainer = JemTrainer.of(JointTraining.builder()
                        .bufferSize(60)
                        .examplesPerClass(5)
                        .langevin(Langevin.practical(2, 0.01, 0.01).withClip(0.1))
                        .build())
                .epochs(2)
                .allowDifferences(true);
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        trainer.checkpoints(checkpoints).build().fit(network, Blobs.batches(120, 30, 1), Blobs.batches(60, 20, 1));
        JemTrainer reading = trainer.build();
        return checkpoints(
                file -> reading.resume(written(file)).fit(network, Blobs.batches(120, 30, 1), Blobs.batches(60, 20, 1)),
                checkpoints.file(6));
    }
}
