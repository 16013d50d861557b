package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.StockNetwork;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Zips opened by a program in a JVM of its own, on whose class path there is Deeplearning4j but not this plugin. */
class StockZipTest {

    /** The same float sums in another order, then a softmax: a few units in the last place of numbers up to 1. */
    private static final double ROUNDING = 1e-6;

    private static final int SECONDS = 300; // against hanging; half a minute is usual

    @TempDir
    Path directory;

    private final INDArray features = Digits.testFeatures();

    @BeforeEach
    void writeFeatures() throws IOException {
        Nd4j.saveBinary(features, directory.resolve("features.bin").toFile());
    }

    private ChildJvm open(String kind) throws IOException, InterruptedException, URISyntaxException {
        String classPath = Files.readString(Path.of(System.getProperty("boltzmann4j.dl4jOnlyClassPathFile")))
                .strip();
        assertThat(classPath).contains("deeplearning4j-nn").doesNotContain("boltzmann4j");
        Path program = Path.of(getClass().getResource("/stock/OpenZip.java").toURI());
        return ChildJvm.run(
                directory, classPath, SECONDS, program.toString(), kind, "network.zip", "features.bin", "outputs.bin");
    }

    private INDArray outputs() throws IOException {
        return Nd4j.readBinary(directory.resolve("outputs.bin").toFile());
    }

    @Test
    void anExportedNetworkRunsWithoutThisPluginAndGivesTheSameOutputs() throws Exception {
        MultiLayerNetwork network = Digits.pretrained();
        network.fit(Digits.batches(), 2);
        StockNetwork.save(network, directory.resolve("network.zip").toFile());

        assertOpens(network);
    }

    @Test
    void anExportedGraphRunsWithoutThisPluginAndGivesTheSameOutputs() throws Exception {
        ComputationGraph graph = Digits.graph();
        Digits.pretrain(graph);
        graph.fit(Digits.batches(), 2);
        StockNetwork.save(graph, directory.resolve("network.zip").toFile());

        ChildJvm child = open("graph");
        assertThat(child.exitCode()).as(child.output()).isZero();
        assertThat(child.output()).contains("no plugin here");
        assertThat(outputs().equalsWithEps(graph.outputSingle(features), ROUNDING))
                .isTrue();
    }

    @Test
    void aNetworkThatWasNotExportedDoesNotOpenWithoutThisPlugin() throws Exception {
        Digits.pretrained().save(directory.resolve("network.zip").toFile(), true);

        ChildJvm child = open("network");
        assertThat(child.exitCode()).isNotZero();
        assertThat(child.output()).contains("org.boltzmann4j.dl4j.RbmLayer");
        assertThat(directory.resolve("outputs.bin")).doesNotExist();
    }

    @Test
    void aNetworkOpensWithoutThisPluginOnceItsJointTrainingIsFinished() throws Exception {
        MultiLayerNetwork network = Digits.classifier();
        JemReport report =
                JemTrainer.of(Digits.jointTraining()).epochs(2).build().fit(network, Digits.batches());
        assertThat(report.stopped()).isNull();
        network.save(directory.resolve("network.zip").toFile(), true);

        assertOpens(network);
    }

    @Test
    void aNetworkInJointTrainingOpensWithoutThisPluginIfExported() throws Exception {
        MultiLayerNetwork network = Digits.classifier();
        network.fit(Digits.jointTraining().batches(network, Digits.batches()), 2);
        StockNetwork.save(network, directory.resolve("network.zip").toFile());

        assertOpens(network);
    }

    private void assertOpens(MultiLayerNetwork network) throws Exception {
        ChildJvm child = open("network");
        assertThat(child.exitCode()).as(child.output()).isZero();
        assertThat(child.output()).contains("no plugin here");
        assertThat(outputs().equalsWithEps(network.output(features), ROUNDING)).isTrue();
    }

    @Test
    void aNetworkSavedByTheHostInTheMidstOfJointTrainingDoesNotOpenWithoutThisPlugin() throws Exception {
        MultiLayerNetwork network = Digits.classifier();
        network.fit(Digits.jointTraining().batches(network, Digits.batches()));
        network.save(directory.resolve("network.zip").toFile(), true);

        ChildJvm child = open("network");
        assertThat(child.exitCode()).isNotZero();
        assertThat(child.output()).contains("org.boltzmann4j.objective.JointEnergyLoss");
        assertThat(directory.resolve("outputs.bin")).doesNotExist();
    }
}
