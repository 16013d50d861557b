package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Chains at a ladder of frozen models of which neighbours exchange their visible states (arXiv 2405.15376). Where the first
 * model has no weights, a Gibbs sweep there is an exact independent draw. Mutable.
 *
 * <p>A sweep is {@code v -> h -> v} in every rung and then, in turns, a swap of the even or of the odd pairs of neighbours:
 * the states x of a and y of c are exchanged with the probability
 * {@code min(1, exp((F_a(x) - F_c(x)) - (F_a(y) - F_c(y))))}. The states of all rungs lie in one matrix, rung after rung, so
 * that a rung takes three products: two for the Gibbs sampling, and one for its free energies at both rungs of a pair.
 */
final class TrajectoryLadder {

    /** Where a state was last, of the two ends of the ladder. */
    private enum End {
        NEITHER,
        TOP,
        BOTTOM
    }

    /** One frozen model with its own random numbers. */
    private static final class Rung {

        /** Of the streams: how many rungs were there before it, dropped ones included. */
        private final long number;

        private final Checkpoint checkpoint;
        private final LayerStates visible;
        private final LayerStates hidden;
        private final RandomStreams up;
        private final RandomStreams down;
        private final RandomStreams swaps;
        private LadderLogPartition logPartition = LadderLogPartition.unknown();
        private End[] lastEnd;
        /** With the rung below. */
        private long proposed;

        private long accepted;

        Rung(Checkpoint checkpoint, int chains, RandomStreams ladderStreams, long number) {
            Rbm rbm = checkpoint.rbm();
            RandomStreams streams = ladderStreams.split("rung " + number);
            this.number = number;
            this.checkpoint = checkpoint;
            this.visible = new LayerStates(rbm.visible(), rbm.weights().dataType(), chains, rbm.visibleWidth());
            this.hidden = new LayerStates(rbm.hidden(), rbm.weights().dataType(), chains, rbm.hiddenWidth());
            this.up = streams.split("up");
            this.down = streams.split("down");
            this.swaps = streams.split("swaps");
            this.lastEnd = new End[chains];
            Arrays.fill(lastEnd, End.NEITHER);
        }

        void carry(StateRecord record) {
            StateRecord part = record.in("logPartition");
            logPartition = new LadderLogPartition(
                    part.number("value", logPartition.value()),
                    part.number("standardError", logPartition.standardError()),
                    part.number("effectiveSampleSize", logPartition.effectiveSampleSize()),
                    part.number("largestWeightShare", logPartition.largestWeightShare()));
            proposed = record.count("proposed", proposed);
            accepted = record.count("accepted", accepted);
            End[] ends = End.values();
            int[] now = Arrays.stream(lastEnd).mapToInt(Enum::ordinal).toArray();
            int[] held = record.indices("lastEnd", now, now.length, ends.length);
            Arrays.setAll(lastEnd, i -> ends[held[i]]);
        }
    }

    private final int chains;
    private final RandomStreams streams;
    private final List<Rung> rungs = new ArrayList<>();
    private INDArray states;
    private long pushed;
    private long sweeps;
    private long roundTrips;
    private long boundedBefore;

    /**
     * Makes a ladder of one rung.
     *
     * @param first the first model
     * @param start {@code [chains, visible]}, copied
     * @param streams source of randomness, of this ladder alone
     */
    TrajectoryLadder(Checkpoint first, INDArray start, RandomStreams streams) {
        this.chains = Math.toIntExact(start.size(0));
        this.streams = streams;
        this.states = Matrices.detached(first.rbm().weights().dataType(), chains, start.size(1));
        states.assign(start);
        rungs.add(new Rung(first, chains, streams, 0));
        pushed = 1;
    }

    /**
     * Adds a rung at the top.
     *
     * @param checkpoint its model
     * @param start {@code [chains, visible]}, copied
     */
    void push(Checkpoint checkpoint, INDArray start) {
        rungs.add(new Rung(checkpoint, chains, streams, pushed));
        pushed++;
        INDArray more = Matrices.detached(states.dataType(), (long) rungs.size() * chains, states.size(1));
        interval(more, 0, rungs.size() - 1).assign(interval(states, 0, rungs.size() - 1));
        interval(more, rungs.size() - 1, rungs.size()).assign(start);
        states = more;
    }

    /**
     * Removes the rungs at the top.
     *
     * @param kept how many stay, at least 1
     */
    void truncate(int kept) {
        while (rungs.size() > kept) {
            Rung dropped = rungs.remove(rungs.size() - 1);
            boundedBefore += dropped.visible.bounded() + dropped.hidden.bounded();
        }
    }

