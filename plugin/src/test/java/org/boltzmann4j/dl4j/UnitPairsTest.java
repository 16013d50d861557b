package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Tail;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** Every pair of unit types as a layer: those with a proper model train, the others are refused. */
class UnitPairsTest {

    private static final int WIDTH = 6;
    private static final DataType[] BEFORE = new DataType[2];

    private static final List<Unit> VISIBLE = List.of(
            new Bernoulli(),
            Binomial.of(3),
            Gaussian.of(0.5, 1, 2, 1, 1.5, 0.8),
            new LearnedGaussian(0.9, 0.2, 4.0),
            Softmax.of(3),
            new ReplicatedSoftmax(),
            Poisson.of(200),
            NoisyRelu.rectified(),
            NoisyRelu.exact(),
            Mixed.of(
                    Mixed.Part.of(new Bernoulli(), 2),
                    Mixed.Part.of(Softmax.of(3), 3),
                    Mixed.Part.of(LearnedGaussian.standard(), 1)));

    private static final List<Unit> HIDDEN = List.of(
            new Bernoulli(),
            Binomial.of(3),
            Gaussian.of(0.7),
            Softmax.of(6),
            Softmax.of(3),
            Poisson.of(200),
            NoisyRelu.rectified(),
            NoisyRelu.exact());

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

    static Stream<Arguments> pairs() {
        return VISIBLE.stream().flatMap(v -> HIDDEN.stream().map(h -> Arguments.of(v, h)));
    }

    static Stream<Arguments> properPairs() {
        return pairs().filter(pair ->
                catchThrowable(() -> ProperPairs.require((Unit) pair.get()[0], (Unit) pair.get()[1])) == null);
    }

    private static RbmLayer.Builder layer(Unit visible, Unit hidden) {
        return Networks.rbm(WIDTH, WIDTH).visible(visible).hidden(hidden).improperWeights(ImproperWeights.PROJECTED);
    }

    private static MultiLayerNetwork network(DataType type, RbmLayer layer) {
        return network(type, layer, new Sgd(0.01));
    }

    private static MultiLayerNetwork network(DataType type, RbmLayer layer, IUpdater updater) {
        return Networks.initialised(Networks.base(type)
                .updater(updater)
                .list()
                .layer(layer)
                .layer(Networks.output(WIDTH))
                .build());
    }

    /** Rows that the type accepts. */
    private static INDArray data(Unit unit, DataType type, int rows) {
        Random random = new Random(5);
        double[][] data = new double[rows][WIDTH];
        for (double[] row : data) {
            int from = 0;
            while (from < WIDTH) {
                Unit units = unit.typeOf(from);
                int group = units instanceof Softmax softmax ? softmax.groupSize() : 1;
                for (int i = from; i < from + group; i++) {
                    row[i] = units instanceof Bernoulli
                            ? random.nextInt(2)
                            : units.tail() == Tail.QUADRATIC && !(units instanceof NoisyRelu)
                                    ? random.nextGaussian()
                                    : units instanceof Softmax ? 0 : random.nextInt(4);
                }
                if (units instanceof Softmax) {
                    row[from + random.nextInt(group)] = 1;
                }
                from += group;
            }
            if (unit.countsWords()) {
                row[0]++; // no document is empty
            }
        }
        return Nd4j.createFromArray(data).castTo(type);
    }

    @ParameterizedTest(name = "{0} - {1}")
    @MethodSource("pairs")
    void aPairTrainsReproduciblyAndGivesMeansOrIsRefusedWhenBuilt(Unit visible, Unit hidden) {
        Throwable refused = catchThrowable(() -> ProperPairs.require(visible, hidden));
        if (refused != null) {
            assertThatThrownBy(() -> layer(visible, hidden).build()).hasMessage(refused.getMessage());
            return;
        }
        INDArray rows = data(visible, DataType.FLOAT, 24);
        INDArray[] parameters = new INDArray[2];
        for (int run = 0; run < 2; run++) {
            MultiLayerNetwork network =
                    network(DataType.FLOAT, layer(visible, hidden).build());
            INDArray before = network.params().dup();
            Networks.pretrainer(1).build().pretrain(network, Minibatches.of(rows, 10));
            parameters[run] = network.params();
            assertThat(Double.isFinite(network.params().sumNumber().doubleValue()))
                    .isTrue();
            assertThat(network.params()).as("it learns").isNotEqualTo(before);
            Rbm rbm = RbmLayer.modelOf(network, 0);
            INDArray means = rbm.meanHiddenGivenVisible(rows);
            INDArray output = network.feedForwardToLayer(0, rows, false).get(1);
            // Float's 6e-8 times a few dozen roundings, relative to means up to 200.
            assertThat(output.sub(means).amaxNumber().doubleValue())
                    .isLessThan(1e-5 * (1 + means.amaxNumber().doubleValue()));
            MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
            assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
        }
        assertThat(parameters[1]).as("same seed, same bits").isEqualTo(parameters[0]);
    }

