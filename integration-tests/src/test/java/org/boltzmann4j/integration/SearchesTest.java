package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.boltzmann4j.arbiter.PretrainingSettings;
import org.boltzmann4j.arbiter.PretrainingTaskListener;
import org.boltzmann4j.arbiter.Search;
import org.boltzmann4j.arbiter.SearchTable;
import org.boltzmann4j.arbiter.ZipResultSaver;
import org.boltzmann4j.dl4j.StockNetwork;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.saving.InMemoryResultSaver;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.task.ComputationGraphTaskCreator;
import org.deeplearning4j.arbiter.task.MultiLayerNetworkTaskCreator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Hyperparameter searches over pretraining and fine-tuning, on real digits from end to end. */
class SearchesTest {

    private static final int SECONDS = 300; // against hanging; half a minute is usual

    @TempDir
    Path directory;

    static Stream<CandidateGenerator> generators() {
        return Stream.of(
                DigitsSearch.random(),
                DigitsSearch.grid(DigitsSearch.space()),
                DigitsSearch.genetic(),
                DigitsSearch.halving());
    }

    @ParameterizedTest
    @MethodSource("generators")
    void aSearchFindsANetworkThatDeeplearning4jOpensAndThatKnowsDigits(CandidateGenerator generator) throws Exception {
        Search search = DigitsSearch.search(generator, 7, directory);
        search.execute();

        SearchTable table = search.table();
        assertThat(table.rows()).hasSize(7).allMatch(row -> row.status() == CandidateStatus.Complete);
        SearchTable.Row best = table.best().orElseThrow();
        File zip = directory
                .resolve(String.format(
                        "candidates/%06d/model.zip", best.candidate().index()))
                .toFile();
        MultiLayerNetwork opened = MultiLayerNetwork.load(zip, true);
        assertThat(opened.evaluate(Digits.test().iterator(100)).accuracy()).isEqualTo(best.score());
        // Guessing would be right on a tenth of 100 digits, with a standard error of 0.03.
        assertThat(best.score()).isGreaterThan(0.3);
        File stock = directory.resolve("stock.zip").toFile();
        StockNetwork.save(opened, stock);
        assertThat(MultiLayerNetwork.load(stock, false)
                        .evaluate(Digits.test().iterator(100))
                        .accuracy())
                .isEqualTo(best.score());
    }

    @ParameterizedTest
    @EnumSource
    void aSearchThatWasKilledGoesOnToTheTableOfAnUninterruptedOne(DigitsSearch.Kind kind) throws Exception {
        Path killed = directory.resolve("killed");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        DigitsSearch.class.getName(),
                        kind.name(),
                        killed.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
        try {
            Path done = killed.resolve("candidates/000001/result.json");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (!Files.exists(done)) {
                assertThat(child.isAlive())
                        .as(Files.readString(directory.resolve("output.txt")))
                        .isTrue();
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(20);
            }
            Thread.sleep(Math.floorMod(System.nanoTime(), 500)); // anywhere in the candidates after it
        } finally {
            child.destroyForcibly().waitFor(); // SIGKILL
        }
        assertThat(killed.resolve("table.csv")).as("killed before its end").doesNotExist();

        Search resumed = kind.in(killed);
        resumed.execute();
        Search whole = kind.in(directory.resolve("whole"));
        whole.execute();
        assertThat(withoutTimes(resumed)).isEqualTo(withoutTimes(whole));
    }

    private static List<String> withoutTimes(Search search) {
        return search.table()
                .csv()
                .lines()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }

    @Test
    void aSpaceWithInvalidCornersFinishesAndSaysWhatWasRepaired() {
        Search search = DigitsSearch.search(
                DigitsSearch.grid(DigitsSearch.spaceWithInvalidCorners()), 100, DigitsSource.withNoise(), directory);
        search.execute();
        assertThat(search.table().rows()).hasSize(8);
        assertThat(search.table().csv()).contains("nOut: 0 became 1", "k: 0 became 1", "REFUSED became PROJECTED");
        assertThat(search.table().rows())
                .filteredOn(
                        row -> row.parameters().get("layer.hidden").toString().startsWith("Gaussian"))
                .hasSize(4)
                .allMatch(row -> row.status() == CandidateStatus.Complete);
    }

    @Test
    void theHostsOwnTasksPretrainNetworksWithTheListener() throws Exception {
        MultiLayerNetwork network =
                (MultiLayerNetwork) best(DigitsSearch.random(), new MultiLayerNetworkTaskCreator(null, listener()));
        // Only pretraining moves the visible bias: fine-tuning leaves it at 0.
        assertThat(network.getLayer(0).getParam("vb").norm2Number().doubleValue())
                .isPositive();
    }

    @Test
    void theHostsOwnTasksPretrainGraphsWithTheListener() throws Exception {
        ComputationGraph graph = (ComputationGraph) best(
                new RandomSearchGenerator(DigitsSearch.graph()), new ComputationGraphTaskCreator(null, listener()));
        assertThat(graph.getLayer("features").getParam("vb").norm2Number().doubleValue())
                .isPositive();
    }

    private static PretrainingTaskListener listener() {
        return new PretrainingTaskListener(PretrainingSettings.ofEpochs(1), DigitsSource.class, null);
    }

    private static Object best(CandidateGenerator generator, TaskCreator tasks) throws IOException {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(generator)
                .dataSource(DigitsSource.class, null)
                .scoreFunction(DigitsSearch.accuracy())
                .modelSaver(new InMemoryResultSaver())
                .terminationConditions(new MaxCandidatesCondition(1))
                .rngSeed(1)
                .build();
        LocalOptimizationRunner runner = new LocalOptimizationRunner(configuration, tasks);
        runner.execute();
        assertThat(runner.numCandidatesCompleted()).isEqualTo(1);
        // A candidate drawn at random: four standard errors, 0.03 each, above guessing.
        assertThat(runner.bestScore()).isGreaterThan(0.22);
        return runner.getResults().get(0).getResultModel();
    }

    @Test
    void nobodyButSearchesNeedsArbiter() throws Exception {
        String without = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("arbiter"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(without)
                .doesNotContain("arbiter")
                .hasSizeLessThan(System.getProperty("java.class.path").length());
        ChildJvm child = ChildJvm.run(directory, without, SECONDS, FirstPretraining.class.getName());
        assertThat(child.exitCode()).as(child.output()).isZero();
        assertThat(child.output()).contains(FirstPretraining.DONE);
    }

    @Test
    void aZipWithAnEntryThatIsNoNetworkIsRefused() throws Exception {
        Search search = DigitsSearch.search(DigitsSearch.random(), 1, directory);
        search.execute();
        Path zip = directory.resolve("candidates/000000/model.zip");
        org.deeplearning4j.util.ModelSerializer.addObjectToFile(zip.toFile(), "extra", "java serialisation");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ZipResultSaver.readNetwork(zip))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("expected nothing but");
    }
}
