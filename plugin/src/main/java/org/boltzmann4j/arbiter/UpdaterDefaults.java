package org.boltzmann4j.arbiter;

import java.util.function.Consumer;
import org.deeplearning4j.arbiter.conf.updater.AdaMaxSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.NadamSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nadam;

/**
 * Arbiter's spaces of Adam, AdaMax and Nadam give every decay rate and epsilon that was not set the value 0.001, the default of the learning
 * rate, in place of 0.9, 0.999 and 1e-8: no momentum, and steps of nearly the same length for every parameter. Here they get the
 * updaters' own defaults.
 */
final class UpdaterDefaults {

    private UpdaterDefaults() {}

    /**
     * Sets what was not set.
     *
     * @param space of an updater, completed in place, or null
     * @param <S> type of the space
     * @return the same
     */
    static <S extends @Nullable ParameterSpace<?>> S fill(S space) {
        if (space instanceof AdamSpace adam) {
            fill(adam.getBeta1(), adam::setBeta1, Adam.DEFAULT_ADAM_BETA1_MEAN_DECAY);
            fill(adam.getBeta2(), adam::setBeta2, Adam.DEFAULT_ADAM_BETA2_VAR_DECAY);
            fill(adam.getEpsilon(), adam::setEpsilon, Adam.DEFAULT_ADAM_EPSILON);
        } else if (space instanceof AdaMaxSpace adaMax) {
            fill(adaMax.getBeta1(), adaMax::setBeta1, AdaMax.DEFAULT_ADAMAX_BETA1_MEAN_DECAY);
            fill(adaMax.getBeta2(), adaMax::setBeta2, AdaMax.DEFAULT_ADAMAX_BETA2_VAR_DECAY);
            fill(adaMax.getEpsilon(), adaMax::setEpsilon, AdaMax.DEFAULT_ADAMAX_EPSILON);
        } else if (space instanceof NadamSpace nadam) {
            fill(nadam.getBeta1(), nadam::setBeta1, Nadam.DEFAULT_NADAM_BETA1_MEAN_DECAY);
            fill(nadam.getBeta2(), nadam::setBeta2, Nadam.DEFAULT_NADAM_BETA2_VAR_DECAY);
            fill(nadam.getEpsilon(), nadam::setEpsilon, Nadam.DEFAULT_NADAM_EPSILON);
        }
        return space;
    }

    private static void fill(
            @Nullable ParameterSpace<Double> present, Consumer<ParameterSpace<Double>> setter, double usual) {
        if (present == null) {
            setter.accept(new FixedValue<>(usual));
        }
    }
}
