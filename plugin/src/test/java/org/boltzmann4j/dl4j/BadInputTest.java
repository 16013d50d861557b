package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Bad input is refused with layer, value and expectation, and before anything is learnt from it. */
class BadInputTest {

    private static INDArray rows() {
        return Minibatches.patterns(DataType.FLOAT, 30, 6, 1);
    }

    private static void assertRefused(MultiLayerNetwork network, Minibatches data, String... parts) {
        assertRefused(Networks.pretrainer(1), network, data, parts);
    }

    private static void assertRefused(
            GreedyPretrainer.Builder pretrainer, MultiLayerNetwork network, Minibatches data, String... parts) {
        INDArray before = network.params().dup();
        assertThatThrownBy(() -> pretrainer.build().pretrain(network, data))
                .isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class)
                .message()
                .contains(parts);
        assertThat(network.params()).as("parameters").isEqualTo(before);
    }

    @Test
    void featuresOfAnotherWidthThanTheLayer() {
        assertRefused(
                Networks.stack(DataType.FLOAT, 7, 5),
                Minibatches.of(rows(), 10),
                "layer 0",
                "[10, 6]",
                "expected [rows, nIn = 7]");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.01f, 1.01f, 255})
    void valuesOutsideOfTheSupportOfBinaryUnits(float bad) {
        INDArray rows = rows();
        rows.putScalar(17, 3, bad);
        assertRefused(
                Networks.stack(DataType.FLOAT, 6, 5, 4),
                Minibatches.of(rows, 10),
                "layer 0",
                "minibatch 2",
                "row 8",
                "column 4",
                String.valueOf((double) bad),
                "expected a value in [0, 1]");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valuesThatAreNoNumbersWithGaussianUnits(float bad) {
        INDArray rows = Minibatches.normal(DataType.FLOAT, 30, 6, 1);
        rows.putScalar(29, 5, bad);
        assertRefused(
                Networks.gaussian(DataType.FLOAT, 6, 5, 1),
                Minibatches.of(rows, 10),
                "layer 0",
                "minibatch 3",
                "row 10",
                "column 6",
                "expected a finite number");
    }

    @Test
    void activationsThatTheUpperLayersUnitsCannotTake() {
        MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.FLOAT)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(6)
                        .nOut(5)
                        .activation(Activation.TANH)
                        .build())
                .layer(Networks.rbm(5, 4).name("upper").build())
                .build());
        assertRefused(network, Minibatches.of(rows(), 10), "layer 1 (\"upper\")", "expected a value in [0, 1]");
    }

    @Test
    void badValidationData() {
        INDArray bad = rows();
        bad.putScalar(0, 0, -1);
        assertRefused(
                Networks.pretrainer(1).validation(Minibatches.of(bad, 10)),
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(rows(), 10),
                "layer 0",
                "-1.0",
                "expected a value in [0, 1]");
    }

    @Test
    void anEmptyIterator() {
        assertRefused(
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(List.of()),
                "layer 0",
                "the iterator is empty",
                "at least one minibatch");
    }

    @Test
    void anIteratorThatCannotBeResetAndSeveralPasses() {
        assertRefused(
                Networks.pretrainer(2),
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(rows(), 10).readOnce(),
                "cannot be reset",
                "one epoch",
                "2 epochs");
        assertRefused(
                Networks.pretrainer(1),
                Networks.stack(DataType.FLOAT, 6, 5, 4),
                Minibatches.of(rows(), 10).readOnce(),
                "cannot be reset",
                "one RBM layer",
                "2 layers");
    }

    @Test
    void anIteratorThatCannotBeResetWillDoForOnePass() {
        MultiLayerNetwork network = Networks.stack(DataType.FLOAT, 6, 5);
        int[] minibatches = new int[1];
        Networks.pretrainer(1)
                .listeners(new PretrainingListener() {
                    @Override
                    public void onMinibatch(PretrainingProgress progress) {
                        minibatches[0]++;
                    }
                })
                .build()
                .pretrain(network, Minibatches.of(rows(), 10).readOnce());
        assertThat(minibatches[0]).isEqualTo(3);
        INDArray bad = rows();
        bad.putScalar(11, 0, 2);
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .build()
                        .pretrain(network, Minibatches.of(bad, 10).readOnce()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minibatch 2, row 2, column 1 of the input is 2.0");
    }

    @Test
    void aConstantColumnWithGaussianUnits() {
        INDArray rows = Minibatches.normal(DataType.FLOAT, 30, 6, 1);
        rows.getColumn(2).assign(0.25);
        assertRefused(
                Networks.gaussian(DataType.FLOAT, 6, 5, 1),
                Minibatches.of(rows, 10),
                "layer 0",
                "column 3",
                "same value in all 30 rows",
                "expected every column to vary");
    }

    @Test
    void aNetworkWithoutRbmLayers() {
        MultiLayerNetwork network = Networks.initialised(
                Networks.base(DataType.FLOAT).list().layer(Networks.output(6)).build());
        assertRefused(network, Minibatches.of(rows(), 10), "no RBM layer", "nothing to pretrain");
    }

    @Test
    void aNetworkThatIsNotInitialised() {
        MultiLayerNetwork network = new MultiLayerNetwork(Networks.stack(DataType.FLOAT, 6, 5)
                .getLayerWiseConfigurations()
                .clone());
        assertThatThrownBy(() -> Networks.pretrainer(1).build().pretrain(network, Minibatches.of(rows(), 10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call init() before pretraining");
        ComputationGraph graph = new ComputationGraph(Networks.base(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer("rbm", Networks.rbm(6, 5).build(), "in")
                .setOutputs("rbm")
                .build());
        assertThatThrownBy(() -> Networks.pretrainer(1).build().pretrain(graph, Minibatches.of(rows(), 10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call init() before pretraining");
    }

    @Test
    void masksAndSequences() {
        DataSet masked = new DataSet(rows(), null);
        masked.setFeaturesMaskArray(Nd4j.ones(DataType.FLOAT, 30, 1));
        assertRefused(
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(List.of(masked)),
                "features mask",
                "complete rows");
        DataSet sequences = new DataSet(Nd4j.zeros(DataType.FLOAT, 3, 6, 4), null);
        assertRefused(
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(List.of(sequences)),
                "[3, 6, 4]",
                "sequences",
                "reshape");
        assertRefused(
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(List.of(new DataSet(null, Nd4j.ones(DataType.FLOAT, 3, 3)))),
                "no features");
    }

    @Test
    void optionsOutOfRange() {
        GreedyPretrainer.Builder builder = GreedyPretrainer.builder();
        assertThatThrownBy(() -> builder.epochs(0)).hasMessage("epochs = 0, expected at least 1");
        assertThatThrownBy(() -> builder.layerEpochs("a", -1))
                .hasMessage("epochs of layer a = -1, expected at least 1");
        assertThatThrownBy(() -> builder.monitorRows(0)).hasMessage("monitorRows = 0, expected at least 1");
        assertThatThrownBy(() -> builder.cacheBytes(-1)).hasMessage("cacheBytes = -1, expected at least 0");
        assertThatThrownBy(() -> builder.updater(null)).hasMessage("updater");
        assertThatThrownBy(() -> builder.layerUpdater("a", null)).hasMessage("updater");
        assertThatThrownBy(() -> builder.layerNegativePhase("a", null)).hasMessage("negativePhase");
        assertThatThrownBy(() -> builder.validation(null)).hasMessage("validation");
        assertThatThrownBy(() -> builder.stopEarly(null)).hasMessage("stoppingRule");
        assertThatThrownBy(() -> builder.propagation(null)).hasMessage("propagation");
    }

    @Test
    void aStoppingRuleWithoutValidationData() {
        assertRefused(
                Networks.pretrainer(1).stopEarly(StoppingRule.onFreeEnergyGap(1, 1)),
                Networks.stack(DataType.FLOAT, 6, 5),
                Minibatches.of(rows(), 10),
                "stopping rule needs validation data");
    }

    /** Learning rates over the whole range of floats: some overflow at once, some after a few steps. */
    @ParameterizedTest
    @ValueSource(doubles = {1e2, 1e5, 1e10, 1e15, 1e20, 1e30, 1e36, 1e37, 3e37, 1e38, 3e38})
    void divergenceNamesWhereItHappenedAndLeavesFiniteParameters(double rate) {
        MultiLayerNetwork network = Networks.single(
                DataType.FLOAT, 6, 5, base -> {}, layer -> layer.name("first").visible(Gaussian.of(1)));
        INDArray data = Minibatches.normal(DataType.FLOAT, 30, 6, 1);
        PretrainingDivergedException failure = null;
        try {
            Networks.pretrainer(100)
                    .updater(new Sgd(rate))
                    .layerNegativePhase("first", PersistentContrastiveDivergence.of(1, 10))
                    .build()
                    .pretrain(network, Minibatches.of(data, 10));
        } catch (PretrainingDivergedException diverged) {
            failure = diverged;
        }
        for (double parameter :
                network.params().dup().reshape(network.numParams()).toDoubleVector()) {
            assertThat(parameter).isFinite();
        }
        assertThat(failure).as("with a rate of %s", rate).isNotNull();
        assertThat(failure.layer()).isEqualTo("layer 0 (\"first\")");
        assertThat(failure.epoch()).isBetween(1, 100);
        assertThat(failure.minibatch()).isBetween(1L, 3L);
        assertThat(failure)
                .hasMessageContaining(
                        "layer 0 (\"first\"), epoch " + failure.epoch() + ", minibatch " + failure.minibatch())
                .hasMessageContaining("last finite parameters")
                .hasMessageContaining("learning rate");
    }
}
