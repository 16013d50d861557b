package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.listener.BaseStatusListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A search that ended and is started again in its directory. */
final class SearchResumeTest {

    @TempDir
    Path directory;

    /** What a kill leaves: an error out of the middle of a candidate, after its draw was written and before its result. */
    private static void runAndDieIn(int candidate, CandidateGenerator generator, int most, Path directory) {
        Search search = Searches.search(generator, most, directory);
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
    void aSearchThatDiedGoesOnToTheTableOfAnUninterruptedOne(Searches.Generators kind) {
        int most = 6;
        boolean ordered = kind != Searches.Generators.GRID_IN_RANDOM_ORDER;
        SearchTable whole = Searches.run(kind.make(), most, directory.resolve("whole"));
        Path twice = directory.resolve("twice");
        runAndDieIn(2, kind.make(), most, twice);
        runAndDieIn(4, kind.make(), most, twice);
        SearchTable resumed = Searches.run(kind.make(), most, twice);
        assertThat(whole.rows()).hasSize(6).allMatch(row -> row.status() == CandidateStatus.Complete);
        if (ordered) {
            assertThat(Searches.withoutTimes(resumed)).isEqualTo(Searches.withoutTimes(whole));
        }
        // The order of the last one is drawn without a seed. What counts: every point of the grid, none twice.
        assertThat(points(resumed)).containsExactlyInAnyOrderElementsOf(points(whole));
    }

    private static List<List<Double>> points(SearchTable table) {
        return table.rows().stream().map(row -> row.candidate().point()).toList();
    }

    @Test
    void finishedCandidatesAreNotRunAgain() throws Exception {
        SearchTable first = Searches.run(Searches.Generators.RANDOM.make(), 3, directory);
        List<byte[]> before = zips();
        Stripes.unlabelledReads = 0;
        SearchTable more = Searches.run(Searches.Generators.RANDOM.make(), 3, directory);
        assertThat(Stripes.unlabelledReads).isZero();
        assertThat(more.csv()).isEqualTo(first.csv()); // with the times
        assertThat(zips()).usingRecursiveComparison().isEqualTo(before);
    }

    private List<byte[]> zips() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.endsWith("model.zip"))
                    .sorted()
                    .map(SearchResumeTest::bytes)
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
        Searches.run(Searches.Generators.RANDOM.make(), 2, directory);
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .containsOnly(
                            "search.json", "candidate.json", "result.json", "model.zip", "table.csv", "report.html");
        }
    }

    @Test
    void anotherSearchInTheSameDirectoryIsRefused() {
        Searches.run(Searches.Generators.RANDOM.make(), 1, directory);
        Search other = Search.of(
                Searches.configuration(Searches.Generators.RANDOM.make(), 1, directory),
                PretrainingTaskCreator.of(43),
                directory);
        assertThatThrownBy(other::execute)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("seed is 42, expected 43. Take another directory");
    }

    @Test
    void anotherSpaceInTheSameDirectoryIsRefused() {
        Searches.run(Searches.Generators.RANDOM.make(), 1, directory);
        Search other = Searches.search(
                new RandomSearchGenerator(DbnSpace.builder(6, 3)
                        .widths(new IntegerParameterSpace(2, 9))
                        .build()),
                1,
                directory);
        assertThatThrownBy(other::execute)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its generator is not that of search.json");
    }
}
