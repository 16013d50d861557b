package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.units.Conditions;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parallel tempering in a restricted Boltzmann machine (Swendsen, Wang 1986; Geyer 1991; Desjardins et al. 2010; Cho,
 * Raiko, Ilin 2010): chains at every rung of a ladder of inverse temperatures, of which neighbours exchange their states.
 * Mutable.
 *
 * <p>All rungs of all chains are the rows of one matrix, so that a sweep takes two matrix products whatever their number.
 * A sweep is block Gibbs sampling {@code h -> v -> h} at every row's inverse temperature, then a swap of every even and
 * then of every odd pair of neighbouring rungs, in every chain on its own: states at the rungs a and b are exchanged with
 * the probability {@code min(1, exp((beta_a - beta_b) (D_a - D_b)))}, where D is the derivative of {@code E_beta} by beta
 * at a joint state: E on the path {@link TemperingPath#TEMPERATURE}, {@code E - E_0} on {@link TemperingPath#BASE_RATES}.
 * D falls off when the states are drawn. What is exchanged are the inverse temperatures of two rows, nothing is copied.
 *
 * <p>The statistics of the model are those of the rows at beta = 1 after the Gibbs sampling and before the swaps: states
 * of the model as much as those after, and their hidden means are there.
 */
public final class TemperedChains implements ModelSamples, InferenceChains {

    private final int chains;
    private final Rungs rungs;
    private final double @Nullable [] baseBias;
    private final @Nullable AdaptiveLadder adaptive;
    private final LayerStates modelVisible;
    private final LayerStates modelHidden;
    private final RandomStreams visibleStreams;
    private final RandomStreams hiddenStreams;
    private final RandomStreams swapStreams;
    private LayerStates visible;
    private LayerStates hidden;
    private long sweeps;
    private long boundedBefore;
    /** At the hottest rung; NaN where it is unknown. */
    private final double logPartitionAtHottest;

    private Draw lastVisible = Draw.SAMPLE;

    private TemperedChains(Rbm rbm, Ladder ladder, int chains, double @Nullable [] baseBias, RandomStreams streams) {
        this.chains = chains;
        this.baseBias = baseBias == null ? null : baseBias.clone();
        this.adaptive = ladder instanceof AdaptiveLadder moving ? moving : null;
        this.rungs = new Rungs(ladder.start(), chains);
        this.visibleStreams = streams.split("visible");
        this.hiddenStreams = streams.split("hidden");
        this.swapStreams = streams.split("swaps");
        DataType type = rbm.weights().dataType();
        this.modelVisible = new LayerStates(rbm.visible(), type, chains, rbm.visibleWidth());
        this.modelHidden = new LayerStates(rbm.hidden(), type, chains, rbm.hiddenWidth());
        this.visible = new LayerStates(rbm.visible(), type, rungs.rows(), rbm.visibleWidth());
        this.hidden = new LayerStates(rbm.hidden(), type, rungs.rows(), rbm.hiddenWidth());
        this.logPartitionAtHottest = logPartitionAt(rbm, rungs.inverseTemperature(0), this.baseBias);
        prepare(rbm);
    }

    /**
     * Starts chains at given hidden states, the same in all rungs, repeated from the start until every chain has one.
     *
     * @param rbm the model the chains will sample from
     * @param ladder the rungs
     * @param baseBias visible biases of the model without weights from which the path {@link TemperingPath#BASE_RATES}
     *     leads, {@code [visible]}, copied; null for the path {@link TemperingPath#TEMPERATURE}
     * @param start its hidden samples are copied
     * @param chains their number in every rung, at least 1
     * @param streams source of randomness, of these chains alone
     * @return the chains
     */
    public static TemperedChains startedAt(
            Rbm rbm,
            Ladder ladder,
            double @Nullable [] baseBias,
            LayerStates start,
            int chains,
            RandomStreams streams) {
        TemperedChains result = new TemperedChains(rbm, ladder, chains, baseBias, streams);
        // In two steps: documents in all rungs of a chain must have the same length.
        LayerStates rung = new LayerStates(rbm.hidden(), rbm.weights().dataType(), chains, rbm.hiddenWidth());
        rung.repeatSamplesOf(start);
        result.hidden.repeatSamplesOf(rung);
        return result;
    }

    /**
     * Starts chains at given visible states: the first sweep draws the hidden states from them, at their rungs' inverse
     * temperatures.
     *
     * @param rbm the model the chains will sample from
     * @param ladder the rungs
     * @param baseBias as for {@link #startedAt}
     * @param v {@code [rungs * chains, visible]}, rung after rung from the hottest one, not modified
     * @param streams source of randomness, of these chains alone
     * @return the chains
     * @throws IllegalArgumentException if the number of rows is no multiple of the number of rungs
     */
    public static TemperedChains startedAtVisible(
            Rbm rbm, Ladder ladder, double @Nullable [] baseBias, INDArray v, RandomStreams streams) {
        int rungs = ladder.start().size();
        if (v.size(0) == 0 || v.size(0) % rungs != 0) {
            throw new IllegalArgumentException(
                    v.size(0) + " visible states, expected the same number for each of " + rungs + " rungs");
        }
        TemperedChains result = new TemperedChains(rbm, ladder, Math.toIntExact(v.size(0) / rungs), baseBias, streams);
        result.visible.present(v, (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(rbm, result.visible, result.hidden, Draw.SAMPLE, streams.split("start"), 0);
        return result;
    }

    /**
     * Makes chains that go on from a record.
     *
     * @param rbm the model
     * @param ladder as at the start
     * @param baseBias as at the start
     * @param chains their number in every rung
     * @param record that was read
     * @param streams the source of randomness they had
     * @return the chains
     * @throws IllegalArgumentException if the record does not fit
     */
    public static TemperedChains restored(
            Rbm rbm,
            Ladder ladder,
            double @Nullable [] baseBias,
            int chains,
            StateRecord record,
            RandomStreams streams) {
        TemperedChains result = new TemperedChains(rbm, ladder, chains, baseBias, streams);
        result.carry(record);
        result.prepare(rbm);
        result.carrySlopes(record);
        return result;
    }

    @Override
    public void carry(StateRecord record) {
        rungs.carryLadder(record);
        hidden.carry(record.in("hidden"));
        if (hidden.rows() != rungs.rows()) {
            throw new IllegalArgumentException(
                    "states of " + hidden.rows() + " rows for " + rungs.count() + " rungs of " + chains + " chains");
        }
        visible.resize(rungs.rows());
        rungs.carrySwaps(record);
        sweeps = record.count("sweeps", sweeps);
        if (!record.isReading()) {
            carrySlopes(record);
        }
    }

    /** Of which the report of an epoch makes log Z, without another sweep. */
    private void carrySlopes(StateRecord record) {
        record.numbersInto("visibleSlopes", visible.tempering().slopes());
        record.numbersInto("hiddenSlopes", hidden.tempering().slopes());
    }

    /**
     * Known at the inverse temperature 0 alone, where neither the weights nor the biases of the model have a part in it: for units with
     * bounded states, and for all others on the path from base rates. Documents differ in length, and the base measure of noisy
     * rectified units in temperature.
     */
    private static double logPartitionAt(Rbm rbm, double beta, double @Nullable [] baseBias) {
        boolean hasOne = beta == 0
                && !rbm.visible().countsWords()
                && !rbm.visible().hasTemperedBaseMeasure()
                && !rbm.hidden().hasTemperedBaseMeasure();
        if (!hasOne) {
            return Double.NaN;
        }
        Conditions at = baseBias == null ? Conditions.at(0) : Conditions.PLAIN;
        double[] noBias = new double[rbm.hiddenWidth()];
        double[] noInput = new double[rbm.visibleWidth()];
        double sum = rbm.hidden().cumulant(noBias, noBias, at)
                + rbm.visible().cumulant(noInput, baseBias == null ? noInput : baseBias, at);
        return Double.isFinite(sum) ? sum : Double.NaN;
    }

    /** Derivatives of {@code E_beta} by beta at the last states, which {@link Tempering} has kept; a new array. */
    private double[] slopes() {
        double[] slopes = visible.tempering().slopes().clone();
        double[] ofHidden = hidden.tempering().slopes();
        Arrays.setAll(slopes, row -> slopes[row] + ofHidden[row]);
        return slopes;
    }

    private void prepare(Rbm rbm) {
        int rows = rungs.rows();
        visible.tempering().setBaseBias(baseBias);
        hidden.tempering().setBaseBias(baseBias == null ? null : new double[rbm.hiddenWidth()]);
        visible.tempering().trackSlopes(rows, false);
        hidden.tempering().trackSlopes(rows, true);
        setInverseTemperatures();
    }

    private void setInverseTemperatures() {
        double[] perRow = rungs.inverseTemperaturesOfRows();
        visible.tempering().setInverseTemperatures(perRow);
        hidden.tempering().setInverseTemperatures(perRow);
    }

    /**
     * Holds values of visible units in all rungs from the next sweep on: the chains then sample the others from their
     * conditional distribution given these. The energies of swaps are those of the complete states.
     *
     * @param known of which row r belongs to the chains r, r + n, r + 2n, ... of every rung with n its number of rows; null
     *     to hold none
     * @throws IllegalArgumentException if the number of chains is no multiple of n: swaps would mix rows
     */
    @Override
    public void hold(@Nullable KnownValues known) {
        if (known != null && chains % known.rows() != 0) {
            throw new IllegalArgumentException("known values of " + known.rows() + " rows for " + chains
                    + " chains in every rung, expected a divisor of the number of chains");
        }
        visible.hold(known);
    }

    /** Lets the last sweep of {@link #advance} also leave the visible means given the hidden samples before it. */
    @Override
    public void keepVisibleMeans() {
        lastVisible = Draw.MEAN_AND_SAMPLE;
    }

    /**
     * Makes sweeps: Gibbs sampling in every rung, then swaps. Afterwards the visible samples at beta = 1 of the last
     * sweep and the hidden means given them are there.
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
            if (i == gibbsSteps) {
                modelVisible.takeRows(visible, rungs.modelRows());
                modelHidden.takeRows(hidden, rungs.modelRows());
            }
            swap();
            sweeps++;
        }
        if (adaptive != null && rungs.isDueToMove(adaptive)) {
            move(rbm, adaptive);
        }
    }

    private void swap() {
        if (rungs.count() > 1) {
            rungs.swap(slopes(), this::baseMeasure, swapStreams, sweeps);
            setInverseTemperatures();
        }
    }

    private double baseMeasure(int row, double beta) {
        return visible.temperedBaseMeasure(row, beta) + hidden.temperedBaseMeasure(row, beta);
    }

    private void move(Rbm rbm, AdaptiveLadder wanted) {
        int before = rungs.rows();
        int[] copied = rungs.move(wanted);
        if (copied.length > 0) {
            addRows(before, copied);
            prepare(rbm);
        } else {
            setInverseTemperatures();
        }
    }

    /** New rows at the end of the matrix, copies of others. */
    private void addRows(int before, int[] copied) {
        int[] rows = Arrays.copyOf(IntStream.range(0, before).toArray(), before + copied.length);
        System.arraycopy(copied, 0, rows, before, copied.length);
        boundedBefore += visible.bounded() + hidden.bounded();
        LayerStates moreVisible = visible.emptyCopy(rows.length);
        LayerStates moreHidden = hidden.emptyCopy(rows.length);
        moreVisible.hold(visible.known());
        moreVisible.takeRows(visible, rows);
        moreHidden.takeRows(hidden, rows);
        visible = moreVisible;
        hidden = moreHidden;
    }

    /** The visible states at beta = 1. */
    @Override
    public LayerStates visible() {
        return modelVisible;
    }

    /** The hidden states at beta = 1. */
    @Override
    public LayerStates hidden() {
        return modelHidden;
    }

    @Override
    public long bounded() {
        return boundedBefore + visible.bounded() + hidden.bounded();
    }

    /**
     * Returns the ladder, the acceptance rates and the round trips since {@link #restartReport}, or since the last rung
     * was added; log Z from the states of the last sweep alone.
     *
     * @return the report
     */
    public SwapReport report() {
        boolean knowsLogPartition =
                rungs.hasSwapped() && visible.known() == null && !Double.isNaN(logPartitionAtHottest);
        return rungs.report(
                knowsLogPartition
                        ? LadderLogPartition.alongLadder(logPartitionAtHottest, rungs, slopes())
                        : LadderLogPartition.unknown());
    }

    /** Forgets swaps and round trips counted so far. */
    public void restartReport() {
        rungs.restartReport();
    }

    /**
     * Returns the visible states of a rung after the swaps.
     *
     * @param rung 0 for the hottest
     * @return {@code [chains, visible]}, a copy
     */
    public INDArray visibleAt(int rung) {
        return rows(visible, rungs.rowsAt(rung));
    }

    /**
     * Returns the hidden states of a rung after the swaps.
     *
     * @param rung 0 for the hottest
     * @return {@code [chains, hidden]}, a copy
     */
    public INDArray hiddenAt(int rung) {
        return rows(hidden, rungs.rowsAt(rung));
    }

    private static INDArray rows(LayerStates states, int[] rows) {
        LayerStates result = states.emptyCopy(rows.length);
        result.takeRows(states, rows);
        return result.values();
    }
}
