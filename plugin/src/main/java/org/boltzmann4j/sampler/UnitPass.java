package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pass for every type of units, in double precision whatever the type of the arrays. */
final class UnitPass implements LayerPass {

    private final LayerStates states;
    private final double[] x;
    private final double[] sample;
    private final double[] weightedInput;
    private final double[] mixture;

    UnitPass(LayerStates states) {
        this.states = states;
        int width = states.width();
        this.x = new double[width];
        this.sample = new double[width];
        this.weightedInput = new double[width];
        this.mixture = new double[width];
    }

    @Override
    public long draw(Draw draw, double[] bias, RandomStreams streams, long step) {
        Unit unit = states.unit();
        Tempering tempering = states.tempering();
        Rows input = Rows.of(states.weightedInput(draw));
        Rows output = draw == Draw.MEAN_AND_SAMPLE ? Rows.of(states.samples()) : input;
        boolean tracked = draw != Draw.MEAN && tempering.tracksSlopes();
        if (draw != Draw.SAMPLE) {
            Arrays.fill(states.meanSums(), 0);
        }
        if (draw != Draw.MEAN) {
            Arrays.fill(states.sampleSums(), 0);
        }
        long bounded = 0;
        for (int row = 0; row < input.count(); row++) {
            input.read(row, x);
            if (tracked) {
                System.arraycopy(x, 0, weightedInput, 0, x.length);
            }
            double[] ownBias = states.scalesBias() ? times(bias, states.lengths()[row]) : bias;
            double[] rowBias = ownBias;
            if (tempering.mixes(row)) {
                tempering.mix(ownBias, row, mixture);
                rowBias = mixture;
                for (int i = 0; i < x.length; i++) {
                    x[i] *= tempering.inverseTemperature(row);
                }
            }
            Conditions at = conditions(row);
            bounded += unit.countBounded(x, rowBias, at);
            switch (draw) {
                case MEAN -> unit.mean(x, rowBias, at, x);
                case SAMPLE -> unit.sample(x, rowBias, at, streams.random(step, row), sample);
                case MEAN_AND_SAMPLE -> unit.meanAndSample(x, rowBias, at, streams.random(step, row), x, sample);
            }
            if (tracked) {
                double terms = tempering.terms(unit, sample, ownBias);
                tempering.keepSlope(row, terms, states.coupling(weightedInput, sample));
            }
            if (draw != Draw.MEAN) {
                states.store(output, row, sample, states.sampleSums());
            }
            if (draw != Draw.SAMPLE) {
                states.store(input, row, x, states.meanSums());
            }
        }
        return bounded;
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
}
