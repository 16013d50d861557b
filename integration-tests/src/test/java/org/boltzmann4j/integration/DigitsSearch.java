package org.boltzmann4j.integration;

import java.nio.file.Path;
import java.util.Properties;
import org.boltzmann4j.arbiter.DbnSpace;
import org.boltzmann4j.arbiter.GeneticSearch;
import org.boltzmann4j.arbiter.NegativePhaseSpace;
import org.boltzmann4j.arbiter.OneOf;
import org.boltzmann4j.arbiter.PretrainingSpace;
import org.boltzmann4j.arbiter.PretrainingTaskCreator;
import org.boltzmann4j.arbiter.RbmLayerSpace;
import org.boltzmann4j.arbiter.Search;
import org.boltzmann4j.arbiter.SuccessiveHalving;
import org.boltzmann4j.arbiter.ZipResultSaver;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.nd4j.evaluation.classification.Evaluation;

/** Searches over small networks for the digits of the tests; as a program of its own, so that it can be killed. */
final class DigitsSearch {

    private static final int MOST = 5;

    private DigitsSearch() {}

    static ScoreFunction accuracy() {
        return new EvaluationScoreFunction(Evaluation.Metric.ACCURACY);
    }

    private static ContinuousParameterSpace rates() {
        return new ContinuousParameterSpace(new LogUniformDistribution(0.003, 0.1));
    }

    static DbnSpace space() {
        return DbnSpace.builder(784, 10)
                .depth(new IntegerParameterSpace(1, 2))
                .widths(new IntegerParameterSpace(10, 40), new IntegerParameterSpace(10, 40))
                .layers(new RbmLayerSpace.Builder()
                        .negativePhase(NegativePhaseSpace.of(
                                        NegativePhaseSpace.Kind.CONTRASTIVE_DIVERGENCE,
                                        NegativePhaseSpace.Kind.PERSISTENT)
                                .withChains(new FixedValue<>(20)))
                        .build())
                .updater(AdamSpace.withLR(rates()))
                .fineTuningEpochs(new FixedValue<>(4))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(2)).withUpdaters(new SgdSpace(rates())))
                .build();
    }

    /** Corners that are no valid network: Gaussian pairs with large weights, k = 0, no hidden unit. */
    static DbnSpace spaceWithInvalidCorners() {
        return DbnSpace.builder(784, 10)
                .widths(new IntegerParameterSpace(0, 8))
                .layers(new RbmLayerSpace.Builder()
                        .visible(OneOf.<Unit>of(Gaussian.of(1)))
                        .hidden(OneOf.<Unit>of(new Bernoulli(), Gaussian.of(1)))
                        .weightInit(new NormalDistribution(0, 1))
                        .negativePhase(NegativePhaseSpace.of(NegativePhaseSpace.Kind.CONTRASTIVE_DIVERGENCE)
                                .withK(new IntegerParameterSpace(0, 1)))
                        .build())
                .updater(AdamSpace.withLR(new FixedValue<>(0.01)))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(1))
                        .withUpdaters(new SgdSpace(new FixedValue<>(0.001))))
                .build();
    }

    static CandidateGenerator random() {
        return new RandomSearchGenerator(space());
    }

    static CandidateGenerator grid(DbnSpace space) {
        return new GridSearchCandidateGenerator(space, 2, GridSearchCandidateGenerator.Mode.Sequential, null);
    }

    static CandidateGenerator genetic() {
        return GeneticSearch.of(space(), accuracy(), 4, 0.2, 1);
    }

    static CandidateGenerator halving() {
        return SuccessiveHalving.of(space(), accuracy(), 4, 2, 1);
    }

    static Search search(CandidateGenerator generator, int most, Path directory) {
        return search(generator, most, new Properties(), directory);
    }

    static Search search(CandidateGenerator generator, int most, Properties data, Path directory) {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(generator)
                .dataSource(DigitsSource.class, data)
                .scoreFunction(accuracy())
                .modelSaver(ZipResultSaver.below(directory))
                .terminationConditions(new MaxCandidatesCondition(most))
                .build();
        return Search.of(configuration, PretrainingTaskCreator.of(3), directory);
    }

    static Search search(Path directory) {
        return search(random(), MOST, directory);
    }

    /** Runs the random search in the directory that is the argument. */
    public static void main(String... arguments) {
        search(Path.of(arguments[0])).execute();
    }
}
