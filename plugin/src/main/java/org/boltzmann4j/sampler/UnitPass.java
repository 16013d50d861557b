package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pass for every type of units, in double precision whatever the type of the arrays. */
final class UnitPass implements LayerPass {

    private final LayerStates states;
    private final List<Scratch> scratch = new ArrayList<>();
    private final List<BlockTotals> totals = new ArrayList<>();

    UnitPass(LayerStates states) {
        this.states = states;
    }

    @Override
    public long draw(Draw draw, double[] bias, RandomStreams streams, long step) {
        INDArray weightedInput = states.weightedInput(draw);
        long rows = weightedInput.size(0);
        prepare(rows);
        RowBlocks.forEach(rows, (worker, block, from, to) -> {
            Rows input = Rows.of(weightedInput);
            Rows output = draw == Draw.MEAN_AND_SAMPLE ? Rows.of(states.samples()) : input;
            for (int row = from; row < to; row++) {
                draw(draw, row, bias, input, output, streams.random(step, row), scratch.get(worker), totals.get(block));
            }
        });
        return collect(draw, rows);
    }

    /** Before the blocks are shared: workers must not let lists grow. */
    private void prepare(long rows) {
        while (scratch.size() < Workers.threads()) {
            scratch.add(new Scratch(states.width()));
        }
        while (totals.size() < RowBlocks.count(rows)) {
            totals.add(new BlockTotals(states.width()));
        }
    }

    private void draw(
            Draw draw,
            int row,
            double[] bias,
            Rows input,
            Rows output,
            SplittableRandom random,
            Scratch with,
            BlockTotals block) {
        Unit unit = states.unit();
        Tempering tempering = states.tempering();
        double[] x = with.x;
        double[] sample = with.sample;
        boolean tracked = draw != Draw.MEAN && tempering.tracksSlopes();
        input.read(row, x);
        if (tracked) {
            System.arraycopy(x, 0, with.weightedInput, 0, x.length);
        }
        double[] ownBias = states.scalesBias() ? times(bias, states.lengths()[row]) : bias;
        double[] rowBias = ownBias;
        if (tempering.mixes(row)) {
            tempering.mix(ownBias, row, with.mixture);
            rowBias = with.mixture;
            for (int i = 0; i < x.length; i++) {
                x[i] *= tempering.inverseTemperature(row);
            }
        }
        Conditions at = conditions(row);
        block.bounded += unit.countBounded(x, rowBias, at);
        KnownValues known = states.known();
        if (known != null) {
            drawUnknown(known, draw, row, rowBias, at, random, with);
        } else {
            switch (draw) {
                case MEAN -> unit.mean(x, rowBias, at, x);
                case SAMPLE -> unit.sample(x, rowBias, at, random, sample);
                case MEAN_AND_SAMPLE -> unit.meanAndSample(x, rowBias, at, random, x, sample);
            }
        }
        if (tracked) {
            double coupling = tempering.slopesHoldCoupling() ? states.coupling(with.weightedInput, sample) : 0;
            tempering.keepSlope(row, tempering.terms(unit, sample, ownBias) - coupling);
        }
        if (draw != Draw.MEAN) {
            states.store(output, row, sample, block.sampleSums);
        }
        if (draw != Draw.SAMPLE) {
            states.store(input, row, x, block.meanSums);
        }
    }

    private void drawUnknown(
            KnownValues known,
            Draw draw,
            int row,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            Scratch with) {
        Unit unit = states.unit();
        if (draw != Draw.MEAN) {
            known.put(row, with.sample);
            unit.sampleUnknown(with.x, bias, at, known.known(row), random, with.sample);
        }
        if (draw != Draw.SAMPLE) {
            known.put(row, with.mean);
            unit.meanOfUnknown(with.x, bias, at, known.known(row), with.mean);
            System.arraycopy(with.mean, 0, with.x, 0, with.x.length);
        }
    }

    /** Adds the blocks in their order and leaves zeros behind. */
    private long collect(Draw draw, long rows) {
        if (draw != Draw.SAMPLE) {
            Arrays.fill(states.meanSums(), 0);
        }
        if (draw != Draw.MEAN) {
            Arrays.fill(states.sampleSums(), 0);
        }
        long bounded = 0;
        for (BlockTotals block : totals.subList(0, RowBlocks.count(rows))) {
            if (draw != Draw.SAMPLE) {
                pour(block.meanSums, states.meanSums());
            }
            if (draw != Draw.MEAN) {
                pour(block.sampleSums, states.sampleSums());
            }
            bounded += block.bounded;
            block.bounded = 0;
        }
        return bounded;
    }

    private static void pour(double[] from, double[] into) {
        for (int i = 0; i < from.length; i++) {
            into[i] += from[i];
        }
        Arrays.fill(from, 0);
    }

    @Override
    public void flip(INDArray probabilities, RandomStreams streams, long step) {
        states.present(probabilities, (row, values) -> Bernoulli.flip(values, streams.random(step, row), values));
    }

    private Conditions conditions(int row) {
        Tempering tempering = states.tempering();
        Conditions at = Conditions.at(tempering.startsFromBaseRates() ? 1 : tempering.inverseTemperature(row));
        boolean documents = states.unit().countsWords() && states.lengths().length > 0;
        return documents ? at.withDocumentLength(states.lengths()[row]) : at;
    }

    private static double[] times(double[] bias, double length) {
        double[] result = bias.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] *= length;
        }
        return result;
    }

    /** What one worker needs for the row it is at. */
    private static final class Scratch {
        private final double[] x;
        private final double[] sample;
        private final double[] weightedInput;
        private final double[] mixture;
        private final double[] mean;

        Scratch(int width) {
            this.x = new double[width];
            this.sample = new double[width];
            this.weightedInput = new double[width];
            this.mixture = new double[width];
            this.mean = new double[width];
        }
    }

    /** What one block of rows adds to the column sums and counts. */
    private static final class BlockTotals {
        private final double[] sampleSums;
        private final double[] meanSums;
        private long bounded;

        BlockTotals(int width) {
            this.sampleSums = new double[width];
            this.meanSums = new double[width];
        }
    }
}
