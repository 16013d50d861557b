package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * States of one layer of units for a batch of rows: samples, conditional means and their column sums. Mutable; its
 * buffers are reused from step to step and belong to this object.
 *
 * <p>Everything is kept <em>coupled</em>, that is divided by the units' scale, which is how the weights and the gradient
 * see it; for all units but Gaussian ones with {@code sigma != 1} that is the state itself.
 */
public final class LayerStates {

    private final Unit unit;
    private final int width;
    private INDArray sampleBuffer;
    private INDArray meanBuffer;
    private INDArray samples;
    private INDArray means;
    private final double[] sampleSums;
    private final double[] meanSums;

    /**
     * Allocates states of zeros.
     *
     * @param unit type of the units
     * @param type float or double
     * @param rows at least 1
     * @param width number of units
     */
    public LayerStates(Unit unit, DataType type, long rows, int width) {
        this.unit = unit;
        this.width = width;
        this.sampleBuffer = Matrices.detached(type, rows, width);
        this.meanBuffer = Matrices.detached(type, rows, width);
        this.samples = sampleBuffer;
        this.means = meanBuffer;
        this.sampleSums = new double[width];
        this.meanSums = new double[width];
    }

    /**
     * Sets the number of rows, growing the buffers if need be. The content is undefined afterwards if it changes.
     *
     * @param rows at least 1
     */
    public void resize(long rows) {
        if (rows == samples.size(0)) {
            return;
        }
        if (rows > sampleBuffer.size(0)) {
            sampleBuffer = Matrices.detached(sampleBuffer.dataType(), rows, width);
            meanBuffer = Matrices.detached(meanBuffer.dataType(), rows, width);
        }
        samples = firstRows(sampleBuffer, rows);
        means = firstRows(meanBuffer, rows);
    }

    private static INDArray firstRows(INDArray buffer, long rows) {
        return rows == buffer.size(0) ? buffer : buffer.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }

    /**
     * Returns the number of rows.
     *
     * @return at least 1
     */
    public long rows() {
        return samples.size(0);
    }

    /**
     * Returns the coupled samples.
     *
     * @return {@code [rows, width]}, the buffer itself
     */
    public INDArray samples() {
        return samples;
    }

    /**
     * Returns the coupled means of the last draw that asked for them.
     *
     * @return {@code [rows, width]}, the buffer itself
     */
    public INDArray means() {
        return means;
    }

    /**
     * Returns the column sums of the coupled samples.
     *
     * @return {@code [width]}, the array itself
     */
    public double[] sampleSums() {
        return sampleSums;
    }

    /**
     * Returns the column sums of the coupled means of the last draw that asked for them.
     *
     * @return {@code [width]}, the array itself
     */
    public double[] meanSums() {
        return meanSums;
    }

    /**
     * Returns the samples as the units' own values, with the scale multiplied back.
     *
     * @return {@code [rows, width]}, a copy
     */
    public INDArray values() {
        INDArray copy = samples.dup('c');
        if (unit.isUnscaled()) {
            return copy;
        }
        Rows rows = Rows.of(copy);
        double[] x = new double[width];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            for (int i = 0; i < width; i++) {
                x[i] *= unit.scale(i);
            }
            rows.write(row, x);
        }
        return copy;
    }

    /** Where the weighted input of a draw has to be put: the buffer that the draw then overwrites in place. */
    INDArray weightedInput(Draw draw) {
        return draw == Draw.SAMPLE ? samples : means;
    }

    /** Replaces the weighted input by what is asked for, in one pass over the rows. */
    void draw(Draw draw, INDArray biasVector, RandomStreams streams, long step) {
        Rows input = Rows.of(weightedInput(draw));
        Rows output = draw == Draw.MEAN_AND_SAMPLE ? Rows.of(samples) : input;
        double[] bias = biasVector.toDoubleVector();
        double[] x = new double[width];
        double[] sample = new double[width];
        if (draw != Draw.SAMPLE) {
            Arrays.fill(meanSums, 0);
        }
        if (draw != Draw.MEAN) {
            Arrays.fill(sampleSums, 0);
        }
        for (long row = 0; row < input.count(); row++) {
            input.read(row, x);
            unit.mean(x, bias, x);
            if (draw != Draw.MEAN) {
                unit.sample(x, streams.random(step, row), sample);
                store(output, row, sample, sampleSums);
            }
            if (draw != Draw.SAMPLE) {
                store(input, row, x, meanSums);
            }
        }
    }

    /**
     * Takes given values as samples, after a change such as drawing binary ones from grey ones.
     *
     * @param values {@code [rows, width]}, not modified; the number of rows follows it
     * @param change applied to each row of values
     */
    public void present(INDArray values, RowChange change) {
        resize(values.size(0));
        Rows input = Rows.of(Matrices.requireMatrix(values, width, "states"));
        Rows output = Rows.of(samples);
        double[] x = new double[width];
        Arrays.fill(sampleSums, 0);
        for (long row = 0; row < input.count(); row++) {
            input.read(row, x);
            change.apply(row, x);
            store(output, row, x, sampleSums);
        }
    }

    /**
     * Copies the coupled samples of other states, repeating them from the start until every row is filled.
     *
     * @param source not modified
     */
    public void repeatSamplesOf(LayerStates source) {
        Rows input = Rows.of(source.samples);
        Rows output = Rows.of(samples);
        double[] x = new double[width];
        Arrays.fill(sampleSums, 0);
        for (long row = 0; row < output.count(); row++) {
            input.read(row % input.count(), x);
            output.write(row, x);
            add(x, sampleSums);
        }
    }

    private void store(Rows rows, long row, double[] values, double[] sums) {
        if (!unit.isUnscaled()) {
            for (int i = 0; i < width; i++) {
                values[i] /= unit.scale(i);
            }
        }
        add(values, sums);
        rows.write(row, values);
    }

    private static void add(double[] values, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /** A change of one row in place. */
    @FunctionalInterface
    public interface RowChange {
        /**
         * Changes the values of a row.
         *
         * @param row its index
         * @param values {@code [width]}, changed in place
         */
        void apply(long row, double[] values);
    }
}