    void carry(StateRecord record) {
        pushed = record.count("pushed", pushed);
        sweeps = record.count("sweeps", sweeps);
        roundTrips = record.count("roundTrips", roundTrips);
        states = record.matrix("states", states);
        Checkpoint first = rungs.get(0).checkpoint;
        int count = record.count("rungs", rungs.size(), 1, Integer.MAX_VALUE);
        if (states.size(0) != (long) count * chains) {
            throw new IllegalArgumentException(
                    states.size(0) + " rows of states for " + count + " rungs of " + chains + " chains");
        }
        for (int r = 0; r < count; r++) {
            StateRecord part = record.in("rung " + r);
            if (record.isReading()) {
                Rung held = new Rung(Checkpoint.carried(part, first), chains, streams, part.count("number", 0));
                if (r < rungs.size()) {
                    rungs.set(r, held);
                } else {
                    rungs.add(held);
                }
            } else {
                Checkpoint.carried(part, rungs.get(r).checkpoint);
                part.count("number", rungs.get(r).number);
            }
            rungs.get(r).carry(part);
        }
    }

    private INDArray interval(INDArray matrix, int firstRung, int endRung) {
        return matrix.get(
                NDArrayIndex.interval((long) firstRung * chains, (long) endRung * chains), NDArrayIndex.all());
    }

    /** Gibbs sampling in every rung, then half of the swaps. */
    void sweep() {
        for (int r = 0; r < rungs.size(); r++) {
            Rung rung = rungs.get(r);
            Rbm rbm = rung.checkpoint.rbm();
            INDArray v = states(r);
            rung.visible.present(v, (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, rung.visible, rung.hidden, Draw.SAMPLE, rung.up, sweeps);
            GibbsSampler.visibleGivenHidden(rbm, rung.hidden, rung.visible, Draw.SAMPLE, rung.down, sweeps);
            v.assign(rung.visible.values());
        }
        for (int r = (int) (sweeps % 2); r + 1 < rungs.size(); r += 2) {
            swap(r);
        }
        noteEnds();
        sweeps++;
    }

    private void swap(int lower) {
        Rung a = rungs.get(lower);
        Rung c = rungs.get(lower + 1);
        INDArray pair = interval(states, lower, lower + 2);
        double[] freeA = a.checkpoint.rbm().freeEnergy(pair);
        double[] freeC = c.checkpoint.rbm().freeEnergy(pair);
        Rows rows = Rows.of(pair);
        double[] x = new double[rows.width()];
        double[] y = new double[rows.width()];
        for (int i = 0; i < chains; i++) {
            int j = chains + i;
            double logRatio = (freeA[i] - freeC[i]) - (freeA[j] - freeC[j]);
            c.proposed++;
            if (c.swaps.random(sweeps, i).nextDouble() < Math.exp(logRatio)) {
                c.accepted++;
                rows.read(i, x);
                rows.read(j, y);
                rows.write(i, y);
                rows.write(j, x);
                End end = a.lastEnd[i];
                a.lastEnd[i] = c.lastEnd[i];
                c.lastEnd[i] = end;
            }
        }
    }

    private void noteEnds() {
        if (rungs.size() == 1) {
            return;
        }
        End[] bottom = rungs.get(0).lastEnd;
        End[] top = rungs.get(rungs.size() - 1).lastEnd;
        for (int i = 0; i < chains; i++) {
            if (bottom[i] == End.TOP) {
                bottom[i] = End.BOTTOM;
            }
            if (top[i] == End.BOTTOM) {
                roundTrips++;
            }
            top[i] = End.TOP;
        }
    }

    int size() {
        return rungs.size();
    }

    Checkpoint checkpoint(int rung) {
        return rungs.get(rung).checkpoint;
    }

    Checkpoint top() {
        return checkpoint(rungs.size() - 1);
    }

    /** Visible states of a rung, {@code [chains, visible]}, the states themselves. */
    INDArray states(int rung) {
        return interval(states, rung, rung + 1);
    }

    INDArray topStates() {
        return states(rungs.size() - 1);
    }

    LadderLogPartition logPartition(int rung) {
        return rungs.get(rung).logPartition;
    }

    void setLogPartition(int rung, LadderLogPartition value) {
        rungs.get(rung).logPartition = value;
    }

    /** Share of accepted swaps of each rung but the first with the one below; NaN without a proposal. */
    List<Double> swapAcceptanceRates() {
        return rungs.stream().skip(1).map(c -> (double) c.accepted / c.proposed).toList();
    }

    long roundTrips() {
        return roundTrips;
    }

    void restartReport() {
        for (Rung rung : rungs) {
            rung.proposed = 0;
            rung.accepted = 0;
        }
        roundTrips = 0;
    }

    long bounded() {
        return boundedBefore
                + rungs.stream()
                        .mapToLong(rung -> rung.visible.bounded() + rung.hidden.bounded())
                        .sum();
    }
}
