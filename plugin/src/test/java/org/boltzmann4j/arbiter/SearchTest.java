package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.BaseStatusListener;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

final class SearchTest {

    private static final ScoreFunction ACCURACY = new EvaluationScoreFunction(Evaluation.Metric.ACCURACY);

    @TempDir
    Path directory;

    /** Every kind of generator, made anew as after a crash. */
    enum Generators {
        RANDOM,
        GRID,
        GRID_IN_RANDOM_ORDER,
        GENETIC,
        HALVING;

        CandidateGenerator make() {
            return switch (this) {
                case RANDOM -> new RandomSearchGenerator(Spaces.small());
                case GRID -> grid(GridSearchCandidateGenerator.Mode.Sequential);
                case GRID_IN_RANDOM_ORDER -> grid(GridSearchCandidateGenerator.Mode.RandomOrder);
                case GENETIC -> GeneticSearch.of(Spaces.small(), ACCURACY, 4, 0.1, 5);
                case HALVING -> SuccessiveHalving.of(Spaces.small(), ACCURACY, 5, 2, 5);
            };
        }
    }

    private static CandidateGenerator grid(GridSearchCandidateGenerator.Mode mode) {
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new IntegerParameterSpace(2, 4))
                .pretraining(PretrainingSpace.ofEpochs(new IntegerParameterSpace(0, 1)))
                .build();
        return new GridSearchCandidateGenerator(space, 3, mode, null);
    }

    private static OptimizationConfiguration configuration(CandidateGenerator generator, int most, Path saved) {
        return new OptimizationConfiguration.Builder()
                .candidateGenerator(generator)
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(ACCURACY)
                .modelSaver(ZipResultSaver.below(saved))
                .terminationConditions(new MaxCandidatesCondition(most))
                .build();
    }

    private static Search search(CandidateGenerator generator, int most, Path directory) {
        return Search.of(configuration(generator, most, directory), PretrainingTaskCreator.of(42), directory);
    }

    private static SearchTable run(CandidateGenerator generator, int most, Path directory) {
        Search search = search(generator, most, directory);
        search.execute();
        return search.table();
    }

    /** Without the seconds, which are the last column. */
    private static List<String> withoutTimes(SearchTable table) {
        return table.csv()
                .lines()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }

    /** What a kill leaves: an error out of the middle of a candidate, after its draw was written and before its result. */
    private static void runAndDieIn(int candidate, CandidateGenerator generator, int most, Path directory) {
        Search search = search(generator, most, directory);
        search.addListeners(new BaseStatusListener() {
            private int iterations;

            @Override
            public void onCandidateIteration(
                    org.deeplearning4j.arbiter.optimize.runner.CandidateInfo info, Object model, int iteration) {
                if (info.getIndex() == candidate && iterations++ == 1) {
                    throw new ThreadDeath();
                }
            }
        });
        assertThatThrownBy(search::execute).isInstanceOf(ThreadDeath.class);
    }

    @ParameterizedTest
    @EnumSource
    void aSearchThatDiedGoesOnToTheTableOfAnUninterruptedOne(Generators kind) {
        int most = 6;
        boolean ordered = kind != Generators.GRID_IN_RANDOM_ORDER;
        SearchTable whole = run(kind.make(), most, directory.resolve("whole"));
        Path twice = directory.resolve("twice");
        runAndDieIn(2, kind.make(), most, twice);
        runAndDieIn(4, kind.make(), most, twice);
        SearchTable resumed = run(kind.make(), most, twice);
        assertThat(whole.rows()).hasSize(6).allMatch(row -> row.status() == CandidateStatus.Complete);
        if (ordered) {
            assertThat(withoutTimes(resumed)).isEqualTo(withoutTimes(whole));
        }
        // The order of the last one is drawn without a seed. What counts: every point of the grid, none twice.
        assertThat(points(resumed)).containsExactlyInAnyOrderElementsOf(points(whole));
    }

    private static List<List<Double>> points(SearchTable table) {
        return table.rows().stream().map(row -> row.candidate().point()).toList();
    }

    @Test
    void finishedCandidatesAreNotRunAgain() throws Exception {
        SearchTable first = run(Generators.RANDOM.make(), 3, directory);
        List<byte[]> before = zips();
        Stripes.unlabelledReads = 0;
        SearchTable more = run(Generators.RANDOM.make(), 3, directory);
        assertThat(Stripes.unlabelledReads).isZero();
        assertThat(more.csv()).isEqualTo(first.csv()); // with the times
        assertThat(zips()).usingRecursiveComparison().isEqualTo(before);
    }

    private List<byte[]> zips() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.endsWith("model.zip"))
                    .sorted()
                    .map(SearchTest::bytes)
                    .toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void nothingInTheDirectoryOfASearchIsJavaSerialisation() throws Exception {
        run(Generators.RANDOM.make(), 2, directory);
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .containsOnly(
                            "search.json", "candidate.json", "result.json", "model.zip", "table.csv", "report.html");
        }
    }

    @Test
    void anotherSearchInTheSameDirectoryIsRefused() {
        run(Generators.RANDOM.make(), 1, directory);
        Search other = Search.of(
                configuration(Generators.RANDOM.make(), 1, directory), PretrainingTaskCreator.of(43), directory);
        assertThatThrownBy(other::execute)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("seed is 42, expected 43");
    }

    @Test
    void aCandidateIsTrainedAgainFromItsJsonBitForBit() throws Exception {
        SearchTable table = run(Generators.RANDOM.make(), 3, directory);
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
        SearchTable table = run(new RandomSearchGenerator(Spaces.graph()), 2, directory);
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
        SearchTable table = run(generator, 3, directory);
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
        assertThat(run(generator, 2, directory).rows()).hasSize(2).allSatisfy(row -> assertThat(row.failure())
                .startsWith("java.lang.IllegalStateException: no value here"));
    }

    @Test
    void aCandidateThatExceedsItsTimeIsGivenUpAndNotScored() {
        Search search = Search.of(
                configuration(Generators.RANDOM.make(), 2, directory),
                PretrainingTaskCreator.of(42).withTimeLimit(Duration.ofNanos(1)),
                directory);
        search.execute();
        assertThat(search.table().rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.status()).isEqualTo(CandidateStatus.Cancelled);
            assertThat(row.score()).isNull();
            assertThat(row.failure()).contains("time limit");
        });
    }

    /** Its training is done in a fraction of the limit, if the machine is not very busy. */
    @Test
    void theTimeOfACandidateHoldsForItsScoringToo() {
        ScoreFunction slow = new EvaluationScoreFunction(Evaluation.Metric.ACCURACY) {
            @Override
            public double score(MultiLayerNetwork network, DataSetIterator rows) {
                while (true) {
                    super.score(network, rows);
                    rows.reset();
                }
            }
        };
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(Generators.RANDOM.make())
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(slow)
                .terminationConditions(new MaxCandidatesCondition(1))
                .build();
        Search search = Search.of(
                configuration, PretrainingTaskCreator.of(42).withTimeLimit(Duration.ofMillis(1500)), directory);
        search.execute();
        assertThat(search.table().rows()).singleElement().satisfies(row -> assertThat(row.status())
                .isEqualTo(CandidateStatus.Cancelled));
    }

    @Test
    void allDataOfAScoreLookAtTheClock() {
        TimedSource late = new TimedSource(new Stripes(), new TimeLimit(Duration.ofNanos(1)));
        assertThat(Stream.of(late.trainData(), late.testData(), late.unusualData(), late.testData(Map.of())))
                .allSatisfy(data -> assertThatThrownBy(() -> ((DataSetIterator) data).next())
                        .isInstanceOf(TimeLimitException.class));
        TimedSource early = new TimedSource(new Stripes(), new TimeLimit(null));
        assertThat(ScoresTest.features(early.testData())).isEqualTo(ScoresTest.features(new Stripes().testData()));
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

    @Test
    void anotherSpaceInTheSameDirectoryIsRefused() {
        run(Generators.RANDOM.make(), 1, directory);
        Search other = search(
                new RandomSearchGenerator(DbnSpace.builder(6, 3)
                        .widths(new IntegerParameterSpace(2, 9))
                        .build()),
                1,
                directory);
        assertThatThrownBy(other::execute)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its generator is not that of search.json");
    }

    @Test
    void aSearchEndsWhenItsGeneratorHasNoMoreCandidates() {
        SearchTable table = run(Generators.GRID.make(), 1000, directory);
        assertThat(table.rows()).hasSize(6);
    }

    @Test
    void thePretrainingDataAreThoseWithoutLabels() {
        Stripes.unlabelledReads = 0;
        DbnSpace space = DbnSpace.builder(6, 3)
                .widths(new IntegerParameterSpace(2, 4))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(2)))
                .build();
        run(new RandomSearchGenerator(space), 3, directory);
        assertThat(Stripes.unlabelledReads).isEqualTo(3);
    }

    @Test
    void halvingTrainsTheBestOfEveryRungForMoreEpochs() {
        SearchTable table = run(Generators.HALVING.make(), 1000, directory);
        Map<Double, List<SearchTable.Row>> rungs = table.rows().stream()
                .collect(Collectors.groupingBy(row -> row.candidate().epochShare()));
        assertThat(rungs.keySet()).containsExactlyInAnyOrder(0.25, 0.5, 1.0);
        assertThat(rungs.get(0.25)).hasSize(5);
        assertThat(rungs.get(0.5)).hasSize(2);
        assertThat(rungs.get(1.0)).hasSize(1);
        double[] scores = rungs.get(0.25).stream()
                .mapToDouble(row -> row.score())
                .sorted()
                .toArray();
        double secondBest = scores[scores.length - 2];
        List<List<Double>> risen =
                rungs.get(0.5).stream().map(row -> row.candidate().point()).toList();
        assertThat(rungs.get(0.25).stream()
                        .filter(row -> risen.contains(row.candidate().point())))
                .hasSize(2)
                .allMatch(row -> row.score() >= secondBest);
        assertThat(table.best().orElseThrow().candidate().epochShare()).isEqualTo(1);
    }

    @Test
    void geneticSearchBreedsAndIsRepeatable() {
        double[][] first = genes(Spaces.small());
        assertThat(genes(Spaces.small())).isDeepEqualTo(first);
        // After four random points, most coordinates are those of a parent.
        List<double[]> parents = List.of(Arrays.copyOf(first, 4));
        long inherited = Arrays.stream(first, 4, first.length)
                .flatMapToLong(child -> java.util.stream.LongStream.range(0, child.length)
                        .filter(j ->
                                Arrays.stream(first).limit(parents.size()).anyMatch(p -> p[(int) j] == child[(int) j])))
                .count();
        assertThat(inherited).isPositive();
    }

    private static double[][] genes(DbnSpace space) {
        GeneticSearch search = GeneticSearch.of(space, ACCURACY, 4, 0.05, 7);
        double[][] genes = new double[8][];
        for (int i = 0; i < genes.length; i++) {
            Candidate<?> candidate = search.getCandidate();
            genes[i] = candidate.getFlatParameters();
            search.reportResults(new OptimizationResult(candidate, (double) i, i, null, null, null));
        }
        return genes;
    }

    @ParameterizedTest
    @EnumSource
    void aConfigurationReadFromItsJsonFindsTheSame(Generators kind) {
        OptimizationConfiguration configuration = configuration(kind.make(), 3, directory.resolve("a"));
        String json = configuration.toJson();
        OptimizationConfiguration read = OptimizationConfiguration.fromJson(json);
        assertThat(read.toJson()).isEqualTo(json);
        SearchTable original = runOf(configuration, directory.resolve("a"));
        SearchTable again = runOf(read, directory.resolve("b"));
        if (kind != Generators.GRID_IN_RANDOM_ORDER) {
            assertThat(withoutTimes(again)).isEqualTo(withoutTimes(original));
        }
        assertThat(again.rows()).hasSize(3);
    }

    private static SearchTable runOf(OptimizationConfiguration configuration, Path directory) {
        Search search = Search.of(configuration, PretrainingTaskCreator.of(42), directory);
        search.execute();
        return search.table();
    }

    @Test
    void theRunnerOffersItsCountsToTerminationConditionsAndListeners() {
        Search search = search(Generators.RANDOM.make(), 3, directory);
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
}
