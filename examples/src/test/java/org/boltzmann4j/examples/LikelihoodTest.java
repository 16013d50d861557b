package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.JsonNode;

class LikelihoodTest {

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, 300, 60);
    }

    @Test
    void fewHiddenUnitsAreJudgedExactlyAndEstimatesAgree() throws IOException {
        ExampleRun exact = run("--binarise", "threshold", "--seeds", "2");
        assertThat(exact.code()).as(exact.err()).isZero();
        JsonNode runs = exact.result().get("runs");
        assertThat(runs).hasSize(2);
        double first = runs.get(0).get("logLikelihood").asDouble();
        // Three bars that are known for sure cost log 3 = 1.1 nats, 36 pixels that are not known 25.
        assertThat(exact.result().get("mean").asDouble()).as(exact.out()).isBetween(-10.0, -1.0);

        ExampleRun estimated = run(
                "--binarise", "threshold", "--estimate", "--betas", "2000", "--ais-chains", "50", "--ais-runs", "2");
        assertThat(estimated.code()).as(estimated.err()).isZero();
        JsonNode row = estimated.result().get("runs").get(0);
        assertThat(row.get("exact").asBoolean()).isFalse();
        assertThat(row.get("forward")).hasSize(2).allSatisfy(run -> assertThat(
                        Math.abs(run.get("value").asDouble() - first))
                // 4.5 standard errors, and the rounding of the figures to three places
                .isLessThan(4.5 * run.get("standardError").asDouble() + 2e-3));
        // RAISE bounds the annealed model's likelihood. With modes as far apart as these three bars that is not the
        // RBM's: it
        // was 0.85 nats above the exact value here, so no more than the size is asked for.
        assertThat(row.at("/raise/value").asDouble()).isBetween(first - 3, first + 3);
        assertThat(estimated.out()).contains("RAISE", "grey values cut at one half");
    }

    @Test
    void everyWayOfTrainingIsAccepted() throws IOException {
        List<List<String>> ways = List.of(
                List.of("--negative-phase", "cd:1", "--uncentered", "--inverted"),
                List.of("--negative-phase", "pt:1:10:4", "--zero-visible-bias", "--learning-rate", "0.01"),
                List.of("--negative-phase", "ptt:1:10", "--average", "50", "--epochs", "5"),
                List.of("--learning-rate", "0.3:0.01:linear"));
        for (List<String> way : ways) {
            ExampleRun run = run(way.toArray(String[]::new));
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.result().get("mean").asDouble()).isNegative();
            assertThat(run.out()).contains("grey values drawn once with seed 42");
        }
    }

    @Test
    void aLinearRateFallsEvenlyToItsLastValue() {
        for (int updates : new int[] {50, 1000, 12_345}) {
            ISchedule schedule = new Rates(0.2, 0.1, true).over(updates);
            for (int update : new int[] {0, updates / 4, updates / 2, updates - 1}) {
                // Half a step of 200, or a whole one where there are fewer updates than steps.
                assertThat(schedule.valueAt(update, 0))
                        .as("update %d of %d", update, updates)
                        .isCloseTo(0.2 - 0.1 * update / updates, within(0.0025));
            }
        }
    }

    /** The short form of the run with 500 hidden units on all of MNIST, whose figures the results page has. */
    @Test
    void twoEpochsOnTheBundledDigitsReachALikelihoodThatBothSidesAgreeOn() throws IOException {
        ExampleRun run = ExampleRun.of(
                Likelihood::new,
                "--hidden",
                "64",
                "--epochs",
                "2",
                "--batch-size",
                "20",
                "--negative-phase",
                "pcd:1:50",
                "--learning-rate",
                "0.2:0.002:linear",
                "--average",
                "100",
                "--betas",
                "400",
                "--ais-chains",
                "50",
                "--ais-runs",
                "1");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode row = run.result().get("runs").get(0);
        // Independent pixels have -206.
        assertThat(row.get("logLikelihood").asDouble()).isGreaterThan(-140);
        assertThat(Math.abs(row.get("width").asDouble())).isLessThan(4);
    }

    @Test
    void settingsAreJudgedOnImagesSetAsideFromTheTraining() throws IOException {
        ExampleRun run = run("--validation", "50");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.result().get("judged").asText()).isEqualTo("validation");
        assertThat(run.out()).contains("250 images for training and 50 for validation", "log-likelihood of 50 rows");
        ExampleRun tooMany = run("--validation", "300");
        assertThat(tooMany.code()).isEqualTo(1);
        assertThat(tooMany.err()).contains("--validation 300: expected fewer than the 300 images");
    }

    @Test
    void aKeptNetworkIsJudgedAgainUnlessTheSettingsDiffer() throws IOException {
        String kept = directory.resolve("kept").toString();
        ExampleRun first = run("--trained", kept, "--epochs", "3");
        ExampleRun second = run("--trained", kept, "--epochs", "3");
        ExampleRun other = run("--trained", kept, "--epochs", "2");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out()).contains("Kept for later runs: ");
        assertThat(second.out()).contains("Kept from an earlier run: ");
        assertThat(second.result().get("mean")).isEqualTo(first.result().get("mean"));
        assertThat(other.out()).contains("Kept for later runs: ");
    }

    /** Of a class that is not public the exec plugin cannot call the main method. */
    @Test
    void mavenCanStartTheProgram() throws NoSuchMethodException {
        assertThat(Likelihood.class).isPublic();
        assertThat(Likelihood.class.getMethod("main", String[].class)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--hidden | 0 | 1 | --hidden 0: expected at least 1",
                "--ais-chains | 1 | 1 | --ais-chains 1: expected at least 2",
                "--betas | 2 | 1 | --betas 2: expected at least 3",
                "--seeds | 0 | 1 | --seeds 0: expected at least 1",
                "--average | -1 | 1 | --average -1: expected at least 0",
                "--negative-phase | pcd:1 | 2 | got \"pcd:1\"",
                "--negative-phase | cd:0 | 2 | k = 0, expected at least 1",
                "--negative-phase | cd:x | 2 | with whole numbers",
                "--learning-rate | 0.1:0 | 2 | expected a number above 0",
                "--learning-rate | 0.1:0.2:0.3 | 2 | or two with a colon between them",
                "--learning-rate | 0.1:0.2:cubic | 2 | :linear",
                "--binarise | maybe | 2 | maybe",
            })
    void wrongValuesAreNamedBeforeAnythingIsTrained(String option, String value, int code, String message) {
        ExampleRun run = run(option, value);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    private ExampleRun run(String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--data", data.toString(), "--epochs", "60", "--batch-size", "20", "--learning-rate", "0.3:0.01"));
        for (int i = 0; i < further.length; i++) {
            int given = arguments.indexOf(further[i]);
            if (given >= 0) {
                arguments.set(given + 1, further[++i]);
            } else {
                arguments.add(further[i]);
            }
        }
        if (!arguments.contains("--hidden")) {
            arguments.addAll(List.of("--hidden", "6"));
        }
        return ExampleRun.of(Likelihood::new, arguments.toArray(String[]::new));
    }
}
