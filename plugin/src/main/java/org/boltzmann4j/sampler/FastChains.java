package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Persistent chains that see fast weights besides the model's (Tieleman, Hinton 2009): the chains sample from the model
 * with {@code theta + theta_fast}; theta_fast follows the same gradient at a rate of its own and decays with every
 * minibatch. It pushes the chains away from where they have just been. The model itself never contains it. Mutable.
 */
public final class FastChains implements ModelSamples {

    /** Smaller fast weights become 0: without a gradient they would decay into slow subnormal floats. */
    private static final double SMALLEST = 1e-12;

    private final Chains chains;
    private final double rate;
    private final double decay;
    private final INDArray fastWeights;
    private final INDArray fastVisibleBias;
    private final INDArray fastHiddenBias;

    private FastChains(Rbm rbm, Chains chains, double rate, double decay) {
        this.chains = chains;
        this.rate = rate;
        this.decay = decay;
        DataType type = rbm.weights().dataType();
        this.fastWeights = Matrices.detached(type, rbm.visibleWidth(), rbm.hiddenWidth());
        this.fastVisibleBias = Matrices.detached(type, 1, rbm.visibleWidth());
        this.fastHiddenBias = Matrices.detached(type, 1, rbm.hiddenWidth());
    }

    /**
     * Starts chains at given hidden states, with fast weights of 0.
     *
     * @param rbm the model
     * @param start its hidden samples are copied
     * @param chains their number, at least 1
     * @param rate learning rate of the fast weights, at least 0
     * @param decay factor of the fast weights at each minibatch, at least 0 and below 1
     * @param streams source of randomness, of these chains alone
     * @return the chains
     */
    public static FastChains startedAt(
            Rbm rbm, LayerStates start, long chains, double rate, double decay, RandomStreams streams) {
        return new FastChains(rbm, Chains.startedAt(rbm, start, chains, streams), rate, decay);
    }

    /**
     * Makes chains that go on from a record.
     *
     * @param rbm the model
     * @param record that was read
     * @param rate as at the start
     * @param decay as at the start
     * @param streams the source of randomness they had
     * @return the chains
     * @throws IllegalArgumentException if the record does not fit
     */
    public static FastChains restored(Rbm rbm, StateRecord record, double rate, double decay, RandomStreams streams) {
        FastChains result = new FastChains(rbm, Chains.restored(rbm, record, streams), rate, decay);
        result.carryFast(record);
        return result;
    }

    @Override
    public void carry(StateRecord record) {
        chains.carry(record);
        carryFast(record);
    }

    private void carryFast(StateRecord record) {
        record.matrixInto("fastWeights", fastWeights);
        record.matrixInto("fastVisibleBias", fastVisibleBias);
        record.matrixInto("fastHiddenBias", fastHiddenBias);
    }

    /**
     * Makes sweeps in the model with the fast weights added.
     *
     * @param rbm the model without fast weights, not modified
     * @param gibbsSteps number of sweeps, at least 1
     */
    public void advance(Rbm rbm, int gibbsSteps) {
        advance(rbm, gibbsSteps, null);
    }

    /**
     * Makes sweeps in the model with the fast weights added, in which some of each chain's hidden units do not exist.
     *
     * @param rbm the model without fast weights, not modified
     * @param gibbsSteps number of sweeps, at least 1
     * @param masks one for each chain, for all of these sweeps; null for all units
     */
    public void advance(Rbm rbm, int gibbsSteps, @Nullable UnitMasks masks) {
        Rbm fast = Rbm.of(
                rbm.visible(),
                rbm.hidden(),
                rbm.weights().add(fastWeights),
                rbm.visibleBias().add(fastVisibleBias.reshape(rbm.visibleBias().shape())),
                rbm.hiddenBias().add(fastHiddenBias.reshape(rbm.hiddenBias().shape())));
        chains.advance(fast, gibbsSteps, masks);
    }

    /** {@code theta_fast <- decay theta_fast - rate gradient / rows}. */
    @Override
    public void follow(INDArray weightGradient, INDArray visibleBiasGradient, INDArray hiddenBiasGradient, long rows) {
        follow(fastWeights, weightGradient, rows);
        follow(fastVisibleBias, visibleBiasGradient, rows);
        follow(fastHiddenBias, hiddenBiasGradient, rows);
    }

    private void follow(INDArray fast, INDArray gradient, long rows) {
        Rows fastRows = Rows.of(fast);
        Rows gradientRows = Rows.of(gradient.reshape(fast.shape()));
        double[] f = new double[fastRows.width()];
        double[] g = new double[fastRows.width()];
        for (long row = 0; row < fastRows.count(); row++) {
            fastRows.read(row, f);
            gradientRows.read(row, g);
            for (int j = 0; j < f.length; j++) {
                double next = decay * f[j] - rate / rows * g[j];
                f[j] = Math.abs(next) < SMALLEST ? 0 : next;
            }
            fastRows.write(row, f);
        }
    }

    @Override
    public LayerStates visible() {
        return chains.visible();
    }

    @Override
    public LayerStates hidden() {
        return chains.hidden();
    }

    /**
     * Returns the fast weights.
     *
     * @return {@code [visible, hidden]}, a copy
     */
    public INDArray fastWeights() {
        return fastWeights.dup();
    }
}
