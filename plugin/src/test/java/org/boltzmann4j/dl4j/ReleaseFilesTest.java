package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ReleaseFilesTest {

    static List<Path> zips() throws IOException, URISyntaxException {
        Path releases = Path.of(Objects.requireNonNull(ReleaseFilesTest.class.getResource("/releases"))
                .toURI());
        try (Stream<Path> files = Files.walk(releases)) {
            return files.filter(file -> file.toString().endsWith(".zip"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("zips")
    void modelsOfEveryReleaseStillLoadAndReturnWhatTheyReturned(Path zip) throws IOException {
        Path text = zip.resolveSibling(zip.getFileName().toString().replace(".zip", ".txt"));
        INDArray lines = Nd4j.create(Files.readAllLines(text, StandardCharsets.UTF_8).stream()
                .map(line -> Stream.of(line.strip().split(" ", -1))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new));
        INDArray inputs = columns(lines, 0, ReleaseFiles.INPUTS);
        INDArray outputs = columns(lines, ReleaseFiles.INPUTS, lines.size(1));
        Model model = zip.endsWith("graph.zip")
                ? ModelReader.standard().graph(zip.toFile())
                : ModelReader.standard().network(zip.toFile());
        INDArray now = ReleaseFiles.outputs(model, inputs).castTo(DataType.DOUBLE);
        // Single precision on another processor: a few units in the last place of numbers up to 1.
        assertThat(now.sub(outputs).amaxNumber().doubleValue()).isLessThan(1e-6);
    }

    private static INDArray columns(INDArray lines, long from, long to) {
        return lines.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup();
    }
}
