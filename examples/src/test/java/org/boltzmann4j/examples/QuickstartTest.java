package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The whole program on a data set so small that it takes seconds: bars of 6 x 6 pixels, whose class is their row. */
class QuickstartTest {

    private static final int SIDE = 6;
    private static final int CLASSES = 3;
    private static final int TRAIN = 300;
    private static final int TEST = 60;

    @TempDir
    private Path directory;

    @Test
    void theWholeProgramLeavesItsTableItsPicturesAndANetworkThatReloads() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        writeBars(data, "train", TRAIN, 1);
        writeBars(data, "t10k", TEST, 2);
        Path out = directory.resolve("out");

        Run run = run("--data", data.toString(), "--out", out.toString(), "--seed", "7");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("30 labels", "300 labels", "without pretraining", "with pretraining");
        List<String> lines = run.out().lines().toList();
        String last = lines.get(lines.size() - 1);
        assertThat(last).startsWith("RESULT ");
        JsonNode result = new ObjectMapper().readTree(last.substring("RESULT ".length()));
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
        Run run = run("--data", directory.resolve("nowhere").toString(), "--out", directory.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("nowhere", "there is no such directory");
    }

    @Test
    void anOutputDirectoryThatIsAFileIsSaidBeforeAnythingIsTrained() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Run run = run("--out", file.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("--out " + file);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aSeedThatIsNoNumberIsAnsweredWithTheUsage() {
        Run run = run("--seed", "x");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--seed", "'x' is no whole number", "Usage: quickstart");
    }

    private record Run(int code, String out, String err) {}

    private static Run run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream caughtOut = new ByteArrayOutputStream();
        ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(caughtOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
        try {
            int code = ExampleOptions.run(new Quickstart(), arguments);
            return new Run(
                    code, caughtOut.toString(StandardCharsets.UTF_8), caughtErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Two bright rows of six, above, in the middle or below, under noise that leaves no doubt. */
    private static void writeBars(Path data, String part, int examples, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer images = ByteBuffer.allocate(16 + examples * SIDE * SIDE);
        images.putInt(0x803).putInt(examples).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + examples);
        labels.putInt(0x801).putInt(examples);
        for (int i = 0; i < examples; i++) {
            int label = i % CLASSES;
            labels.put((byte) label);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                boolean bar = pixel / SIDE / 2 == label;
                images.put((byte) (bar ? random.nextInt(150, 256) : random.nextInt(0, 60)));
            }
        }
        Files.write(data.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(data.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
}
