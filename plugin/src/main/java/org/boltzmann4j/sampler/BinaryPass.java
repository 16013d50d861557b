package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.math.CoinFlips;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The pass for Bernoulli units in single precision: the same model as {@link UnitPass} to within the rounding of floats,
 * with other random numbers, and several times as fast.
 */
final class BinaryPass implements LayerPass {

    /** Rows whose sums are taken in single precision: of samples they are exact, of means good to 64 roundings. */
    private static final int ROWS_BETWEEN_FLUSHES = 64;

    private final LayerStates states;
    private final CoinFlips coins;
    private final float[] x;
    private final float[] weightedInput;
    private final float[] sample;
    private final float[] bias;
    private final float[] baseBias;
    private final float[] rowBias;
    private final ColumnSums meanSums;
    private final ColumnSums sampleSums;

    BinaryPass(LayerStates states) {
        this.states = states;
        int width = states.width();
        this.coins = new CoinFlips(width);
        this.x = new float[width];
        this.weightedInput = new float[width];
        this.sample = new float[width];
        this.bias = new float[width];
        this.baseBias = new float[width];
        this.rowBias = new float[width];
        this.meanSums = new ColumnSums(states.meanSums());
        this.sampleSums = new ColumnSums(states.sampleSums());
    }

    @Override
    public long draw(Draw draw, double[] biasVector, RandomStreams streams, long step) {
        Tempering tempering = states.tempering();
        Rows input = Rows.of(states.weightedInput(draw));
        Rows output = draw == Draw.MEAN_AND_SAMPLE ? Rows.of(states.samples()) : input;
        boolean tracked = draw != Draw.MEAN && tempering.tracksSlopes();
        copy(biasVector, bias);
        copy(tempering.baseBias(), baseBias);
        for (int row = 0; row < input.count(); row++) {
            input.read(row, x);
            if (tracked) {
                System.arraycopy(x, 0, weightedInput, 0, x.length);
            }
            mean(tempering, row);
            if (draw != Draw.MEAN) {
                coins.flip(x, streams.key(step, row), sample);
                if (tracked) {
                    keepSlope(tempering, row);
                }
                sampleSums.add(sample, (float) states.rowWeight(row));
                output.write(row, sample);
            }
            if (draw != Draw.SAMPLE) {
                meanSums.add(x, (float) states.rowWeight(row));
                input.write(row, x);
            }
        }
        if (draw != Draw.MEAN) {
            sampleSums.finish();
        }
        if (draw != Draw.SAMPLE) {
            meanSums.finish();
        }
        return 0;
    }

    private static void copy(double[] from, float[] to) {
        for (int i = 0; i < from.length; i++) {
            to[i] = (float) from[i];
        }
    }

    private void mean(Tempering tempering, int row) {
        float beta = (float) tempering.inverseTemperature(row);
        if (!tempering.mixes(row)) {
            StableFunctions.sigmoid(x, bias, tempering.startsFromBaseRates() ? 1 : beta, x);
            return;
        }
        for (int i = 0; i < x.length; i++) {
            x[i] *= beta;
            rowBias[i] = (1 - beta) * baseBias[i] + beta * bias[i];
        }
        StableFunctions.sigmoid(x, rowBias, 1, x);
    }

    private void keepSlope(Tempering tempering, int row) {
        double terms = -dot(bias, sample);
        if (tempering.startsFromBaseRates()) {
            terms += dot(baseBias, sample);
        }
        tempering.keepSlope(row, terms, dot(weightedInput, sample));
    }

    /** In four sums, which the processor adds side by side. */
    private static double dot(float[] a, float[] b) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            first += a[i] * b[i];
            second += a[i + 1] * b[i + 1];
            third += a[i + 2] * b[i + 2];
            fourth += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            first += a[i] * b[i];
        }
        return first + second + third + fourth;
    }

    @Override
    public void flip(INDArray probabilities, RandomStreams streams, long step) {
        Rows input = Rows.of(Matrices.requireMatrix(probabilities, x.length, "probabilities"));
        Rows output = Rows.of(states.samples());
        for (int row = 0; row < input.count(); row++) {
            input.read(row, x);
            coins.flip(x, streams.key(step, row), sample);
            sampleSums.add(sample, (float) states.rowWeight(row));
            output.write(row, sample);
        }
        sampleSums.finish();
    }

    /** Sums of columns in single precision, poured into double precision before they are long. */
    private static final class ColumnSums {
        private final double[] total;
        private final float[] partial;
        private int rows;
        private boolean poured;

        ColumnSums(double[] total) {
            this.total = total;
            this.partial = new float[total.length];
        }

        void add(float[] row, float weight) {
            for (int i = 0; i < partial.length; i++) {
                partial[i] += weight * row[i];
            }
            if (++rows == ROWS_BETWEEN_FLUSHES) {
                pour();
            }
        }

        private void pour() {
            for (int i = 0; i < total.length; i++) {
                total[i] = (poured ? total[i] : 0) + partial[i];
            }
            Arrays.fill(partial, 0);
            rows = 0;
            poured = true;
        }

        /** Completes the sums; the next row begins new ones. */
        void finish() {
            pour();
            poured = false;
        }
    }
}
