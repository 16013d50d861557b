package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;

class PriorStrengthsTest {

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, 300, 60);
    }

    private ExampleRun run(String... further) {
        List<String> arguments = new ArrayList<>(List.of("--data", data.toString()));
        arguments.addAll(List.of("--out", directory.resolve("out").toString()));
        arguments.addAll(List.of(further));
        return ExampleRun.of(PriorStrengths::new, arguments.toArray(String[]::new));
    }

    @Test
    void everyPriorAndStrengthHasARowAndStrongPriorsHoldTheWeightsDown() throws IOException {
        ExampleRun run =
                run("--hidden", "4,6", "--strengths", "0.001,0.3", "--epochs", "40", "--seeds", "2", "--seed", "3");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode outcomes = run.result().get("outcomes");
        assertThat(outcomes).hasSize(2 * (1 + 2 * 2));
        for (int first : new int[] {0, 5}) {
            JsonNode none = outcomes.get(first);
            assertThat(none.get("prior").asText()).isEqualTo("no prior");
            for (int strong : new int[] {first + 2, first + 4}) {
                JsonNode held = outcomes.get(strong);
                assertThat(held.get("strength").asDouble()).isEqualTo(0.3);
                assertThat(held.get("weightNorm").asDouble())
                        .isLessThan(none.get("weightNorm").asDouble() / 2);
                // With hardly any weights left every image is rebuilt as the mean of all.
                assertThat(held.get("testError").asDouble())
                        .isGreaterThan(none.get("testError").asDouble());
                assertThat(held.get("nearlyZero").asDouble())
                        .isGreaterThan(none.get("nearlyZero").asDouble());
            }
        }
        Path out = directory.resolve("out");
        assertThat(out.resolve("errors.png")).isNotEmptyFile();
        assertThat(out.resolve("features-4-no-prior.png")).isNotEmptyFile();
        assertThat(out.resolve("features-6-l1-0.3.png")).isNotEmptyFile();
    }

    @Test
    void wrongValuesAreNamedBeforeAnythingIsTrained() {
        ExampleRun falling = run("--strengths", "0.1,0.01");
        assertThat(falling.code()).isEqualTo(1);
        assertThat(falling.err()).contains("--strengths [0.1, 0.01]: expected numbers above 0, rising");
        assertThat(run("--hidden", "0").err()).contains("--hidden [0]: expected at least 1");
        assertThat(run("--epochs", "x").code()).isEqualTo(2);
    }

    /** Of a class that is not public the exec plugin cannot call the main method. */
    @Test
    void mavenCanStartTheProgram() throws NoSuchMethodException {
        assertThat(PriorStrengths.class).isPublic();
        assertThat(PriorStrengths.class.getMethod("main", String[].class)).isNotNull();
    }
}
