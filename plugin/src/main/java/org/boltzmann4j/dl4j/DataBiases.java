package org.boltzmann4j.dl4j;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Rows;

/** Where the biases of a layer start: at what the data say about them. */
final class DataBiases {

    private DataBiases() {}

    /**
     * {@code b} from the data's means, {@code c = c_0 - t (mean/s)'W}, with the scales t of the hidden units: they start
     * with the mean inputs they would have had on centered data (Hinton 2012, section 8); for documents with the means per
     * word, since c counts for every word. A layer that has been trained before keeps its biases.
     *
     * @param rbm its biases are overwritten
     * @param means of the data, {@code [visible]}, not modified
     */
    static void start(Rbm rbm, double[] means) {
        if (!rbm.visibleBias().eq(0).all()) {
            return;
        }
        double[] bias = rbm.visible().biasesForMeans(means);
        double[] hiddenBias = rbm.hiddenBias().toDoubleVector();
        double[] row = new double[rbm.hiddenWidth()];
        double words = rbm.visible().countsWords() ? Arrays.stream(means).sum() : 1;
        Rows weights = Rows.of(rbm.weights());
        for (int i = 0; i < bias.length; i++) {
            weights.read(i, row);
            for (int j = 0; j < row.length; j++) {
                hiddenBias[j] -= means[i]
                        / words
                        / rbm.visible().scale(i)
                        * row[j]
                        * rbm.hidden().scale(j);
            }
        }
        Rows.of(rbm.visibleBias().reshape(1, bias.length)).write(0, bias);
        Rows.of(rbm.hiddenBias().reshape(1, hiddenBias.length)).write(0, hiddenBias);
    }
}
