package org.boltzmann4j.sampler;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StrictCount;
import org.boltzmann4j.math.Vectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Unadjusted Langevin dynamics in two settings:
 *
 * <ul>
 *   <li>{@link Mode#PROPER}: {@code x <- x - (s/2) dE/dx + N(0, s)}, s the variance of the noise (Welling, Teh 2011). For
 *       {@code s -> 0} it samples from {@code exp(-E)}; a fixed s leaves the variance of a quadratic energy of curvature l
 *       at {@code 1 / (l (1 - s l / 4))}.
 *   <li>{@link Mode#PRACTICAL}: {@code x <- x - clip(a dE/dx) + e N(0, 1)} with step a and noise e chosen apart, as all
 *       published training of energy models on images does (Nijkamp et al. 2019; Grathwohl et al. 2020). It is the proper
 *       dynamics of the energy divided by the temperature {@code e^2 / (2 a)}, far below 1 for the usual settings: it finds
 *       likely points rather than samples.
 * </ul>
 *
 * <p>In step {@code t = 0, 1, ..} of a run, s and a are multiplied by {@code c_t = (1 + t / decayOffset)^-decayExponent} and
 * e by {@code sqrt(c_t)}, so that the temperature stays. With an exponent in (1/2, 1] the sum of the steps diverges and that
 * of their squares does not; 0 keeps them fixed. With a box every element is moved to the nearest value inside after
 * every step.
 *
 * @param mode which of the two
 * @param steps number of steps, at least 1
 * @param step a or s, above 0
 * @param noise e, at least 0; null in the proper setting, whose noise follows from s
 * @param clip largest move of an element by the gradient, above 0; null for no limit; practical setting only
 * @param decayOffset steps after which the decay sets in, above 0
 * @param decayExponent 0 for fixed steps, at most 1
 * @param box the range of the features, or null for none
 */
public record Langevin(
        Mode mode,
        Integer steps,
        Double step,
        @Nullable Double noise,
        @Nullable Double clip,
        Double decayOffset,
        Double decayExponent,
        @Nullable Box box)
        implements Serializable {

    private static final long serialVersionUID = 1;

    /** How step and noise belong together. */
    public enum Mode {
        /** Step and noise are chosen apart. */
        PRACTICAL,
        /** The noise has the variance of the step: temperature 1. */
        PROPER
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is missing, not finite or out of its range
     */
    @JsonCreator
    public Langevin(
            @JsonProperty("mode") @Nullable Mode mode,
            @JsonProperty("steps") @StrictCount @Nullable Integer steps,
            @JsonProperty("step") @Nullable Double step,
            @JsonProperty("noise") @Nullable Double noise,
            @JsonProperty("clip") @Nullable Double clip,
            @JsonProperty("decayOffset") @Nullable Double decayOffset,
            @JsonProperty("decayExponent") @Nullable Double decayExponent,
            @JsonProperty("box") @Nullable Box box) {
        if (mode == null) {
            throw new IllegalArgumentException("Langevin: mode is missing, expected PRACTICAL or PROPER");
        }
        this.mode = mode;
        this.steps = Counts.requirePositive(steps, "Langevin: steps");
        this.step = requirePositive(step, "step");
        if (mode == Mode.PROPER && (noise != null || clip != null)) {
            throw new IllegalArgumentException("Langevin: noise = " + noise + ", clip = " + clip
                    + ", expected neither in the proper setting, whose noise follows from the step");
        }
        if (mode == Mode.PRACTICAL && (noise == null || !(noise >= 0) || noise.isInfinite())) {
            throw new IllegalArgumentException("Langevin: noise = " + noise + ", expected a number of at least 0");
        }
        this.noise = noise;
        this.clip = clip == null ? null : requirePositive(clip, "clip");
        this.decayOffset = requirePositive(decayOffset, "decayOffset");
        if (decayExponent == null || !(decayExponent >= 0 && decayExponent <= 1)) {
            throw new IllegalArgumentException("Langevin: decayExponent = " + decayExponent + ", expected 0 to 1");
        }
        this.decayExponent = decayExponent;
        this.box = box;
    }

    private static Double requirePositive(@Nullable Double value, String name) {
        if (value == null || !(value > 0) || value.isInfinite()) {
            throw new IllegalArgumentException("Langevin: " + name + " = " + value + ", expected a number above 0");
        }
        return value;
    }

    /**
     * The practical setting with fixed steps, no clip and no box.
     *
     * @param steps number of steps, at least 1
     * @param step a, above 0
     * @param noise e, at least 0
     * @return the specification
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public static Langevin practical(int steps, double step, double noise) {
        return new Langevin(Mode.PRACTICAL, steps, step, noise, null, 1.0, 0.0, null);
    }

    /**
     * The proper setting with fixed steps and no box.
     *
     * @param steps number of steps, at least 1
     * @param variance s, the variance of the noise, above 0
     * @return the specification
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public static Langevin proper(int steps, double variance) {
        return new Langevin(Mode.PROPER, steps, variance, null, null, 1.0, 0.0, null);
    }

    /**
     * These settings with another number of steps.
     *
     * @param count at least 1
     * @return a copy
     * @throws IllegalArgumentException if below 1
     */
    public Langevin withSteps(int count) {
        return new Langevin(mode, count, step, noise, clip, decayOffset, decayExponent, box);
    }

    /**
     * These settings with another step.
     *
     * @param size a or s, above 0
     * @return a copy
     * @throws IllegalArgumentException if not above 0
     */
    public Langevin withStep(double size) {
        return new Langevin(mode, steps, size, noise, clip, decayOffset, decayExponent, box);
    }

    /**
     * These settings with a limit to the move of an element by the gradient.
     *
     * @param limit above 0
     * @return a copy
     * @throws IllegalArgumentException if not above 0, or in the proper setting
     */
    public Langevin withClip(double limit) {
        return new Langevin(mode, steps, step, noise, limit, decayOffset, decayExponent, box);
    }

    /**
     * These settings with falling steps.
     *
     * @param offset steps after which the decay sets in, above 0
     * @param exponent at most 1; 0 for fixed steps
     * @return a copy
     * @throws IllegalArgumentException if out of range
     */
    public Langevin withDecay(double offset, double exponent) {
        return new Langevin(mode, steps, step, noise, clip, offset, exponent, box);
    }

    /**
     * These settings with samples kept in a box.
     *
     * @param range of every feature
     * @return a copy
     */
    public Langevin withBox(Box range) {
        return new Langevin(mode, steps, step, noise, clip, decayOffset, decayExponent, range);
    }

    /**
     * Makes all steps of a run. Row r uses the numbers of {@code streams} at step {@code firstStep + t} and row r only.
     *
     * @param energy the model
     * @param x {@code [rows, features]} in 'c' order, overwritten with the samples
     * @param classes the class of every row for steps along {@code E(x, y)}, not modified, or null
     * @param known {@code [rows, features]}, not 0 where an element is given and must stay, not modified, or null
     * @param streams source of randomness
     * @param firstStep counter of the first step; the run uses {@code steps} counters
     * @return what the run looked like
     * @throws SamplingDivergedException if a gradient is not finite
     */
    public LangevinReport run(
            EnergyGradient energy,
            INDArray x,
            int @Nullable [] classes,
            @Nullable INDArray known,
            RandomStreams streams,
            long firstStep) {
        long rows = x.size(0);
        Tally[] tallies = new Tally[RowBlocks.count(rows)];
        Arrays.setAll(tallies, block -> new Tally());
        for (int t = 0; t < steps; t++) {
            Move move = move(t, firstStep + t);
            INDArray slopes = energy.at(x, classes);
            requireFinite(slopes, t);
            RowBlocks.forEach(
                    rows,
                    (worker, block, from, to) -> moveRows(move, x, slopes, known, streams, from, to, tallies[block]));
        }
        double norms = 0;
        long clipped = 0;
        long edge = 0;
        for (Tally tally : tallies) {
            norms += tally.norms;
            clipped += tally.clipped;
            edge += tally.edge;
        }
        double elements = (double) x.length();
        return new LangevinReport(norms / rows, clipped / (elements * steps), edge / elements);
    }

    /** One step as it is for every row. */
    private record Move(double rate, double spread, boolean last, long counter) {}

    private Move move(int t, long counter) {
        double factor = decayExponent == 0 ? 1 : Math.pow(1 + t / decayOffset, -decayExponent);
        double rate = (mode == Mode.PROPER ? step / 2 : step) * factor;
        double spread = (noise == null ? Math.sqrt(step) : noise) * Math.sqrt(factor);
        return new Move(rate, spread, t == steps - 1, counter);
    }

    /** What a block of rows adds to the report; norms and edges are of the last step. */
    private static final class Tally {
        private double norms;
        private long clipped;
        private long edge;
    }

    private void moveRows(
            Move move,
            INDArray x,
            INDArray slopes,
            @Nullable INDArray known,
            RandomStreams streams,
            int from,
            int to,
            Tally tally) {
        Rows rows = Rows.of(x);
        Rows slopeRows = Rows.of(slopes);
        Rows fixed = known == null ? null : Rows.of(known);
        int width = rows.width();
        double[] values = new double[width];
        double[] slope = new double[width];
        double[] held = new double[fixed == null ? 0 : width];
        double[] given = new double[held.length];
        double[] zeros = new double[held.length];
        double limit = clip == null ? Double.POSITIVE_INFINITY : clip;
        for (int r = from; r < to; r++) {
            rows.read(r, values);
            slopeRows.read(r, slope);
            if (move.last) {
                tally.norms += norm(slope);
            }
            if (fixed != null) {
                fixed.read(r, held);
                System.arraycopy(values, 0, given, 0, given.length);
                where(held, zeros, slope);
            }
            tally.clipped += descend(values, slope, move.rate, limit);
            if (move.spread > 0) {
                shake(values, move.spread, streams.random(move.counter, r));
            }
            if (box != null) {
                box.clamp(values);
            }
            if (fixed != null) {
                where(held, given, values);
            }
            if (move.last && box != null) {
                tally.edge += atEdge(values, box);
            }
            rows.write(r, values);
        }
    }

    /** Copies elements that are held. */
    private static void where(double[] held, double[] from, double[] to) {
        for (int i = 0; i < held.length; i++) {
            to[i] = held[i] != 0 ? from[i] : to[i];
        }
    }

    // One short loop for each part of a step: the JIT compiler makes vector instructions of those without branches.

    private static double norm(double[] slope) {
        double squares = 0;
        for (double value : slope) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    /** Returns how many moves were cut back to the limit. */
    private static int descend(double[] values, double[] slope, double rate, double limit) {
        int cut = 0;
        for (double value : slope) {
            cut += Math.abs(rate * value) > limit ? 1 : 0;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] -= Math.max(-limit, Math.min(limit, rate * slope[i]));
        }
        return cut;
    }

    private static void shake(double[] values, double spread, SplittableRandom random) {
        for (int i = 0; i < values.length; i++) {
            values[i] += spread * random.nextGaussian();
        }
    }

    private static int atEdge(double[] values, Box box) {
        double lower = box.lower();
        double upper = box.upper();
        int count = 0;
        for (double value : values) {
            count += value <= lower || value >= upper ? 1 : 0;
        }
        return count;
    }

    /** Before any row has moved, so that the samples keep what they were. A sum of sizes is finite only if every element is. */
    private static void requireFinite(INDArray slopes, int step) {
        if (Double.isFinite(Vectors.sumOfSizes(slopes.reshape('c', 1, slopes.length())))) {
            return;
        }
        Rows rows = Rows.of(slopes);
        double[] slope = new double[rows.width()];
        for (long r = 0; r < rows.count(); r++) {
            rows.read(r, slope);
            for (int i = 0; i < slope.length; i++) {
                if (!Double.isFinite(slope[i])) {
                    throw new SamplingDivergedException(step, r, i, slope[i]);
                }
            }
        }
    }
}
