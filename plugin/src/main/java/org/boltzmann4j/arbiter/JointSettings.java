package org.boltzmann4j.arbiter;

import java.io.Serializable;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
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
 * @param uniformStarts whether chains begin as uniform noise instead of draws from Gaussians of the classes
 * @param examplesPerClass to which the Gaussian of a class is fitted, at least 2
 */
public record JointSettings(
        JointObjective objective,
        Box box,
        @Nullable Langevin langevin,
        @Nullable Double dataNoise,
        Integer bufferSize,
        Double restartRate,
        Boolean balancedRestarts,
        Boolean uniformStarts,
        Integer examplesPerClass)
        implements Serializable {

    private static final long serialVersionUID = 1;

    private static final int USUAL_EXAMPLES = 200;

    /**
     * Checks the settings; without the last two, which older records do not have, chains start as they always did.
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
            @JsonProperty("balancedRestarts") @Nullable Boolean balancedRestarts,
            @JsonProperty("uniformStarts") @Nullable Boolean uniformStarts,
            @JsonProperty("examplesPerClass") @StrictCount @Nullable Integer examplesPerClass) {
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
        this.uniformStarts = uniformStarts != null && uniformStarts;
        this.examplesPerClass = examplesPerClass == null ? USUAL_EXAMPLES : examplesPerClass;
        training(0); // its builder knows the ranges
    }

    /** The training these settings describe. */
    JointTraining training(long seed) {
        JointTraining.Builder builder = JointTraining.builder()
                .objective(objective)
                .box(box)
                .bufferSize(bufferSize)
                .restarts(restartRate, balancedRestarts)
                .examplesPerClass(examplesPerClass)
                .seed(seed);
        if (uniformStarts) {
            builder.starts(ChainStarts.uniform(box));
        }
        if (langevin != null) {
            builder.langevin(langevin);
        }
        if (dataNoise != null) {
            builder.dataNoise(dataNoise);
        }
        return builder.build();
    }
}
