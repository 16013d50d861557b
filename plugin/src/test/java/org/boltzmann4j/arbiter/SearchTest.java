package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.BaseStatusListener;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchTest {

    @TempDir
    Path directory;

    @Test
    void aCandidateIsTrainedAgainFromItsJsonBitForBit() throws Exception {
        SearchTable table = Searches.run(Searches.Generators.RANDOM.make(), 3, directory);
        Stripes data = new Stripes();
        for (SearchTable.Row row : table.rows()) {
            Path folder = directory.resolve(
                    String.format("candidates/%06d", row.candidate().index()));
            CandidateRecord read = CandidateRecord.fromJson(Files.readString(folder.resolve("candidate.json")));
            assertThat(read).isEqualTo(row.candidate());
            MultiLayerNetwork saved = ZipResultSaver.readNetwork(folder.resolve("model.zip"));
            assertThat(((MultiLayerNetwork) read.train(data).model()).params()).isEqualTo(saved.params());
        }
        assertThat(table.rows()).extracting(row -> row.candidate().seed()).doesNotHaveDuplicates();
    }

    @Test
    void graphsArePretrainedSearchedAndTrainedAgainAsNetworksAre() throws Exception {
        SearchTable table = Searches.run(new RandomSearchGenerator(Spaces.graph()), 2, directory);
        assertThat(table.rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.status()).as(row.failure()).isEqualTo(CandidateStatus.Complete);
            assertThat(row.outcome().curves().get(0).name()).isEqualTo("layer features: reconstruction error");
            assertThat(row.outcome().curves().get(0).values()).hasSize(3);
            assertThat(row.outcome().curves().get(1).values()).hasSize(2);
            Path zip = directory.resolve(
                    String.format("candidates/%06d/model.zip", row.candidate().index()));
            ComputationGraph again =
                    (ComputationGraph) row.candidate().train(new Stripes()).model();
            assertThat(again.params()).isEqualTo(ZipResultSaver.readGraph(zip).params());
        });
    }

    @Test
    void aFailureLeavesItsStackTraceAndTheSearchGoesOn() {
        CandidateGenerator generator = new RandomSearchGenerator(DbnSpace.builder(6, 4) // the data have 3 classes
                .widths(new IntegerParameterSpace(2, 4))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(0)))
                .build());
        SearchTable table = Searches.run(generator, 3, directory);
        assertThat(table.rows()).hasSize(3).allSatisfy(row -> {
            assertThat(row.status()).isEqualTo(CandidateStatus.Failed);
            assertThat(row.failure()).contains("\tat org.boltzmann4j.arbiter.CandidateTraining");
        });
        assertThat(table.best()).isEmpty();
    }

    @Test
    void aCandidateThatCannotBeDrawnIsAFailureAndNoEndlessLoop() {
        CandidateGenerator generator = new RandomSearchGenerator(new FixedValue<>(1)) {
            @Override
            public Candidate<?> getCandidate() {
                return new Candidate<>(
                        (Object) null, 0, new double[0], null, new IllegalStateException("no value here"));
            }
        };
        assertThat(Searches.run(generator, 2, directory).rows()).hasSize(2).allSatisfy(row -> assertThat(row.failure())
                .startsWith("java.lang.IllegalStateException: no value here"));
    }

    @Test
    void thePretrainingDataAreThoseWithoutLabels() {
        Stripes.unlabelledReads = 0;
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new IntegerParameterSpace(2, 4))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(2)))
                .build();
        Searches.run(new RandomSearchGenerator(space), 3, directory);
        assertThat(Stripes.unlabelledReads).isEqualTo(3);
    }

    @Test
    void withoutFineTuningThePretrainingIsJudged() {
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new IntegerParameterSpace(2, 8))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(2)))
                .fineTuningEpochs(new FixedValue<>(0))
                .build();
        RbmScore likelihood = RbmScore.of(RbmScore.Measure.LOG_LIKELIHOOD);
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(new RandomSearchGenerator(space))
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(likelihood)
                .terminationConditions(new MaxCandidatesCondition(2))
                .build();
        Search search = Search.of(configuration, PretrainingTaskCreator.of(42), directory);
        search.execute();
        assertThat(search.table().rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.status()).as(row.failure()).isEqualTo(CandidateStatus.Complete);
            TrainedCandidate again = row.candidate().train(new Stripes());
            assertThat(row.score()).isEqualTo(likelihood.score(again, new Stripes()));
        });
        assertThat(search.table().bestAsJava()).contains(".pretrain(").doesNotContain(".fit(");
    }

    @Test
    void theHostsRunnerTakesTheTasksToo() throws Exception {
        OptimizationConfiguration configuration =
                Searches.configuration(Searches.Generators.RANDOM.make(), 2, directory);
        LocalOptimizationRunner runner = new LocalOptimizationRunner(configuration, PretrainingTaskCreator.of(42));
        runner.execute();
        assertThat(runner.numCandidatesCompleted()).isEqualTo(2);
        assertThat(runner.getResults()).hasSize(2).allSatisfy(result -> assertThat(
                        result.getResult().getModelSpecificResults())
                .isInstanceOf(TrainingOutcome.class));
    }

    @Test
    void theRunnerOffersItsCountsToTerminationConditionsAndListeners() {
        Search search = Searches.search(Searches.Generators.RANDOM.make(), 3, directory);
        int[] calls = new int[1];
        search.addListeners(new BaseStatusListener() {
            @Override
            public void onRunnerStatusChange(IOptimizationRunner runner) {
                calls[0]++;
            }
        });
        search.execute();
        assertThat(calls[0]).isEqualTo(3);
        assertThat(search.numCandidatesCompleted()).isEqualTo(3);
        assertThat(search.bestScore())
                .isEqualTo(search.table().best().orElseThrow().score());
        assertThat(search.getResults()).hasSize(3);
    }

    @Test
    void dimensionsWithoutEffectAreNotListed() {
        SpaceColumns columns = SpaceColumns.of(Spaces.indexed(Spaces.small()));
        double[] point = new double[columns.names().size()];
        assertThat(columns.valuesAt(point))
                .containsEntry("depth", 1)
                .containsEntry("layer.negativePhase.kind", NegativePhaseSpace.Kind.CONTRASTIVE_DIVERGENCE)
                .containsKey("width 0")
                .doesNotContainKey("width 1")
                // There are 0 epochs of pretraining at this corner.
                .containsEntry("pretraining.epochs", 0)
                .doesNotContainKey("pretraining.updater.learningRate");
        Arrays.fill(point, 1);
        assertThat(columns.valuesAt(point).keySet()).containsExactlyElementsOf(columns.names());
    }
}
