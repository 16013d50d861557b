package org.boltzmann4j.arbiter;

import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.nd4j.evaluation.classification.Evaluation;

/** Searches on small data. */
final class Searches {

    static final ScoreFunction ACCURACY = new EvaluationScoreFunction(Evaluation.Metric.ACCURACY);

    private Searches() {}

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

    static OptimizationConfiguration configuration(CandidateGenerator generator, int most, Path saved) {
        return new OptimizationConfiguration.Builder()
                .candidateGenerator(generator)
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(ACCURACY)
                .modelSaver(ZipResultSaver.below(saved))
                .terminationConditions(new MaxCandidatesCondition(most))
                .build();
    }

    static Search search(CandidateGenerator generator, int most, Path directory) {
        return Search.of(configuration(generator, most, directory), PretrainingTaskCreator.of(42), directory);
    }

    static SearchTable run(CandidateGenerator generator, int most, Path directory) {
        Search search = search(generator, most, directory);
        search.execute();
        return search.table();
    }

    /** Without the seconds, which are the last column. */
    static List<String> withoutTimes(SearchTable table) {
        return table.csv()
                .lines()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }
}
