package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.estimate.OutlierDetection;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.BooleanSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Joint energy models in searches. */
final class JointSearchTest {

    @TempDir
    Path directory;

    /** Within and beyond what is valid. */
    private static JemSpace everyField() {
        return JemSpace.builder(Box.of(0, 1), 40)
                .term(OneOf.of(GenerativeTerm.values()))
                .weight(new ContinuousParameterSpace(-0.1, 0.5))
                .conditionalWeight(new ContinuousParameterSpace(-0.1, 0.5))
                .energyPenalty(new ContinuousParameterSpace(-0.1, 0.1))
                .langevin(new LangevinSpace(
                                new IntegerParameterSpace(0, 4),
                                new ContinuousParameterSpace(-0.5, 2),
                                new ContinuousParameterSpace(-0.01, 0.1),
                                new ContinuousParameterSpace(-0.1, 0.5))
                        .withDecay(new ContinuousParameterSpace(-1, 10), new ContinuousParameterSpace(-0.5, 1.5)))
                .uniformStarts(new BooleanSpace())
                .examplesPerClass(new IntegerParameterSpace(0, 100))
                .dataNoise(new ContinuousParameterSpace(-0.1, 0.2))
                .bufferSize(new IntegerParameterSpace(-10, 100))
                .restartRate(new ContinuousParameterSpace(-0.1, 1.1))
                .balancedRestarts(new BooleanSpace())
                .build();
    }

    private static DbnSpace space(ParameterSpace<Double> weights) {
        return DbnSpace.builder(6, 3)
                .widths(new IntegerParameterSpace(4, 8))
                .updater(OneOf.of(new Sgd(0.1)))
                .fineTuningEpochs(new FixedValue<>(2))
                .joint(JemSpace.builder(Box.of(0, 1), 40)
                        .weight(weights)
                        .langevin(OneOf.of(Langevin.practical(3, 0.5, 0.05)))
                        .bufferSize(new FixedValue<>(60))
                        .build())
                .build();
    }

    private static double[] point(ParameterSpace<?> space, long seed) {
        return new SplittableRandom(seed).doubles(space.numParameters()).toArray();
    }

    @Test
    void aSpaceReadFromItsJsonGivesTheSameCandidates() throws Exception {
        DbnSpace space = Spaces.indexed(DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .joint(everyField())
                .build());
        String json = JsonMapper.getMapper().writeValueAsString(space);
        DbnSpace read = (DbnSpace) JsonMapper.getMapper().readValue(json, ParameterSpace.class);
        assertThat(read).isEqualTo(space);
        for (int seed = 0; seed < 20; seed++) {
            double[] point = point(space, seed);
            assertThat(read.getValue(point)).isEqualTo(space.getValue(point));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void theCornersOfTheUnitCubeAreRepaired(double corner) {
        JemSpace space = Spaces.indexed(everyField());
        double[] point = new double[space.numParameters()];
        Arrays.fill(point, corner);
        Repairs repairs = new Repairs();
        JointSettings settings = space.valueAt(point, repairs);
        assertThat(settings.bufferSize()).isEqualTo(corner == 0 ? 0 : 100);
        assertThat(settings.restartRate()).isEqualTo(corner);
        // Whole at the upper corner but for the rate of restarts and the exponent of the decay; all but term, balance
        // and
        // kind of starts are below their ranges at the lower.
        assertThat(repairs.notes()).hasSize(corner == 0 ? 13 : 2);
    }

    @Test
    void aBufferSmallerThanAMinibatchGrowsToIt() {
        JemSpace space = JemSpace.builder(Box.of(0, 1), 40)
                .bufferSize(new FixedValue<>(39))
                .build();
        Repairs repairs = new Repairs();
        assertThat(space.valueAt(new double[0], repairs).bufferSize()).isEqualTo(40);
        assertThat(repairs.notes()).containsExactly("bufferSize: 39 became 40");
    }

    @Test
    void withoutANoiseOfItsOwnTheSamplerIsTheProperOne() {
        LangevinSpace space = new LangevinSpace(new FixedValue<>(3), new FixedValue<>(0.1), null, null);
        assertThat(space.getValue(new double[0])).isEqualTo(Langevin.proper(3, 0.1));
    }

    private SearchTable run(ParameterSpace<?> space, ScoreFunction score, int most) {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(new RandomSearchGenerator(space))
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(score)
                .modelSaver(ZipResultSaver.below(directory))
                .terminationConditions(new MaxCandidatesCondition(most))
                .build();
        Search search = Search.of(configuration, PretrainingTaskCreator.of(42), directory);
        search.execute();
        return search.table();
    }

    @Test
    void aCandidateIsTrainedJointlyAndAgainFromItsJsonBitForBit() throws Exception {
        SearchTable table =
                run(space(new ContinuousParameterSpace(0.05, 0.3)), JemScore.of(JemScore.Measure.CALIBRATION_ERROR), 2);
        assertThat(table.score()).isEqualTo("calibration error");
        assertThat(table.rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.status()).as(row.failure()).isEqualTo(CandidateStatus.Complete);
            assertThat(row.outcome().curves())
                    .extracting(TrainingCurve::name)
                    .contains("fine-tuning: loss", "joint training: energy of samples minus that of data");
            assertThat(row.outcome().curves().get(2).values()).hasSize(2);
            Path folder = directory.resolve(
                    String.format("candidates/%06d", row.candidate().index()));
            CandidateRecord read = CandidateRecord.fromJson(Files.readString(folder.resolve("candidate.json")));
            assertThat(read).isEqualTo(row.candidate());
            // The zip carries a stock loss again, and opens without this library but for its RBM layer.
            MultiLayerNetwork saved = ZipResultSaver.readNetwork(folder.resolve("model.zip"));
            assertThat(((MultiLayerNetwork) read.train(new Stripes()).model()).params())
                    .isEqualTo(saved.params());
        });
    }

