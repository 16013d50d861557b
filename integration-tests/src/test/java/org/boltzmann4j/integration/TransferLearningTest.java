package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.boltzmann4j.dl4j.PretrainingReport;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AdaGrad;

class TransferLearningTest {

    @TempDir
    Path directory;

    private MultiLayerNetwork savedAndLoaded(MultiLayerNetwork network) throws IOException {
        File file = directory.resolve("network.zip").toFile();
        network.save(file, true);
        MultiLayerNetwork loaded = MultiLayerNetwork.load(file, true);
        Digits.assertSameParameters(loaded, network);
        Digits.assertSameBits(loaded.output(Digits.testFeatures()), network.output(Digits.testFeatures()), "outputs");
        for (int i = 0; i < network.getnLayers(); i++) {
            assertThat(loaded.getLayerWiseConfigurations().getConf(i).getLayer())
                    .isEqualTo(network.getLayerWiseConfigurations().getConf(i).getLayer());
        }
        return loaded;
    }

    private static List<Integer> pretrainedLayers(MultiLayerNetwork network) {
        return Digits.pretrainer().build().pretrain(network, Digits.batches()).layers().stream()
                .map(PretrainingReport.LayerReport::index)
                .toList();
    }

    private static void assertSameLayer(MultiLayerNetwork actual, MultiLayerNetwork expected, int layer) {
        for (String key : List.of("W", "b", "vb")) {
            String name = layer + "_" + key;
            Digits.assertSameBits(actual.getParam(name), expected.getParam(name), name);
        }
    }

    @Test
    void aFrozenRbmLayerStaysAsItIsThroughFitSavingAndFurtherPretraining() throws IOException {
        MultiLayerNetwork original = Digits.pretrained();
        MultiLayerNetwork frozen =
                new TransferLearning.Builder(original).setFeatureExtractor(0).build();
        assertThat(frozen.numParams()).isEqualTo(original.numParams());
        Digits.assertSameBits(
                frozen.output(Digits.testFeatures()), original.output(Digits.testFeatures()), "outputs when frozen");
        assertThat(frozen.clone().numParams()).isEqualTo(original.numParams());

        frozen.fit(Digits.batches(), 2);
        assertSameLayer(frozen, original, 0);
        assertThat(frozen.getParam("1_W")).isNotEqualTo(original.getParam("1_W"));

        MultiLayerNetwork loaded = savedAndLoaded(frozen);
        assertThat(loaded.getLayerWiseConfigurations().getConf(0).getLayer())
                .isInstanceOfSatisfying(
                        FrozenLayer.class, layer -> assertThat(layer.getLayer()).isInstanceOf(RbmLayer.class));
        INDArray before = loaded.getParam("1_W").dup();
        assertThat(pretrainedLayers(loaded)).containsExactly(1);
        assertSameLayer(loaded, original, 0);
        assertThat(loaded.getParam("1_W")).isNotEqualTo(before);
        loaded.fit(Digits.batches(), 1);
        assertSameLayer(loaded, original, 0);
        MultiLayerNetwork again = savedAndLoaded(loaded);
        assertThat(again.numParams()).isEqualTo(original.numParams());
    }

    @Test
    void aNetworkWhoseRbmLayersAreAllFrozenHasNothingToPretrain() {
        MultiLayerNetwork frozen = new TransferLearning.Builder(Digits.pretrained())
                .setFeatureExtractor(1)
                .build();
        assertThatThrownBy(() -> pretrainedLayers(frozen))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("frozen");
    }

    @Test
    void anRbmLayerGetsAnotherWidthAndIsPretrainedAgain() throws IOException {
        MultiLayerNetwork original = Digits.pretrained();
        MultiLayerNetwork wider = new TransferLearning.Builder(original)
                .nOutReplace(0, 40, WeightInit.XAVIER)
                .build();
        assertThat(wider.getParam("0_W").shape()).containsExactly(784, 40);
        assertThat(wider.getParam("0_b").length()).isEqualTo(40);
        assertThat(wider.getParam("0_vb").length()).isEqualTo(784);
        assertThat(wider.getParam("1_W").shape()).containsExactly(40, 16);
        assertThat(wider.getParam("1_vb").length()).isEqualTo(40);
        Digits.assertSameBits(wider.getParam("2_W"), original.getParam("2_W"), "output layer");

        MultiLayerNetwork loaded = savedAndLoaded(wider);
        double before = Digits.reconstructionError(RbmLayer.modelOf(loaded, 0));
        assertThat(pretrainedLayers(loaded)).containsExactly(0, 1);
        assertThat(Digits.reconstructionError(RbmLayer.modelOf(loaded, 0))).isLessThan(before / 2);
        loaded.fit(Digits.batches(), 1);
        assertThat(savedAndLoaded(loaded).numParams()).isEqualTo(wider.numParams());
    }

