package org.boltzmann4j.arbiter;

import java.io.Serializable;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How the fine-tuning of a candidate makes a joint energy model of it: the settings of {@link JointTraining} as a value with JSON.
 *
 * @param objective terms and weights
 * @param box range of the features
 * @param langevin the sampler, whose box is replaced by that of the features; null for the default of {@link JointTraining}
 * @param dataNoise standard deviation of the noise on real rows, in units of the features; null for the default
 * @param bufferSize chains in the replay buffer, 0 for no buffer
 * @param restartRate probability of a chain to start afresh on a visit, in [0, 1]
 * @param balancedRestarts whether classes that fill the buffer restart more often
 */
public record JointSettings(
        JointObjective objective,
        Box box,
        @Nullable Langevin langevin,
        @Nullable Double dataNoise,
        Integer bufferSize,
        Double restartRate,
        Boolean balancedRestarts)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    @JsonCreator
    public JointSettings(
            @JsonProperty("objective") @Nullable JointObjective objective,
            @JsonProperty("box") @Nullable Box box,
            @JsonProperty("langevin") @Nullable Langevin langevin,
            @JsonProperty("dataNoise") @Nullable Double dataNoise,
            @JsonProperty("bufferSize") @StrictCount @Nullable Integer bufferSize,
            @JsonProperty("restartRate") @Nullable Double restartRate,
            @JsonProperty("balancedRestarts") @Nullable Boolean balancedRestarts) {
        if (objective == null || box == null || bufferSize == null || restartRate == null || balancedRestarts == null) {
            throw new IllegalArgumentException("joint training: objective = " + objective + ", box = " + box
                    + ", bufferSize = " + bufferSize + ", restartRate = " + restartRate + ", balancedRestarts = "
                    + balancedRestarts + ", expected all of them");
        }
        this.objective = objective;
        this.box = box;
        this.langevin = langevin;
        this.dataNoise = dataNoise;
        this.bufferSize = bufferSize;
        this.restartRate = restartRate;
        this.balancedRestarts = balancedRestarts;
        training(0); // its builder knows the ranges
    }

    /** The training these settings describe. */
    JointTraining training(long seed) {
        JointTraining.Builder builder = JointTraining.builder()
                .objective(objective)
                .box(box)
                .bufferSize(bufferSize)
                .restarts(restartRate, balancedRestarts)
                .seed(seed);
        if (langevin != null) {
            builder.langevin(langevin);
        }
        if (dataNoise != null) {
            builder.dataNoise(dataNoise);
        }
        return builder.build();
    }
}