    @Test
    void theGenerativeWeightReachesTheTraining() {
        DbnSpace none = Spaces.indexed(space(new FixedValue<>(0.0)));
        DbnSpace some = Spaces.indexed(space(new FixedValue<>(0.3)));
        double[] point = {0.5};
        TrainedCandidate without = CandidateRecord.of(none.getValue(point), 5).train(new Stripes());
        TrainedCandidate with = CandidateRecord.of(some.getValue(point), 5).train(new Stripes());
        assertThat(((MultiLayerNetwork) with.model()).params())
                .isNotEqualTo(((MultiLayerNetwork) without.model()).params());
        assertThat(without.notes()).isEmpty();
    }

    @Test
    void theStartsOfTheChainsReachTheTraining() {
        TrainedCandidate gaussian = started(new FixedValue<>(false));
        TrainedCandidate uniform = started(new FixedValue<>(true));
        assertThat(uniform.model().params()).isNotEqualTo(gaussian.model().params());
    }

    private static TrainedCandidate started(ParameterSpace<Boolean> uniformly) {
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .joint(JemSpace.builder(Box.of(0, 1), 40)
                        .uniformStarts(uniformly)
                        .bufferSize(new FixedValue<>(60))
                        .build())
                .build();
        return CandidateRecord.of(space.getValue(new double[0]), 5).train(new Stripes());
    }

    @Test
    void aRecordWithoutTheLatestSettingsStartsChainsAsItAlwaysDid() {
        JointSettings settings = JemSpace.builder(Box.of(0, 1), 40).build().getValue(new double[0]);
        ObjectNode older = (ObjectNode) SearchJson.tree(settings);
        older.remove(List.of("uniformStarts", "examplesPerClass"));
        assertThat(SearchJson.read(older, JointSettings.class)).isEqualTo(settings);
    }

