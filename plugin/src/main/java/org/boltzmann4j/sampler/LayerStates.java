package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * States of one layer of units for a batch of rows: samples, conditional means and their column sums. Mutable; its
 * buffers are reused from step to step and belong to this object.
 *
 * <p>Everything is kept <em>coupled</em>, that is divided by the units' scale, which is how the weights and the gradient
 * see it; for all units but Gaussian ones with {@code sigma != 1} that is the state itself.
 *
 * <p>Where one layer counts the words of documents, the states of both layers know the documents' lengths: rows of counts
 * are drawn with them, and in the opposite layer they scale the bias and the weights of the rows in the column sums.
 *
 * <p>Rows may have inverse temperatures of their own, so that all rungs of a ladder are one batch. Then every draw can leave
 * behind by how much each row's energy weighs in a swap of temperatures.
 */
public final class LayerStates {

    private static final double[] NONE = new double[0];

    private Unit unit;
    private double[] scales;
    private double[] lengths = NONE;
    private double[] rowWeights = NONE;
    private final Tempering tempering = new Tempering();
    private LayerPass pass;
    private @Nullable KnownValues known;
    private long bounded;
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
        this.scales = unit.isUnscaled() ? NONE : unit.scales(width);
        this.sampleBuffer = Matrices.detached(type, rows, width);
        this.meanBuffer = Matrices.detached(type, rows, width);
        this.samples = sampleBuffer;
        this.means = meanBuffer;
        this.sampleSums = new double[width];
        this.meanSums = new double[width];
        this.pass = LayerPass.of(this);
    }

    /** Replaces the pass that the backend asks for. */
    void use(LayerPass other) {
        pass = other;
    }

    /**
     * Takes over the type of the units with its present scales, where they are learned. Samples drawn before stay as they
     * are, divided by the scales of their time.
     *
     * @param current type of the units, of the same width
     */
    public void use(Unit current) {
        if (!current.equals(unit)) {
            unit = current;
            scales = current.isUnscaled() ? NONE : current.scales(width);
        }
    }

    /**
     * Holds values in every draw to come, so that only the other units are drawn, given these.
     *
     * @param values given for every row; null to hold none
     */
    public void hold(@Nullable KnownValues values) {
        known = values;
    }

    /** What every draw holds, if anything. */
    @Nullable KnownValues known() {
        return known;
    }

    /** The inverse temperatures of the rows, which a ladder sets, and what the draws leave behind for its swaps. */
    Tempering tempering() {
        return tempering;
    }

    Unit unit() {
        return unit;
    }

    int width() {
        return width;
    }

    /**
     * Logarithm of the part of a row's base measure that depends on the inverse temperature; only noisy rectified units
     * on the path {@code exp(-beta E)} have one.
     */
    double temperedBaseMeasure(int row, double beta) {
        if (tempering.startsFromBaseRates() || !unit.hasTemperedBaseMeasure()) {
            return 0;
        }
        double[] x = new double[width];
        Rows.of(samples).read(row, x);
        for (int i = 0; i < scales.length; i++) {
            x[i] *= scales[i];
        }
        return unit.logBaseMeasure(x, beta);
    }

    /**
     * Returns the lengths of the documents.
     *
     * @return one for each row, not to be modified; empty if neither layer counts words
     */
    public double[] lengths() {
        return lengths;
    }

    void setLengths(double[] lengths) {
        this.lengths = lengths;
    }

    /**
     * Returns what the column sums are divided by to give means: the number of rows or, with documents, of words.
     *
     * @return the sum of the rows' weights
     */
    public double totalWeight() {
        if (rowWeights.length == 0) {
            return lengths.length == 0 ? rows() : Arrays.stream(lengths).sum();
        }
        double sum = 0;
        for (int row = 0; row < rowWeights.length; row++) {
            sum += rowWeights[row] * (lengths.length == 0 ? 1 : lengths[row]);
        }
        return sum;
    }

    /**
     * Sets how much each row counts in the column sums and in {@link #totalWeight} from the next draw or presentation on.
     *
     * @param perRow one for each row to come, not negative, not modified afterwards; an empty array for 1 everywhere
     */
    public void setRowWeights(double[] perRow) {
        rowWeights = perRow;
    }

    /**
     * Returns how much each row counts.
     *
     * @return one for each row, not to be modified; empty for 1 everywhere
     */
    public double[] rowWeights() {
        return rowWeights;
    }

    /**
     * Returns the sum of the rows' weights without the lengths of documents.
     *
     * @return the number of rows, if none has a weight of its own
     */
    public double totalRowWeight() {
        return rowWeights.length == 0 ? rows() : Arrays.stream(rowWeights).sum();
    }

    /** How much one row counts. */
    double rowWeight(int row) {
        return rowWeights.length == 0 ? 1 : rowWeights[row];
    }

    /** Multiplies every row of the means by its weight, for products over rows; the column sums are weighted already. */
    public void weighMeans() {
        if (rowWeights.length == 0) {
            return;
        }
        Rows rows = Rows.of(means);
        double[] x = new double[width];
        for (int row = 0; row < rowWeights.length; row++) {
            rows.read(row, x);
            for (int i = 0; i < width; i++) {
                x[i] *= rowWeights[row];
            }
            rows.write(row, x);
        }
    }

    /**
     * Puts the means of units that do not exist to 0, in the column sums too.
     *
     * @param masks one for each row
     */
    public void maskMeans(UnitMasks masks) {
        mask(means, meanSums, masks);
    }

    /**
     * Puts the samples of units that do not exist to 0, in the column sums too.
     *
     * @param masks one for each row
     */
    public void maskSamples(UnitMasks masks) {
        mask(samples, sampleSums, masks);
    }

    private void mask(INDArray states, double[] sums, UnitMasks masks) {
        Rows rows = Rows.of(states);
        double[] x = new double[width];
        double[] mask = new double[width];
        Arrays.fill(sums, 0);
        for (int row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            masks.draw(row, mask);
            for (int i = 0; i < width; i++) {
                x[i] *= mask[i];
            }
            add(row, x, sums);
            rows.write(row, x);
        }
    }

    /**
     * Returns how many units had a mean held down by a bound of their type, over all draws so far.
     *
     * @return 0 for types without a bound
     */
    public long bounded() {
        return bounded;
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
     * Returns the column sums of the coupled samples, every row counted as often as {@link #lengths} says in the layer
     * opposite to word counts, and {@link #rowWeights} in any layer.
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
        return unscaled(samples.dup('c'));
    }

    /**
     * Returns the means as the units' own values, with the scale multiplied back.
     *
     * @return {@code [rows, width]}, a copy
     */
    public INDArray meanValues() {
        return unscaled(means.dup('c'));
    }

    /** Multiplies coupled values by the scales, in place. */
    INDArray unscaled(INDArray coupled) {
        if (scales.length == 0) {
            return coupled;
        }
        Rows rows = Rows.of(coupled);
        double[] x = new double[width];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            for (int i = 0; i < width; i++) {
                x[i] *= scales[i];
            }
            rows.write(row, x);
        }
        return coupled;
    }

    /** Lets samples and means change places, so that the next half-step goes on from the means. */
    void exchangeSamplesAndMeans() {
        INDArray buffer = sampleBuffer;
        sampleBuffer = meanBuffer;
        meanBuffer = buffer;
        INDArray view = samples;
        samples = means;
        means = view;
        for (int i = 0; i < width; i++) {
            double sum = sampleSums[i];
            sampleSums[i] = meanSums[i];
            meanSums[i] = sum;
        }
    }

    /** Where the weighted input of a draw has to be put: the buffer that the draw then overwrites in place. */
    INDArray weightedInput(Draw draw) {
        return draw == Draw.SAMPLE ? samples : means;
    }

    /** Replaces the weighted input by what is asked for, in one pass over the rows. */
    void draw(Draw draw, INDArray biasVector, RandomStreams streams, long step) {
        bounded += passNow().draw(draw, Vectors.values(biasVector), streams, step);
    }

    /** Where documents are counted, rows have weights and biases of their own, which only the general pass knows. */
    private LayerPass passNow() {
        if (lengths.length > 0 && !(pass instanceof UnitPass)) {
            pass = new UnitPass(this);
        }
        return pass;
    }

    /** {@code sum_i t_i x_i / s_i} of the weighted inputs t and the units' own values x. */
    double coupling(double[] weightedInput, double[] state) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += weightedInput[i] * state[i] / (scales.length == 0 ? 1 : scales[i]);
        }
        return sum;
    }

    /** Whether the opposite layer counts words. */
    boolean scalesBias() {
        return lengths.length > 0 && !unit.countsWords();
    }

    /**
     * Takes draws of ones with the given probabilities as samples of binary units.
     *
     * @param probabilities {@code [rows, width]}, not modified; the number of rows follows it
     * @param streams source of randomness
     * @param step counter within the stream
     */
    public void flip(INDArray probabilities, RandomStreams streams, long step) {
        resize(probabilities.size(0));
        lengths = NONE;
        pass.flip(probabilities, streams, step);
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
        lengths = unit.countsWords() ? new double[Math.toIntExact(input.count())] : NONE;
        for (int row = 0; row < input.count(); row++) {
            input.read(row, x);
            change.apply(row, x);
            if (unit.countsWords()) {
                lengths[row] = Arrays.stream(x).sum();
            }
            store(output, row, x, sampleSums);
        }
    }

    /**
     * Copies the coupled samples of other states, repeating them from the start until every row is filled.
     *
     * @param source not modified
     */
    public void repeatSamplesOf(LayerStates source) {
        if (source.rows() == rows() && source.lengths.length == 0 && source.rowWeights == rowWeights) {
            lengths = NONE;
            Matrices.copyRows(source.samples, samples, 0, 1);
            System.arraycopy(source.sampleSums, 0, sampleSums, 0, width);
            return;
        }
        Rows input = Rows.of(source.samples);
        Rows output = Rows.of(samples);
        double[] x = new double[width];
        Arrays.fill(sampleSums, 0);
        int given = Math.toIntExact(input.count());
        lengths = source.lengths.length == 0 ? NONE : new double[Math.toIntExact(output.count())];
        Arrays.setAll(lengths, row -> source.lengths[row % given]);
        for (int row = 0; row < output.count(); row++) {
            input.read(row % given, x);
            output.write(row, x);
            add(row, x, sampleSums);
        }
    }

    /** States of the same units, all zeros and at the inverse temperature 1. */
    LayerStates emptyCopy(long rows) {
        return new LayerStates(unit, samples.dataType(), rows, width);
    }

    /**
     * Copies samples and means of some rows of other states.
     *
     * @param source not modified
     * @param rows which, in the order wanted
     */
    void takeRows(LayerStates source, int[] rows) {
        unit = source.unit;
        scales = source.scales;
        resize(rows.length);
        Rows givenSamples = Rows.of(source.samples);
        Rows givenMeans = Rows.of(source.means);
        Rows ownSamples = Rows.of(samples);
        Rows ownMeans = Rows.of(means);
        double[] x = new double[width];
        Arrays.fill(sampleSums, 0);
        Arrays.fill(meanSums, 0);
        lengths = source.lengths.length == 0 ? NONE : new double[rows.length];
        Arrays.setAll(lengths, row -> source.lengths[rows[row]]);
        for (int row = 0; row < rows.length; row++) {
            givenSamples.read(rows[row], x);
            ownSamples.write(row, x);
            add(row, x, sampleSums);
            givenMeans.read(rows[row], x);
            ownMeans.write(row, x);
            add(row, x, meanSums);
        }
    }

    /**
     * Passes the samples through a record, with what belongs to their rows. Means and sums are those of the next draw.
     *
     * @param record written or read
     * @throws IllegalArgumentException if a record that was read does not fit
     */
    public void carry(StateRecord record) {
        INDArray held = record.matrix("samples", samples);
        lengths = record.numbers("lengths", lengths);
        rowWeights = record.numbers("rowWeights", rowWeights);
        for (double[] perRow : new double[][] {lengths, rowWeights}) {
            if (perRow.length != 0 && perRow.length != held.size(0)) {
                throw new IllegalArgumentException(
                        perRow.length + " lengths or weights for " + held.size(0) + " rows of states");
            }
        }
        if (record.isReading()) {
            resize(held.size(0));
            samples.assign(held);
        }
    }

    /**
     * Column sums of the squares of the coupled samples, which the gradient of learned scales needs.
     *
     * @return {@code [width]}, a new array
     */
    public double[] squareSums() {
        double[] sums = new double[width];
        Rows rows = Rows.of(samples);
        double[] x = new double[width];
        for (int row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            double weight = rowWeight(row);
            for (int i = 0; i < width; i++) {
                sums[i] += weight * x[i] * x[i];
            }
        }
        return sums;
    }

    /** Writes a row of the units' own values and adds it to sums; the values are divided by the scales. */
    void store(Rows rows, int row, double[] values, double[] sums) {
        for (int i = 0; i < scales.length; i++) {
            values[i] /= scales[i];
        }
        add(row, values, sums);
        rows.write(row, values);
    }

    private void add(int row, double[] values, double[] sums) {
        if (rowWeights.length > 0 || scalesBias()) {
            double weight = rowWeight(row) * (scalesBias() ? lengths[row] : 1);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += weight * values[i];
            }
        } else {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[i];
            }
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
