package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The whole program on a data set so small that it takes seconds: see {@link Bars}. */
class QuickstartTest {

    private static final int TRAIN = 300;
    private static final int TEST = 60;

    @TempDir
    private Path directory;

    @Test
    void theWholeProgramLeavesItsTableItsPicturesAndANetworkThatReloads() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, TRAIN, TEST);
        Path out = directory.resolve("out");

        ExampleRun run =
                ExampleRun.of(Quickstart::new, "--data", data.toString(), "--out", out.toString(), "--seed", "7");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("30 labels", "300 labels", "without pretraining", "with pretraining");
        JsonNode result = run.result();
        assertThat(result.get("example").asText()).isEqualTo("quickstart");
        assertThat(result.get("seed").asLong()).isEqualTo(7);
        for (String labels : List.of("few", "all")) {
            for (String arm : List.of("without", "with")) {
                assertThat(result.at("/testErrorPercent/" + labels + "/" + arm).asDouble(-1))
                        .isBetween(0.0, 100.0);
            }
        }
        // With all labels the bars are easily told apart: guessing errs in two of three, noise leaves no doubt about a
        // row.
        assertThat(result.at("/testErrorPercent/all/with").asDouble()).isLessThan(20);
        for (String picture : List.of(
                "filters.png", "reconstructions.png", "samples-rbm.png", "samples-dbn.png", "learning-curves.png")) {
            assertThat(ImageIO.read(out.resolve(picture).toFile())).as(picture).isNotNull();
        }
        try (var files = Files.list(out)) {
            assertThat(files).hasSize(6);
        }
        MultiLayerNetwork reloaded =
                MultiLayerNetwork.load(out.resolve("dbn.zip").toFile(), false);
        double accuracy =
                reloaded.evaluate(ImageDataSet.readTest(data).iterator(TEST)).accuracy();
        // The line's figures are rounded to three decimals.
        assertThat(result.get("reloadedTestErrorPercent").asDouble())
                .isBetween(100 * (1 - accuracy) - 0.001, 100 * (1 - accuracy) + 0.001);
    }

    /** Of a class that is not public the exec plugin cannot call the main method. */
    @Test
    void mavenCanStartTheProgram() throws NoSuchMethodException {
        assertThat(Quickstart.class).isPublic();
        assertThat(Quickstart.class.getMethod("main", String[].class)).isNotNull();
    }

    @Test
    void aMissingDataDirectoryIsSaidInOneLine() {
        ExampleRun run = ExampleRun.of(
                Quickstart::new, "--data", directory.resolve("nowhere").toString(), "--out", directory.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("nowhere", "there is no such directory");
    }

    @Test
    void anOutputDirectoryThatIsAFileIsSaidBeforeAnythingIsTrained() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        ExampleRun run = ExampleRun.of(Quickstart::new, "--out", file.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("--out " + file);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aSeedThatIsNoNumberIsAnsweredWithTheUsage() {
        ExampleRun run = ExampleRun.of(Quickstart::new, "--seed", "x");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--seed", "'x' is no whole number", "Usage: quickstart");
    }
}
