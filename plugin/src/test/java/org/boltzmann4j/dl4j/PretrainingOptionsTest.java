package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.Softmax;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;

/** Options of the gradient and of the pretrainer inside of a network. */
class PretrainingOptionsTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 30, 6, 1);

    /** Rounding of a few dozen operations on numbers of order 1, carried through some updates. */
    private static final double ROUNDING = 1e-11;

    private static Minibatches data() {
        return Minibatches.of(ROWS, 10);
    }

    private static MultiLayerNetwork network(UnaryOperator<RbmLayer.Builder> layer) {
        return Networks.single(
                DataType.DOUBLE,
                6,
                5,
                base -> {},
                builder -> layer.apply(builder.negativePhase(PersistentContrastiveDivergence.of(1, 7))
                        .updater(new Sgd(0.3))));
    }

    private static double distance(INDArray a, INDArray b) {
        return a.sub(b).amaxNumber().doubleValue();
    }

    /** Copies of a network's parameters after every minibatch. */
    private static final class Recorder implements PretrainingListener {
        private final MultiLayerNetwork network;
        private final List<INDArray> parameters = new ArrayList<>();

        Recorder(MultiLayerNetwork network) {
            this.network = network;
        }

        @Override
        public void onMinibatch(PretrainingProgress progress) {
            parameters.add(network.params().dup());
        }
    }

    @Test
    void aSparsityTargetBringsTheMeanActivationToIt() {
        double[] activation = new double[3];
        double[] targets = {0.5, 0.1, 0.1};
        for (int i = 0; i < 3; i++) {
            SparsityTarget target = SparsityTarget.of(targets[i], i == 2 ? 0 : 3);
            List<PretrainingMonitors> history = Networks.pretrainer(40)
                    .build()
                    .pretrain(network(layer -> layer.sparsity(target)), data())
                    .layers()
                    .get(0)
                    .history();
            activation[i] = history.get(39).meanHiddenActivation();
        }
        // The strength is many times that of the likelihood, which pulls by a few hundredths; the wrong sign would end
        // at
        // 0 or 1.
        assertThat(Math.abs(activation[0] - 0.5)).isLessThan(0.1);
        assertThat(Math.abs(activation[1] - 0.1)).isLessThan(0.1);
        assertThat(activation[2]).as("with a strength of 0").isGreaterThan(0.3);
    }

    @Test
    void unitsAndNegativePhasesThatDoNotFitAreRefusedWhenTheLayerIsBuiltOrThePhaseReplaced() {
        assertThatThrownBy(() -> network(layer -> layer.hidden(Softmax.of(5)).sparsity(SparsityTarget.of(0.1, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("sparsity target with Softmax");
        UnaryOperator<RbmLayer.Builder> half = layer -> layer.hiddenUnitDropout(HiddenUnitDropout.retaining(0.5));
        assertThatThrownBy(() -> network(layer -> half.apply(layer.hidden(Softmax.of(5)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("hidden-unit dropout with Softmax");
        ParallelTempering tempering = ParallelTempering.of(1, 5, Ladder.linear(3));
        assertThatThrownBy(() -> network(layer -> half.apply(layer).negativePhase(tempering)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("hidden-unit dropout with ParallelTempering");
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .layerNegativePhase("0", tempering)
                        .build()
                        .pretrain(network(half), data()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("hidden-unit dropout with ParallelTempering");
    }

    @Test
    void withDroppedUnitsTheNetworkKeepsItsParametersAndMonitorsJudgeTheExpectedModel() {
        HiddenUnitDropout half = HiddenUnitDropout.retaining(0.5);
        MultiLayerNetwork network = network(layer -> layer.hiddenUnitDropout(half));
        Recorder recorder = new Recorder(network);
        PretrainingMonitors last = Networks.pretrainer(2)
                .listeners(recorder)
                .build()
                .pretrain(network, data())
                .layers()
                .get(0)
                .history()
                .get(1);
        assertThat(network.params()).isEqualTo(recorder.parameters.get(5));
        var trained = RbmLayer.modelOf(network, 0);
        double judged = Arrays.stream(half.expectedModel(trained).freeEnergy(ROWS))
                .average()
                .orElseThrow();
        assertThat(Math.abs(last.freeEnergyTrain() - judged)).isLessThan(ROUNDING);
        assertThat(Math.abs(last.freeEnergyTrain()
                        - Arrays.stream(trained.freeEnergy(ROWS)).average().orElseThrow()))
                .as("from the free energy of all units together")
                .isGreaterThan(0.01);
        assertThat(Math.abs(last.meanHiddenActivation()
                        - network.output(ROWS).meanNumber().doubleValue()))
                .isLessThan(ROUNDING);

        MultiLayerNetwork plain = network(layer -> layer);
        Networks.pretrainer(2).build().pretrain(plain, data());
        MultiLayerNetwork all = network(layer -> layer.hiddenUnitDropout(HiddenUnitDropout.retaining(1)));
        Networks.pretrainer(2).build().pretrain(all, data());
        assertThat(all.params()).isEqualTo(plain.params()).isNotEqualTo(network.params());
    }

    private static DataSet weighted(INDArray rows, double... weights) {
        INDArray mask = Nd4j.createFromArray(weights).reshape(weights.length, 1);
        return new DataSet(rows, Networks.labels(DataType.DOUBLE, weights.length), null, mask);
    }

    /** Means in place of samples: the second copy of a row would be made binary by other random numbers. */
    private static MultiLayerNetwork stackOfMeans() {
        return Networks.initialised(Networks.base(DataType.DOUBLE)
                .list()
                .layer(Networks.rbm(6, 5).greyValues(GreyValues.MEANS).build())
                .layer(Networks.rbm(5, 4).greyValues(GreyValues.MEANS).build())
                .build());
    }

    /** One minibatch, so that both have the same updates; through two layers, with kept and with recomputed inputs. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void aRowOfWeightTwoIsLearntLikeThatRowTwice(long cacheBytes) {
        INDArray rows =
                ROWS.get(NDArrayIndex.interval(0, 8), NDArrayIndex.all()).dup();
        INDArray twice = Nd4j.vstack(rows, rows.getRow(1, true));
        double[] weights = {1, 2, 1, 1, 1, 1, 1, 1};
        MultiLayerNetwork[] networks = new MultiLayerNetwork[3];
        for (int i = 0; i < 3; i++) {
            networks[i] = stackOfMeans();
            GreedyPretrainer.Builder pretrainer = Networks.pretrainer(3)
                    .cacheBytes(cacheBytes)
                    .updater(new Sgd(0.3))
                    .layerNegativePhase("0", PersistentContrastiveDivergence.of(1, 7))
                    .layerNegativePhase("1", PersistentContrastiveDivergence.of(1, 7));
            switch (i) {
                case 0 ->
                    pretrainer
                            .exampleWeights(ExampleWeights.ofLabelsMask())
                            .build()
                            .pretrain(networks[i], Minibatches.of(List.of(weighted(rows, weights))));
                case 1 -> pretrainer.build().pretrain(networks[i], Minibatches.of(twice, 9));
                default ->
                    pretrainer
                            .exampleWeights(minibatch -> new double[] {1, 1, 1, 1, 1, 1, 1, 1})
                            .build()
                            .pretrain(networks[i], Minibatches.of(rows, 8));
            }
        }
        // The hidden units drawn from a weighted sum are the same ones unless a draw falls between two roundings.
        assertThat(distance(networks[0].params(), networks[1].params())).isLessThan(ROUNDING);
        assertThat(distance(networks[0].params(), networks[2].params()))
                .as("without the weights")
                .isGreaterThan(0.01);
        MultiLayerNetwork none = stackOfMeans();
        Networks.pretrainer(3)
                .cacheBytes(cacheBytes)
                .updater(new Sgd(0.3))
                .layerNegativePhase("0", PersistentContrastiveDivergence.of(1, 7))
                .layerNegativePhase("1", PersistentContrastiveDivergence.of(1, 7))
                .build()
                .pretrain(none, Minibatches.of(rows, 8));
        assertThat(networks[2].params()).as("weights of 1").isEqualTo(none.params());
    }

    @Test
    void badWeightsAreRefusedBeforeAnythingIsLearnt() {
        INDArray rows =
                ROWS.get(NDArrayIndex.interval(0, 3), NDArrayIndex.all()).dup();
        refusedWeights(rows, "the weight of example 2 of a minibatch is -1.0, expected a finite number", 1, -1, 1);
        refusedWeights(rows, "the weight of example 3 of a minibatch is NaN, expected", 1, 1, Double.NaN);
        refusedWeights(rows, "the weight of example 1 of a minibatch is Infinity, expected", 1.0 / 0, 1, 1);
        refusedWeights(rows, "the weights of all 3 examples of a minibatch are 0, expected a positive one", 0, 0, 0);
        refusedWeights(rows, "2 example weights for a minibatch of 3 rows, expected one for each row", 1, 1);
        MultiLayerNetwork network = network(layer -> layer);
        GreedyPretrainer byMask = Networks.pretrainer(1)
                .exampleWeights(ExampleWeights.ofLabelsMask())
                .build();
        assertThatThrownBy(() -> byMask.pretrain(network, data()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("example weights: the labels mask is missing, expected one weight for each of the 10 rows");
    }

    private static void refusedWeights(INDArray rows, String message, double... weights) {
        MultiLayerNetwork network = network(layer -> layer);
        INDArray before = network.params().dup();
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .exampleWeights(minibatch -> weights)
                        .build()
                        .pretrain(network, Minibatches.of(rows, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("layer 0: " + message);
        assertThat(network.params()).isEqualTo(before);
    }

    /** The sum of its definition, over all recorded parameters. */
    private static INDArray average(List<INDArray> parameters, double decay) {
        INDArray sum = parameters.get(0).mul(0);
        double weights = 0;
        for (INDArray p : parameters) {
            sum.muli(decay).addi(p);
            weights = decay * weights + 1;
        }
        return sum.divi(weights);
    }

    @Test
    void theAverageIsThatOfAllUpdatesAndTheTrainingDoesNotKnowOfIt() {
        double decay = 0.8;
        MultiLayerNetwork plain = network(layer -> layer);
        INDArray start = plain.params().dup();
        Recorder without = new Recorder(plain);
        PretrainingReport plainReport =
                Networks.pretrainer(3).listeners(without).build().pretrain(plain, data());
        INDArray expected = average(without.parameters, decay);
        for (ParameterAverage spec : List.of(
                ParameterAverage.ofDecay(decay),
                ParameterAverage.ofUpdates(5).forMonitorsOnly(),
                ParameterAverage.ofDecay(decay).forTheEndOnly())) {
            MultiLayerNetwork averaged = network(layer -> layer);
            Recorder with = new Recorder(averaged);
            PretrainingReport report = Networks.pretrainer(3)
                    .averaging(spec)
                    .listeners(with)
                    .build()
                    .pretrain(averaged, data());
            assertThat(with.parameters).as("every step of the training").isEqualTo(without.parameters);
            if (spec.kept()) {
                assertThat(distance(averaged.params(), expected)).isLessThan(ROUNDING);
                assertThat(distance(averaged.params(), plain.params())).isGreaterThan(1e-3);
            } else {
                assertThat(averaged.params()).isEqualTo(plain.params());
            }
            double norm = report.layers().get(0).history().get(2).weightNorm();
            double plainNorm = plainReport.layers().get(0).history().get(2).weightNorm();
            if (spec.monitored()) {
                double expectedNorm = expected.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 30))
                        .norm2Number()
                        .doubleValue();
                assertThat(Math.abs(norm - expectedNorm)).isLessThan(ROUNDING);
                assertThat(Math.abs(norm - plainNorm)).isGreaterThan(1e-3);
            } else {
                assertThat(report.layers().get(0).history())
                        .isEqualTo(plainReport.layers().get(0).history());
            }
        }
        List<INDArray> fromTheStart = new ArrayList<>(List.of(start));
        fromTheStart.addAll(without.parameters);
        assertThat(distance(average(fromTheStart, decay), expected))
                .as("an average that holds the start too")
                .isGreaterThan(1e-3);
    }

    @Test
    void aStoppingRuleGoesBackToTheAverageOfItsEpoch() {
        MultiLayerNetwork network = network(layer -> layer.updater(new Sgd(3)));
        Recorder recorder = new Recorder(network);
        PretrainingReport.LayerReport report = Networks.pretrainer(30)
                .averaging(ParameterAverage.ofDecay(0.6))
                .validation(Minibatches.of(Minibatches.patterns(DataType.DOUBLE, 20, 6, 9), 20))
                .stopEarly(StoppingRule.onReconstructionError(0, 2))
                .listeners(recorder)
                .build()
                .pretrain(network, data())
                .layers()
                .get(0);
        int kept = report.keptEpoch();
        assertThat(kept).as("there is a way back").isLessThan(report.history().size());
        INDArray expected = average(recorder.parameters.subList(0, 3 * kept), 0.6);
        assertThat(distance(network.params(), expected)).isLessThan(1e-10);
    }

    @Test
    void averagesOutOfRangeOrWithoutUseAreRefused() {
        for (double bad : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> ParameterAverage.ofDecay(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("parameter average: decay = " + bad + ", expected a number in [0, 1)");
        }
        assertThatThrownBy(() -> ParameterAverage.ofUpdates(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter average: updates = 0, expected at least 1");
        assertThatThrownBy(() -> new ParameterAverage(0.9, false, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter average: neither monitored nor kept, expected at least one of them");
        assertThat(ParameterAverage.ofUpdates(4)).isEqualTo(new ParameterAverage(0.75, true, true));
        MultiLayerNetwork network = network(layer -> layer);
        MultiLayerNetwork same = network.clone();
        Networks.pretrainer(1).build().pretrain(network, data());
        Networks.pretrainer(1).averaging(ParameterAverage.ofUpdates(1)).build().pretrain(same, data());
        assertThat(distance(same.params(), network.params())).isLessThan(ROUNDING);
    }

    @Test
    void monitorsCountHowOftenTheBoundOfPoissonUnitsActed() {
        INDArray counts = Nd4j.createFromArray(new double[][] {{0, 3, 1}, {2, 5, 0}, {1, 4, 2}, {0, 6, 1}});
        for (double bound : new double[] {2, 1e6}) {
            MultiLayerNetwork network =
                    Networks.single(DataType.DOUBLE, 3, 4, base -> {}, layer -> layer.visible(Poisson.of(bound))
                            .updater(new Sgd(0.01)));
            PretrainingReport report = Networks.pretrainer(3).build().pretrain(network, Minibatches.of(counts, 4));
            for (PretrainingMonitors monitors : report.layers().get(0).history()) {
                if (bound == 2) {
                    // The middle column's bias starts near log 4.5; 4 chains of 3 columns.
                    assertThat(monitors.boundedMeans()).isBetween(1L, 12L);
                } else {
                    assertThat(monitors.boundedMeans()).isZero();
                }
            }
        }
    }

    /** Two layers and minibatches large enough to be cut, in both precisions, plain and tempered. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void anyNumberOfThreadsComputesTheSameBits(DataType type) {
        INDArray rows = Minibatches.patterns(type, 150, 40, 3);
        INDArray expected = null;
        for (int threads : new int[] {1, 2, 3}) {
            MultiLayerNetwork network = Networks.stack(type, 40, 33, 20);
            Networks.pretrainer(2)
                    .layerNegativePhase("1", ParallelTempering.of(1, 25, Ladder.linear(5)))
                    .threads(threads)
                    .build()
                    .pretrain(network, Minibatches.of(rows, 70));
            expected = expected == null ? network.params() : expected;
            assertThat(network.params()).as("%d threads", threads).isEqualTo(expected);
        }
        MultiLayerNetwork untrained = Networks.stack(type, 40, 33, 20);
        assertThat(untrained.params()).isNotEqualTo(expected);
    }

    @Test
    void pretrainingWithThreadsLeavesTheBlasAsItWasEvenWhenItFails() {
        int before = Nd4j.factory().blas().getMaxThreads();
        Nd4j.factory().blas().setMaxThreads(2);
        try {
            int[] during = new int[1];
            GreedyPretrainer pretrainer = Networks.pretrainer(1)
                    .threads(2)
                    .listeners(new PretrainingListener() {
                        @Override
                        public void onMinibatch(PretrainingProgress progress) {
                            during[0] = Nd4j.factory().blas().getMaxThreads();
                            throw new IllegalStateException("a listener's own");
                        }
                    })
                    .build();
            assertThatThrownBy(() -> pretrainer.pretrain(network(layer -> layer), data()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a listener's own");
            assertThat(during[0]).isEqualTo(1);
            assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(2);
        } finally {
            Nd4j.factory().blas().setMaxThreads(before);
        }
        assertThatThrownBy(() -> GreedyPretrainer.builder().threads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads = 0, expected at least 1");
    }
}
