package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Trajectory tempering: chains of a model in training that exchange states with frozen checkpoints of the same training
 * (arXiv 2405.15376 for the sampling, arXiv 2607.27077 for the training). Mutable.
 *
 * <p>The frozen rungs, from the model without weights to the last checkpoint, sample on their own and never meet the model:
 * they feed a reservoir of states of the last checkpoint. Each sweep of the model's chains offers each of them a swap with
 * another state of the reservoir, accepted with {@code min(1, exp((F(x) - F_c(x)) - (F(y) - F_c(y))))} for the chain's
 * state x and the checkpoint's y, and then makes a Gibbs sweep {@code v -> h -> v}.
 *
 * <p>Before that, every call measures what the update of the parameters did: the share of swaps that can be expected to be
 * accepted, with the chains x of the old parameters reweighted by {@code exp(F_old(x) - F_new(x))}.
 *
 * <ul>
 *   <li>Below {@code freezeBelow} the model becomes the next checkpoint. The reservoir's pristine copy is restored; rungs
 *       between the new checkpoint and the lowest rung that accepts its swaps often enough are dropped, so that a training
 *       that wanders does not grow the ladder; all rungs sample until the new one has seen {@code thermalisation} of its
 *       autocorrelation times; the reservoir is filled with its states, {@code thinning} such times apart; the chains
 *       go on from there.
 *   <li>Below {@code reverseBelow} the update is taken back: the chains are redrawn from the pristine reservoir of the last
 *       checkpoint, and {@link #reversal} tells the trainer.
 * </ul>
 *
 * <p>A training may begin with any parameters: checkpoints between the model without weights and those are made on the
 * path {@code (1 - beta) E_0 + beta E}, as many as the acceptance asks for, and the start itself is the first checkpoint of
 * the trajectory.
 */
public final class TrajectoryChains implements ModelSamples {

    private final int chains;
    private final TrajectoryRules rules;
    private final RandomStreams streams;
    private final RandomStreams visibleStreams;
    private final RandomStreams hiddenStreams;
    private final RandomStreams swapStreams;
    private final RandomStreams partnerStreams;
    private final LayerStates visible;
    private final LayerStates hidden;
    private final TrajectoryLadder ladder;
    private final Reservoir reservoir;
    /** Visible states of the chains and, below them, of their partners in the reservoir. */
    private final INDArray pairs;

    private final INDArray states;
    private double[] freeEnergies;
    private @Nullable Reversal reversal;
    private @Nullable AutocorrelationTime thermalisation;
    private boolean thermalised;
    /** Sweeps of the frozen rungs between two renewals of the reservoir: an autocorrelation time. */
    private int renewalInterval = 1;

    private int sinceRenewal;
    private int reversals;
    private long sweeps;
    private long minibatches;
    private long freezes;
    private long draws;
    private long proposed;
    private long accepted;

    private TrajectoryChains(Rbm rbm, double[] baseBias, int chains, TrajectoryRules rules, RandomStreams streams) {
        this.chains = chains;
        this.rules = rules;
        this.streams = streams;
        this.visibleStreams = streams.split("visible");
        this.hiddenStreams = streams.split("hidden");
        this.swapStreams = streams.split("swaps");
        this.partnerStreams = streams.split("partners");
        DataType type = rbm.weights().dataType();
        int width = rbm.visibleWidth();
        this.visible = new LayerStates(rbm.visible(), type, chains, width);
        this.hidden = new LayerStates(rbm.hidden(), type, chains, rbm.hiddenWidth());
        this.pairs = Matrices.detached(type, 2L * chains, width);
        this.states = pairs.get(NDArrayIndex.interval(0, chains), NDArrayIndex.all());
        this.reservoir = new Reservoir(type, rules.reservoirFactor(), chains, width);
        this.ladder = new TrajectoryLadder(Checkpoint.ofBaseRates(rbm, baseBias), states, streams.split("ladder"));
        this.freeEnergies = new double[chains];
    }

    /**
     * Starts chains in equilibrium: exact draws of the model without weights are led to the given one.
     *
     * @param rbm the model the chains will sample from
     * @param baseBias visible biases at which the model without weights has the means of the data, {@code [visible]}, not
     *     modified
     * @param chains their number in every rung, at least 1
     * @param rules when to freeze and when to go back
     * @param streams source of randomness, of these chains alone
     * @return the chains
     */
    public static TrajectoryChains startedAt(
            Rbm rbm, double[] baseBias, int chains, TrajectoryRules rules, RandomStreams streams) {
        TrajectoryChains result = new TrajectoryChains(rbm, baseBias, chains, rules, streams);
        result.climb(rbm, baseBias);
        result.states.assign(result.ladder.topStates());
        result.freeEnergies = rbm.freeEnergy(result.states);
        return result;
    }

    /**
     * Makes chains that go on from a record.
     *
     * @param rbm the model
     * @param baseBias as at the start
     * @param chains their number in every rung
     * @param rules as at the start
     * @param record that was read
     * @param streams the source of randomness they had
     * @return the chains
     * @throws IllegalArgumentException if the record does not fit
     */
    public static TrajectoryChains restored(
            Rbm rbm, double[] baseBias, int chains, TrajectoryRules rules, StateRecord record, RandomStreams streams) {
        TrajectoryChains result = new TrajectoryChains(rbm, baseBias, chains, rules, streams);
        result.carry(record);
        return result;
    }

    @Override
    public void carry(StateRecord record) {
        record.matrixInto("states", states);
        record.numbersInto("freeEnergies", freeEnergies);
        ladder.carry(record.in("ladder"));
        reservoir.carry(record.in("reservoir"));
        sweeps = record.count("sweeps", sweeps);
        minibatches = record.count("minibatches", minibatches);
        freezes = record.count("freezes", freezes);
        draws = record.count("draws", draws);
        proposed = record.count("proposed", proposed);
        accepted = record.count("accepted", accepted);
        reversals = record.count("reversals", reversals, 0, Integer.MAX_VALUE);
        renewalInterval = record.count("renewalInterval", renewalInterval, 1, Integer.MAX_VALUE);
        sinceRenewal = record.count("sinceRenewal", sinceRenewal, 0, Integer.MAX_VALUE);
        thermalised = record.flag("thermalised", thermalised);
        thermalisation = AutocorrelationTime.carried(record.in("thermalisation"), thermalisation);
    }

    /** From the model without weights to the start of the training. */
    private void climb(Rbm rbm, double[] baseBias) {
        ladder.setLogPartition(0, LadderLogPartition.exact(ladder.checkpoint(0).logPartitionWithoutWeights()));
        for (int slot = 0; slot < rules.reservoirFactor(); slot++) {
            ladder.sweep();
            renew();
        }
        double share = 0;
        while (!(acceptanceOnThePath(rbm, baseBias, 1) >= rules.freezeBelow())) {
            double low = share;
            double high = 1;
            for (int step = 0; step < 12; step++) {
                double middle = (low + high) / 2;
                if (acceptanceOnThePath(rbm, baseBias, middle) >= rules.freezeBelow()) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            share = Math.max(low, share + 1e-3); // the last resort of a path that a rung cannot be found on
            if (share >= 1) {
                break;
            }
            ladder.push(Checkpoint.mixed(rbm, baseBias, share, 0), ladder.topStates());
            equilibrate();
        }
        ladder.push(Checkpoint.of(rbm, 0), ladder.topStates());
        equilibrate();
    }

    /** Of swaps between the last checkpoint and a model on the path, by the reweighted states of the reservoir. */
    private double acceptanceOnThePath(Rbm rbm, double[] baseBias, double share) {
        double[] difference = Checkpoint.mixed(rbm, baseBias, share, 0).rbm().freeEnergy(reservoir.states());
        Arrays.setAll(difference, row -> difference[row] - reservoir.freeEnergies()[row]);
        double[] logWeights = Arrays.stream(difference).map(d -> -d).toArray();
        return SwapAcceptance.expected(difference, logWeights, difference);
    }

    /**
     * Measures what became of the swaps, freezes the model or goes back if need be, and makes sweeps. Afterwards the visible
     * samples of the last sweep and the hidden means given them are there. After a {@link #reversal} no sweep is made, and
     * they are those of the checkpoint.
     *
     * @param rbm the model
     * @param gibbsSteps number of sweeps, at least 1
     */
    public void advance(Rbm rbm, int gibbsSteps) {
        reversal = null;
        Exchange exchange = new Exchange(rbm);
        double[] logWeights = new double[chains];
        Arrays.setAll(logWeights, i -> freeEnergies[i] - exchange.free[i]);
        double acceptance = SwapAcceptance.expected(exchange.chainDifferences, logWeights, exchange.partnerDifferences);
        if (!(acceptance >= rules.reverseBelow())) {
            goBack(acceptance);
            return;
        }
        visible.use(rbm.visible());
        Exchange next = exchange;
        if (acceptance < rules.freezeBelow()) {
            freeze(rbm, exchange.free, logWeights);
            next = new Exchange(rbm);
        }
        for (int i = 1; i <= gibbsSteps; i++) {
            if (i > 1) {
                next = new Exchange(rbm);
            }
            next.swap();
            visible.present(states, (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, hiddenStreams, sweeps);
            GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, visibleStreams, sweeps);
            states.assign(visible.values());
            sweeps++;
            if (sweeps % rules.ladderInterval() == 0) {
                ladder.sweep();
                sinceRenewal++;
                if (sinceRenewal >= renewalInterval) {
                    renew();
                }
            }
        }
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN, hiddenStreams, sweeps);
        freeEnergies = rbm.freeEnergy(states);
        minibatches++;
    }

    /** The chains, a partner in the reservoir for each of them, and the free energies of both in both models. */
    private final class Exchange {

        private final int[] partners;
        private final double[] free;
        private final double[] frozen;
        private final double[] chainDifferences = new double[chains];
        private final double[] partnerDifferences = new double[chains];

        Exchange(Rbm rbm) {
            partners = reservoir.draw(partnerStreams.random(draws, 0));
            draws++;
            Rows to = Rows.of(pairs);
            Rows from = Rows.of(reservoir.states());
            double[] x = new double[to.width()];
            for (int i = 0; i < chains; i++) {
                from.read(partners[i], x);
                to.write((long) chains + i, x);
            }
            free = rbm.freeEnergy(pairs);
            frozen = ladder.top().rbm().freeEnergy(states);
            for (int i = 0; i < chains; i++) {
                chainDifferences[i] = free[i] - frozen[i];
                partnerDifferences[i] = free[chains + i] - reservoir.freeEnergies()[partners[i]];
            }
        }

        void swap() {
            Rows rows = Rows.of(pairs);
            Rows stock = Rows.of(reservoir.states());
            double[] x = new double[rows.width()];
            SplittableRandom random = swapStreams.random(draws, 0);
            for (int i = 0; i < chains; i++) {
                proposed++;
                if (random.nextDouble() < Math.exp(chainDifferences[i] - partnerDifferences[i])) {
                    accepted++;
                    rows.read(i, x);
                    stock.write(partners[i], x);
                    reservoir.freeEnergies()[partners[i]] = frozen[i];
                    rows.read((long) chains + i, x);
                    rows.write(i, x);
                }
            }
        }
    }

    private void goBack(double acceptance) {
        reservoir.restore();
        int[] rows = reservoir.draw(partnerStreams.random(draws, 0));
        draws++;
        Rows from = Rows.of(reservoir.states());
        Rows to = Rows.of(states);
        double[] x = new double[to.width()];
        for (int i = 0; i < chains; i++) {
            from.read(rows[i], x);
            to.write(i, x);
        }
        Rbm checkpoint = ladder.top().rbm();
        visible.use(checkpoint.visible());
        visible.present(states, (row, values) -> {});
        GibbsSampler.hiddenGivenVisible(checkpoint, visible, hidden, Draw.MEAN, hiddenStreams, sweeps);
        freeEnergies = checkpoint.freeEnergy(states);
        reversal = new Reversal(ladder.top(), acceptance);
        reversals++;
        minibatches++;
    }

    private void freeze(Rbm rbm, double[] free, double[] logWeights) {
        reservoir.restore();
        ladder.truncate(lowestNeighbour(rbm, free, logWeights) + 1);
        ladder.push(Checkpoint.of(rbm, minibatches), states);
        equilibrate();
        states.assign(ladder.topStates());
    }

    /** The lowest rung that accepts swaps with the model often enough; the last one if there is none. */
    private int lowestNeighbour(Rbm rbm, double[] free, double[] logWeights) {
        for (int rung = 0; rung < ladder.size() - 1; rung++) {
            Rbm lower = ladder.checkpoint(rung).rbm();
            double[] chainDifferences = lower.freeEnergy(states);
            Arrays.setAll(chainDifferences, i -> free[i] - chainDifferences[i]);
            double[] lowerDifferences = lower.freeEnergy(ladder.states(rung));
            double[] above = rbm.freeEnergy(ladder.states(rung));
            Arrays.setAll(lowerDifferences, i -> above[i] - lowerDifferences[i]);
            if (SwapAcceptance.expected(chainDifferences, logWeights, lowerDifferences) >= rules.freezeBelow()) {
                return rung;
            }
        }
        return ladder.size() - 1;
    }

    /** Thermalises the last rung, fills the reservoir with its states and finds its log Z on the way. */
    private void equilibrate() {
        ChainTrace trace = new ChainTrace(
                Math.toIntExact(states.size(1)),
                chains,
                rules.longest(),
                streams.split("signs").split("freeze " + freezes));
        freezes++;
        double time = 1;
        int made = 0;
        int next = (int) Math.min(rules.longest(), Math.max(20, Math.ceil(rules.thermalisation())));
        do {
            while (made < next) {
                ladder.sweep();
                trace.record(ladder.topStates());
                made++;
            }
            thermalisation = trace.autocorrelationTime();
            time = thermalisation == null ? 1 : Math.max(1, thermalisation.value());
            next = (int) Math.min(rules.longest(), Math.ceil(1.5 * made));
        } while (made < rules.thermalisation() * time && made < rules.longest());
        thermalised = made >= rules.thermalisation() * time;
        renewalInterval = spacing(time);
        int thinning = spacing(rules.thinning() * time);

        int top = ladder.size() - 1;
        Rbm below = ladder.checkpoint(top - 1).rbm();
        Rbm above = ladder.checkpoint(top).rbm();
        double[] forward = new double[chains * rules.reservoirFactor()];
        double[] reverse = new double[forward.length];
        for (int slot = 0; slot < rules.reservoirFactor(); slot++) {
            for (int i = 0; i < thinning; i++) {
                ladder.sweep();
            }
            subtract(above, below, ladder.states(top - 1), forward, slot * chains);
            subtract(below, above, ladder.states(top), reverse, slot * chains);
            renew();
        }
        ladder.setLogPartition(top, ladder.logPartition(top - 1).plus(BennettRatio.of(forward, reverse)));
    }

    /** Whole sweeps; filling the reservoir takes no longer than a thermalisation may. */
    private int spacing(double wanted) {
        return (int) Math.min(Math.ceil(wanted), Math.max(1, rules.longest() / rules.reservoirFactor()));
    }

    private static void subtract(Rbm a, Rbm b, INDArray v, double[] into, int offset) {
        double[] freeA = a.freeEnergy(v);
        double[] freeB = b.freeEnergy(v);
        for (int i = 0; i < freeA.length; i++) {
            into[offset + i] = freeA[i] - freeB[i];
        }
    }

    private void renew() {
        reservoir.renew(ladder.topStates(), ladder.top().rbm().freeEnergy(ladder.topStates()));
        sinceRenewal = 0;
    }

    @Override
    public LayerStates visible() {
        return visible;
    }

    @Override
    public LayerStates hidden() {
        return hidden;
    }

    @Override
    public long bounded() {
        return visible.bounded() + hidden.bounded() + ladder.bounded();
    }

    @Override
    public @Nullable Reversal reversal() {
        return reversal;
    }

    /**
     * Returns the acceptance rates between neighbouring checkpoints and, last, between the last one and the model, and the
     * round trips from the last checkpoint to the model without weights and back, since {@link #restartReport}. The rungs
     * are called by the minibatches they were frozen after.
     *
     * @return the report
     */
    public SwapReport swapReport() {
        List<Double> rungs = new ArrayList<>(IntStream.range(0, ladder.size())
                .mapToObj(rung -> (double) ladder.checkpoint(rung).minibatch())
                .toList());
        rungs.add((double) minibatches);
        List<Double> rates = new ArrayList<>(ladder.swapAcceptanceRates());
        rates.add((double) accepted / proposed);
        return new SwapReport(rungs, rates, ladder.roundTrips());
    }

    /** Forgets swaps and round trips counted so far. */
    public void restartReport() {
        ladder.restartReport();
        proposed = 0;
        accepted = 0;
    }

    /**
     * Estimates log Z of the model and sums up the state of the ladder. The chains count as states of the model, whatever the
     * last update changed.
     *
     * @param rbm the model
     * @param distinct different data rows as they are presented, {@code [rows, visible]}, not modified; null to do
     *     without the sum of their probabilities
     * @return the report
     */
    public TrajectoryReport report(Rbm rbm, @Nullable INDArray distinct) {
        double[] forward = rbm.freeEnergy(reservoir.states());
        Arrays.setAll(forward, row -> forward[row] - reservoir.freeEnergies()[row]);
        double[] reverse = new double[chains];
        subtract(ladder.top().rbm(), rbm, states, reverse, 0);
        LadderLogPartition logPartition =
                ladder.logPartition(ladder.size() - 1).plus(BennettRatio.of(forward, reverse));
        double probability = Double.NaN;
        if (distinct != null) {
            double[] free = rbm.freeEnergy(distinct);
            double[] base = rbm.logBaseMeasure(distinct);
            probability = IntStream.range(0, free.length)
                    .mapToDouble(row -> Math.exp(base[row] - free[row] - logPartition.value()))
                    .sum();
        }
        return new TrajectoryReport(ladder.size(), reversals, thermalisation, thermalised, logPartition, probability);
    }

    /** Frozen rungs, for tests. */
    TrajectoryLadder ladder() {
        return ladder;
    }
}
