package org.boltzmann4j.integration;

import java.nio.file.Path;
import java.util.Properties;
import org.boltzmann4j.arbiter.DbnSpace;
import org.boltzmann4j.arbiter.GeneticSearch;
import org.boltzmann4j.arbiter.NegativePhaseSpace;
import org.boltzmann4j.arbiter.OneOf;
import org.boltzmann4j.arbiter.PretrainedSpace;
import org.boltzmann4j.arbiter.PretrainingSpace;
import org.boltzmann4j.arbiter.PretrainingTaskCreator;
import org.boltzmann4j.arbiter.RbmLayerSpace;
import org.boltzmann4j.arbiter.Search;
import org.boltzmann4j.arbiter.SuccessiveHalving;
import org.boltzmann4j.arbiter.ZipResultSaver;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
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
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Searches over small networks for the digits of the tests; as a program of its own, so that it can be killed. */
final class DigitsSearch {

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

    /** Searches that are killed: how each draws, and how many candidates show that it goes on as it would have. */
    enum Kind {
        RANDOM(4),
        /** Two more than the population that breeds. */
        GENETIC(6),
        /** All three rungs. */
        HALVING(7);

        private final int candidates;

        Kind(int candidates) {
            this.candidates = candidates;
        }

        Search in(Path directory) {
            return search(generator(), candidates, directory);
        }

        private CandidateGenerator generator() {
            return switch (this) {
                case RANDOM -> random();
                case GENETIC -> genetic();
                case HALVING -> halving();
            };
        }
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

    /** Runs a search: its kind, then its directory. */
    public static void main(String... arguments) {
        Kind.valueOf(arguments[0]).in(Path.of(arguments[1])).execute();
    }

    /** The digits as a graph of the host's with an RBM layer. */
    static PretrainedSpace graph() {
        return new PretrainedSpace(
                new ComputationGraphSpace.Builder()
                        .seed(3)
                        .updater(AdamSpace.withLR(new FixedValue<>(0.01)))
                        .addInputs("pixels")
                        .addLayer(
                                "features",
                                new RbmLayerSpace.Builder()
                                        .nOut(new IntegerParameterSpace(10, 40))
                                        .build(),
                                "pixels")
                        .addLayer(
                                "classes",
                                new OutputLayerSpace.Builder()
                                        .nOut(10)
                                        .activation(Activation.SOFTMAX)
                                        .lossFunction(LossFunction.MCXENT)
                                        .build(),
                                "features")
                        .setOutputs("classes")
                        .setInputTypes(InputType.feedForward(784))
                        .numEpochs(4)
                        .build(),
                PretrainingSpace.ofEpochs(new FixedValue<>(1)));
    }
}
