package org.boltzmann4j.estimate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * The inverse temperatures of annealed importance sampling, from 0 to 1: specifications, immutable. Most of the variance
 * of the weights of a trained model arises near 1, so that is where they should be dense.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BetaSchedule.Segments.class, name = "segments"),
    @JsonSubTypes.Type(value = BetaSchedule.Given.class, name = "given"),
    @JsonSubTypes.Type(value = BetaSchedule.Adaptive.class, name = "adaptive")
})
public sealed interface BetaSchedule extends Serializable {

    /**
     * Evenly spaced steps from 0 to 1.
     *
     * @param steps their number, at least 1
     * @return the specification
     * @throws IllegalArgumentException if below 1
     */
    static Segments linear(int steps) {
        return new Segments(List.of(1.0), List.of(steps));
    }

    /**
     * Dense near 1: of every 14,500 steps 500 lie in [0, 0.5], 4,000 in [0.5, 0.9] and 10,000 in [0.9, 1] (the
     * proportions of Salakhutdinov, Murray 2008).
     *
     * @param steps their number, at least 3
     * @return the specification
     * @throws IllegalArgumentException if below 3
     */
    static Segments denseNearOne(int steps) {
        if (steps < 3) {
            throw new IllegalArgumentException("schedule: steps = " + steps + ", expected at least 3");
        }
        int first = (int) Math.max(1, Math.round(steps * (500 / 14_500.0)));
        int second = (int) Math.max(1, Math.round(steps * (4_000 / 14_500.0)));
        return new Segments(List.of(0.5, 0.9, 1.0), List.of(first, second, steps - first - second));
    }

    /**
     * Given inverse temperatures.
     *
     * @param betas strictly increasing from 0 to 1
     * @return the specification
     * @throws IllegalArgumentException if they are not
     */
    static Given of(double... betas) {
        return new Given(Arrays.stream(betas).boxed().toList());
    }

    /**
     * Steps of equal difficulty, found in a pilot run.
     *
     * @param stepEffectiveShare share of the chains that a single step leaves effective, below 1: 0.9999 makes about as
     *     many steps as {@code 0.01} of standard deviation in the logarithms of the weights of each of them takes
     * @param mostSteps where the search gives up
     * @return the specification
     * @throws IllegalArgumentException if the share is not in (0, 1) or the bound is below 1
     */
    static Adaptive adaptive(double stepEffectiveShare, int mostSteps) {
        return new Adaptive(stepEffectiveShare, mostSteps);
    }

    /**
     * Evenly spaced steps within each of some neighbouring intervals.
     *
     * @param ends upper ends of the intervals, strictly increasing, the last one 1; the first interval begins at 0
     * @param steps number of steps in each, at least 1
     */
    record Segments(List<Double> ends, List<Integer> steps) implements BetaSchedule {

        private static final long serialVersionUID = 1;

        /**
         * Checks and copies both lists.
         *
         * @throws IllegalArgumentException if they do not fit the description
         */
        @JsonCreator
        public Segments(
                @JsonProperty("ends") @Nullable List<Double> ends,
                @JsonProperty("steps") @Nullable List<Integer> steps) {
            if (ends == null || steps == null || ends.isEmpty() || ends.size() != steps.size()) {
                throw new IllegalArgumentException("schedule: ends = " + ends + ", steps = " + steps
                        + ", expected as many of the one as of the other");
            }
            double previous = 0;
            for (int i = 0; i < ends.size(); i++) {
                Double end = ends.get(i);
                if (end == null || !(end > previous && end <= 1)) {
                    throw new IllegalArgumentException("schedule: ends[" + i + "] = " + end
                            + ", expected strictly increasing numbers above 0 up to 1");
                }
                previous = end;
                Counts.requirePositive(steps.get(i), "schedule: steps[" + i + "]");
            }
            if (previous != 1) {
                throw new IllegalArgumentException("schedule: the last end is " + previous + ", expected 1");
            }
            this.ends = List.copyOf(ends);
            this.steps = List.copyOf(steps);
        }

        /** 0, then the end of every step. */
        double[] betas() {
            double[] result =
                    new double[steps.stream().mapToInt(Integer::intValue).reduce(1, Math::addExact)];
            int next = 1;
            double from = 0;
            for (int segment = 0; segment < ends.size(); segment++) {
                int count = steps.get(segment);
                for (int i = 1; i <= count; i++) {
                    result[next++] = i == count ? ends.get(segment) : from + (ends.get(segment) - from) * i / count;
                }
                from = ends.get(segment);
            }
            return result;
        }
    }

    /**
     * Given inverse temperatures.
     *
     * @param betas strictly increasing from 0 to 1
     */
    record Given(List<Double> betas) implements BetaSchedule {

        private static final long serialVersionUID = 1;

        /**
         * Checks and copies the list.
         *
         * @throws IllegalArgumentException if it does not increase strictly from 0 to 1
         */
        @JsonCreator
        public Given(@JsonProperty("betas") @Nullable List<Double> betas) {
            if (betas == null || betas.size() < 2) {
                throw new IllegalArgumentException("schedule: betas = " + betas + ", expected at least 0 and 1");
            }
            double previous = -1;
            for (int i = 0; i < betas.size(); i++) {
                Double beta = betas.get(i);
                if (beta == null || !(beta > previous && beta <= 1) || (i == 0 && beta != 0)) {
                    throw new IllegalArgumentException("schedule: betas[" + i + "] = " + beta
                            + ", expected strictly increasing numbers from 0 to 1");
                }
                previous = beta;
            }
            if (previous != 1) {
                throw new IllegalArgumentException("schedule: the last of the betas is " + previous + ", expected 1");
            }
            this.betas = List.copyOf(betas);
        }
    }

    /**
     * Steps that each leave the same share of the chains effective, as a pilot run finds them.
     *
     * @param stepEffectiveShare effective sample size of one step's weights over the number of chains, in (0, 1)
     * @param mostSteps where the search gives up, at least 1
     */
    record Adaptive(Double stepEffectiveShare, Integer mostSteps) implements BetaSchedule {

        private static final long serialVersionUID = 1;

        /**
         * Checks both numbers.
         *
         * @throws IllegalArgumentException if one is missing or out of its range
         */
        @JsonCreator
        public Adaptive(
                @JsonProperty("stepEffectiveShare") @Nullable Double stepEffectiveShare,
                @JsonProperty("mostSteps") @StrictCount @Nullable Integer mostSteps) {
            if (stepEffectiveShare == null || !(stepEffectiveShare > 0 && stepEffectiveShare < 1)) {
                throw new IllegalArgumentException("schedule: stepEffectiveShare = " + stepEffectiveShare
                        + ", expected a number above 0 and below 1");
            }
            this.stepEffectiveShare = stepEffectiveShare;
            this.mostSteps = Counts.requirePositive(mostSteps, "schedule: mostSteps");
        }
    }
}
