package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.SoftplusDifference;
import org.boltzmann4j.math.SoftplusSum;
import org.boltzmann4j.math.StepWatch;
import org.boltzmann4j.math.Vectors;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Chains that are led along the path {@link TemperingPath#BASE_RATES},
 * {@code p_beta(v) ~ f_beta(v) = sum_h exp(-(1 - beta) E_0 - beta E)}, in either direction, all at the same inverse
 * temperature, and that keep the weights of annealed importance sampling (Neal 2001; Salakhutdinov, Murray 2008):
 * {@link #moveTo} multiplies a chain's weight by {@code f_new(v) / f_old(v)} at its present state and {@link #sweep}
 * makes a Gibbs sweep {@code v -> h -> v}, which is reversible with respect to {@code p_beta(v)}. Mutable.
 *
 * <p>The chains are the rows of one matrix. A move and a sweep take two matrix products: the hidden layer's input serves
 * the weights and the draw. The hidden units are summed out of the weights, of models in double precision and in large steps in
 * double precision.
 */
public final class AnnealedChains {

    private final Rbm rbm;
    private final double[] baseBias;
    private final double[] hiddenBias;
    private final LayerStates visible;
    private final LayerStates hidden;
    private final RandomStreams visibleStreams;
    private final RandomStreams hiddenStreams;
    private final double[] logWeights;
    private final List<Scratch> scratch = new ArrayList<>();
    private final int copies;
    /** Where the input has the roundings of floats, the weights need no better arithmetic. */
    private final boolean inSinglePrecision;

    private final float[] singleHiddenBias;
    private double beta;
    private boolean hasInput;
    private long sweeps;

    private AnnealedChains(Rbm rbm, double[] baseBias, int chains, RandomStreams streams) {
        requireExactSamples(rbm.visible());
        requireExactSamples(rbm.hidden());
        if (baseBias.length != rbm.visibleWidth()) {
            throw new IllegalArgumentException("base bias of " + baseBias.length
                    + " elements, expected one for each of " + rbm.visibleWidth() + " visible units");
        }
        this.rbm = rbm;
        this.baseBias = baseBias.clone();
        this.hiddenBias = Vectors.values(rbm.hiddenBias());
        DataType type = rbm.weights().dataType();
        this.visible = new LayerStates(rbm.visible(), type, chains, rbm.visibleWidth());
        this.hidden = new LayerStates(rbm.hidden(), type, chains, rbm.hiddenWidth());
        visible.tempering().setBaseBias(baseBias);
        hidden.tempering().setBaseBias(new double[rbm.hiddenWidth()]);
        visible.tempering().trackSlopes(chains, false);
        this.visibleStreams = streams.split("visible");
        this.hiddenStreams = streams.split("hidden");
        this.logWeights = new double[chains];
        this.copies = rbm.hidden() instanceof Bernoulli
                ? 1
                : rbm.hidden() instanceof Binomial binomial ? binomial.copies() : 0;
        this.inSinglePrecision =
                copies > 0 && type == DataType.FLOAT && !rbm.visible().countsWords();
        this.singleHiddenBias = new float[hiddenBias.length];
        for (int j = 0; j < hiddenBias.length; j++) {
            singleHiddenBias[j] = (float) hiddenBias[j];
        }
    }

    private static void requireExactSamples(Unit unit) {
        if (unit instanceof Mixed mixed) {
            mixed.parts().forEach(part -> requireExactSamples(part.units()));
        }
        if (unit instanceof NoisyRelu relu && relu.rectifiedSamples()) {
            throw new IllegalArgumentException("annealing with rectified samples of noisy rectified units: expected"
                    + " NoisyRelu.exact(). No joint distribution has them as conditional, so no sweep leaves the"
                    + " model's distribution alone");
        }
    }

    /**
     * Starts chains at beta = 0, at independent draws of the model without weights.
     *
     * @param rbm the model; must not change while the chains are in use
     * @param baseBias visible bias of the model without weights, {@code [visible]}, copied; best fitted to data
     * @param chains their number, at least 1
     * @param documentLength number of words where the visible units count words, else without meaning
     * @param streams source of randomness, of these chains alone
     * @return the chains, with weights of 1
     * @throws IllegalArgumentException if the bias does not fit, or the units have no exact samples
     */
    public static AnnealedChains atBaseRates(
            Rbm rbm, double[] baseBias, int chains, double documentLength, RandomStreams streams) {
        AnnealedChains result = new AnnealedChains(rbm, baseBias, chains, streams);
        if (rbm.visible().countsWords()) {
            double[] lengths = new double[chains];
            Arrays.fill(lengths, documentLength);
            result.visible.setLengths(lengths);
        }
        result.setInverseTemperature(0);
        result.visible.weightedInput(Draw.SAMPLE).assign(0);
        result.visible.draw(Draw.SAMPLE, rbm.visibleBias(), streams.split("base rates"), 0);
        return result;
    }

    /**
     * Starts chains at beta = 1 and given states.
     *
     * @param rbm the model; must not change while the chains are in use
     * @param baseBias visible bias of the model without weights, {@code [visible]}, copied
     * @param v {@code [chains, visible]}, not modified
     * @param streams source of randomness, of these chains alone
     * @return the chains, with weights of 1
     * @throws IllegalArgumentException if the bias does not fit, or the units have no exact samples
     */
    public static AnnealedChains startedAt(Rbm rbm, double[] baseBias, INDArray v, RandomStreams streams) {
        AnnealedChains result = new AnnealedChains(rbm, baseBias, Math.toIntExact(v.size(0)), streams);
        result.setInverseTemperature(1);
        double[] bias = Vectors.values(rbm.visibleBias());
        Tempering tempering = result.visible.tempering();
        result.visible.present(
                v, (row, state) -> tempering.keepSlope((int) row, tempering.terms(rbm.visible(), state, bias)));
        return result;
    }

    /**
     * {@code log Z_0} of the model without weights, for the document length of every chain.
     *
     * @return one value for each chain
     */
    public double[] logPartitionAtBaseRates() {
        double[] result = new double[logWeights.length];
        double[] noInput = new double[hiddenBias.length];
        double ofHidden = rbm.hidden().cumulant(noInput, noInput, Conditions.PLAIN);
        for (int row = 0; row < result.length; row++) {
            boolean repeated = row > 0 && length(row) == length(row - 1);
            result[row] = repeated
                    ? result[row - 1]
                    : ofHidden
                            + rbm.visible()
                                    .cumulant(
                                            new double[baseBias.length],
                                            baseBias,
                                            Conditions.PLAIN.withDocumentLength(length(row)));
        }
        return result;
    }

    private double length(int row) {
        return visible.lengths().length == 0 ? 1 : visible.lengths()[row];
    }

    /**
     * Returns the inverse temperature of all chains.
     *
     * @return beta
     */
    public double inverseTemperature() {
        return beta;
    }

    /**
     * Returns the logarithms of the weights.
     *
     * @return one for each chain, a copy
     */
    public double[] logWeights() {
        return logWeights.clone();
    }

    /**
     * Returns the visible states.
     *
     * @return {@code [chains, visible]}, a copy
     */
    public INDArray visibleStates() {
        return visible.values();
    }

    /**
     * Returns how many units had a mean held down by a bound of their type: if any, the chains are not those of the model.
     *
     * @return 0 for types without a bound
     */
    public long bounded() {
        return visible.bounded() + hidden.bounded();
    }

    /**
     * Changes the inverse temperature and multiplies the weights by {@code f_new(v) / f_old(v)}.
     *
     * @param inverseTemperature in [0, 1], above or below the present one
     */
    public void moveTo(double inverseTemperature) {
        double[] increments = logWeightsOfMoveTo(inverseTemperature);
        for (int row = 0; row < increments.length; row++) {
            logWeights[row] += increments[row];
        }
        setInverseTemperature(inverseTemperature);
    }

    /**
     * What {@link #moveTo} would add to the logarithms of the weights, {@code log f_new(v) - log f_old(v)}.
     *
     * @param inverseTemperature in [0, 1]
     * @return one value for each chain
     */
    public double[] logWeightsOfMoveTo(double inverseTemperature) {
        provideInput();
        while (scratch.size() < Workers.threads()) {
            scratch.add(new Scratch(rbm.hiddenWidth()));
        }
        double[] result = new double[logWeights.length];
        double[] slopes = visible.tempering().slopes();
        RowBlocks.forEach(result.length, (worker, block, from, to) -> {
            Rows input = Rows.of(hidden.weightedInput(Draw.SAMPLE));
            Scratch with = scratch.get(worker);
            for (int row = from; row < to; row++) {
                result[row] = (beta - inverseTemperature) * slopes[row]
                        + hiddenDifference(input, row, inverseTemperature, with);
            }
        });
        return result;
    }

    /** How much the hidden units' normaliser of a row grows from the present inverse temperature to another one. */
    private double hiddenDifference(Rows input, int row, double to, Scratch with) {
        if (inSinglePrecision) {
            input.read(row, with.singleX);
            double small = copies * with.softplusDifference.of(with.singleX, singleHiddenBias, beta, to);
            if (!Double.isNaN(small)) {
                return small;
            }
        }
        input.read(row, with.x);
        return hiddenCumulant(row, to, with) - hiddenCumulant(row, beta, with);
    }

    /**
     * {@code log sum_h exp(-(1 - beta) E_0(h) - beta (E(h) - x h))} of the row's input x. With units whose energy is not
     * linear in the bias, the mixture of two energies is that of the mixed bias and a constant.
     */
    private double hiddenCumulant(int row, double at, Scratch with) {
        double[] x = with.x;
        double[] bias = hiddenBias;
        if (rbm.visible().countsWords()) {
            bias = hiddenBias.clone();
            for (int j = 0; j < bias.length; j++) {
                bias[j] *= length(row);
            }
        }
        if (copies > 0) {
            return copies * with.softplusSum.of(x, bias, at);
        }
        Unit unit = rbm.hidden();
        double[] scaled = x.clone();
        double[] mixed = bias.clone();
        for (int j = 0; j < mixed.length; j++) {
            scaled[j] *= at;
            mixed[j] *= at;
        }
        double[] zero = new double[mixed.length];
        double constant = (1 - at) * unit.energyTerm(zero, zero)
                + at * unit.energyTerm(zero, bias)
                - unit.energyTerm(zero, mixed);
        return unit.cumulant(scaled, mixed, Conditions.PLAIN) - constant;
    }

    /** Makes a Gibbs sweep {@code v -> h -> v} at the present inverse temperature, if a {@link StepWatch} lets it. */
    public void sweep() {
        StepWatch.ask();
        provideInput();
        hidden.draw(Draw.SAMPLE, rbm.hiddenBias(), hiddenStreams, sweeps);
        GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, visibleStreams, sweeps);
        hasInput = false;
        sweeps++;
    }

    /** The hidden layer's input, where the draw will overwrite it. */
    private void provideInput() {
        if (!hasInput) {
            hidden.setLengths(visible.lengths());
            Matrices.product(visible.samples(), rbm.weights(), hidden.weightedInput(Draw.SAMPLE), 1, 0);
            hasInput = true;
        }
    }

    private void setInverseTemperature(double inverseTemperature) {
        if (!(inverseTemperature >= 0 && inverseTemperature <= 1)) {
            throw new IllegalArgumentException(
                    "inverse temperature = " + inverseTemperature + ", expected a number in [0, 1]");
        }
        beta = inverseTemperature;
        double[] all = new double[logWeights.length];
        Arrays.fill(all, beta);
        visible.tempering().setInverseTemperatures(all);
        hidden.tempering().setInverseTemperatures(all);
    }

    /** What one worker needs for the row it is at. */
    private static final class Scratch {
        private final SoftplusSum softplusSum = new SoftplusSum();
        private final SoftplusDifference softplusDifference;
        private final double[] x;
        private final float[] singleX;

        Scratch(int hiddenWidth) {
            this.softplusDifference = new SoftplusDifference(hiddenWidth);
            this.x = new double[hiddenWidth];
            this.singleX = new float[hiddenWidth];
        }
    }
}
