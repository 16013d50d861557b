package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the real Deeplearning4j 0.9.1 wrote ({@code integration-tests/peers/dl4j-0.9.1/src/main/java/OldZips.java}). */
final class LegacyFiles {

    private LegacyFiles() {}

    static List<byte[]> zips() {
        return Stream.of("binary", "gaussian-double", "settings")
                .map(name -> bytes(name + ".zip"))
                .toList();
    }

    static byte[] bytes(String name) {
        try (InputStream in = LegacyFiles.class.getResourceAsStream("/dl4j-0.9.1/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the layers returned; at 0 the inputs of the first. */
    static List<INDArray> activations(String name) {
        List<List<double[]>> layers = new ArrayList<>();
        for (String line :
                new String(bytes(name + ".txt"), StandardCharsets.UTF_8).lines().toList()) {
            String[] numbers = line.split(" ", -1);
            int index = Integer.parseInt(numbers[0]) + 1;
            if (index == layers.size()) {
                layers.add(new ArrayList<>());
            }
            layers.get(index)
                    .add(Stream.of(numbers)
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray());
        }
        return layers.stream()
                .map(rows -> Nd4j.create(rows.toArray(new double[0][])))
                .toList();
    }
}
