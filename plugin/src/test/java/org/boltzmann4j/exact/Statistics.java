package org.boltzmann4j.exact;

/**
 * The statistics of a set of states that the likelihood gradient is made of.
 *
 * @param weights mean of (v_i / s_i) h_j
 * @param visible mean of v_i / s_i
 * @param hidden mean of h_j
 */
@SuppressWarnings("ArrayRecordComponent") // summed up in place, and never compared as a whole
public record Statistics(double[][] weights, double[] visible, double[] hidden) {

    /** Zeros. */
    static Statistics zeros(int visible, int hidden) {
        return new Statistics(new double[visible][hidden], new double[visible], new double[hidden]);
    }

    /** Adds one state with the given probability; the hidden part may be a mean. */
    void add(double probability, double[] coupledVisible, double[] hiddenState) {
        for (int i = 0; i < visible.length; i++) {
            visible[i] += probability * coupledVisible[i];
            for (int j = 0; j < hidden.length; j++) {
                weights[i][j] += probability * coupledVisible[i] * hiddenState[j];
            }
        }
        for (int j = 0; j < hidden.length; j++) {
            hidden[j] += probability * hiddenState[j];
        }
    }

    /** Element by element, this minus the other. */
    public Statistics minus(Statistics other) {
        Statistics result = zeros(visible.length, hidden.length);
        for (int i = 0; i < visible.length; i++) {
            result.visible[i] = visible[i] - other.visible[i];
            for (int j = 0; j < hidden.length; j++) {
                result.weights[i][j] = weights[i][j] - other.weights[i][j];
            }
        }
        for (int j = 0; j < hidden.length; j++) {
            result.hidden[j] = hidden[j] - other.hidden[j];
        }
        return result;
    }
}
