package org.boltzmann4j.objective;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The centered gradient (Montavon, Mueller 2012; Melchior, Fischer, Wiskott 2016): units enter the weight gradient minus
 * their offsets, moving averages of the data's means. The model and its parameters stay the ordinary ones; only the
 * direction of the updates changes, and with plain gradient steps it no longer depends on which state is called 1.
 *
 * @param enabled false for the plain gradient
 * @param offsetStep weight of the newest minibatch in the moving averages, in [0, 1]; 0 keeps the first offsets
 */
public record Centering(Boolean enabled, Double offsetStep) implements Serializable {

    private static final long serialVersionUID = 1;

    /** The plain gradient. */
    public static final Centering NONE = new Centering(false, 0.0);

    /**
     * Checks the step.
     *
     * @throws IllegalArgumentException if a value is missing or the step is outside [0, 1]
     */
    @JsonCreator
    public Centering(
            @JsonProperty("enabled") @Nullable Boolean enabled,
            @JsonProperty("offsetStep") @Nullable Double offsetStep) {
        if (enabled == null) {
            throw new IllegalArgumentException("centering: enabled is missing, expected true or false");
        }
        if (offsetStep == null || !(offsetStep >= 0 && offsetStep <= 1)) {
            throw new IllegalArgumentException(
                    "centering: offsetStep = " + offsetStep + ", expected a number in [0, 1]");
        }
        this.enabled = enabled;
        this.offsetStep = offsetStep;
    }

    /**
     * The centered gradient with the given step of the offsets.
     *
     * @param offsetStep in [0, 1]; 0.01 is a good value
     * @return the specification
     * @throws IllegalArgumentException if the step is outside [0, 1]
     */
    public static Centering of(double offsetStep) {
        return new Centering(true, offsetStep);
    }
}
