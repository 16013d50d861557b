package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What generators draw in a search. */
final class SearchGeneratorsTest {

    @TempDir
    Path directory;

    @Test
    void halvingTrainsTheBestOfEveryRungForMoreEpochs() {
        SearchTable table = Searches.run(Searches.Generators.HALVING.make(), 1000, directory);
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
        GeneticSearch search = GeneticSearch.of(space, Searches.ACCURACY, 4, 0.05, 7);
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
    void aConfigurationReadFromItsJsonFindsTheSame(Searches.Generators kind) {
        OptimizationConfiguration configuration = Searches.configuration(kind.make(), 3, directory.resolve("a"));
        String json = configuration.toJson();
        OptimizationConfiguration read = OptimizationConfiguration.fromJson(json);
        assertThat(read.toJson()).isEqualTo(json);
        SearchTable original = runOf(configuration, directory.resolve("a"));
        SearchTable again = runOf(read, directory.resolve("b"));
        if (kind != Searches.Generators.GRID_IN_RANDOM_ORDER) {
            assertThat(Searches.withoutTimes(again)).isEqualTo(Searches.withoutTimes(original));
        }
        assertThat(again.rows()).hasSize(3);
    }

    private static SearchTable runOf(OptimizationConfiguration configuration, Path directory) {
        Search search = Search.of(configuration, PretrainingTaskCreator.of(42), directory);
        search.execute();
        return search.table();
    }

    @Test
    void aSearchEndsWhenItsGeneratorHasNoMoreCandidates() {
        SearchTable table = Searches.run(Searches.Generators.GRID.make(), 1000, directory);
        assertThat(table.rows()).hasSize(6);
    }
}
