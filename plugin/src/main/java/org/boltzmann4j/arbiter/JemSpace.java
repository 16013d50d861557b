package org.boltzmann4j.arbiter;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Joint energy models: weights of the terms, sampler and replay buffer of a {@link org.boltzmann4j.dl4j.JointTraining}. What is not
 * set has that class's default.
 *
 * <pre>{@code
 * JemSpace.builder(Box.of(0, 1), 50)
 *     .weight(new ContinuousParameterSpace(new LogUniformDistribution(0.01, 1)))
 *     .langevin(new LangevinSpace(new IntegerParameterSpace(5, 40), steps, new FixedValue<>(0.005), new FixedValue<>(0.5)))
 *     .bufferSize(new IntegerParameterSpace(500, 5000))
 *     .build()
 * }</pre>
 *
 * <p>Give it to a {@link DbnSpace} or {@link PretrainedSpace}: the fine-tuning of their networks is then that of a {@link
 * org.boltzmann4j.dl4j.JemTrainer}, under its default guard. If the data source is a {@link PretrainingDataSource}, a minibatch without
 * labels joins each labelled one. Negative weights and noises become 0, buffers smaller than a minibatch that large.
 */
public final class JemSpace extends CompositeSpace<JointSettings> {

    private static final double USUAL_WEIGHT = 0.2;
    private static final int USUAL_BUFFER = 2000;
    private static final double USUAL_RESTARTS = 0.05;
    private static final int USUAL_EXAMPLES = 200;

    private final Box box;
    private final Integer minibatch;
    private final @Nullable ParameterSpace<GenerativeTerm> term;
    private final @Nullable ParameterSpace<Double> weight;
    private final @Nullable ParameterSpace<Double> conditionalWeight;
    private final @Nullable ParameterSpace<Double> energyPenalty;
    private final @Nullable ParameterSpace<Langevin> langevin;
    private final @Nullable ParameterSpace<Double> dataNoise;
    private final @Nullable ParameterSpace<Integer> bufferSize;
    private final @Nullable ParameterSpace<Double> restartRate;
    private final @Nullable ParameterSpace<Boolean> balancedRestarts;
    private final @Nullable ParameterSpace<Boolean> uniformStarts;
    private final @Nullable ParameterSpace<Integer> examplesPerClass;

    @JsonCreator
    JemSpace(
            @JsonProperty("box") Box box,
            @JsonProperty("minibatch") @Nullable Integer minibatch,
            @JsonProperty("term") @Nullable ParameterSpace<GenerativeTerm> term,
            @JsonProperty("weight") @Nullable ParameterSpace<Double> weight,
            @JsonProperty("conditionalWeight") @Nullable ParameterSpace<Double> conditionalWeight,
            @JsonProperty("energyPenalty") @Nullable ParameterSpace<Double> energyPenalty,
            @JsonProperty("langevin") @Nullable ParameterSpace<Langevin> langevin,
            @JsonProperty("dataNoise") @Nullable ParameterSpace<Double> dataNoise,
            @JsonProperty("bufferSize") @Nullable ParameterSpace<Integer> bufferSize,
            @JsonProperty("restartRate") @Nullable ParameterSpace<Double> restartRate,
            @JsonProperty("balancedRestarts") @Nullable ParameterSpace<Boolean> balancedRestarts,
            @JsonProperty("uniformStarts") @Nullable ParameterSpace<Boolean> uniformStarts,
            @JsonProperty("examplesPerClass") @Nullable ParameterSpace<Integer> examplesPerClass) {
        this.box = Objects.requireNonNull(box, "box");
        this.minibatch = Counts.requirePositive(minibatch, "JEM space: rows of a minibatch");
        this.term = term;
        this.weight = weight;
        this.conditionalWeight = conditionalWeight;
        this.energyPenalty = energyPenalty;
        this.langevin = langevin;
        this.dataNoise = dataNoise;
        this.bufferSize = bufferSize;
        this.restartRate = restartRate;
        this.balancedRestarts = balancedRestarts;
        this.uniformStarts = uniformStarts;
        this.examplesPerClass = examplesPerClass;
    }

    /**
     * Starts a space.
     *
     * @param box range of the features
     * @param minibatch most real rows of a minibatch, those without labels included: no buffer is smaller
     * @return a builder
     */
    public static Builder builder(Box box, int minibatch) {
        return new Builder(box, minibatch);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return Parts.of(
                "term",
                term,
                "weight",
                weight,
                "conditionalWeight",
                conditionalWeight,
                "energyPenalty",
                energyPenalty,
                "langevin",
                langevin,
                "dataNoise",
                dataNoise,
                "bufferSize",
                bufferSize,
                "restartRate",
                restartRate,
                "balancedRestarts",
                balancedRestarts,
                "uniformStarts",
                uniformStarts,
                "examplesPerClass",
                examplesPerClass);
    }

    @Override
    JointSettings valueAt(double[] point, Repairs repairs) {
        JointObjective objective = new JointObjective(
                valueOr(term, GenerativeTerm.SOFTPLUS, point, repairs),
                notNegative("weight", weight, USUAL_WEIGHT, point, repairs),
                notNegative("conditionalWeight", conditionalWeight, 0, point, repairs),
                notNegative("energyPenalty", energyPenalty, 0, point, repairs));
        return new JointSettings(
                objective,
                box,
                langevin == null ? null : valueOf(langevin, point, repairs),
                dataNoise == null ? null : notNegative("dataNoise", dataNoise, 0, point, repairs),
                buffer(valueOr(bufferSize, Math.max(minibatch, USUAL_BUFFER), point, repairs), repairs),
                repairs.within(0, 1, "restartRate", valueOr(restartRate, USUAL_RESTARTS, point, repairs)),
                valueOr(balancedRestarts, true, point, repairs),
                valueOr(uniformStarts, false, point, repairs),
                repairs.atLeast(2, "examplesPerClass", valueOr(examplesPerClass, USUAL_EXAMPLES, point, repairs)));
    }

