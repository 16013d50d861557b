package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.boltzmann4j.hostile.Fuzz;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Every reader of models in this room reads or refuses, and nothing else, whatever becomes of a valid file. */
class FuzzedModelsTest {

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> everyReaderReadsOrRefuses() throws IOException {
        return campaigns(Fuzz.GATE);
    }

    @TestFactory
    @Tag("nightly")
    Stream<DynamicTest> everyReaderReadsOrRefusesManyMore() throws IOException {
        return campaigns(Fuzz.NIGHTLY);
    }

    private Stream<DynamicTest> campaigns(int mutations) throws IOException {
        Map<String, Fuzz> campaigns = new LinkedHashMap<>();
        ModelReader reader = ModelReader.standard();
        campaigns.put(
                "networks", Fuzz.of(file -> reader.network(written(file)), ModelFormatException.class, networks()));
        campaigns.put(
                "graphs", Fuzz.of(file -> reader.graph(written(file)), ModelFormatException.class, List.of(graph())));
        campaigns.put(
                "normalizers",
                Fuzz.of(file -> reader.normalizer(written(file)), ModelFormatException.class, List.of(normalized())));
        campaigns.put(
                "configurations",
                Fuzz.of(
                        file -> reader.networkConfiguration(new String(file, StandardCharsets.UTF_8)),
                        ModelFormatException.class,
                        List.of(HostileModels.json(Networks.gaussian(DataType.FLOAT, 4, 3, 0.5))
                                .getBytes(StandardCharsets.UTF_8))));
        campaigns.put(
                "networks of 0.9.1",
                Fuzz.of(file -> reader.legacyNetwork(written(file)), ModelFormatException.class, LegacyFiles.zips()));
        return campaigns.entrySet().stream()
                .map(campaign -> DynamicTest.dynamicTest(campaign.getKey(), () -> {
                    Fuzz.Outcome outcome = campaign.getValue().run(mutations);
                    // Otherwise the mutations would be harmless and the campaign worth nothing.
                    assertThat(outcome.refused())
                            .as("of %d mutations", mutations)
                            .isGreaterThan(mutations / 4);
                }));
    }

    private File written(byte[] content) throws IOException {
        return Files.write(directory.resolve("fuzzed"), content).toFile();
    }

    private static List<byte[]> networks() {
        MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.DOUBLE)
                .updater(new Adam(0.01))
                .list()
                .layer(Networks.rbm(7, 5).build())
                .layer(Networks.output(5))
                .build());
        network.fit(new DataSet(Nd4j.rand(DataType.DOUBLE, 6, 7), Networks.labels(DataType.DOUBLE, 6)));
        return List.of(HostileModels.bytes(network), HostileModels.good());
    }

    private static byte[] graph() throws IOException {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("rbm", Networks.rbm(4, 3).build(), "in")
                .addLayer("out", Networks.output(3), "rbm")
                .setOutputs("out")
                .build());
        graph.init();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ModelSerializer.writeModel(graph, bytes, true);
        return bytes.toByteArray();
    }

    private byte[] normalized() throws IOException {
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(new DataSet(Nd4j.rand(6, 4), Networks.labels(DataType.FLOAT, 6)));
        File file = directory.resolve("normalized.zip").toFile();
        StockNetwork.save(Networks.stack(DataType.FLOAT, 4, 3), file, normalizer);
        return Files.readAllBytes(file.toPath());
    }
}