    @Test
    void aTrainingThatDivergesSaysSoInItsNotes() {
        DbnSpace wild = Spaces.indexed(DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(8))
                .updater(OneOf.of(new Sgd(1e4)))
                .fineTuningEpochs(new FixedValue<>(3))
                .joint(JemSpace.builder(Box.of(0, 1), 40)
                        .term(OneOf.of(GenerativeTerm.CD))
                        .build())
                .build());
        TrainedCandidate trained =
                CandidateRecord.of(wild.getValue(new double[0]), 5).train(new Stripes());
        assertThat(trained.notes()).isNotEmpty().first().asString().contains("back to minibatch");
        assertThat(((MultiLayerNetwork) trained.model()).params().sumNumber().doubleValue())
                .isFinite();
    }

    @Test
    void withNoEpochsTheNetworkIsThePretrainedOne() {
        DbnSpace none = DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .fineTuningEpochs(new FixedValue<>(0))
                .joint(JemSpace.builder(Box.of(0, 1), 40).build())
                .build();
        TrainedCandidate trained =
                CandidateRecord.of(none.getValue(new double[0]), 5).train(new Stripes());
        assertThat(((MultiLayerNetwork) trained.model()).getIterationCount()).isZero();
        assertThat(trained.pretraining()).isNotNull();
    }

    @Test
    void theHostsOwnSpacesAreTrainedJointlyTooButWithoutEarlyStopping() {
        MultiLayerSpace network = new MultiLayerSpace.Builder()
                .addLayer(new DenseLayerSpace.Builder()
                        .nOut(new IntegerParameterSpace(4, 8))
                        .activation(Activation.RELU)
                        .build())
                .addLayer(new OutputLayerSpace.Builder()
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .lossFunction(LossFunction.MCXENT)
                        .build())
                .setInputType(InputType.feedForward(6))
                .earlyStoppingConfiguration(new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
                        .epochTerminationConditions(new MaxEpochsTerminationCondition(1))
                        .build())
                .numEpochs(1)
                .build();
        PretrainedSpace space = new PretrainedSpace(network, PretrainingSpace.ofEpochs(new FixedValue<>(0)))
                .withJointTraining(JemSpace.builder(Box.of(0, 1), 40).build());
        SearchTable table = run(space, JemScore.of(JemScore.Measure.OUTLIER_AUROC), 1);
        assertThat(table.rows()).singleElement().satisfies(row -> {
            assertThat(row.status()).as(row.failure()).isEqualTo(CandidateStatus.Complete);
            assertThat(row.candidate().repairs()).singleElement().asString().startsWith("early stopping left out");
            assertThat(row.outcome().curves()).hasSize(2);
        });
    }

    private MultiLayerNetwork network() {
        DbnSpace space = Spaces.indexed(space(new FixedValue<>(0.1)));
        return (MultiLayerNetwork) CandidateRecord.of(space.getValue(new double[] {0.5}), 5)
                .train(new Stripes())
                .model();
    }

    @Test
    void theScoresAreTheFiguresOfTheTestRows() {
        MultiLayerNetwork network = network();
        Stripes data = new Stripes();
        JointEnergyModel model = JointEnergyModel.of(network);
        INDArray rows = ScoresTest.features(data.testData());
        int[] labels = java.util.stream.IntStream.range(0, 60).map(i -> i % 3).toArray();
        assertThat(JemScore.of(JemScore.Measure.CALIBRATION_ERROR).score(network, Stripes.class, Stripes.ofRows(60)))
                .isEqualTo(Calibration.of(model.logProbabilities(rows), labels).calibrationError());
        assertThat(JemScore.of(JemScore.Measure.OUTLIER_AUROC).score(network, Stripes.class, Stripes.ofRows(60)))
                .isEqualTo(OutlierDetection.of(
                                model.logDensity(rows), model.logDensity(ScoresTest.features(data.unusualData())))
                        .auroc());
    }

    @ParameterizedTest
    @EnumSource
    void aScoreReadFromItsJsonIsEqualAndKnowsItsDirection(JemScore.Measure measure) throws Exception {
        JemScore score = JemScore.of(measure);
        ScoreFunction read =
                JsonMapper.getMapper().readValue(JsonMapper.getMapper().writeValueAsString(score), ScoreFunction.class);
        assertThat(read).isEqualTo(score).hasSameHashCodeAs(score);
        assertThat(read.minimize()).isEqualTo(measure == JemScore.Measure.CALIBRATION_ERROR);
    }

    @Test
    void unusualInputsMustComeFromSomewhere() {
        MultiLayerNetwork network = network();
        TrainedCandidate candidate =
                new TrainedCandidate(network, null, 0, 0, java.util.List.of(), java.util.List.of());
        assertThatThrownBy(() -> JemScore.of(JemScore.Measure.OUTLIER_AUROC)
                        .score(candidate, new TimedSource(new PlainStripes(), new TimeLimit(null))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected an UnusualDataSource");
        assertThatThrownBy(() -> JemScore.of(JemScore.Measure.OUTLIER_AUROC).score(candidate, new PlainStripes()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected an UnusualDataSource");
    }

    @Test
    void theHostsOwnTasksRefuseWhatTheyCannotTrain() {
        DbnSpace space = Spaces.indexed(space(new FixedValue<>(0.1)));
        Candidate<DbnConfiguration> candidate =
                new Candidate<>(space.getValue(new double[] {0.5}), 0, new double[] {0.5});
        PretrainingTaskListener listener =
                new PretrainingTaskListener(PretrainingSettings.ofEpochs(1), Stripes.class, null);
        assertThatThrownBy(() -> listener.preProcess(network(), candidate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PretrainingTaskCreator");
    }
}
