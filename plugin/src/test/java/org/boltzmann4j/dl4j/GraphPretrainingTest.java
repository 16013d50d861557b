package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;

class GraphPretrainingTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 30, 6, 1);

    private static ComputationGraph chain() {
        ComputationGraph graph = new ComputationGraph(Networks.base(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("lower", Networks.rbm(6, 6).build(), "in")
                .addLayer("upper", Networks.rbm(6, 6).build(), "lower")
                .addLayer("out", Networks.output(6), "upper")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    @Test
    void layersAreTrainedInTopologicalOrderEachOnTheOutputOfTheOneBelow() {
        ComputationGraph graph = chain();
        INDArray start = graph.getLayer("upper").params().dup();
        INDArray output = graph.getLayer("out").params().dup();
        PretrainingReport report = Networks.pretrainer(2).build().pretrain(graph, Minibatches.of(ROWS, 10));
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::name)
                .containsExactly("lower", "upper");
        assertThat(graph.getLayer("out").params()).isEqualTo(output);

        // The same layer on its own, at the same index so that it has the same random numbers.
        List<DataSet> outputs = new ArrayList<>();
        Minibatches.of(ROWS, 10)
                .forEachRemaining(minibatch -> outputs.add(new DataSet(
                        graph.feedForward(minibatch.getFeatures(), false)
                                .get("lower")
                                .dup(),
                        null)));
        int index = report.layers().get(1).index();
        MultiLayerNetwork alone = Networks.above(DataType.DOUBLE, index, 6, 6);
        alone.setParams(start);
        Networks.pretrainer(2).build().pretrain(alone, Minibatches.of(outputs));
        assertThat(alone.params())
                .isEqualTo(
                        graph.getLayer("upper").params().reshape(alone.params().shape()));
        assertThat(RbmLayer.modelOf(graph, "upper").weights())
                .isEqualTo(graph.getLayer("upper").getParam("W"));
    }

    @Test
    void settingsOfAGraphGoByTheNameOfTheVertex() {
        PretrainingReport report =
                Networks.pretrainer(1).layerEpochs("upper", 3).build().pretrain(chain(), Minibatches.of(ROWS, 10));
        assertThat(report.layers()).extracting(layer -> layer.history().size()).containsExactly(1, 3);
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .layerEpochs("middle", 3)
                        .build()
                        .pretrain(chain(), Minibatches.of(ROWS, 10)))
                .hasMessageContaining("[middle]")
                .hasMessageContaining("\"upper\"");
    }

    @Test
    void theCountersAndTheUpdaterOfTheGraphAreUntouched() {
        ComputationGraph graph = chain();
        graph.fit(new DataSet(ROWS, Networks.labels(DataType.DOUBLE, 30)));
        INDArray gradients = graph.getFlattenedGradients() == null
                ? null
                : graph.getFlattenedGradients().dup();
        Networks.pretrainer(2).build().pretrain(graph, Minibatches.of(ROWS, 10));
        assertThat(graph.getIterationCount()).isEqualTo(1);
        assertThat(graph.getFlattenedGradients()).isEqualTo(gradients);
        graph.fit(new DataSet(ROWS, Networks.labels(DataType.DOUBLE, 30)));
        assertThat(graph.getIterationCount()).isEqualTo(2);
    }

    @Test
    void severalInputsAndVerticesWithoutLayersArePassedThrough() {
        ComputationGraph graph = new ComputationGraph(Networks.base(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("left", "right")
                .addLayer("leftRbm", Networks.rbm(6, 4).build(), "left")
                .addLayer(
                        "rightDense",
                        new DenseLayer.Builder()
                                .nIn(6)
                                .nOut(3)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "right")
                .addVertex("both", new MergeVertex(), "leftRbm", "rightDense")
                .addLayer("joint", Networks.rbm(7, 5).build(), "both")
                .addLayer("out", Networks.output(5), "joint")
                .setOutputs("out")
                .build());
        graph.init();
        INDArray right = Minibatches.patterns(DataType.DOUBLE, 30, 6, 2);
        INDArray dense = graph.getLayer("rightDense").params().dup();
        INDArray joint = graph.getLayer("joint").params().dup();
        PretrainingReport report = Networks.pretrainer(2)
                .propagation(Propagation.SAMPLE)
                .build()
                .pretrain(
                        graph,
                        new SingletonMultiDataSetIterator(
                                new MultiDataSet(new INDArray[] {ROWS, right}, new INDArray[0])));
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::name)
                .containsExactly("leftRbm", "joint");
        assertThat(graph.getLayer("rightDense").params()).isEqualTo(dense);
        assertThat(graph.getLayer("joint").params()).isNotEqualTo(joint);
        INDArray before = graph.params().dup();
        assertThatThrownBy(() -> Networks.pretrainer(1).build().pretrain(graph, Minibatches.of(ROWS, 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 feature arrays, the network has 2 inputs");
        assertThat(graph.params()).isEqualTo(before);
    }
}
