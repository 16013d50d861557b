package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.dl4j.StockNetwork;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class FittingTest {

    /** Guessing gets 10 of the 100 test digits right; 60 are out of reach of chance, and 70 or more are usual. */
    private static final double LEARNT = 0.6;

    private static void pretrainAndFit(MultiLayerNetwork network) {
        Digits.pretrain(network);
        network.fit(Digits.batches(), 20);
    }

    private static double accuracy(MultiLayerNetwork network) {
        return network.evaluate(Digits.test().iterator(30)).accuracy();
    }

    @Test
    void aPretrainedNetworkLearnsDigitsByTheHostsFit() {
        MultiLayerNetwork network = Digits.network();
        double before = accuracy(network);
        pretrainAndFit(network);
        assertThat(before).isLessThan(LEARNT);
        assertThat(accuracy(network)).isGreaterThan(LEARNT);
    }

    @Test
    void fitChangesWeightsAndHiddenBiasesAndLeavesVisibleBiasesAlone() {
        MultiLayerNetwork network = Digits.pretrained();
        MultiLayerNetwork before = network.clone();
        network.fit(Digits.batches(), 1);
        for (String layer : List.of("0_", "1_")) {
            assertThat(network.getParam(layer + "W")).isNotEqualTo(before.getParam(layer + "W"));
            assertThat(network.getParam(layer + "b")).isNotEqualTo(before.getParam(layer + "b"));
            Digits.assertSameBits(network.getParam(layer + "vb"), before.getParam(layer + "vb"), layer);
        }
    }

    @Test
    void feedForwardGivesTheHiddenMeansOfEveryRbmLayer() {
        MultiLayerNetwork network = Digits.pretrained();
        INDArray features = Digits.testFeatures();
        List<INDArray> activations = network.feedForward(features);
        INDArray means = features;
        for (int layer = 0; layer < 2; layer++) {
            means = RbmLayer.modelOf(network, layer).meanHiddenGivenVisible(means);
            // One sum of up to 784 float products, then a sigmoid of slope at most 1/4: errors stay below 1e-5.
            assertThat(activations.get(layer + 1).equalsWithEps(means, 1e-5)).isTrue();
        }
        Digits.assertSameBits(network.output(features), activations.get(3), "output");
    }

    @Test
    void aCloneHasTheSameOutputsAndNothingInCommon() {
        MultiLayerNetwork network = Digits.pretrained();
        MultiLayerNetwork clone = network.clone();
        INDArray before = network.output(Digits.testFeatures());
        Digits.assertSameParameters(clone, network);
        Digits.assertSameBits(clone.output(Digits.testFeatures()), before, "output of the clone");

        Digits.pretrain(clone);
        clone.fit(Digits.batches(), 1);
        Digits.assertSameBits(network.output(Digits.testFeatures()), before, "output of the original");
        assertThat(clone.output(Digits.testFeatures())).isNotEqualTo(before);
    }

    @Test
    void dropoutOfAnRbmLayerActsInFitOnly() {
        MultiLayerNetwork plain = Digits.network();
        MultiLayerNetwork dropping = Digits.network();
        dropping.getLayer(0).conf().getLayer().setIDropout(new Dropout(0.5));
        Digits.pretrain(plain);
        Digits.pretrain(dropping);
        Digits.assertSameParameters(dropping, plain);
        Digits.assertSameBits(
                dropping.output(Digits.testFeatures()), plain.output(Digits.testFeatures()), "output, no training");

        plain.fit(Digits.batches(), 20);
        dropping.fit(Digits.batches(), 20);
        assertThat(dropping.getParam("0_W")).isNotEqualTo(plain.getParam("0_W"));
        assertThat(accuracy(dropping)).isGreaterThan(LEARNT);
    }

    @Test
    void workspacesChangeNoBitOfPretrainingAndFit() {
        MultiLayerNetwork with = trainedWith(WorkspaceMode.ENABLED);
        MultiLayerNetwork without = trainedWith(WorkspaceMode.NONE);
        Digits.assertSameParameters(with, without);
        Digits.assertSameBits(with.output(Digits.testFeatures()), without.output(Digits.testFeatures()), "output");
    }

    private static MultiLayerNetwork trainedWith(WorkspaceMode mode) {
        MultiLayerNetwork network = Digits.initialised(Digits.configuration(
                Digits.settings().trainingWorkspaceMode(mode).inferenceWorkspaceMode(mode)));
        Digits.pretrain(network);
        network.fit(Digits.batches(), 3);
        return network;
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void eitherPrecisionLearns(DataType type) {
        MultiLayerNetwork network =
                Digits.initialised(Digits.configuration(Digits.settings().dataType(type)));
        pretrainAndFit(network);
        assertThat(network.params().dataType()).isEqualTo(type);
        assertThat(network.output(Digits.testFeatures()).dataType()).isEqualTo(type);
        assertThat(accuracy(network)).isGreaterThan(LEARNT);
    }

    @Test
    void scoreAndGradientOfAnRbmLayerAreThoseOfADenseLayer() {
        MultiLayerNetwork network = Digits.pretrained();
        MultiLayerNetwork dense = StockNetwork.of(network);
        assertThat(dense.getLayer(0).conf().getLayer()).isInstanceOf(DenseLayer.class);
        DataSet digits = Digits.train().toDataSet();
        // Float sums over 300 digits in two orders of the weights: relative errors of some 1e-6.
        assertThat(network.score(digits)).isCloseTo(dense.score(digits), Offset.offset(1e-4));
        var actual = network.calculateGradients(digits.getFeatures(), digits.getLabels(), null, null)
                .getFirst();
        var expected = dense.calculateGradients(digits.getFeatures(), digits.getLabels(), null, null)
                .getFirst();
        for (String key : List.of("0_W", "0_b", "1_W", "1_b", "2_W", "2_b")) {
            INDArray reference = expected.getGradientFor(key);
            assertThat(reference.norm2Number().doubleValue()).isPositive();
            assertThat(actual.getGradientFor(key).distance2(reference))
                    .as(key)
                    .isLessThan(1e-4 * reference.norm2Number().doubleValue());
        }
    }
}
