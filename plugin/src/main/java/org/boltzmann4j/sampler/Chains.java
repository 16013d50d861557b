package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parallel Gibbs chains of a restricted Boltzmann machine. Mutable: the hidden samples and the number of sweeps made are
 * all that the next sweep depends on, besides the model.
 */
public final class Chains implements ModelSamples, InferenceChains {

    private final LayerStates visible;
    private final LayerStates hidden;
    private final RandomStreams visibleStreams;
    private final RandomStreams hiddenStreams;
    private long sweeps;
    private Draw lastVisible = Draw.SAMPLE;

    private Chains(LayerStates visible, LayerStates hidden, RandomStreams streams) {
        this.visible = visible;
        this.hidden = hidden;
        this.visibleStreams = streams.split("visible");
        this.hiddenStreams = streams.split("hidden");
    }

    /**
     * Starts chains at given hidden states, repeated from the start until every chain has one.
     *
     * @param rbm the model the chains will sample from
     * @param start its hidden samples are copied
     * @param chains their number, at least 1
     * @param streams source of randomness, of these chains alone
     * @return the chains
     */
    public static Chains startedAt(Rbm rbm, LayerStates start, long chains, RandomStreams streams) {
        DataType type = rbm.weights().dataType();
        Chains result = new Chains(
                new LayerStates(rbm.visible(), type, chains, rbm.visibleWidth()),
                new LayerStates(rbm.hidden(), type, chains, rbm.hiddenWidth()),
                streams);
        result.hidden.repeatSamplesOf(start);
        return result;
    }

    /**
     * Starts one chain at each of the given visible states: the first sweep draws the hidden states from them.
     *
     * @param rbm the model the chains will sample from
     * @param v {@code [chains, visible]}, not modified
     * @param streams source of randomness, of these chains alone
     * @return the chains
     */
    public static Chains startedAtVisible(Rbm rbm, INDArray v, RandomStreams streams) {
        DataType type = rbm.weights().dataType();
        Chains result = new Chains(
                new LayerStates(rbm.visible(), type, v.size(0), rbm.visibleWidth()),
                new LayerStates(rbm.hidden(), type, v.size(0), rbm.hiddenWidth()),
                streams);
        result.visible.present(v, (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(rbm, result.visible, result.hidden, Draw.SAMPLE, streams.split("start"), 0);
        return result;
    }

    /**
     * Makes chains that go on from a record.
     *
     * @param rbm the model
     * @param record that was read
     * @param streams the source of randomness they had
     * @return the chains
     * @throws IllegalArgumentException if the record does not fit
     */
    public static Chains restored(Rbm rbm, StateRecord record, RandomStreams streams) {
        DataType type = rbm.weights().dataType();
        Chains result = new Chains(
                new LayerStates(rbm.visible(), type, 1, rbm.visibleWidth()),
                new LayerStates(rbm.hidden(), type, 1, rbm.hiddenWidth()),
                streams);
        result.carry(record);
        return result;
    }

    @Override
    public void carry(StateRecord record) {
        hidden.carry(record.in("hidden"));
        sweeps = record.count("sweeps", sweeps);
    }

    /**
     * Moves every chain back to given hidden states; sweeps go on counting, so that no random number is used twice.
     *
     * @param start its hidden samples are copied; the number of chains and their weights follow it
     */
    public void restartAt(LayerStates start) {
        visible.setRowWeights(start.rowWeights());
        hidden.setRowWeights(start.rowWeights());
        hidden.resize(start.rows());
        hidden.repeatSamplesOf(start);
    }

    /**
     * Holds values of visible units from the next sweep on: the chains then sample the others from their conditional
     * distribution given these.
     *
     * @param known of which row r belongs to the chains r, r + n, r + 2n, ... with n its number of rows; null to hold none
     */
    @Override
    public void hold(@Nullable KnownValues known) {
        visible.hold(known);
    }

    /** Lets the last sweep of {@link #advance} also leave the visible means given the hidden samples before it. */
    @Override
    public void keepVisibleMeans() {
        lastVisible = Draw.MEAN_AND_SAMPLE;
    }

    /**
     * Makes sweeps {@code h -> v -> h}. Afterwards the visible samples, the hidden means given them and hidden samples
     * for the next sweep are there.
     *
     * @param rbm the model
     * @param gibbsSteps number of sweeps, at least 1
     */
    @Override
    public void advance(Rbm rbm, int gibbsSteps) {
        for (int i = 1; i <= gibbsSteps; i++) {
            Draw down = i < gibbsSteps ? Draw.SAMPLE : lastVisible;
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, down, visibleStreams, sweeps);
            GibbsSampler.hiddenGivenVisible(
                    rbm, visible, hidden, i < gibbsSteps ? Draw.SAMPLE : Draw.MEAN_AND_SAMPLE, hiddenStreams, sweeps);
            sweeps++;
        }
    }

    /**
     * Makes sweeps in which some of each chain's hidden units do not exist. The hidden means are 0 where a unit does not
     * exist; the hidden samples are those of all units, independent of each other given the visible ones, so that the next
     * sweeps can begin with other masks.
     *
     * @param rbm the model
     * @param gibbsSteps number of sweeps, at least 1
     * @param masks one for each chain, for all of these sweeps; null for all units
     */
    public void advance(Rbm rbm, int gibbsSteps, @Nullable UnitMasks masks) {
        if (masks == null) {
            advance(rbm, gibbsSteps);
            return;
        }
        for (int i = 1; i <= gibbsSteps; i++) {
            hidden.maskSamples(masks);
            advance(rbm, 1);
        }
        hidden.maskMeans(masks);
    }

    @Override
    public LayerStates visible() {
        return visible;
    }

    @Override
    public LayerStates hidden() {
        return hidden;
    }
}
