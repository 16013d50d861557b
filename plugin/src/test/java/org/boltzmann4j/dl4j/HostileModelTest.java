package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.boltzmann4j.hostile.OwnLayer;
import org.boltzmann4j.hostile.Recorder;
import org.boltzmann4j.hostile.Zips;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class HostileModelTest {

    private static final Map<String, byte[]> FILES = HostileModels.all();

    @TempDir
    Path directory;

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    @Test
    void aGoodModelIsRead() throws IOException {
        Path good = write("good.zip", HostileModels.good());
        assertThat(ModelReader.standard().network(good.toFile()).numParams()).isEqualTo(4 * 3 + 3 + 4 + 3 * 3 + 3);
    }

    @Test
    void hostileFilesAreRefusedByTheOneException() throws IOException {
        SoftAssertions all = new SoftAssertions();
        for (Map.Entry<String, byte[]> hostile : FILES.entrySet()) {
            Path file = write("hostile.zip", hostile.getValue());
            all.assertThatThrownBy(() -> ModelReader.standard().network(file.toFile()))
                    .as(hostile.getKey())
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageMatching("[\\x20-\\x7e]{10,2000}");
        }
        all.assertAll();
    }

    /** The order matters: a class is initialised once in a JVM, and nobody else names this one. */
    @Test
    void noForeignClassIsInitialisedWhereTheHostInitialisesIt() {
        Map<String, String> foreign = HostileModels.foreignConfigurations();
        foreign.forEach(
                (name, json) -> assertThatThrownBy(() -> ModelReader.standard().networkConfiguration(json))
                        .as(name)
                        .isInstanceOf(ModelFormatException.class));
        assertThat(Recorder.Witness.sawRecorder()).isFalse();

        String json = foreign.get("a class as the first of an array");
        assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(json)).isInstanceOf(RuntimeException.class);
        assertThat(Recorder.Witness.sawRecorder())
                .as("the host loads what this file names")
                .isTrue();
    }

    @Test
    void aClassThatTheCallerAllowsIsRead() throws ModelFormatException {
        String json = HostileModels.json(Networks.initialised(Networks.base(DataType.FLOAT)
                .list()
                .layer(new OwnLayer())
                .layer(Networks.output(2))
                .build()));
        assertThatThrownBy(() -> ModelReader.standard().networkConfiguration(json))
                .hasMessageContaining("names the class \"" + OwnLayer.class.getName() + "\", expected one of");
        ModelReader reader = ModelReader.standard().allowing(OwnLayer.class);
        assertThat(reader.networkConfiguration(json).getConf(0).getLayer()).isInstanceOf(OwnLayer.class);
    }

    @Test
    void whatRunsCodeIsRefusedWithThatReason() throws IOException {
        Path file = write("hostile.zip", Zips.with(HostileModels.good(), "preprocessor.bin", new byte[9]));
        assertThatThrownBy(() -> ModelReader.standard().network(file.toFile()))
                .hasMessage(
                        file
                                + ": holds \"preprocessor.bin\" by Java serialisation, which can run code, expected nothing"
                                + " but [coefficients.bin, configuration.json, noParams.marker, normalizer.bin, updaterState.bin]");
    }

    /** A heap of 64 MB, of which ND4J's classes take half, and 64 MB outside of it. */
    @Test
    void everyHostileFileIsRefusedWithinASecondByASmallJvm() throws IOException, InterruptedException {
        Path good = write("good.zip", HostileModels.good());
        Path files = Files.createDirectory(directory.resolve("hostile"));
        int number = 0;
        for (byte[] content : FILES.values()) {
            Files.write(files.resolve(String.format("%03d.zip", number++)), content);
        }
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Dorg.bytedeco.javacpp.maxbytes=64m",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileModels.class.getName(),
                        good.toString(),
                        files.toString(),
                        "1")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String lines = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(lines).isZero();
        assertThat(lines.lines().filter(line -> line.contains(files.toString())))
                .hasSize(number);
    }

    @Test
    void theHeadersOfGraphsAreComparedToo() throws IOException {
        byte[] network = HostileModels.good();
        Path file = write("network.zip", network);
        assertThatThrownBy(() -> ModelReader.standard().graph(file.toFile()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("no configuration of a graph");
        Stream.of(
                        "{\"vertices\":{\"params\":[\"" + Recorder.class.getName() + "\",{}]}}",
                        "{\"vertices\":{\"vertexInputs\":{\"x\":[\"" + Recorder.class.getName() + "\",{}]}}}")
                .forEach(json -> assertThatThrownBy(() -> ModelReader.standard().graphConfiguration(json))
                        .as(json)
                        .hasMessageContaining("names the class"));
    }
}