    private static double notNegative(
            String name, @Nullable ParameterSpace<Double> space, double usual, double[] point, Repairs repairs) {
        return repairs.within(0, Double.MAX_VALUE, name, valueOr(space, usual, point, repairs));
    }

    /** 0 is no buffer, which is valid; between 0 and a minibatch lies nothing valid. */
    private int buffer(int drawn, Repairs repairs) {
        return repairs.atLeast(drawn > 0 ? minibatch : 0, "bufferSize", drawn);
    }

    @Override
    Object constants() {
        return List.of(box, minibatch);
    }

    /** Collects the parts of a {@link JemSpace}. */
    public static final class Builder {

        private final Box box;
        private final int minibatch;
        private @Nullable ParameterSpace<GenerativeTerm> term;
        private @Nullable ParameterSpace<Double> weight;
        private @Nullable ParameterSpace<Double> conditionalWeight;
        private @Nullable ParameterSpace<Double> energyPenalty;
        private @Nullable ParameterSpace<Langevin> langevin;
        private @Nullable ParameterSpace<Double> dataNoise;
        private @Nullable ParameterSpace<Integer> bufferSize;
        private @Nullable ParameterSpace<Double> restartRate;
        private @Nullable ParameterSpace<Boolean> balancedRestarts;
        private @Nullable ParameterSpace<Boolean> uniformStarts;
        private @Nullable ParameterSpace<Integer> examplesPerClass;

        private Builder(Box box, int minibatch) {
            this.box = box;
            this.minibatch = minibatch;
        }

        /**
         * Searches the generative term. Default: SOFTPLUS.
         *
         * @param space for example {@code OneOf.of(GenerativeTerm.SOFTPLUS, GenerativeTerm.CD)}
         * @return this
         */
        public Builder term(ParameterSpace<GenerativeTerm> space) {
            this.term = space;
            return this;
        }

        /**
         * Searches the weight of {@code log p(x)}. Default: 0.2.
         *
         * @param space weights
         * @return this
         */
        public Builder weight(ParameterSpace<Double> space) {
            this.weight = space;
            return this;
        }

        /**
         * Searches the weight of {@code log p(x | y)}. Default: 0.
         *
         * @param space weights
         * @return this
         */
        public Builder conditionalWeight(ParameterSpace<Double> space) {
            this.conditionalWeight = space;
            return this;
        }

        /**
         * Searches the penalty on squared energies. Default: 0.
         *
         * @param space penalties
         * @return this
         */
        public Builder energyPenalty(ParameterSpace<Double> space) {
            this.energyPenalty = space;
            return this;
        }

        /**
         * Searches the sampler.
         *
         * @param space a {@link LangevinSpace} or {@link OneOf}
         * @return this
         */
        public Builder langevin(ParameterSpace<Langevin> space) {
            this.langevin = space;
            return this;
        }

        /**
         * Searches the noise on real rows.
         *
         * @param space standard deviations, in units of the features
         * @return this
         */
        public Builder dataNoise(ParameterSpace<Double> space) {
            this.dataNoise = space;
            return this;
        }

        /**
         * Searches the number of chains in the replay buffer. Default: 2,000.
         *
         * @param space numbers of chains; 0 and below for no buffer
         * @return this
         */
        public Builder bufferSize(ParameterSpace<Integer> space) {
            this.bufferSize = space;
            return this;
        }

        /**
         * Searches how often chains start afresh. Default: 0.05.
         *
         * @param space probabilities
         * @return this
         */
        public Builder restartRate(ParameterSpace<Double> space) {
            this.restartRate = space;
            return this;
        }

        /**
         * Searches whether classes that fill the buffer restart more often. Default: they do.
         *
         * @param space yes, no or both
         * @return this
         */
        public Builder balancedRestarts(ParameterSpace<Boolean> space) {
            this.balancedRestarts = space;
            return this;
        }

        /**
         * Searches whether chains begin as uniform noise in the box. Default: as draws from Gaussians of the classes.
         *
         * @param space yes, no or both
         * @return this
         */
        public Builder uniformStarts(ParameterSpace<Boolean> space) {
            this.uniformStarts = space;
            return this;
        }

        /**
         * Searches how many examples of a class its Gaussian is fitted to. Default: 200.
         *
         * @param space numbers of examples; those below 2 become 2
         * @return this
         */
        public Builder examplesPerClass(ParameterSpace<Integer> space) {
            this.examplesPerClass = space;
            return this;
        }

        /**
         * Makes the space.
         *
         * @return the space
         * @throws IllegalArgumentException if a minibatch has no rows
         */
        public JemSpace build() {
            return new JemSpace(
                    box,
                    minibatch,
                    term,
                    weight,
                    conditionalWeight,
                    energyPenalty,
                    langevin,
                    dataNoise,
                    bufferSize,
                    restartRate,
                    balancedRestarts,
                    uniformStarts,
                    examplesPerClass);
        }
    }
}
