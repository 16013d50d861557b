package org.boltzmann4j.units;

/**
 * What a row of units is drawn under, besides its inputs.
 *
 * @param inverseTemperature beta of {@code p_beta ~ exp(-beta E)}: 1 for the model itself. Base measures are never
 *     multiplied by it
 * @param documentLength how many words a document of {@link ReplicatedSoftmax} units has; without meaning for all others
 */
public record Conditions(double inverseTemperature, double documentLength) {

    /** The model itself, and documents of one word. */
    public static final Conditions PLAIN = new Conditions(1, 1);

    /**
     * Checks both numbers.
     *
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Conditions {
        if (!(inverseTemperature >= 0) || Double.isInfinite(inverseTemperature)) {
            throw new IllegalArgumentException(
                    "inverse temperature = " + inverseTemperature + ", expected a finite number >= 0");
        }
        if (!(documentLength >= 0) || Double.isInfinite(documentLength)) {
            throw new IllegalArgumentException(
                    "document length = " + documentLength + ", expected a finite number >= 0");
        }
    }

    /**
     * Conditions at an inverse temperature, for documents of one word.
     *
     * @param inverseTemperature finite, not negative
     * @return the conditions
     */
    public static Conditions at(double inverseTemperature) {
        return inverseTemperature == 1 ? PLAIN : new Conditions(inverseTemperature, 1);
    }

    /**
     * The same with another document length.
     *
     * @param length number of words, not negative
     * @return the conditions
     */
    public Conditions withDocumentLength(double length) {
        return length == documentLength ? this : new Conditions(inverseTemperature, length);
    }
}
