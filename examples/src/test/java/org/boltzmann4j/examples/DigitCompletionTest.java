package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;

class DigitCompletionTest {

    @TempDir
    private Path directory;

    /** The reduced twin of the recorded run: a fifth of the units, a fifth of the training, 300 of the 1,000 test digits. */
    @Test
    void everyMethodBeatsThePixelMeanAndTheNearestNeighbour() throws IOException {
        ExampleRun run = ExampleRun.of(
                DigitCompletion::new,
                "--out",
                directory.toString(),
                "--hidden",
                "100",
                "--epochs",
                "2",
                "--images",
                "300",
                "--sweeps",
                "40",
                "--rungs",
                "5");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode errors = run.result().get("squaredError");
        double baseline = Math.min(
                errors.get("pixel mean").asDouble(),
                errors.get("nearest neighbour").asDouble());
        for (String method : new String[] {"Gibbs", "tempering", "mean field"}) {
            // The seed is fixed. Between 300 images an error of 0.05 has a standard error of about 0.0015.
            assertThat(errors.get(method).asDouble())
                    .as("%s: %s", method, errors)
                    .isLessThan(baseline - 0.003);
        }
        BufferedImage picture =
                ImageIO.read(directory.resolve("completions.png").toFile());
        // Eight versions of 28 pixels enlarged three times, nine gaps and margins.
        assertThat(picture.getWidth()).isBetween(8 * 84, 8 * 84 + 40);
        assertThat(run.out()).contains("Tempering, first block of images: swaps", "grey upper half");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--images | 0 | 1 | --images 0: expected at least 1",
                "--sweeps | 0 | 1 | --sweeps 0: expected at least 1",
                "--rungs | 1 | 1 | --rungs 1: expected at least 2",
                "--hidden | 0 | 1 | --hidden 0: expected at least 1",
                "--epochs | -3 | 1 | --epochs -3: expected at least 1",
                "--images | many | 2 | 'many' is no whole number"
            })
    void wrongValuesAreNamedBeforeAnythingIsTrained(String option, String value, int code, String message) {
        ExampleRun run = ExampleRun.of(
                DigitCompletion::new, "--out", directory.resolve("out").toString(), option, value);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }
}
