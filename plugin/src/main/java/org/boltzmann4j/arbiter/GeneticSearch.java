package org.boltzmann4j.arbiter;

import java.util.SplittableRandom;
import org.apache.commons.math3.random.AbstractRandomGenerator;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.generator.GeneticSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.UniformCrossover;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.parentselection.RandomTwoParentSelection;
import org.deeplearning4j.arbiter.optimize.generator.genetic.mutation.RandomMutationOperator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.population.PopulationModel;
import org.deeplearning4j.arbiter.optimize.generator.genetic.selection.GeneticSelectionOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The host's genetic search with uniform crossover, all of its random numbers from one seed, and with JSON. The host's own generator
 * draws from four unseeded sources, so that no search can be repeated, and cannot be written as JSON on Java 17.
 */
public final class GeneticSearch extends SearchGenerator {

    private static final int LEAST_POPULATION = 4;

    private final Boolean minimize;
    private final Integer populationSize;
    private final Double mutationRate;
    private transient GeneticSearchCandidateGenerator host;

    @JsonCreator
    GeneticSearch(
            @JsonProperty("parameterSpace") ParameterSpace<?> space,
            @JsonProperty("minimize") Boolean minimize,
            @JsonProperty("populationSize") @Nullable Integer populationSize,
            @JsonProperty("mutationRate") Double mutationRate,
            @JsonProperty("seed") Long seed) {
        super(space, seed);
        this.minimize = minimize;
        this.populationSize = Counts.requirePositive(populationSize, "genetic search: population size");
        this.mutationRate = mutationRate;
        if (this.populationSize < LEAST_POPULATION || !(mutationRate >= 0 && mutationRate <= 1)) {
            throw new IllegalArgumentException("genetic search: population size = " + populationSize
                    + ", mutation rate = " + mutationRate + ", expected at least " + LEAST_POPULATION
                    + " and a number in [0, 1]");
        }
        this.host = host(seed);
    }

    /**
     * A genetic search.
     *
     * @param space to search
     * @param score says which way is better
     * @param populationSize number of best candidates that may have offspring, at least 4
     * @param mutationRate probability of a coordinate to be drawn anew, in [0, 1]
     * @param seed of all draws, until {@link #setRngSeed}
     * @return the generator
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static GeneticSearch of(
            ParameterSpace<?> space, ScoreFunction score, int populationSize, double mutationRate, long seed) {
        return new GeneticSearch(space, score.minimize(), populationSize, mutationRate, seed);
    }

    private GeneticSearchCandidateGenerator host(long newSeed) {
        RandomStreams streams = RandomStreams.of(newSeed).split("genetic search");
        return new GeneticSearchCandidateGenerator.Builder(getParameterSpace(), new Direction(minimize))
                .populationModel(new PopulationModel.Builder()
                        .populationSize(populationSize)
                        .build())
                .selectionOperator(new GeneticSelectionOperator.Builder()
                        .randomGenerator(new StreamGenerator(streams.split("selection")))
                        .crossoverOperator(new UniformCrossover.Builder()
                                .randomGenerator(new StreamGenerator(streams.split("crossover")))
                                .parentSelection(
                                        new RandomTwoParentSelection(new StreamGenerator(streams.split("parents"))))
                                .build())
                        .mutationOperator(new RandomMutationOperator.Builder()
                                .mutationRate(mutationRate)
                                .randomGenerator(new StreamGenerator(streams.split("mutation")))
                                .build())
                        .build())
                // The dimensions have their indices.
                .initDone(true)
                .build();
    }

    @Override
    public boolean hasMoreCandidates() {
        return host.hasMoreCandidates();
    }

    @Override
    @SuppressWarnings("rawtypes") // as the host declares it
    public Candidate getCandidate() {
        return host.getCandidate();
    }

    @Override
    public void reportResults(OptimizationResult result) {
        host.reportResults(result);
    }

    /** The population is empty then. */
    @Override
    void restart(long newSeed) {
        this.host = host(newSeed);
    }

    /** Numbers of a stream in the host's clothes. */
    private static final class StreamGenerator extends AbstractRandomGenerator {

        private final SplittableRandom numbers;

        StreamGenerator(RandomStreams stream) {
            this.numbers = stream.random(0, 0);
        }

        @Override
        public void setSeed(long ignored) {
            // Called by the constructor of the base class; the stream has its seed.
        }

        @Override
        public double nextDouble() {
            return numbers.nextDouble();
        }
    }

    /** The host wants to hear the direction from a score. */
    private static final class Direction extends TrainedScore {

        private static final long serialVersionUID = 1;

        private final boolean minimize;

        Direction(boolean minimize) {
            this.minimize = minimize;
        }

        @Override
        public double score(TrainedCandidate candidate, DataSource data) {
            throw new UnsupportedOperationException("no score, only its direction");
        }

        @Override
        String name() {
            return "direction";
        }

        @Override
        public boolean minimize() {
            return minimize;
        }
    }
}
