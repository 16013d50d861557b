package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.boltzmann4j.dl4j.ImproperWeights;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

final class SpacesTest {

    private final SplittableRandom random = new SplittableRandom(11);

    private double[] point(ParameterSpace<?> space) {
        return random.doubles(space.numParameters()).toArray();
    }

    @Test
    void everyPointOfASpaceWithInvalidCornersGivesANetworkThatInitialises() {
        DbnSpace space = Spaces.indexed(Spaces.dbn());
        Set<String> repaired = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            DbnConfiguration candidate = space.getValue(point(space));
            MultiLayerNetwork network = new MultiLayerNetwork(candidate.getMultiLayerConfiguration());
            assertThatCode(network::init).doesNotThrowAnyException();
            candidate.settings().repairs().forEach(repair -> repaired.add(repair.replaceFirst("[: ].*", "")));
        }
        // Each has a chance of at least 0.05 at a point, so that 60 points miss one with a probability below 0.05.
        assertThat(repaired)
                .contains("depth", "nOut", "k", "sparsity", "retainProbability", "offsetStep", "improperWeights")
                .contains("fineTuningEpochs", "negativePhase", "hiddenUnitDropout");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void theCornersOfTheUnitCubeAreRepairedToo(double corner) {
        DbnSpace space = Spaces.indexed(Spaces.dbn());
        double[] point = new double[space.numParameters()];
        java.util.Arrays.fill(point, corner);
        new MultiLayerNetwork(space.getValue(point).getMultiLayerConfiguration()).init();
        assertThat(space.getValue(point).settings().repairs()).isNotEmpty();
    }

    @Test
    void aValidPointIsNotRepaired() {
        DbnSpace space = Spaces.indexed(Spaces.small());
        for (int i = 0; i < 20; i++) {
            assertThat(space.getValue(point(space)).settings().repairs()).isEmpty();
        }
    }

    @Test
    void anImproperPairGetsBernoulliHiddenUnits() {
        RbmLayerSpace space = new RbmLayerSpace.Builder()
                .visible(OneOf.<Unit>of(Poisson.of(10)))
                .hidden(OneOf.<Unit>of(Gaussian.of(1)))
                .nOut(3)
                .build();
        Repairs repairs = new Repairs();
        RbmLayer layer = space.valueAt(new double[0], repairs, null, null);
        assertThat(layer.getHidden()).isEqualTo(new Bernoulli());
        assertThat(repairs.notes()).singleElement().asString().contains("hidden units", "bounded");
    }

    @Test
    void aGaussianPairWithLargeWeightsIsProjectedInsteadOfRefused() {
        RbmLayerSpace space = new RbmLayerSpace.Builder()
                .visible(OneOf.<Unit>of(Gaussian.of(1)))
                .hidden(OneOf.<Unit>of(Gaussian.of(1)))
                .build();
        Repairs repairs = new Repairs();
        RbmLayer layer = space.valueAt(new double[0], repairs, null, 4);
        assertThat(layer.getImproperWeights()).isEqualTo(ImproperWeights.PROJECTED);
        assertThat(repairs.notes()).singleElement().asString().contains("REFUSED became PROJECTED");
    }

    @Test
    void wholeLaddersTakeThePlaceOfEvenlySpacedRungs() {
        NegativePhaseSpace space = NegativePhaseSpace.of(NegativePhaseSpace.Kind.PARALLEL_TEMPERING)
                .withLadder(new IntegerParameterSpace(2, 9), new FixedValue<>(0.0))
                .withLadders(OneOf.<Ladder>of(AdaptiveLadder.of(0.5)));
        assertThat(space.numParameters()).isZero();
        assertThat(space.getValue(new double[0])).isEqualTo(ParallelTempering.of(1, 100, AdaptiveLadder.of(0.5)));
        assertThat(space.withLadder(new FixedValue<>(2), new FixedValue<>(0.25)).getValue(new double[0]))
                .isEqualTo(ParallelTempering.of(1, 100, Ladder.of(0.25, 1)));
    }

    @Test
    void averagesOfParametersAreWhatALayerHasAfterItsPretraining() {
        assertThat(pretrained(new FixedValue<>(0.9))).isNotEqualTo(pretrained(new FixedValue<>(0.0)));
        DbnSpace without = DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .fineTuningEpochs(new FixedValue<>(0))
                .build();
        // A decay of 0 is the last parameters.
        assertThat(pretrained(new FixedValue<>(0.0)))
                .isEqualTo(CandidateRecord.of(without.getValue(new double[0]), 5)
                        .train(new Stripes())
                        .model()
                        .params());
    }

