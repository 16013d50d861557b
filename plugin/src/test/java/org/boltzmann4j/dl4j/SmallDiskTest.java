package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.boltzmann4j.dl4j.PretrainingCases.pcd;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.PretrainingCases.Case;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Adam;

/** Checkpoints on a real file system with room for one of them and a half, where this process may mount one. */
@Tag("nightly")
class SmallDiskTest {

    private static final long PAGE = 4096;

    @TempDir
    Path folder;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void chooseAPlace() throws IOException {
        disk = Files.createDirectory(folder.resolve("disk"));
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            assertThat(run("umount", disk.toString())).isEmpty();
        }
    }

    /** Output of a command that fails, else nothing. */
    private static String run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : "exit code " + process.exitValue() + ": " + output.strip();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void mount(long bytes) throws InterruptedException {
        long pages = bytes / PAGE;
        String refusal = run("mount", "-t", "tmpfs", "-o", "size=" + pages * PAGE, "tmpfs", disk.toString());
        mounted = refusal.isEmpty();
        assumeTrue(mounted, "a small file system cannot be mounted here, so this test is left out: " + refusal);
    }

    /** The first of the files in a folder of plenty. */
    private static long firstSize(Checkpoints checkpoints) throws IOException {
        List<Path> files = checkpoints.files();
        return Files.size(files.get(files.size() - 1));
    }

    private void assertTheFirstIsThere(Path file) throws IOException {
        try (Stream<Path> files = Files.list(disk)) {
            assertThat(files).as("no part of a second is left").containsExactly(file);
        }
    }

    @Test
    void aPretrainingGoesOnWithTheCheckpointThatHasRoom() throws IOException, InterruptedException {
        Case run = pcd(settings -> settings);
        Path plenty = folder.resolve("plenty");
        MultiLayerNetwork plain = PretrainingCases.write(run, plenty, 10);
        mount(firstSize(Checkpoints.in(plenty)) * 3 / 2);

        assertThat(PretrainingCases.write(run, disk, 10).params()).isEqualTo(plain.params());
        Path first = Checkpoints.in(disk).file(10);
        assertTheFirstIsThere(first);
        MultiLayerNetwork resumed = run.network().get();
        run.pretrainer().build().resume(first).pretrain(resumed, run.data().get());
        assertThat(resumed.params()).isEqualTo(plain.params());
    }

    @Test
    void aJointTrainingGoesOnWithTheCheckpointThatHasRoom() throws IOException, InterruptedException {
        JemTrainer.Builder trainer = JemTrainer.of(JointTraining.builder()
                        .bufferSize(120)
                        .examplesPerClass(20)
                        .langevin(Langevin.practical(3, 0.01, 0.01).withClip(0.1))
                        .build())
                .epochs(3);
        Checkpoints plenty = Checkpoints.in(folder.resolve("plenty")).everyMinibatches(4);
        MultiLayerNetwork plain = fitted(trainer.checkpoints(plenty).build());
        mount(firstSize(plenty) * 3 / 2);

        Checkpoints small = Checkpoints.in(disk).everyMinibatches(4);
        assertThat(fitted(trainer.checkpoints(small).build()).params()).isEqualTo(plain.params());
        assertTheFirstIsThere(small.file(4));
        assertThat(fitted(trainer.build().resumeLatest()).params()).isEqualTo(plain.params());
    }

    private static MultiLayerNetwork fitted(JemTrainer trainer) {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        trainer.fit(network, Blobs.batches(120, 30, 1));
        return network;
    }
}
