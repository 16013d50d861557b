package org.boltzmann4j.objective;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How values between 0 and 1 are presented to binary visible units, and probabilities to the groups of softmax units (drawn
 * from, the likeliest taken, or as they are). Other unit types take their data as they are.
 */
public enum GreyValues {
    /** Drawn anew at every presentation, with the grey value as probability of a 1. */
    SAMPLED,
    /** 1 above one half, else 0. */
    THRESHOLDED,
    /** Used as if they were the units' means (Hinton 2012, section 3.4): a mean-field shortcut, not a binary model. */
    MEANS;

    /**
     * Takes a minibatch as visible states.
     *
     * @param unit type of the visible units
     * @param data {@code [rows, visible]}, not modified
     * @param states overwritten
     * @param streams source of randomness
     * @param step counter within the stream
     */
    void present(Unit unit, INDArray data, LayerStates states, RandomStreams streams, long step) {
        if (this == SAMPLED && unit instanceof Bernoulli) {
            states.flip(data, streams, step);
        } else {
            states.present(data, (row, values) -> present(unit, values, streams.random(step, row)));
        }
    }

    /**
     * Presents a data set once, for judging a model on it: which data the grey values became is then part of the result.
     *
     * @param unit type of the visible units
     * @param data {@code [rows, visible]}, not modified
     * @param streams source of randomness of {@link #SAMPLED}
     * @return {@code [rows, visible]}, a copy
     */
    public INDArray presentOnce(Unit unit, INDArray data, RandomStreams streams) {
        INDArray states = data.dup('c');
        Rows rows = Rows.of(states);
        double[] values = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, values);
            present(unit, values, streams.random(0, row));
            rows.write(row, values);
        }
        return states;
    }

    /**
     * Changes one row of data into a row of visible states.
     *
     * @param unit type of the visible units
     * @param values changed in place
     * @param random consumed by {@link #SAMPLED} only
     */
    void present(Unit unit, double[] values, SplittableRandom random) {
        if (unit instanceof Mixed mixed) {
            int from = 0;
            for (Mixed.Part part : mixed.parts()) {
                double[] columns = Arrays.copyOfRange(values, from, from + part.width());
                present(part.units(), columns, random);
                System.arraycopy(columns, 0, values, from, columns.length);
                from += columns.length;
            }
        } else if (unit instanceof Softmax softmax) {
            switch (this) {
                case SAMPLED -> softmax.choose(values, random, values);
                case THRESHOLDED -> softmax.mostLikely(values, values);
                case MEANS -> {
                    // Nothing to do.
                }
            }
        } else if (unit instanceof Bernoulli) {
            switch (this) {
                case SAMPLED -> Bernoulli.flip(values, random, values);
                case THRESHOLDED -> {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = values[i] > 0.5 ? 1 : 0;
                    }
                }
                case MEANS -> {
                    // Nothing to do.
                }
            }
        }
    }
}
