package org.boltzmann4j.units;

/** Neighbouring units whose states have a fixed sum, of which some are known: what is left is for the others. */
final class SharedTotal {

    private SharedTotal() {}

    /**
     * What the known units leave.
     *
     * @param total sum of the states of the range
     * @param known which units have their value
     * @param state of which the known units of the range count
     * @param from first unit of the range
     * @param to unit behind the last
     * @return not negative
     */
    static double rest(double total, boolean[] known, double[] state, int from, int to) {
        double rest = total;
        for (int i = from; i < to; i++) {
            if (known[i]) {
                rest -= state[i];
            }
        }
        return Math.max(0, rest);
    }

    /**
     * Softmax over the unknown units of a range; in the log domain, so that the known ones may be as likely as they will.
     *
     * @param totalInput of all units, overwritten within the range: probabilities of the unknown units, 0 for the known
     */
    static void softmaxOfUnknown(double[] totalInput, boolean[] known, int from, int to) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = known[i] ? max : Math.max(max, totalInput[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            totalInput[i] = known[i] ? 0 : Math.exp(totalInput[i] - max);
            sum += totalInput[i];
        }
        for (int i = from; i < to && sum > 0; i++) {
            totalInput[i] /= sum;
        }
    }
}