    @Test
    void layersAreRemovedAndRbmLayersAdded() throws IOException {
        MultiLayerNetwork original = Digits.pretrained();
        MultiLayerNetwork deeper = new TransferLearning.Builder(original)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .seed(3)
                        .updater(new AdaGrad(0.1))
                        .build())
                .removeOutputLayer()
                .addLayer(new RbmLayer.Builder().nIn(16).nOut(12).build())
                .addLayer(Digits.softmax().nIn(12).build())
                .build();
        assertThat(deeper.getnLayers()).isEqualTo(4);
        assertSameLayer(deeper, original, 0);
        assertSameLayer(deeper, original, 1);

        MultiLayerNetwork loaded = savedAndLoaded(deeper);
        assertThat(pretrainedLayers(loaded)).containsExactly(0, 1, 2);
        loaded.fit(Digits.batches(), 1);
        MultiLayerNetwork again = savedAndLoaded(loaded);

        MultiLayerNetwork shallower = new TransferLearning.Builder(again)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .updater(new AdaGrad(0.1))
                        .build())
                .removeLayersFromOutput(3)
                .addLayer(Digits.softmax().nIn(32).build())
                .build();
        assertThat(shallower.getnLayers()).isEqualTo(2);
        assertSameLayer(shallower, again, 0);
        assertThat(pretrainedLayers(savedAndLoaded(shallower))).containsExactly(0);
    }

    @Test
    void anActivationSetForFineTuningDoesNotReachRbmLayers() throws IOException {
        MultiLayerNetwork original = Digits.pretrained();
        MultiLayerNetwork tuned = new TransferLearning.Builder(original)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .activation(Activation.TANH)
                        .updater(new AdaGrad(0.05))
                        .l2(1e-3)
                        .build())
                .removeOutputLayer() // the activation would not suit its loss
                .addLayer(Digits.softmax().nIn(16).build())
                .build();
        RbmLayer layer = (RbmLayer) tuned.getLayer(1).conf().getLayer();
        assertThat(layer.getActivationFn()).isInstanceOf(ActivationSigmoid.class);
        assertThat(layer.getIUpdater()).isEqualTo(new AdaGrad(0.05));
        Digits.assertSameBits(
                tuned.feedForward(Digits.testFeatures()).get(2),
                original.feedForward(Digits.testFeatures()).get(2),
                "hidden means");
        MultiLayerNetwork loaded = savedAndLoaded(tuned);
        assertThat(pretrainedLayers(loaded)).containsExactly(0, 1);
    }

    @Test
    void aGraphKeepsItsRbmLayersThroughTransferLearning() throws IOException {
        ComputationGraph original = Digits.graph();
        Digits.pretrain(original);
        ComputationGraph changed = new TransferLearning.GraphBuilder(original)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .updater(new AdaGrad(0.05))
                        .build())
                .setFeatureExtractor("lower")
                .nOutReplace("classes", 5, WeightInit.XAVIER)
                .build();
        INDArray features = Digits.testFeatures();
        INDArray expected = original.feedForward(features, false).get("upper");
        Digits.assertSameBits(changed.feedForward(features, false).get("upper"), expected, "hidden means");

        File file = directory.resolve("graph.zip").toFile();
        changed.save(file, true);
        ComputationGraph loaded = ComputationGraph.load(file, true);
        Digits.assertSameBits(loaded.outputSingle(features), changed.outputSingle(features), "outputs");
        PretrainingReport report = Digits.pretrainer().build().pretrain(loaded, Digits.batches());
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::name)
                .containsExactly("upper");
        for (String key : List.of("lower_W", "lower_b", "lower_vb")) {
            Digits.assertSameBits(loaded.getParam(key), original.getParam(key), key);
        }
    }
}
