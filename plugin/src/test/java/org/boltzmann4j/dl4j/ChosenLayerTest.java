package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.estimate.ExactLogPartition;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.units.Binomial;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Hidden means, free energies and stacks of the RBM layers inside a network. */
class ChosenLayerTest {

    private static final MultiLayerNetwork STACK = Networks.stack(DataType.DOUBLE, 4, 3, 2);

    private static INDArray features() {
        return Nd4j.createFromArray(ExactRbm.binaryStates(4));
    }

    private static DataSetIterator minibatches() {
        INDArray labels = Networks.labels(DataType.DOUBLE, 16);
        return new ListDataSetIterator<>(new DataSet(features(), labels).asList(), 5);
    }

    private static ComputationGraph graph(boolean denseBetween) {
        var conf = Networks.base(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", Networks.rbm(4, 3).build(), "in")
                .addLayer("between", new DenseLayer.Builder().nIn(3).nOut(3).build(), "first")
                .addLayer("second", Networks.rbm(3, 2).build(), denseBetween ? "between" : "first")
                .addLayer("out", Networks.output(2), "second")
                .setOutputs("out");
        if (!denseBetween) {
            conf.removeVertex("between", true);
            conf.setOutputs("out");
        }
        ComputationGraph graph = new ComputationGraph(conf.build());
        graph.init();
        return graph;
    }

    @Test
    void hiddenMeansAreWhatTheNetworkComputesAndLabelsStay() {
        List<INDArray> activations = STACK.feedForward(features());
        for (int layer = 0; layer < 2; layer++) {
            HiddenMeansIterator means = HiddenMeansIterator.of(STACK, layer, minibatches());
            assertThat(means.inputColumns()).isEqualTo(layer == 0 ? 3 : 2);
            assertThat(means.totalOutcomes()).isEqualTo(3);
            assertThat(means.batch()).isEqualTo(5);
            assertThat(means.asyncSupported()).isFalse();
            assertThat(means.resetSupported()).isTrue();
            for (int round = 0; round < 2; round++) {
                int row = 0;
                while (means.hasNext()) {
                    DataSet minibatch = means.next();
                    for (int i = 0; i < minibatch.numExamples(); i++, row++) {
                        INDArray expected = activations.get(layer + 1).getRow(row);
                        // Two ways of adding four products.
                        assertThat(minibatch.getFeatures().getRow(i).equalsWithEps(expected, 1e-12))
                                .isTrue();
                        assertThat(minibatch.getLabels().getDouble(i, row % 3)).isEqualTo(1);
                    }
                }
                assertThat(row).isEqualTo(16);
                means.reset();
            }
        }
    }

    @Test
    void aPreProcessorSeesTheHiddenMeans() {
        HiddenMeansIterator means = HiddenMeansIterator.of(STACK, "layer1", minibatches());
        INDArray first = means.next().getFeatures();
        means.reset();
        means.setPreProcessor(set -> set.setFeatures(set.getFeatures().mul(2)));
        assertThat(means.getPreProcessor()).isNotNull();
        assertThat(means.next(5).getFeatures()).isEqualTo(first.mul(2));
        assertThat(means.getLabels()).isEqualTo(minibatches().getLabels());
    }

    @Test
    void anIteratorOverHiddenMeansIsNotWrittenByJavaSerialisation() {
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream())
                        .writeObject(HiddenMeansIterator.of(STACK, 0, minibatches())))
                .isInstanceOf(NotSerializableException.class);
    }

    @Test
    void aScoreIsMinusTheLogProbabilityUpToLogZ() {
        double logZ = ExactLogPartition.of(RbmLayer.modelOf(STACK, 0), 1).value();
        double[] scores = AnomalyScore.of(STACK, 0).score(features());
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(-score - logZ);
        }
        // Sixteen probabilities in double precision.
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(AnomalyScore.of(STACK, 0).score(minibatches())).containsExactly(scores);
        assertThat(AnomalyScore.of(STACK, "layer0").score(features())).containsExactly(scores);
    }

    @Test
    void baseMeasuresCount() {
        MultiLayerNetwork network =
                Networks.single(DataType.DOUBLE, 1, 2, base -> {}, layer -> layer.visible(Binomial.of(3)));
        double logZ = ExactLogPartition.of(RbmLayer.modelOf(network, 0), 1).value();
        double sum = 0;
        for (double score :
                AnomalyScore.of(network, 0).score(Nd4j.createFromArray(new double[][] {{0}, {1}, {2}, {3}}))) {
            sum += Math.exp(-score - logZ);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(AnomalyScore.of(network, 0).score(Nd4j.createFromArray(new double[][] {{4}, {Double.NaN}})))
                .containsOnly(Double.POSITIVE_INFINITY);
    }

    @Test
    void theScoreOfAnUpperLayerIsThatOfItsInput() {
        INDArray hidden = RbmLayer.modelOf(STACK, 0).meanHiddenGivenVisible(features());
        assertThat(AnomalyScore.of(STACK, 1).score(features()))
                .containsExactly(
                        RbmLayer.modelOf(STACK, 1).freeEnergy(hidden),
                        // Two ways of adding four products.
                        within(1e-12));
    }

    @Test
    void layersOneOnTheOtherAreADeepBeliefNetwork() {
        for (RbmStack stack : List.of(RbmLayer.stackOf(STACK), RbmLayer.stackOf(graph(false)))) {
            assertThat(stack.rbms()).hasSize(2);
            assertThat(stack.bottom().visibleWidth()).isEqualTo(4);
            assertThat(stack.top().hiddenWidth()).isEqualTo(2);
        }
        Rbm bottom = RbmLayer.stackOf(STACK).bottom();
        assertThat(bottom.weights()).isEqualTo(RbmLayer.modelOf(STACK, 0).weights());
    }

    @Test
    void layersWithOthersBetweenOrBelowAreNone() {
        assertThatThrownBy(() -> RbmLayer.stackOf(graph(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(\"second\") does not stand directly on layer 1 (\"first\")");
        assertThatThrownBy(() -> RbmLayer.stackOf(Networks.above(DataType.FLOAT, 1, 3, 2)))
                .hasMessageContaining("layer 1 does not stand directly on the features");
        MultiLayerNetwork images = Networks.initialised(Networks.base(DataType.FLOAT)
                .list()
                .layer(new RbmLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutional(2, 2, 1))
                .build());
        assertThatThrownBy(() -> RbmLayer.stackOf(images)).hasMessageContaining("directly on the features");
    }

    @Test
    void whatALayerCannotBeGivenIsRefused() {
        assertThatThrownBy(() -> AnomalyScore.of(STACK, 0).score(Nd4j.zeros(2, 5)))
                .hasMessage("layer 0: got input of shape [2, 5], expected [rows, nIn = 4]");
        DataSet masked = new DataSet(features(), Networks.labels(DataType.DOUBLE, 16), Nd4j.ones(16, 1), null);
        assertThatThrownBy(() -> AnomalyScore.of(STACK, 0).score(new ListDataSetIterator<>(List.of(masked), 16)))
                .hasMessageContaining("a features mask, expected complete rows");
        assertThatThrownBy(() -> HiddenMeansIterator.of(STACK, 2, minibatches()))
                .hasMessageContaining("layer 2 is no RBM layer");
        var twoInputs = new ComputationGraph(Networks.base(DataType.FLOAT)
                .graphBuilder()
                .addInputs("a", "b")
                .addLayer("first", Networks.rbm(4, 3).build(), "a")
                .addLayer("second", Networks.rbm(4, 3).build(), "b")
                .addLayer("out", Networks.output(6), "first", "second")
                .setOutputs("out")
                .build());
        twoInputs.init();
        assertThatThrownBy(() -> AnomalyScore.of(twoInputs, "first")).hasMessageContaining("has 2 inputs, expected 1");
    }
}
