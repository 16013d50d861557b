package org.boltzmann4j.estimate;

import java.util.SplittableRandom;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.units.Conditions;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Independent samples of models small enough for {@link ExactLogPartition}: no chain, no burn-in. */
public final class ExactSamples {

    private ExactSamples() {}

    /**
     * Draws visible states.
     *
     * @param rbm the model
     * @param count number of draws, at least 1
     * @param documentLength number of words where the visible units count words, else without meaning
     * @param streams source of randomness
     * @return {@code [count, visible]}, of the parameters' type
     * @throws IllegalArgumentException if {@link ExactLogPartition#isFeasible} says no
     */
    public static INDArray visible(Rbm rbm, int count, double documentLength, RandomStreams streams) {
        SolvedLayer layer = ExactLogPartition.solved(rbm, documentLength);
        SplittableRandom random = streams.random(0, 0);
        double[][] states = layer.sample(count, random);
        INDArray result = Matrices.detached(rbm.weights().dataType(), count, rbm.visibleWidth());
        Rows rows = Rows.of(result);
        double[][] weights = rbm.weights().toDoubleMatrix();
        double[] scales = rbm.hidden().scales(rbm.hiddenWidth());
        double[] bias = Vectors.values(rbm.visibleBias());
        double[] v = new double[weights.length];
        Conditions at = Conditions.PLAIN.withDocumentLength(documentLength);
        for (int row = 0; row < count; row++) {
            if (layer.isOfHidden()) {
                for (int i = 0; i < v.length; i++) {
                    v[i] = 0;
                    for (int j = 0; j < scales.length; j++) {
                        v[i] += weights[i][j] * states[row][j] / scales[j];
                    }
                }
                rbm.visible().sample(v, bias, at, random, v);
                rows.write(row, v);
            } else {
                rows.write(row, states[row]);
            }
        }
        return result;
    }
}
