package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class FewLabelsTest {

    private static final int TRAIN = 300;
    private static final int TEST = 60;

    /** A rate of 1e-9 leaves a network at its random start: whoever judges candidates sees it. */
    private static final String CANDIDATES = "1e-9:20:8:1:1:1,1e-2:100:8:1:1:1";

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, TRAIN, TEST);
    }

    @Test
    void bothArmsAreTunedAndMeasuredForEveryNumberOfLabelsAndSeed() throws IOException {
        ExampleRun run = run("--labels", "30,300", "--seeds", "2", "--fine-tuning", CANDIDATES);

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = run.result();
        for (String labels : List.of("30", "300")) {
            for (String arm : List.of("pretrained", "random")) {
                JsonNode accuracies = result.at("/testAccuracy/" + labels + "/" + arm);
                assertThat(accuracies).hasSize(2);
                // Guessing is right once in three times; a bar's row leaves no doubt.
                accuracies.forEach(accuracy ->
                        assertThat(accuracy.asDouble()).as(run.out()).isBetween(0.8, 1.0));
                assertThat(result.at("/fineTuning/" + labels + "/" + arm).asText())
                        .startsWith("Adam 0.01,");
            }
        }
        assertThat(run.out()).contains("gain", "of the held-out labels");
        Path out = directory.resolve("out");
        try (var files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("accuracy.png", "figures.json");
        }
        assertThat(new ObjectMapper().readTree(out.resolve("figures.json").toFile()))
                .isEqualTo(result);
        assertThat(ImageIO.read(out.resolve("accuracy.png").toFile()).getWidth())
                .isGreaterThan(100);
    }

    @Test
    void helpSaysWhatAnArmIs() {
        assertThat(ExampleRun.of(FewLabels::new, "--help").out()).contains("--arms=ARM[,ARM...]");
    }

    @Test
    void keptNetworksAreUsedAgainAndGiveTheSameFigures() throws IOException {
        Path kept = directory.resolve("kept");
        List<ExampleRun> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            runs.add(run(
                    "--arms",
                    "PRETRAINED",
                    "--labels",
                    "30",
                    "--seeds",
                    "1",
                    "--fine-tuning",
                    "1e-2:60:8:1:1:0",
                    "--pretrained",
                    kept.toString()));
            assertThat(runs.get(i).code()).as(runs.get(i).err()).isZero();
            try (var files = Files.list(kept)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactly("pretrained-36-20-20-epochs-seed-42.zip");
            }
        }
        assertThat(runs.get(0).out()).as("the mean of one seed").doesNotContain("NaN");
        assertThat(runs.get(0).out()).contains("Pretraining with seed 42").doesNotContain("Pretrained network of");
        assertThat(runs.get(1).out()).contains("Pretrained network of seed 42").doesNotContain("Pretraining with");
        assertThat(runs.get(1).result().get("testAccuracy"))
                .isEqualTo(runs.get(0).result().get("testAccuracy"));
    }

    /** Of a class that is not public the exec plugin cannot call the main method. */
    @Test
    void mavenCanStartTheProgram() throws NoSuchMethodException {
        assertThat(FewLabels.class).isPublic();
        assertThat(FewLabels.class.getMethod("main", String[].class)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--labels | 31 | 1 | --labels 31: expected a multiple of the number of classes, 3",
                "--labels | 12 | 1 | --labels 12: expected a multiple of the number of classes, 3, with at least 5",
                "--labels | 303 | 1 | or all 300",
                "--labels | few | 2 | 'few' is no whole number",
                "--widths | 0 | 1 | --widths 0: expected at least one unit",
                "--seeds | 0 | 1 | --seeds 0: expected at least 1",
                "--pretrain-epochs | 0 | 1 | --pretrain-epochs 0: expected at least 1",
                "--judged | 0 | 1 | --judged 0: expected at least 1",
                "--fine-tuning | 1:2:3 | 2 | expected six numbers with colons between them, got \"1:2:3\"",
                "--fine-tuning | 1:2:x:1:1:1 | 2 | in \"1:2:x:1:1:1\"",
                "--fine-tuning | 0:2:3:1:1:1 | 2 | RATE is 0.0, expected above 0",
                "--fine-tuning | 1:2:3:1:1.5:1 | 2 | KEEP_HIDDEN is 1.5, expected above 0 and at most 1",
                "--fine-tuning | 1:2:3:1:1:-1 | 2 | HIDDEN_SHARE is -1.0, expected between 0 and 1",
                "--arms | DEEP | 2 | DEEP",
            })
    void wrongValuesAreNamedWithWhatWasExpectedBeforeAnythingIsTrained(
            String option, String value, int code, String message) {
        ExampleRun run = run(option, value);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    private ExampleRun run(String... further) {
        List<String> arguments = new ArrayList<>(
                List.of("--data", data.toString(), "--pretrain-epochs", "20", "--widths", "20", "--judged", "12"));
        arguments.addAll(List.of("--out", directory.resolve("out").toString()));
        for (int i = 0; i < further.length; i += 2) {
            int given = arguments.indexOf(further[i]);
            if (given < 0) {
                arguments.addAll(List.of(further[i], further[i + 1]));
            } else {
                arguments.set(given + 1, further[i + 1]);
            }
        }
        return ExampleRun.of(FewLabels::new, arguments.toArray(String[]::new));
    }
}