    @ParameterizedTest(name = "{0} - {1}")
    @MethodSource("properPairs")
    void backpropagationThroughAPairAgreesWithCentralDifferences(Unit visible, Unit hidden) {
        if (visible.learnsScales()) {
            return; // fit leaves the scales alone, though they matter to the output
        }
        MultiLayerNetwork network =
                network(DataType.DOUBLE, layer(visible, hidden).build(), new NoOp());
        // Hidden biases too, whose weight in a document is its length.
        network.params()
                .addi(Nd4j.linspace(DataType.DOUBLE, 0.02, 0.001, network.numParams())
                        .reshape(network.params().shape()));
        INDArray rows = data(visible, DataType.DOUBLE, 5);
        if (hidden instanceof Poisson) {
            rows.muli(0.2); // exponentials of sums up to 20 would be rounded away in the differences
        }
        assertThat(GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                        .net(network)
                        .input(rows)
                        .labels(Networks.labels(DataType.DOUBLE, 5))
                        // The host's own settings: relative error, and an absolute one below which rounding rules.
                        .epsilon(1e-6)
                        .maxRelError(1e-5)
                        .minAbsoluteError(1e-9)
                        .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)))
                .isTrue();
    }

    @Test
    void learnedScalesMoveStayWithinTheirBoundsAndAreLeftAloneByFit() {
        LearnedGaussian unit = new LearnedGaussian(1.0, 0.7, 1.2);
        MultiLayerNetwork network =
                network(DataType.FLOAT, layer(unit, new Bernoulli()).build());
        INDArray rows = data(unit, DataType.FLOAT, 40);
        rows.getColumn(0).muli(0.05); // much narrower than the bound allows
        rows.getColumn(1).muli(0.9);
        rows.getColumn(2).muli(3);
        Networks.pretrainer(40).updater(new Sgd(0.05)).build().pretrain(network, Minibatches.of(rows, 10));
        double[] sigma = RbmLayer.modelOf(network, 0).visible().scales(WIDTH);
        assertThat(sigma[0]).isCloseTo(0.7, within(1e-6)); // float
        for (int i = 1; i < WIDTH; i++) {
            assertThat(sigma[i]).isBetween(0.7 - 1e-6, 1.2 + 1e-6).isNotEqualTo(1.0);
        }
        INDArray before = network.getLayer(0).getParam("vz").dup();
        network.fit(new DataSet(rows, Networks.labels(DataType.FLOAT, 40)));
        assertThat(network.getLayer(0).getParam("vz")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REFUSED", "PROJECTED"})
    void weightsThatMakeAGaussianPairImproperAreRefusedOrProjectedAsChosen(ImproperWeights option) {
        RbmLayer layer =
                layer(Gaussian.of(1), Gaussian.of(1)).improperWeights(option).build();
        MultiLayerNetwork network = network(DataType.FLOAT, layer);
        INDArray weights = network.getLayer(0).getParam("W");
        weights.muli(0.5 / weights.norm2Number().doubleValue());
        INDArray rows = data(Gaussian.of(1), DataType.FLOAT, 40).mul(2); // variance 4: singular values near 1
        var pretrainer = Networks.pretrainer(60).updater(new Sgd(0.01)).build();
        if (option == ImproperWeights.REFUSED) {
            assertThatThrownBy(() -> pretrainer.pretrain(network, Minibatches.of(rows, 10)))
                    .isInstanceOf(PretrainingDivergedException.class)
                    .hasMessageContaining("largest singular value")
                    .hasMessageContaining("PROJECTED");
        } else {
            pretrainer.pretrain(network, Minibatches.of(rows, 10));
        }
        // Either way what is left is a model.
        assertThat(Arrays.stream(RbmLayer.modelOf(network, 0).freeEnergy(rows)).allMatch(Double::isFinite))
                .isTrue();
    }

    @Test
    void countsThatAreNoneAreRefusedWithTheirPlace() {
        for (Unit unit : List.of(Binomial.of(3), new ReplicatedSoftmax(), Poisson.of(9))) {
            for (double bad : new double[] {-1, 0.5}) {
                MultiLayerNetwork network =
                        network(DataType.FLOAT, layer(unit, new Bernoulli()).build());
                INDArray rows = data(unit, DataType.FLOAT, 8);
                rows.putScalar(6, 2, bad);
                assertThatThrownBy(() -> Networks.pretrainer(1).build().pretrain(network, Minibatches.of(rows, 5)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("minibatch 2, row 2, column 3")
                        .hasMessageContaining(bad + ", expected a whole number");
            }
        }
    }

    @Test
    void aGroupSizeThatDoesNotDivideTheWidthIsRefused() {
        Throwable failure = catchThrowable(() ->
                network(DataType.FLOAT, layer(Softmax.of(4), new Bernoulli()).build()));
        assertThat(Networks.causes(failure)).contains("groupSize = 4", "expected a divisor of 6");
    }

    @Test
    void aStockCopyDoesTheSameOrSaysWhyItCannot() {
        INDArray rows = data(new ReplicatedSoftmax(), DataType.DOUBLE, 7);
        for (Unit hidden : List.of(new Bernoulli(), Softmax.of(6))) {
            MultiLayerNetwork network = network(
                    DataType.DOUBLE, layer(new ReplicatedSoftmax(), hidden).build());
            network.getLayer(0).getParam("b").assign(Nd4j.linspace(DataType.DOUBLE, -1, 0.3, WIDTH));
            assertThat(StockNetwork.of(network)
                            .output(rows)
                            .sub(network.output(rows))
                            .amaxNumber()
                            .doubleValue())
                    .isLessThan(1e-12); // a few dozen roundings
        }
        MultiLayerNetwork scaled = network(
                DataType.DOUBLE, layer(new Bernoulli(), Gaussian.of(0.7)).build());
        INDArray bits = data(new Bernoulli(), DataType.DOUBLE, 7);
        assertThat(StockNetwork.of(scaled)
                        .output(bits)
                        .sub(scaled.output(bits))
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-12);
        MultiLayerNetwork counting =
                network(DataType.DOUBLE, layer(new Bernoulli(), Binomial.of(3)).build());
        assertThatThrownBy(() -> StockNetwork.of(counting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Binomial")
                .hasMessageContaining("expected Bernoulli or Gaussian");
    }
}
