package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;

class DigitGenerationTest {

    @TempDir
    private Path directory;

    @Test
    void samplesAreAsLikelyAsTestImagesAndTheFilmShowsEverySweep() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, 300, 60);
        Path out = directory.resolve("out");
        ExampleRun run = ExampleRun.of(
                DigitGeneration::new,
                "--data",
                data.toString(),
                "--out",
                out.toString(),
                "--hidden",
                "12",
                "--epochs",
                "30",
                "--frames",
                "5",
                "--sweeps",
                "100",
                "--rungs",
                "4");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode energies = run.result().get("meanFreeEnergy");
        double test = energies.get("test images").asDouble();
        double noise = energies.get("white noise").asDouble();
        for (String method : new String[] {"Gibbs", "tempering", "mean field"}) {
            // From noise nearly all the way to the images.
            assertThat(energies.get(method).asDouble())
                    .as("%s: %s", method, energies)
                    .isLessThan(test + 0.2 * (noise - test));
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in =
                ImageIO.createImageInputStream(out.resolve("digits.gif").toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true))
                    .as("ten of the start, five, ten more of the last")
                    .isEqualTo(25);
        } finally {
            reader.dispose();
        }
        assertThat(ImageIO.read(out.resolve("digits-rbm.png").toFile())).isNotNull();
        assertThat(ImageIO.read(out.resolve("digits-dbn.png").toFile())).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--frames | 0 | 1 | --frames 0: expected at least 1",
                "--sweeps | 0 | 1 | --sweeps 0: expected at least 1",
                "--rungs | 1 | 1 | --rungs 1: expected at least 2",
                "--hidden | 0 | 1 | --hidden 0: expected at least 1",
                "--epochs | 0 | 1 | --epochs 0: expected at least 1",
                "--frames | 2.5 | 2 | '2.5' is no whole number"
            })
    void wrongValuesAreNamedBeforeAnythingIsTrained(String option, String value, int code, String message) {
        ExampleRun run = ExampleRun.of(
                DigitGeneration::new, "--out", directory.resolve("out").toString(), option, value);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }
}
