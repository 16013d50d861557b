package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Visible states of units that know neither weights nor biases: coin tosses, standard normal numbers, any category. */
final class WhiteNoise {

    private WhiteNoise() {}

    /**
     * Draws states, or takes their means.
     *
     * @param rbm whose units count
     * @param rows how many
     * @param known values that are given, which stay, if any
     * @param lengths of the documents, as {@link Rbm#documentLengths} has them; empty if the units count no words
     * @param streams source of randomness; null for the means
     * @return {@code [rows, visible]}
     */
    static INDArray of(
            Rbm rbm, int rows, @Nullable KnownValues known, double[] lengths, @Nullable RandomStreams streams) {
        INDArray result = Matrices.detached(rbm.weights().dataType(), rows, rbm.visibleWidth());
        Rows states = Rows.of(result);
        Unit unit = rbm.visible();
        double[] zeros = new double[rbm.visibleWidth()];
        boolean[] none = new boolean[zeros.length];
        double[] x = new double[zeros.length];
        for (int row = 0; row < rows; row++) {
            Conditions at = lengths.length == 0
                    ? Conditions.PLAIN
                    : Conditions.PLAIN.withDocumentLength(lengths[row % lengths.length]);
            boolean[] given = none;
            if (known != null) {
                given = known.known(row);
                known.put(row, x);
            }
            if (streams == null) {
                unit.meanOfUnknown(zeros, zeros, at, given, x);
            } else {
                unit.sampleUnknown(zeros, zeros, at, given, streams.random(0, row), x);
            }
            states.write(row, x);
        }
        return result;
    }
}
