package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.math.CoinFlips;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.math.Workers;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The pass for Bernoulli units in single precision: the same model as {@link UnitPass} to within the rounding of floats,
 * with other random numbers, and several times as fast.
 */
final class BinaryPass implements LayerPass {

    private final LayerStates states;
    private final float[] bias;
    private final float[] baseBias;
    /** {@code b_0 - b}, or -b on the path {@code exp(-beta E)}: what a unit that is on adds to the slope of the energy along the path. */
    private final float[] slopeBias;

    private final List<Scratch> scratch = new ArrayList<>();
    private final BlockSums meanSums;
    private final BlockSums sampleSums;

    BinaryPass(LayerStates states) {
        this.states = states;
        int width = states.width();
        this.bias = new float[width];
        this.baseBias = new float[width];
        this.slopeBias = new float[width];
        this.meanSums = new BlockSums(width);
        this.sampleSums = new BlockSums(width);
    }

    @Override
    public long draw(Draw draw, double[] biasVector, RandomStreams streams, long step) {
        copy(biasVector, bias);
        copy(states.tempering().baseBias(), baseBias);
        boolean fromBaseRates = states.tempering().startsFromBaseRates();
        for (int i = 0; i < slopeBias.length; i++) {
            slopeBias[i] = fromBaseRates ? baseBias[i] - bias[i] : -bias[i];
        }
        INDArray weightedInput = states.weightedInput(draw);
        long rows = weightedInput.size(0);
        prepare(rows);
        RowBlocks.forEach(rows, (worker, block, from, to) -> {
            Rows input = Rows.of(weightedInput);
            Rows output = draw == Draw.MEAN_AND_SAMPLE ? Rows.of(states.samples()) : input;
            for (int row = from; row < to; row++) {
                draw(draw, row, input, output, streams.key(step, row), scratch.get(worker), block);
            }
        });
        if (draw != Draw.MEAN) {
            sampleSums.pour(rows, states.sampleSums());
        }
        if (draw != Draw.SAMPLE) {
            meanSums.pour(rows, states.meanSums());
        }
        return 0;
    }

    private static void copy(double[] from, float[] to) {
        for (int i = 0; i < from.length; i++) {
            to[i] = (float) from[i];
        }
    }

    /** Before the blocks are shared: workers must not let lists grow. */
    private void prepare(long rows) {
        while (scratch.size() < Workers.threads()) {
            scratch.add(new Scratch(states.width()));
        }
        meanSums.prepare(rows);
        sampleSums.prepare(rows);
    }

    private void draw(Draw draw, int row, Rows input, Rows output, long key, Scratch with, int block) {
        Tempering tempering = states.tempering();
        float[] x = with.x;
        boolean tracked = draw != Draw.MEAN && tempering.tracksSlopes();
        input.read(row, x);
        if (tracked && tempering.slopesHoldCoupling()) {
            System.arraycopy(x, 0, with.weightedInput, 0, x.length);
        }
        mean(tempering, row, with);
        KnownValues known = states.known();
        float weight = (float) states.rowWeight(row);
        if (draw != Draw.MEAN) {
            with.coins.flip(x, key, with.sample);
            if (known != null) {
                known.put(row, with.sample);
            }
            if (tracked) {
                keepSlope(tempering, row, with);
            }
            sampleSums.add(block, with.sample, weight);
            output.write(row, with.sample);
        }
        if (draw != Draw.SAMPLE) {
            if (known != null) {
                known.put(row, x);
            }
            meanSums.add(block, x, weight);
            input.write(row, x);
        }
    }

    private void mean(Tempering tempering, int row, Scratch with) {
        float[] x = with.x;
        float beta = (float) tempering.inverseTemperature(row);
        if (!tempering.mixes(row)) {
            StableFunctions.sigmoid(x, bias, tempering.startsFromBaseRates() ? 1 : beta, x);
            return;
        }
        float[] rowBias = with.rowBias;
        for (int i = 0; i < x.length; i++) {
            x[i] *= beta;
            rowBias[i] = (1 - beta) * baseBias[i] + beta * bias[i];
        }
        StableFunctions.sigmoid(x, rowBias, 1, x);
    }

    private void keepSlope(Tempering tempering, int row, Scratch with) {
        float[] terms = with.terms;
        if (tempering.slopesHoldCoupling()) {
            for (int i = 0; i < terms.length; i++) {
                terms[i] = (slopeBias[i] - with.weightedInput[i]) * with.sample[i];
            }
        } else {
            for (int i = 0; i < terms.length; i++) {
                terms[i] = slopeBias[i] * with.sample[i];
            }
        }
        tempering.keepSlope(row, StableFunctions.sum(terms));
    }

    @Override
    public void flip(INDArray probabilities, RandomStreams streams, long step) {
        Matrices.requireMatrix(probabilities, states.width(), "probabilities");
        long rows = probabilities.size(0);
        prepare(rows);
        RowBlocks.forEach(rows, (worker, block, from, to) -> {
            Rows input = Rows.of(probabilities);
            Rows output = Rows.of(states.samples());
            Scratch with = scratch.get(worker);
            for (int row = from; row < to; row++) {
                input.read(row, with.x);
                with.coins.flip(with.x, streams.key(step, row), with.sample);
                sampleSums.add(block, with.sample, (float) states.rowWeight(row));
                output.write(row, with.sample);
            }
        });
        sampleSums.pour(rows, states.sampleSums());
    }

    /** What one worker needs for the row it is at. */
    private static final class Scratch {
        private final CoinFlips coins;
        private final float[] x;
        private final float[] weightedInput;
        private final float[] sample;
        private final float[] rowBias;
        private final float[] terms;

        Scratch(int width) {
            this.coins = new CoinFlips(width);
            this.x = new float[width];
            this.weightedInput = new float[width];
            this.sample = new float[width];
            this.rowBias = new float[width];
            this.terms = new float[width];
        }
    }

    /**
     * Sums of columns for each block of rows in single precision, poured into double precision in the blocks' order: of
     * samples they are exact, of means good to as many roundings as a block has rows.
     */
    private static final class BlockSums {
        private final int width;
        private float[][] ofBlock = new float[0][];

        BlockSums(int width) {
            this.width = width;
        }

        void prepare(long rows) {
            int before = ofBlock.length;
            int blocks = RowBlocks.count(rows);
            if (before < blocks) {
                ofBlock = Arrays.copyOf(ofBlock, blocks);
                for (int block = before; block < blocks; block++) {
                    ofBlock[block] = new float[width];
                }
            }
        }

        void add(int block, float[] row, float weight) {
            float[] sums = ofBlock[block];
            for (int i = 0; i < sums.length; i++) {
                sums[i] += weight * row[i];
            }
        }

        /** Leaves zeros behind. */
        void pour(long rows, double[] total) {
            Arrays.fill(total, 0);
            for (int block = 0; block < RowBlocks.count(rows); block++) {
                float[] sums = ofBlock[block];
                for (int i = 0; i < sums.length; i++) {
                    total[i] += sums[i];
                }
                Arrays.fill(sums, 0);
            }
        }
    }
}
