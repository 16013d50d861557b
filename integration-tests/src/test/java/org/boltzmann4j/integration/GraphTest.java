package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.PretrainingReport;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

class GraphTest {

    @TempDir
    Path directory;

    @Test
    void aGraphIsPretrainedFittedSavedAndLoaded() throws IOException {
        ComputationGraph graph = Digits.graph();
        PretrainingReport report = Digits.pretrainer().build().pretrain(graph, Digits.batches());
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::name)
                .containsExactly("lower", "upper");
        graph.fit(Digits.batches(), 20);
        // Guessing gets 10 of 100 digits right; 60 are out of reach of chance.
        assertThat(graph.evaluate(Digits.test().iterator(30)).accuracy()).isGreaterThan(0.6);

        File file = directory.resolve("graph.zip").toFile();
        graph.save(file, true);
        ComputationGraph loaded = ComputationGraph.load(file, true);
        Digits.assertSameParameters(loaded, graph);
        INDArray features = Digits.testFeatures();
        Digits.assertSameBits(loaded.outputSingle(features), graph.outputSingle(features), "outputs");
        Digits.assertSameBits(graph.clone().outputSingle(features), graph.outputSingle(features), "outputs of a clone");
        graph.fit(Digits.batches(), 1);
        loaded.fit(Digits.batches(), 1);
        Digits.assertSameParameters(loaded, graph);
    }

    @Test
    void theConfigurationOfAGraphIsTheSameAfterJsonAndYaml() {
        ComputationGraphConfiguration configuration = Digits.graph().getConfiguration();
        assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
                .isEqualTo(configuration);
        assertThat(ComputationGraphConfiguration.fromYaml(configuration.toYaml()))
                .isEqualTo(configuration);
    }

    @Test
    void rbmLayersBesideEachOtherAndAboveAMergeArePretrainedInVertexOrder() {
        ComputationGraphConfiguration configuration = Digits.settings()
                .graphBuilder()
                .addInputs("pixels")
                .addLayer("left", new RbmLayer.Builder().nOut(12).build(), "pixels")
                .addLayer("right", new RbmLayer.Builder().nOut(10).build(), "pixels")
                .addVertex("both", new MergeVertex(), "left", "right")
                .addLayer("top", new RbmLayer.Builder().nOut(8).build(), "both")
                .addLayer("classes", Digits.softmax().build(), "top")
                .setOutputs("classes")
                .setInputTypes(InputType.feedForward(784))
                .build();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        List<INDArray> startingBias = new ArrayList<>();
        PretrainingReport report = Digits.pretrainer()
                .listeners(new PretrainingListener() {
                    @Override
                    public void onLayerStart(PretrainingProgress progress) {
                        startingBias.add(
                                graph.getParam(progress.layerName() + "_vb").dup());
                    }
                })
                .build()
                .pretrain(graph, Digits.batches());
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::name)
                .containsExactlyInAnyOrder("left", "right", "top")
                .last()
                .isEqualTo("top");
        // The visible bias starts at the log-odds of the inputs' means: what the pretrained layers below hand up.
        INDArray merged =
                graph.feedForward(Digits.train().featureMatrix(), false).get("both");
        INDArray startingMeans = Transforms.sigmoid(startingBias.get(2));
        assertThat(startingMeans.distance2(merged.mean(0))).isLessThan(1e-5); // float rounding
        assertThat(merged.mean(0).stdNumber().doubleValue()).isGreaterThan(1e-3);
    }
}
