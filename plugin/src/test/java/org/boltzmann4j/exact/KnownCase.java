package org.boltzmann4j.exact;

import java.util.List;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small model of which some visible units are known.
 *
 * @param whole the model
 * @param values of all visible units; NaN where unknown
 * @param rest what is left, see {@link SmallModel#given}
 * @param documentLength of the whole row, 1 where no words are counted
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KnownCase(SmallModel whole, double[] values, SmallModel rest, double documentLength) {

    private static final double UNKNOWN = Double.NaN;

    /** Every type of units, visible with binary hidden units and hidden with binary visible ones. */
    public static List<KnownCase> all() {
        double u = UNKNOWN;
        return List.of(
                visible(new Bernoulli(), 1.5, 1, new Bernoulli(), u, 1, u, 0, u),
                visible(Binomial.of(3), 0.8, 1, Binomial.of(3), 2, u, u, 0),
                visible(Gaussian.of(0.5, 1.7, 1, 0.8), 1, 1, Gaussian.of(0.5, 1), u, 2.3, u, -1),
                // The first group is known in part, which excludes a category; the second as well.
                visible(Softmax.of(3), 1.8, 1, Softmax.of(2), u, 0, u, 0, u, u),
                // Both groups are known: one by its 1 alone would leave the others 0.
                visible(Softmax.of(2), 1.8, 1, Softmax.of(2), 1, 0, u, u),
                visible(new ReplicatedSoftmax(), 0.8, 6, new ReplicatedSoftmax(), u, 2, u, u, 1),
                visible(Poisson.of(1e6), 0.5, 1, Poisson.of(1e6), u, 2, u),
                visible(NoisyRelu.exact(), 0.8, 1, NoisyRelu.exact(), 2, u, u),
                visible(
                        Mixed.of(
                                Mixed.Part.of(new Bernoulli(), 2),
                                Mixed.Part.of(Softmax.of(3), 3),
                                Mixed.Part.of(Gaussian.of(0.6), 2)),
                        1.3,
                        1,
                        Mixed.of(
                                Mixed.Part.of(new Bernoulli(), 1),
                                Mixed.Part.of(Softmax.of(2), 2),
                                Mixed.Part.of(Gaussian.of(0.6), 1)),
                        1,
                        u,
                        u,
                        u,
                        0,
                        1.4,
                        u),
                hidden(Binomial.of(3), 3, 0.9, u, 1, u, 1, u),
                hidden(Softmax.of(3), 6, 1.8, u, 1, u, 0, u),
                hidden(Gaussian.of(0.7), 3, 0.9, u, 1, u, 1, u),
                hidden(Poisson.of(1e6), 3, 0.4, u, 1, u, 1, u));
    }

    private static KnownCase visible(Unit unit, double spread, double documentLength, Unit rest, double... values) {
        SmallModel whole = SmallModel.random(unit, new Bernoulli(), values.length, 3, spread, documentLength, 17);
        return of(whole, rest, documentLength, values);
    }

    private static KnownCase hidden(Unit unit, int width, double spread, double... values) {
        SmallModel whole = SmallModel.random(new Bernoulli(), unit, values.length, width, spread, 1, 19);
        return of(whole, new Bernoulli(), 1, values);
    }

    private static KnownCase of(SmallModel whole, Unit rest, double documentLength, double... values) {
        return new KnownCase(whole, values, whole.given(flags(values), values, rest, documentLength), documentLength);
    }

    private static boolean[] flags(double[] values) {
        boolean[] known = new boolean[values.length];
        for (int i = 0; i < known.length; i++) {
            known[i] = !Double.isNaN(values[i]);
        }
        return known;
    }

    public boolean[] known() {
        return flags(values);
    }

    /** {@code [1, visible]}, 1 where known. */
    public INDArray mask() {
        double[][] mask = new double[1][values.length];
        for (int i = 0; i < values.length; i++) {
            mask[0][i] = known()[i] ? 1 : 0;
        }
        return Nd4j.createFromArray(mask);
    }

    /** {@code [rows, visible]}: known values, and of the unknown ones what makes up a document's length, else 0. */
    public INDArray rows(int rows) {
        double[][] x = new double[rows][values.length];
        for (double[] row : x) {
            double left = documentLength;
            int last = -1;
            for (int i = 0; i < row.length; i++) {
                if (known()[i]) {
                    row[i] = values[i];
                    left -= values[i];
                } else {
                    last = i;
                }
            }
            if (whole.rbm().visible().countsWords()) {
                row[last] = left;
            }
        }
        return Nd4j.createFromArray(x);
    }

    /** All elements of a matrix, much faster than by the array's own conversion. */
    public static double[][] elements(INDArray matrix) {
        Rows rows = Rows.of(matrix);
        double[][] result = new double[(int) rows.count()][rows.width()];
        for (int row = 0; row < result.length; row++) {
            rows.read(row, result[row]);
        }
        return result;
    }

    /** How many words of a document are not known, 1 where none are counted. */
    public double restLength() {
        double length = documentLength;
        if (whole.rbm().visible().countsWords()) {
            for (int i = 0; i < values.length; i++) {
                length -= known()[i] ? values[i] : 0;
            }
        }
        return length;
    }

    @Override
    public String toString() {
        return whole.rbm().visible() + " with " + whole.rbm().hidden() + " hidden units";
    }
}
