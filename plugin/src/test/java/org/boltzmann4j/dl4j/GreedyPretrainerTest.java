package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** What greedy pretraining learns from, what it changes and what it leaves alone. */
class GreedyPretrainerTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 30, 6, 1);

    private static Minibatches data() {
        return Minibatches.of(ROWS, 10);
    }

    private static INDArray layerParams(MultiLayerNetwork network, int layer) {
        return network.getLayer(layer).params().dup();
    }

    @ParameterizedTest(name = "cache of {0} bytes")
    @ValueSource(longs = {0, 1 << 20})
    void inAStackOfEqualWidthsTheSecondLayerLearnsFromTheOutputOfTheFirst(long cacheBytes) {
        MultiLayerNetwork stack = Networks.stack(DataType.DOUBLE, 6, 6, 6);
        INDArray start = layerParams(stack, 1);
        Networks.pretrainer(3).cacheBytes(cacheBytes).build().pretrain(stack, data());

        // The same layer on its own, at the same index so that it has the same random numbers.
        List<DataSet> outputs = new ArrayList<>();
        data().forEachRemaining(minibatch -> outputs.add(
                new DataSet(stack.feedForwardToLayer(0, minibatch.getFeatures()).get(1), null)));
        MultiLayerNetwork alone = Networks.above(DataType.DOUBLE, 1, 6, 6);
        alone.setParams(start);
        Networks.pretrainer(3).cacheBytes(cacheBytes).build().pretrain(alone, Minibatches.of(outputs));
        assertThat(alone.params())
                .isEqualTo(layerParams(stack, 1).reshape(alone.params().shape()));

        MultiLayerNetwork onFeatures = Networks.above(DataType.DOUBLE, 1, 6, 6);
        onFeatures.setParams(start);
        Networks.pretrainer(3).cacheBytes(cacheBytes).build().pretrain(onFeatures, data());
        assertThat(onFeatures.params()).isNotEqualTo(alone.params());
    }

    /** If this fails, a new version of the host has repaired its pretraining. */
    @Test
    void theHostTrainsUpperLayersOnTheRawFeatures() {
        NeuralNetConfiguration.ListBuilder list = Networks.base(DataType.DOUBLE).list();
        list.layer(Networks.rbm(6, 6).build());
        list.layer(Networks.rbm(6, 6).greyValues(GreyValues.MEANS).build());
        MultiLayerNetwork network =
                Networks.initialised(list.layer(Networks.output(6)).build());
        INDArray before = layerParams(network, 1);
        network.pretrainLayer(1, Minibatches.of(ROWS, 30));
        INDArray seen = ((RbmRuntimeLayer) network.getLayer(1)).pretrainState().lastPresented();
        assertThat(seen).as("what layer 1 was trained on").isEqualTo(ROWS);
        assertThat(layerParams(network, 1)).isNotEqualTo(before);
        assertThat(network.feedForwardToLayer(0, ROWS).get(1))
                .as("what it should have been")
                .isNotEqualTo(seen);
        MultiLayerNetwork unequal = Networks.stack(DataType.DOUBLE, 6, 4, 3);
        assertThatThrownBy(() -> unequal.pretrainLayer(1, Minibatches.of(ROWS, 30)))
                .isInstanceOf(Exception.class);
    }

    @Test
    void nothingOfTheNetworkChangesButTheParametersOfItsRbmLayers() {
        MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.DOUBLE)
                .updater(new Nesterovs(0.1, 0.9))
                .list()
                .layer(Networks.rbm(6, 5).build())
                .layer(new DenseLayer.Builder()
                        .nIn(5)
                        .nOut(4)
                        .activation(Activation.SIGMOID)
                        .build())
                .layer(Networks.rbm(4, 3).build())
                .layer(Networks.output(3))
                .build());
        network.fit(new DataSet(ROWS, Networks.labels(DataType.DOUBLE, 30)));
        INDArray updaterState = network.getUpdater().getStateViewArray().dup();
        INDArray gradients = network.getFlattenedGradients().dup();
        INDArray first = layerParams(network, 0);
        INDArray dense = layerParams(network, 1);
        INDArray second = layerParams(network, 2);
        INDArray output = layerParams(network, 3);
        String configuration = network.getLayerWiseConfigurations().toJson();
        int iterations = network.getIterationCount();

        Networks.pretrainer(2).updater(new Sgd(0.3)).build().pretrain(network, data());

        assertThat(layerParams(network, 0)).isNotEqualTo(first);
        assertThat(layerParams(network, 2)).isNotEqualTo(second);
        assertThat(layerParams(network, 1)).isEqualTo(dense);
        assertThat(layerParams(network, 3)).isEqualTo(output);
        assertThat(network.getUpdater().getStateViewArray()).isEqualTo(updaterState);
        assertThat(network.getFlattenedGradients()).isEqualTo(gradients);
        assertThat(network.getIterationCount()).isEqualTo(iterations).isEqualTo(1);
        assertThat(network.getEpochCount()).isZero();
        assertThat(network.getLayer(0).conf().getIterationCount()).isLessThanOrEqualTo(1);
        assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(configuration);
        assertThat(((RbmRuntimeLayer) network.getLayer(0)).pretrainState()).isNull();
        assertThat(network.getLayer(0).input()).isNull();
    }

    @Test
    void fineTuningAfterwardsStartsItsSchedulesAtZero() {
        MultiLayerNetwork network = Networks.initialised(Networks.base(DataType.DOUBLE)
                .updater(new Sgd(new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.5, 1, 0.0))))
                .list()
                .layer(Networks.rbm(6, 5).build())
                .layer(Networks.output(5))
                .build());
        Networks.pretrainer(2).build().pretrain(network, data());
        INDArray pretrained = network.params().dup();
        DataSet labelled = new DataSet(ROWS, Networks.labels(DataType.DOUBLE, 30));
        network.fit(labelled);
        INDArray afterOne = network.params().dup();
        assertThat(afterOne).isNotEqualTo(pretrained);
        network.fit(labelled);
        assertThat(network.params())
                .as("the rate is 0 from the second iteration on")
                .isEqualTo(afterOne);
    }

    @Test
    void schedulesOfThePretrainingCountFromZeroInEveryLayer() {
        Sgd onlyTheFirst = new Sgd(new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.5, 1, 0.0)));
        List<INDArray> history = new ArrayList<>();
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        PretrainingListener recorder = new PretrainingListener() {
            @Override
            public void onMinibatch(PretrainingProgress progress) {
                history.add(layerParams(network, progress.layer() - 1));
            }
        };
        INDArray secondAtFirst = layerParams(network, 1);
        Networks.pretrainer(1).updater(onlyTheFirst).listeners(recorder).build().pretrain(network, data());
        assertThat(history).hasSize(6);
        assertThat(history.get(1)).isEqualTo(history.get(0));
        assertThat(history.get(2)).isEqualTo(history.get(0));
        assertThat(history.get(3)).isNotEqualTo(secondAtFirst);
        assertThat(history.get(5)).isEqualTo(history.get(3));
    }

    @Test
    void updatersEpochsAndNegativePhasesCanBeSetForEveryLayerByNameOrIndex() {
        NeuralNetConfiguration.ListBuilder list = Networks.base(DataType.DOUBLE).list();
        list.layer(Networks.rbm(6, 5).name("lower").visibleBiasFromData(false).build());
        list.layer(Networks.rbm(5, 4).visibleBiasFromData(false).build());
        MultiLayerNetwork network =
                Networks.initialised(list.layer(Networks.output(4)).build());
        INDArray first = layerParams(network, 0);
        INDArray second = layerParams(network, 1);
        PretrainingReport report = Networks.pretrainer(5)
                .updater(new Sgd(0.2))
                .layerUpdater("lower", new Sgd(0.0))
                .layerEpochs("1", 2)
                .layerNegativePhase("0", PersistentContrastiveDivergence.of(2, 3))
                .build()
                .pretrain(network, data());
        assertThat(layerParams(network, 0)).isEqualTo(first);
        assertThat(layerParams(network, 1)).isNotEqualTo(second);
        assertThat(report.layers().get(0).history()).hasSize(5);
        assertThat(report.layers().get(0).name()).isEqualTo("lower");
        assertThat(report.layers().get(1).history()).hasSize(2);
        assertThat(report.layers().get(1).name()).as("the host's own name").isEqualTo("layer1");
        assertThat(report.layers())
                .extracting(PretrainingReport.LayerReport::index)
                .containsExactly(0, 1);
        assertThat(((RbmLayer) network.getLayer(0).conf().getLayer()).getNegativePhase())
                .as("the layer's own negative phase stays")
                .isEqualTo(ContrastiveDivergence.of(1));
    }

    @Test
    void anOverriddenNegativePhaseIsTheOneThatTrains() {
        MultiLayerNetwork own = Networks.single(
                DataType.DOUBLE, 6, 5, b -> {}, l -> l.negativePhase(PersistentContrastiveDivergence.of(2, 7)));
        Networks.pretrainer(2).build().pretrain(own, data());
        MultiLayerNetwork overridden = Networks.single(DataType.DOUBLE, 6, 5, b -> {}, l -> l);
        Networks.pretrainer(2)
                .layerNegativePhase("0", PersistentContrastiveDivergence.of(2, 7))
                .build()
                .pretrain(overridden, data());
        assertThat(overridden.params()).isEqualTo(own.params());
        MultiLayerNetwork plain = Networks.single(DataType.DOUBLE, 6, 5, b -> {}, l -> l);
        Networks.pretrainer(2).build().pretrain(plain, data());
        assertThat(plain.params()).isNotEqualTo(own.params());
    }

    @Test
    void settingsForLayersThatAreNotThereAreRefusedAndTheLayersNamed() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5);
        INDArray before = network.params().dup();
        assertThatThrownBy(() ->
                        Networks.pretrainer(1).layerEpochs("upper", 3).build().pretrain(network, data()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[upper]")
                .hasMessageContaining("layer 0");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void keptInputsComeInANewOrderAndOtherwiseMakeNoDifference() {
        MultiLayerNetwork kept = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        MultiLayerNetwork recomputed = kept.clone();
        Minibatches one = Minibatches.of(ROWS, 30);
        Networks.pretrainer(4).build().pretrain(kept, one);
        Networks.pretrainer(4).cacheBytes(0).build().pretrain(recomputed, one.again());
        assertThat(recomputed.params()).as("one minibatch has one order").isEqualTo(kept.params());

        MultiLayerNetwork keptMany = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        MultiLayerNetwork recomputedMany = keptMany.clone();
        MultiLayerNetwork tooLarge = keptMany.clone();
        Minibatches many = data();
        Networks.pretrainer(4).build().pretrain(keptMany, many);
        Minibatches reread = data();
        Networks.pretrainer(4).cacheBytes(0).build().pretrain(recomputedMany, reread);
        // Layer 1 has inputs of 30 x 5 doubles, 1200 bytes.
        Networks.pretrainer(4).cacheBytes(1199).build().pretrain(tooLarge, data());
        assertThat(layerParams(keptMany, 0)).as("raw features are not kept").isEqualTo(layerParams(recomputedMany, 0));
        assertThat(layerParams(keptMany, 1)).isNotEqualTo(layerParams(recomputedMany, 1));
        assertThat(tooLarge.params()).as("what does not fit is recomputed").isEqualTo(recomputedMany.params());
        assertThat(many.resets)
                .as("summary and 4 epochs of layer 0, summary of layer 1")
                .isEqualTo(6);
        assertThat(reread.resets).isEqualTo(10);
    }

    @Test
    void labelsMakeNoDifference() {
        MultiLayerNetwork unlabelled = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        MultiLayerNetwork labelled = unlabelled.clone();
        Networks.pretrainer(2).build().pretrain(unlabelled, Minibatches.of(ROWS, 30));
        Networks.pretrainer(2)
                .build()
                .pretrain(labelled, Minibatches.of(List.of(new DataSet(ROWS, Networks.labels(DataType.DOUBLE, 30)))));
        assertThat(labelled.params()).isEqualTo(unlabelled.params());
    }

    @Test
    void theLastMinibatchMayBeSmaller() {
        MultiLayerNetwork network = Networks.stack(DataType.FLOAT, 6, 5, 4);
        List<Long> counts = new ArrayList<>();
        PretrainingListener recorder = new PretrainingListener() {
            @Override
            public void onMinibatch(PretrainingProgress progress) {
                counts.add(progress.minibatch());
                assertThat(progress.minibatches()).isEqualTo(4);
            }
        };
        Networks.pretrainer(2)
                .layerNegativePhase("0", PersistentContrastiveDivergence.of(1, 20))
                .listeners(recorder)
                .build()
                .pretrain(network, Minibatches.of(ROWS, 9));
        assertThat(counts).hasSize(16).startsWith(1L, 2L, 3L, 4L, 1L);
        assertThat(Double.isFinite(network.params().sumNumber().doubleValue())).isTrue();
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        MultiLayerNetwork first = Networks.stack(DataType.FLOAT, 6, 5, 4);
        MultiLayerNetwork second = first.clone();
        MultiLayerNetwork other = first.clone();
        GreedyPretrainer pretrainer = Networks.pretrainer(3).build();
        pretrainer.pretrain(first, data());
        pretrainer.pretrain(second, data());
        assertThat(second.params()).isEqualTo(first.params());
        Networks.pretrainer(3).seed(43).build().pretrain(other, data());
        assertThat(other.params()).isNotEqualTo(first.params());
        MultiLayerNetwork explicit = Networks.stack(DataType.FLOAT, 6, 5, 4);
        Networks.pretrainer(3).seed(42).build().pretrain(explicit, data());
        assertThat(explicit.params()).as("42 is the network's own").isEqualTo(first.params());
    }

    @Test
    void aBuilderUsedOnDoesNotReachAPretrainerAlreadyMade() {
        GreedyPretrainer.Builder builder = Networks.pretrainer(1);
        GreedyPretrainer pretrainer = builder.build();
        builder.epochs(7).layerEpochs("0", 9);
        PretrainingReport report = pretrainer.pretrain(Networks.stack(DataType.DOUBLE, 6, 5), data());
        assertThat(report.layers().get(0).history()).hasSize(1);
    }

    /** Remembers what each layer was shown. */
    private static final class Spy extends BaseTrainingListener {
        final List<INDArray> seen = new ArrayList<>();

        @Override
        public void iterationDone(Model model, int iteration, int epoch) {
            seen.add(((RbmRuntimeLayer) model).pretrainState().lastPresented());
        }
    }

    @Test
    void samplesAreHandedUpOnRequestWithTheMeansAsProbabilities() {
        INDArray rows = Minibatches.patterns(DataType.DOUBLE, 2000, 6, 2);
        for (Propagation propagation : Propagation.values()) {
            NeuralNetConfiguration.ListBuilder list =
                    Networks.base(DataType.DOUBLE).list();
            list.layer(Networks.rbm(6, 5).build());
            list.layer(Networks.rbm(5, 4).greyValues(GreyValues.MEANS).build());
            MultiLayerNetwork network =
                    Networks.initialised(list.layer(Networks.output(4)).build());
            Spy spy = new Spy();
            network.setListeners(spy);
            Networks.pretrainer(1)
                    .layerEpochs("1", 2)
                    .propagation(propagation)
                    .build()
                    .pretrain(network, Minibatches.of(rows, 2000));
            INDArray means = network.feedForwardToLayer(0, rows).get(1);
            INDArray seen = spy.seen.get(1);
            if (propagation == Propagation.MEAN) {
                assertThat(seen).isEqualTo(means);
                assertThat(spy.seen.get(2)).isEqualTo(means);
            } else {
                assertThat(seen.eq(0)
                                .castTo(DataType.INT32)
                                .addi(seen.eq(1).castTo(DataType.INT32))
                                .sumNumber()
                                .intValue())
                        .isEqualTo(2000 * 5);
                assertThat(spy.seen.get(2))
                        .as("drawn anew at every presentation")
                        .isNotEqualTo(seen);
                INDArray difference = seen.mean(0).sub(means.mean(0));
                // Five standard errors of at most 0.5 / sqrt(2000), five units: false alarm 3e-6.
                assertThat(difference.amaxNumber().doubleValue()).isLessThan(5 * 0.5 / Math.sqrt(2000));
            }
        }
    }

    @Test
    void frozenLayersArePassedThrough() {
        MultiLayerNetwork whole = Networks.stack(DataType.DOUBLE, 6, 5, 4);
        MultiLayerNetwork network = new TransferLearning.Builder(whole)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .updater(new Sgd(0.1))
                        .build())
                .setFeatureExtractor(0)
                .build();
        INDArray frozen = layerParams(network, 0);
        INDArray upper = layerParams(network, 1);
        PretrainingReport report = Networks.pretrainer(2).build().pretrain(network, data());
        assertThat(report.layers()).hasSize(1);
        assertThat(layerParams(network, 0)).isEqualTo(frozen);
        assertThat(layerParams(network, 1)).isNotEqualTo(upper);
    }

    @Test
    void theVisibleBiasStartsAtTheLogOddsOfTheDataAndTheHiddenInputsKeepTheirMean() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5);
        INDArray weights = network.getLayer(0).getParam("W").dup();
        List<INDArray> start = new ArrayList<>();
        PretrainingListener recorder = new PretrainingListener() {
            @Override
            public void onLayerStart(PretrainingProgress progress) {
                start.add(network.getLayer(0).getParam("vb").dup());
                start.add(network.getLayer(0).getParam("b").dup());
            }
        };
        Networks.pretrainer(1).listeners(recorder).build().pretrain(network, data());
        double[] means = ROWS.mean(0).toDoubleVector();
        for (int i = 0; i < 6; i++) {
            double p = Math.max(1e-3, Math.min(1 - 1e-3, means[i]));
            assertThat(start.get(0).getDouble(i) - Math.log(p / (1 - p))).isBetween(-1e-12, 1e-12);
        }
        INDArray expected = ROWS.mean(true, 0).mmul(weights).negi();
        for (int j = 0; j < 5; j++) {
            assertThat(start.get(1).getDouble(j) - expected.getDouble(0, j)).isBetween(-1e-12, 1e-12);
        }
        INDArray trained = network.getLayer(0).getParam("vb").dup();
        start.clear();
        Networks.pretrainer(1).listeners(recorder).build().pretrain(network, data());
        assertThat(start.get(0)).as("a trained layer keeps its bias").isEqualTo(trained);
    }

    @Test
    void pretrainingRaisesTheLikelihoodOfTheData() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 6, 5);
        double before = meanLogLikelihood(network);
        Networks.pretrainer(200).updater(new Sgd(0.1)).build().pretrain(network, Minibatches.of(ROWS, 10));
        // Six independent units at the data's means have about 1 nat less than the four noisy prototypes.
        assertThat(meanLogLikelihood(network)).isGreaterThan(before + 0.5);
    }

    private static double meanLogLikelihood(MultiLayerNetwork network) {
        INDArray all = Nd4j.create(DataType.DOUBLE, 64, 6);
        for (int s = 0; s < 64; s++) {
            for (int i = 0; i < 6; i++) {
                all.putScalar(s, i, (s >> i) & 1);
            }
        }
        double[] logs = RbmLayer.modelOf(network, 0).freeEnergy(all);
        double sum = 0;
        for (double freeEnergy : logs) {
            sum += Math.exp(-freeEnergy);
        }
        double mean = 0;
        for (double freeEnergy :
                RbmLayer.modelOf(network, 0).freeEnergy(ROWS.get(NDArrayIndex.all(), NDArrayIndex.all()))) {
            mean -= freeEnergy / 30;
        }
        return mean - Math.log(sum);
    }
}
