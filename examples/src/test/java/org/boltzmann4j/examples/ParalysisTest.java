package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The reduced twin of the example: the same network on a tenth of the data for a tenth of the updates. */
class ParalysisTest {

    @Test
    void theSmallStartStallsAtChanceWhereThePretrainedNetworkLearns(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Paralysis.run(
                ParalysisExperiment.Data.letters(2080, 520, 1),
                new ParalysisExperiment.Budget(3, 5, 26),
                1,
                directory,
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        String last = lines.get(lines.size() - 1);
        assertThat(last).startsWith("RESULT {");
        JsonNode result = new ObjectMapper().readTree(last.substring("RESULT ".length()));
        assertThat(result.get("updates").asInt()).isEqualTo(5 * 80);
        // 520 letters in turn: each class 20 times, and a network with one answer for everything is right 20 times
        assertThat(result.get("chance").asDouble()).isEqualTo(0.0385);
        JsonNode plain = result.at("/arms/plain");
        JsonNode pretrained = result.at("/arms/pretrained");
        // A network that answers at random is right in 520/26 = 20 +- 4.4 cases; 0.08 is 42, five standard deviations
        // up.
        assertThat(plain.get("testAccuracy").asDouble()).isLessThan(0.08);
        // This seed gave 0.39, with a standard deviation of 0.02 from the choice of the test letters: 0.25 is six times
        // chance, and seven of those deviations below.
        assertThat(pretrained.get("testAccuracy").asDouble()).isGreaterThan(0.25);
        assertThat(pretrained.get("validationAccuracy")).hasSize(5);

        // A factor of about 1/40 a layer over five layers is 1e-8; wider bounds, for the random weights differ in their
        // norms.
        double plainShare = shareThatArrivesAtTheBottom(plain);
        assertThat(plainShare).isBetween(1e-9, 1e-5);
        assertThat(shareThatArrivesAtTheBottom(pretrained)).isGreaterThan(100 * plainShare);

        for (String picture : List.of(
                "examples",
                "learning-curves",
                "gradients-start",
                "gradients-end",
                "filters-rbm",
                "filters-plain",
                "filters-pretrained",
                "filters-xavier-adam")) {
            Path file = directory.resolve(picture + ".png");
            assertThat(Files.exists(file)).as(picture).isTrue();
            assertThat(ImageIO.read(file.toFile()).getWidth()).as(picture).isGreaterThan(100);
        }
    }

    private static double shareThatArrivesAtTheBottom(JsonNode arm) {
        JsonNode norms = arm.get("gradientNormsAtStart");
        assertThat(norms).hasSize(6);
        return norms.get(0).asDouble() / norms.get(5).asDouble();
    }
}
