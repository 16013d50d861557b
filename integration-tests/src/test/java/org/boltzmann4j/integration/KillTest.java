package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.boltzmann4j.dl4j.TrainingCheckpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in processes of their own that are killed at any moment, the writing of a checkpoint included, and started again. */
class KillTest {

    private static final int SECONDS = 120;

    /** Slow enough that the moment of the kill is what the parent chooses; a run has 168 minibatches, joint training 84. */
    private static final int REST_MILLISECONDS = 10;

    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    @TempDir
    Path directory;

    private final Map<String, String> uninterrupted = new HashMap<>();

    private Process start(Path run, String kind, int rest) throws IOException {
        Files.createDirectories(run);
        return ChildJvm.start(
                run,
                CLASS_PATH,
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"),
                KillableRun.class.getName(),
                kind,
                run.toString(),
                String.valueOf(rest));
    }

    private String result(Path run, String kind, int rest) throws IOException, InterruptedException {
        ChildJvm child = ChildJvm.end(run, start(run, kind, rest), SECONDS);
        assertThat(child.exitCode()).as(child.output()).isZero();
        return Files.readString(run.resolve(KillableRun.RESULT));
    }

    private String uninterrupted(String kind) throws IOException, InterruptedException {
        if (!uninterrupted.containsKey(kind)) {
            uninterrupted.put(kind, result(directory.resolve(kind), kind, 0));
        }
        return uninterrupted.get(kind);
    }

    private static void awaitCheckpoint(Path run, Process process) throws InterruptedException {
        Path first = run.resolve(KillableRun.CHECKPOINTS).resolve("checkpoint-000000000003.zip");
        for (int i = 0; i < 100 * SECONDS && !Files.exists(first) && process.isAlive(); i++) {
            Thread.sleep(10);
        }
    }

    /** Waits for the first checkpoint, for some time that the seed says, and sends SIGKILL. */
    private void kill(Path run, String kind, long seed) throws IOException, InterruptedException {
        Process process = start(run, kind, REST_MILLISECONDS);
        try {
            awaitCheckpoint(run, process);
            // Less than the rests alone take from here to the end.
            Thread.sleep(new Random(seed).nextInt(kind.equals("JEM") ? 600 : 1400));
            assertThat(process.isAlive()).as("killed before its end").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as("128 + SIGKILL").isEqualTo(137);
        assertThat(run.resolve(KillableRun.RESULT)).doesNotExist();
    }

    private void assertSurvives(String kind, long seed) throws IOException, InterruptedException {
        Path run = directory.resolve(kind + seed);
        kill(run, kind, seed);
        assertThat(result(run, kind, 0)).as("%s, killed by seed %d", kind, seed).isEqualTo(uninterrupted(kind));
    }

    @Test
    void aKilledRunEndsWithTheBitsOfOneThatWasNot() throws IOException, InterruptedException {
        assertSurvives("PT", 1);
        assertSurvives("JEM", 2);
    }

    /** Twenty of twenty. */
    @ParameterizedTest
    @Tag("nightly")
    @ValueSource(strings = {"CD", "PCD", "PT", "JEM"})
    void fiveKilledRunsOfEachKindEndWithTheBitsOfOnesThatWereNot(String kind) throws IOException, InterruptedException {
        for (int seed = 100; seed < 105; seed++) {
            assertSurvives(kind, seed);
        }
    }

    @ParameterizedTest
    @CsvSource({"PCD, pretraining, GreedyPretrainer", "JEM, joint training, JemTrainer"})
    void aTerminatedRunWritesACheckpointAndSaysHowToGoOn(String kind, String name, String trainer)
            throws IOException, InterruptedException {
        Path run = directory.resolve("terminated");
        Process process = start(run, kind, REST_MILLISECONDS);
        awaitCheckpoint(run, process);
        process.destroy();
        ChildJvm child = ChildJvm.end(run, process, SECONDS);
        assertThat(child.exitCode()).as("128 + SIGTERM; %s", child.output()).isEqualTo(143);
        assertThat(child.output())
                .contains(name + " ended by a signal after ")
                .contains("all of them written down. Go on with " + trainer + ".resume(Path.of(");
        List<Path> files = new ArrayList<>();
        try (var found = Files.list(run.resolve(KillableRun.CHECKPOINTS))) {
            found.sorted().forEach(files::add);
        }
        Path newest = files.get(files.size() - 1);
        assertThat(child.output()).contains(newest.getFileName().toString());
        assertThat(TrainingCheckpoint.read(newest).kind()).isEqualTo(name);
        assertThat(result(run, kind, 0)).isEqualTo(uninterrupted(kind));
    }
}
