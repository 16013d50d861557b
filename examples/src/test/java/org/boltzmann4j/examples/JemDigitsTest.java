package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The whole program on a data set so small that it takes seconds: see {@link Bars}. */
class JemDigitsTest {

    @TempDir
    private Path directory;

    /** The program with so many bars and 60 test images, of which it sets a fifth of the first aside. */
    private ExampleRun onBars(int images, String... arguments) throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, images, 60);
        List<String> all = new ArrayList<>(List.of(
                "--data", data.toString(), "--out", directory.resolve("out").toString()));
        all.addAll(List.of(arguments));
        return ExampleRun.of(JemDigits::new, all.toArray(String[]::new));
    }

    @Test
    void theWholeProgramComparesBothNetworksAndDrawsItsPictures() throws IOException {
        ExampleRun run = onBars(
                600,
                "--widths",
                "16",
                "--buffer",
                "150",
                "--epochs",
                "4",
                "--batch",
                "20",
                "--rate",
                "0.01",
                "--longer-twin",
                "--attacked",
                "20");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = run.result();
        assertThat(result.get("images").asInt()).isEqualTo(480);
        assertThat(result.get("epochs").asInt()).isEqualTo(4);
        for (String arm : new String[] {"plain", "plain, scaled", "joint", "joint, scaled", "plain, as long"}) {
            // Bars are easily told apart: guessing is right in one of three.
            assertThat(result.at("/calibration/" + arm + "/accuracy").asDouble())
                    .as("%s in %s", arm, result)
                    .isGreaterThan(0.8);
        }
        assertThat(result.get("detection").size()).isEqualTo(6); // inverted, shuffled, noise: no letters of this size
        assertThat(result.at("/detection/noise, joint/log p(x)/0").asDouble()).isBetween(0.0, 1.0);
        assertThat(result.get("samplingShare").asDouble()).isBetween(0.05, 0.99);
        assertThat(result.get("attacks").size()).isEqualTo(8); // two norms, two radii, two networks
        // A larger radius only helps the attack: a few of 20 images more or less by the random starts.
        assertThat(result.at("/attacks/L2 1.0, joint/joint").asDouble())
                .isLessThanOrEqualTo(result.at("/attacks/L2 0.5, joint/joint").asDouble() + 0.1);
        for (String picture : new String[] {"samples.png", "reliability.png", "energies.png"}) {
            assertThat(ImageIO.read(directory.resolve("out").resolve(picture).toFile()))
                    .as(picture)
                    .isNotNull();
        }
    }

    private JsonNode comparison(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--attacked",
                "0",
                "--seed",
                "1",
                "--out",
                directory.resolve("out").toString()));
        ExampleRun run = ExampleRun.of(JemDigits::new, all.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = run.result();
        assertThat(result.get("health").asText()).isEqualTo("HEALTHY");
        assertThat(result.get("returns").size()).isZero();
        assertThat(result.get("smallestClassShare").asDouble()).isGreaterThanOrEqualTo(0.04);
        assertThat(result.get("recognised").asDouble()).isGreaterThanOrEqualTo(0.95);
        assertThat(auroc(result, "letters", "joint")).isGreaterThan(auroc(result, "letters", "plain"));
        return result;
    }

    /** The recorded comparison in small: 2,000 images of the bundled sample, 5 passes. Ten seeds are on the results page. */
    @Test
    void onDigitsTheJointNetworkTellsOtherImagesApartAtHardlyAnyCostInAccuracy() throws IOException {
        JsonNode result = comparison("--images", "2000", "--epochs", "5");
        // Of 2,000 test images some 8 % are seen differently, a standard error of 0.6 points about a cost of one.
        assertThat(result.at("/calibration/joint/accuracy").asDouble())
                .isGreaterThan(result.at("/calibration/plain/accuracy").asDouble() - 0.025);
        assertThat(result.at("/calibration/joint, scaled/ece").asDouble()).isLessThan(0.05);
        assertThat(auroc(result, "inverted", "joint")).isGreaterThan(0.99);
    }

    /** The same with the small convolutional network, 80 updates of 50 images. */
    @Test
    void aConvolutionalNetworkDoesSoToo() throws IOException {
        JsonNode result =
                comparison("--convolutional", "--images", "1000", "--batch", "50", "--epochs", "4", "--rate", "0.002");
        assertThat(result.at("/calibration/joint/accuracy").asDouble())
                .isGreaterThan(result.at("/calibration/plain/accuracy").asDouble() - 0.025);
        assertThat(auroc(result, "inverted", "joint")).isGreaterThan(0.95);
    }

    /** With 100 labels the other 3,900 images help: the gain is seen to be 5 to 13 points, with a standard error of one. */
    @Test
    void withFewLabelsTheOtherImagesHelp() throws IOException {
        JsonNode result = comparison("--images", "4000", "--labels", "100", "--epochs", "2");
        assertThat(result.at("/calibration/joint/accuracy").asDouble())
                .isGreaterThan(result.at("/calibration/plain/accuracy").asDouble() + 0.02);
        assertThat(result.at("/calibration/joint/nll").asDouble())
                .isLessThan(result.at("/calibration/plain/nll").asDouble());
        assertThat(result.at("/calibration/joint/ece").asDouble())
                .isLessThan(result.at("/calibration/plain/ece").asDouble());
    }

    private static double auroc(JsonNode result, String set, String network) {
        return result.at("/detection/" + set + ", " + network + "/log p(x)/0").asDouble();
    }

    @Test
    void fewLabelsAndAPretrainedStartAreOptions() throws IOException {
        ExampleRun run = onBars(
                300,
                "--widths",
                "16",
                "--buffer",
                "150",
                "--epochs",
                "3",
                "--labels",
                "30",
                "--pretrain-epochs",
                "2",
                "--attacked",
                "0");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = run.result();
        assertThat(result.get("labels").asInt()).isEqualTo(30);
        assertThat(result.get("images").asInt()).isEqualTo(240);
        assertThat(result.get("attacks").size()).isZero();
        assertThat(result.at("/calibration/joint/accuracy").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void numbersOutOfRangeAreSaidInOneLine() {
        ExampleRun run = ExampleRun.of(JemDigits::new, "--out", directory.toString(), "--buffer", "5");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("--buffer at least --batch");
    }

    /** Fewer than three labels of a class leave none to learn from beside those that judge, and nobody has more labels than images. */
    @ParameterizedTest
    @ValueSource(strings = {"-5", "8", "241"})
    void numbersOfLabelsThatCannotBeHadAreRefused(String labels) throws IOException {
        ExampleRun run = onBars(300, "--labels", labels);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip())
                .hasLineCount(1)
                .contains("--labels " + labels + ": expected 0, or at least 3 for each of the 3 classes")
                .contains("240 images");
    }
}
