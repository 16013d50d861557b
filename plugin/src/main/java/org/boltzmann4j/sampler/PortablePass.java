package org.boltzmann4j.sampler;

import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.GaussianDistribution;
import org.nd4j.linalg.api.ops.random.impl.UniformDistribution;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The pass for Bernoulli and Gaussian units in array operations of ND4J only: nothing moves between the device that holds
 * the arrays and the heap but column sums, biases and slopes. For backends whose memory Java loops must not touch; on a CPU
 * the other passes are several times as fast. The random numbers are those of ND4J's generator, seeded anew for every
 * step: the same model, other numbers than the other passes draw.
 */
final class PortablePass implements LayerPass {

    private final LayerStates states;
    private final DataType type;
    private final Random random = Nd4j.getRandomFactory().getNewRandomInstance();
    private INDArray noise;
    private @Nullable Held held;

    PortablePass(LayerStates states) {
        this.states = states;
        this.type = states.samples().dataType();
        this.noise = Matrices.detached(type, states.rows(), states.width());
    }

    /** Whether this pass knows the type. */
    static boolean serves(Unit unit) {
        return unit instanceof Bernoulli || unit instanceof Gaussian;
    }

    @Override
    public long draw(Draw draw, double[] biasVector, RandomStreams streams, long step) {
        Tempering tempering = states.tempering();
        INDArray input = states.weightedInput(draw);
        INDArray bias = row(biasVector);
        boolean tracked = draw != Draw.MEAN && tempering.tracksSlopes();
        INDArray weightedInput = tracked ? input.dup() : input;
        mean(input, bias);
        if (draw != Draw.MEAN) {
            INDArray samples = states.samples();
            sample(input, samples, streams.key(step, 0));
            hold(samples);
            write(samples, states.sampleSums());
            if (tracked) {
                keepSlopes(samples, weightedInput, bias);
            }
        }
        if (draw != Draw.SAMPLE) {
            hold(input);
            write(input, states.meanSums());
        }
        return 0;
    }

    /** Puts the known values into coupled states. */
    private void hold(INDArray coupled) {
        KnownValues known = states.known();
        if (known == null) {
            return;
        }
        if (held == null || held.known != known || held.values.size(0) != coupled.size(0)) {
            held = Held.of(known, Math.toIntExact(coupled.size(0)), states);
        }
        coupled.muli(held.unknown).addi(held.values);
    }

    /**
     * Known values as arrays.
     *
     * @param known whose they are
     * @param unknown {@code [rows, width]}, 1 where a unit is not known, else 0
     * @param values {@code [rows, width]}, known values divided by the scales, else 0
     */
    private record Held(KnownValues known, INDArray unknown, INDArray values) {
        static Held of(KnownValues known, int rows, LayerStates states) {
            double[][] unknown = new double[rows][states.width()];
            double[][] values = new double[rows][states.width()];
            double[] scales = states.unit().scales(states.width());
            for (int row = 0; row < rows; row++) {
                known.put(row, values[row]);
                for (int i = 0; i < scales.length; i++) {
                    unknown[row][i] = known.known(row)[i] ? 0 : 1;
                    values[row][i] /= scales[i];
                }
            }
            DataType type = states.samples().dataType();
            return new Held(
                    known,
                    Nd4j.createFromArray(unknown).castTo(type),
                    Nd4j.createFromArray(values).castTo(type));
        }
    }

    /** The means of the coupled states, in place: of states divided by their scales. */
    private void mean(INDArray input, INDArray bias) {
        Tempering tempering = states.tempering();
        boolean mixes = tempering.startsFromBaseRates();
        INDArray rowBias = mixes ? row(tempering.baseBias()) : bias;
        if (mixes) {
            INDArray beta = column(input.size(0));
            input.muliColumnVector(beta);
            input.addi(beta.mmul(scaled(bias.sub(rowBias))));
        }
        input.addiRowVector(scaled(rowBias));
        if (states.unit() instanceof Bernoulli) {
            if (!mixes) {
                input.muliColumnVector(column(input.size(0)));
            }
            Transforms.sigmoid(input, false);
        }
    }

    private void sample(INDArray means, INDArray samples, long seed) {
        if (noise.size(0) != means.size(0)) {
            noise = Matrices.detached(type, means.size(0), means.size(1));
        }
        random.setSeed(seed);
        if (states.unit() instanceof Bernoulli) {
            Nd4j.getExecutioner().exec(new UniformDistribution(noise, 0, 1), random);
            samples.assign(noise.lt(means));
            return;
        }
        Nd4j.getExecutioner().exec(new GaussianDistribution(noise, 0, 1), random);
        if (!states.tempering().startsFromBaseRates()) {
            INDArray deviation = Transforms.pow(column(means.size(0)), -0.5);
            noise.muliColumnVector(deviation);
        }
        means.add(noise, samples);
    }

    private void keepSlopes(INDArray samples, INDArray weightedInput, INDArray bias) {
        Tempering tempering = states.tempering();
        INDArray slopes;
        if (states.unit() instanceof Bernoulli) {
            INDArray difference =
                    tempering.startsFromBaseRates() ? row(tempering.baseBias()).sub(bias) : bias.neg();
            slopes = samples.mmul(difference.transpose());
        } else {
            slopes = halfSquares(samples, bias);
            if (tempering.startsFromBaseRates()) {
                slopes.subi(halfSquares(samples, row(tempering.baseBias())));
            }
        }
        if (tempering.slopesHoldCoupling()) {
            slopes.subi(samples.mul(weightedInput).sum(true, 1));
        }
        double[] perRow = slopes.reshape(slopes.length()).toDoubleVector();
        for (int row = 0; row < perRow.length; row++) {
            tempering.keepSlope(row, perRow[row]);
        }
    }

    /** {@code sum_i (u_i - b_i / s_i)^2 / 2} of coupled states u. */
    private INDArray halfSquares(INDArray samples, INDArray bias) {
        INDArray difference = samples.subRowVector(scaled(bias));
        return difference.muli(difference).sum(true, 1).divi(2);
    }

    private void write(INDArray values, double[] sums) {
        double[] weights = states.rowWeights();
        INDArray counted = weights.length == 0
                ? values
                : values.mulColumnVector(
                        Nd4j.createFromArray(weights).castTo(type).reshape(weights.length, 1));
        double[] found = counted.sum(0).toDoubleVector();
        System.arraycopy(found, 0, sums, 0, sums.length);
    }

    private INDArray row(double[] values) {
        return Nd4j.createFromArray(values).castTo(type).reshape(1, values.length);
    }

    /** A bias as the coupled states see it, divided by the scales. */
    private INDArray scaled(INDArray bias) {
        return states.unit().isUnscaled() ? bias : bias.div(row(states.unit().scales(states.width())));
    }

    private INDArray column(long rows) {
        double[] beta = new double[Math.toIntExact(rows)];
        for (int i = 0; i < beta.length; i++) {
            beta[i] = states.tempering().inverseTemperature(i);
        }
        return Nd4j.createFromArray(beta).castTo(type).reshape(rows, 1);
    }

    @Override
    public void flip(INDArray probabilities, RandomStreams streams, long step) {
        Matrices.requireMatrix(probabilities, states.width(), "probabilities");
        sample(probabilities.castTo(type), states.samples(), streams.key(step, 0));
        write(states.samples(), states.sampleSums());
    }
}