    private static INDArray pretrained(ParameterSpace<Double> decay) {
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(1)).withAveraging(decay))
                .fineTuningEpochs(new FixedValue<>(0))
                .build();
        return CandidateRecord.of(space.getValue(new double[0]), 5)
                .train(new Stripes())
                .model()
                .params();
    }

    @Test
    void spacesOfDifferentConstantsOrPartsAreDifferent() {
        assertThat(DbnSpace.builder(6, 3).widths(new FixedValue<>(4)).build())
                .isEqualTo(DbnSpace.builder(6, 3).widths(new FixedValue<>(4)).build())
                .isNotEqualTo(DbnSpace.builder(7, 3).widths(new FixedValue<>(4)).build())
                .isNotEqualTo(DbnSpace.builder(6, 3).widths(new FixedValue<>(5)).build());
        assertThat(OneOf.of(1, 2)).isNotEqualTo(OneOf.of(1, 3)).hasSameHashCodeAs(OneOf.of(1, 2));
    }

    @Test
    void temperingToInfiniteTemperatureOfUnboundedUnitsTakesThePathOfBaseRates() {
        RbmLayerSpace space = new RbmLayerSpace.Builder()
                .visible(OneOf.<Unit>of(Gaussian.of(1)))
                .negativePhase(NegativePhaseSpace.of(NegativePhaseSpace.Kind.PARALLEL_TEMPERING))
                .build();
        Repairs repairs = new Repairs();
        ParallelTempering phase = (ParallelTempering)
                space.valueAt(new double[0], repairs, null, 4).getNegativePhase();
        assertThat(phase.path()).hasToString("BASE_RATES");
        assertThat(repairs.notes()).singleElement().asString().startsWith("negativePhase");
    }

    @Test
    void upperLevelsTakeTheUnitsTheyStandOn() {
        DbnSpace space = DbnSpace.builder(5, 2)
                .widths(new FixedValue<>(4), new FixedValue<>(3))
                .layers(new RbmLayerSpace.Builder()
                        .visible(OneOf.<Unit>of(Gaussian.of(2)))
                        .hidden(OneOf.<Unit>of(new Bernoulli()))
                        .build())
                .build();
        var confs = space.getValue(new double[0]).getMultiLayerConfiguration().getConfs();
        assertThat(((RbmLayer) confs.get(0).getLayer()).getVisible()).isEqualTo(Gaussian.of(2));
        assertThat(((RbmLayer) confs.get(1).getLayer()).getVisible()).isEqualTo(new Bernoulli());
    }

    @Test
    void widthsAreIndependentDimensionsAndASingleOneIsTied() {
        DbnSpace independent = Spaces.indexed(DbnSpace.builder(5, 2)
                .widths(new IntegerParameterSpace(1, 100), new IntegerParameterSpace(1, 100))
                .build());
        assertThat(independent.numParameters()).isEqualTo(2);
        assertThat(widths(independent, 0.1, 0.9)).containsExactly(10, 90);
        DbnSpace tied = Spaces.indexed(DbnSpace.builder(5, 2)
                .depth(new FixedValue<>(3))
                .widths(new IntegerParameterSpace(1, 100))
                .build());
        assertThat(tied.numParameters()).isEqualTo(1);
        assertThat(widths(tied, 0.1)).containsExactly(10, 10, 10);
    }

    private static long[] widths(DbnSpace space, double... point) {
        return space.getValue(point).getMultiLayerConfiguration().getConfs().stream()
                .map(conf -> conf.getLayer())
                .filter(RbmLayer.class::isInstance)
                .mapToLong(layer -> ((RbmLayer) layer).getNOut())
                .toArray();
    }

    @Test
    void pretrainingAndFineTuningHaveRatesOfTheirOwn() {
        DbnSpace space = Spaces.indexed(DbnSpace.builder(5, 2)
                .widths(new FixedValue<>(4))
                .updater(OneOf.of(new Sgd(0.25)))
                .pretraining(
                        PretrainingSpace.ofEpochs(new FixedValue<>(7)).withUpdaters(OneOf.of(new Nesterovs(0.5, 0.25))))
                .build());
        DbnConfiguration candidate = space.getValue(new double[0]);
        RbmLayer layer =
                (RbmLayer) candidate.getMultiLayerConfiguration().getConf(0).getLayer();
        assertThat(layer.getIUpdater()).isEqualTo(new Sgd(0.25));
        assertThat(candidate.settings().pretraining().updaters()).containsExactly(new Nesterovs(0.5, 0.25));
        assertThat(candidate.settings().pretraining().epochs()).containsExactly(7);
    }

    @Test
    void aSpaceReadFromItsJsonGivesTheSameCandidates() throws Exception {
        DbnSpace space = Spaces.indexed(Spaces.dbn());
        String json = JsonMapper.getMapper().writeValueAsString(space);
        DbnSpace read = (DbnSpace) JsonMapper.getMapper().readValue(json, ParameterSpace.class);
        assertThat(read).isEqualTo(space);
        assertThat(read.numParameters()).isEqualTo(space.numParameters());
        for (int i = 0; i < 20; i++) {
            double[] point = point(space);
            assertThat(read.getValue(point)).isEqualTo(space.getValue(point));
        }
        assertThat(JsonMapper.getMapper().writeValueAsString(read)).isEqualTo(json);
    }

    @Test
    void theJsonOfASpaceOfSpecificationsHoldsNoJavaSerialisation() throws Exception {
        // A FixedValue of the host with anything but a number, text or enum has a field "data" in base 64.
        assertThat(JsonMapper.getMapper().writeValueAsString(Spaces.dbn())).doesNotContain("\"data\"");
    }

    @Test
    void aLayerSpaceWorksInTheHostsOwnSpaceAndItsJson() {
        MultiLayerSpace space = new MultiLayerSpace.Builder()
                .seed(3)
                .addLayer(Spaces.everyField())
                .addLayer(new OutputLayerSpace.Builder()
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .lossFunction(LossFunction.MCXENT)
                        .build())
                .setInputType(InputType.feedForward(5))
                .build();
        Spaces.indexed(space);
        String json = write(space);
        MultiLayerSpace read = MultiLayerSpace.fromJson(json);
        double[] point = point(space);
        assertThat(read.getValue(point)).isEqualTo(space.getValue(point));
        assertThat(read.getValue(point).getMultiLayerConfiguration().getConf(0).getLayer())
                .isInstanceOf(RbmLayer.class);
    }

    private static String write(Object space) {
        try {
            return JsonMapper.getMapper().writeValueAsString(space);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aPointThatTheHostsSpaceRefusesMovesTowardsTheMiddle() {
        MultiLayerSpace network = new MultiLayerSpace.Builder()
                .addLayer(new RbmLayerSpace.Builder()
                        .nOut(3)
                        .weightInit(new FixedValue<>(WeightInit.XAVIER))
                        .build())
                .layer(new OutputLayer.Builder().nOut(2).build())
                // The host refuses negative probabilities.
                .dropOut(new ContinuousParameterSpace(-1, 3))
                .setInputType(InputType.feedForward(5))
                .build();
        PretrainedSpace space =
                Spaces.indexed(new PretrainedSpace(network, PretrainingSpace.ofEpochs(new FixedValue<>(1))));
        double[] refused = new double[space.numParameters()];
        assertThatThrownBy(() -> network.getValue(refused)).isInstanceOf(RuntimeException.class);
        assertThat(space.getValue(refused).settings().repairs())
                .singleElement()
                .asString()
                .startsWith("the point became [0.25");
    }

    @Test
    void graphsKeepTheirSpaceInJsonAndAreNotTrainedJointly() throws Exception {
        PretrainedSpace space = Spaces.indexed(Spaces.graph()
                .withJointTraining(JemSpace.builder(org.boltzmann4j.sampler.Box.of(0, 1), 40)
                        .build()));
        PretrainedSpace read = (PretrainedSpace) JsonMapper.getMapper().readValue(write(space), ParameterSpace.class);
        double[] point = point(space);
        assertThat(read.getValue(point)).isEqualTo(space.getValue(point));
        assertThat(read.getValue(point).settings().joint()).isNull();
        assertThat(read.getValue(point).settings().repairs())
                .singleElement()
                .asString()
                .startsWith("joint training left");
    }

    @Test
    void pretrainingOfLevelsThatAreNotThereDoesNotMatter() {
        DbnSpace space = DbnSpace.builder(5, 2)
                .depth(new FixedValue<>(1))
                .widths(new FixedValue<>(4), new FixedValue<>(3))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(2), new FixedValue<>(0)))
                .build();
        assertThat(space.getValue(new double[0]).settings().pretraining().epochs())
                .containsExactly(2);
    }

    @Test
    void anOutputLayerThatTheHostRefusesBecomesTheUsualOne() {
        DbnSpace space = Spaces.indexed(DbnSpace.builder(5, 2)
                .widths(new FixedValue<>(4))
                .output(new OutputLayerSpace.Builder()
                        .nOut(2)
                        .dropOut(new ContinuousParameterSpace(-1, 1))
                        .build())
                .build());
        assertThat(space.getValue(new double[] {0}).settings().repairs())
                .singleElement()
                .asString()
                .startsWith("the output layer became softmax");
    }

    @Test
    void aChoiceAmongValuesOfTwoKindsIsRefused() {
        assertThatThrownBy(() -> OneOf.<Object>of(new Bernoulli(), ContrastiveDivergence.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one kind");
        assertThatThrownBy(() -> OneOf.of(new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[I");
    }

    @Test
    void aChoiceReadsNothingButItsKind() {
        String json =
                """
                {"@class":"org.boltzmann4j.arbiter.OneOf","kind":"UPDATER","values":[{"@class":"java.util.ArrayList"}]}""";
        assertThatThrownBy(() -> JsonMapper.getMapper().readValue(json, ParameterSpace.class))
                .hasMessageContaining("IUpdater");
    }
}
