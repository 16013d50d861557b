package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The layer as a layer among others: forward, and backward against central differences. */
class BackpropagationTest {

    private static final DataType[] BEFORE = new DataType[2];

    @BeforeAll
    static void theHostsGradientCheckAsksForDoublesEverywhere() {
        BEFORE[0] = Nd4j.dataType();
        BEFORE[1] = Nd4j.defaultFloatingPointType();
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    }

    @AfterAll
    static void restoreTheDefaults() {
        Nd4j.setDefaultDataTypes(BEFORE[0], BEFORE[1]);
    }

    private static MultiLayerNetwork network(DataType type, Unit visible, WorkspaceMode mode, double decay) {
        MultiLayerNetwork network = Networks.initialised(Networks.base(type)
                .updater(new NoOp())
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode)
                .l1(decay)
                .l2(decay)
                .l2Bias(decay)
                .list()
                .layer(Networks.rbm(4, 5).visible(visible).build())
                .layer(Networks.rbm(5, 3).build())
                .layer(Networks.output(3))
                .build());
        // Visible biases too, which must not matter.
        network.params()
                .addi(Nd4j.linspace(type, 0.05, 0.01, network.numParams())
                        .reshape(network.params().shape()));
        return network;
    }

    static Stream<Arguments> networks() {
        return Stream.of(new Bernoulli(), Gaussian.of(1), Gaussian.of(0.5, 1.7, 3, 0.8))
                .flatMap(unit -> Stream.of(WorkspaceMode.NONE, WorkspaceMode.ENABLED)
                        .flatMap(mode -> Stream.of(0.0, 0.03).map(decay -> Arguments.of(unit, mode, decay))));
    }

    @ParameterizedTest(name = "{0}, workspaces {1}, l1 and l2 {2}")
    @MethodSource("networks")
    void backpropagationAgreesWithCentralDifferences(Unit visible, WorkspaceMode mode, double decay) {
        MultiLayerNetwork network = network(DataType.DOUBLE, visible, mode, decay);
        boolean same = GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                .net(network)
                .input(Minibatches.normal(DataType.DOUBLE, 6, 4, 3))
                .labels(Networks.labels(DataType.DOUBLE, 6))
                // The host's own settings: relative error, and an absolute one below which rounding rules.
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-9)
                .print(GradientCheckUtil.PrintMode.FAILURES_ONLY));
        assertThat(same).isTrue();
    }

    @ParameterizedTest(name = "{0}, workspaces {1}")
    @MethodSource("networks")
    void theOutputIsTheConditionalMeanOfTheModelInBothPrecisions(Unit visible, WorkspaceMode mode, double decay) {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            MultiLayerNetwork network = network(type, visible, mode, decay);
            INDArray v = Minibatches.normal(type, 6, 4, 3);
            INDArray copy = v.dup();
            Rbm rbm = RbmLayer.modelOf(network, 0);
            INDArray expected = rbm.meanHiddenGivenVisible(v);
            INDArray actual = network.feedForwardToLayer(0, v, false).get(1);
            double tolerance = type == DataType.DOUBLE ? 1e-11 : 1e-5; // the row sigmoid's bound; a few dozen roundings
            assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(tolerance);
            assertThat(network.feedForwardToLayer(0, v, true)
                            .get(1)
                            .sub(expected)
                            .amaxNumber()
                            .doubleValue())
                    .isLessThan(tolerance);
            assertThat(v).isEqualTo(copy);
            // feedForward runs every layer on all of the input; output may work in other workspaces.
            assertThat(network.output(v))
                    .isEqualTo(network.feedForward(v, false).get(3));
        }
    }

    @Test
    void workspacesMakeNoDifferenceToTheBitsOfATraining() {
        for (Unit visible : new Unit[] {new Bernoulli(), Gaussian.of(0.5, 1.7, 3, 0.8)}) {
            INDArray[] results = new INDArray[2];
            for (WorkspaceMode mode : new WorkspaceMode[] {WorkspaceMode.NONE, WorkspaceMode.ENABLED}) {
                MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.FLOAT)
                        .trainingWorkspaceMode(mode)
                        .inferenceWorkspaceMode(mode)
                        .list()
                        .layer(Networks.rbm(4, 5).visible(visible).build())
                        .layer(Networks.output(5))
                        .build());
                INDArray rows = visible instanceof Gaussian
                        ? Minibatches.normal(DataType.FLOAT, 12, 4, 3)
                        : Minibatches.patterns(DataType.FLOAT, 12, 4, 3);
                Networks.pretrainer(2).build().pretrain(network, Minibatches.of(rows, 5));
                DataSet labelled = new DataSet(rows, Networks.labels(DataType.FLOAT, 12));
                for (int i = 0; i < 3; i++) {
                    network.fit(labelled);
                }
                results[mode == WorkspaceMode.NONE ? 0 : 1] = network.params().dup();
            }
            assertThat(results[1]).isEqualTo(results[0]);
        }
    }

    @Test
    void supervisedTrainingLeavesTheVisibleBiasAloneEvenWithDecayOfBiases() {
        MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.DOUBLE)
                .l2Bias(0.1)
                .weightDecayBias(0.1)
                .list()
                .layer(Networks.rbm(4, 5).build())
                .layer(Networks.output(5))
                .build());
        network.getLayer(0).getParam("vb").assign(0.7);
        INDArray hiddenBias = network.getLayer(0).getParam("b").dup();
        for (int i = 0; i < 5; i++) {
            network.fit(
                    new DataSet(Minibatches.patterns(DataType.DOUBLE, 12, 4, 3), Networks.labels(DataType.DOUBLE, 12)));
        }
        assertThat(network.getLayer(0).getParam("vb").toDoubleVector()).containsOnly(0.7);
        assertThat(network.getLayer(0).getParam("b")).isNotEqualTo(hiddenBias);
    }
}
