package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;

/**
 * Which row of a matrix of chains is at which rung of a ladder of inverse temperatures, how swaps of neighbours change that,
 * and how well they mix. Rows never move: what is exchanged are their inverse temperatures. Mutable.
 */
final class Rungs {

    /** Where a row was last, of the two ends of the ladder. */
    private enum End {
        NEITHER,
        MODEL,
        HOTTEST
    }

    /** Logarithm of the part of a row's base measure that depends on the inverse temperature. */
    @FunctionalInterface
    interface BaseMeasure {
        double of(int row, double inverseTemperature);
    }

    private final int chains;
    private double[] ladder;
    /** {@code [rungs][chains]}: the row that has the rung's inverse temperature. */
    private int[][] rowAt;

    private End[] lastEnd;
    private long[] proposed;
    private long[] accepted;
    private long roundTrips;
    /** Sums of acceptance probabilities since the ladder moved. */
    private double[] acceptance;

    private int sweepsSinceMove;

    /** Rows in the order of the rungs, from the hottest one. */
    Rungs(List<Double> ladder, int chains) {
        this.chains = chains;
        this.ladder = ladder.stream().mapToDouble(beta -> beta).toArray();
        int rungs = this.ladder.length;
        this.rowAt = new int[rungs][];
        for (int r = 0; r < rungs; r++) {
            int first = r * chains;
            rowAt[r] = IntStream.range(first, first + chains).toArray();
        }
        this.lastEnd = new End[rungs * chains];
        Arrays.fill(lastEnd, End.NEITHER);
        this.proposed = new long[rungs - 1];
        this.accepted = new long[rungs - 1];
        this.acceptance = new double[rungs - 1];
        noteEnds();
    }

    int count() {
        return ladder.length;
    }

    int chains() {
        return chains;
    }

    /** Of all rungs together. */
    int rows() {
        return ladder.length * chains;
    }

    double inverseTemperature(int rung) {
        return ladder[rung];
    }

    /** The rows of a rung, chain after chain; not to be modified. */
    int[] rowsAt(int rung) {
        return rowAt[rung];
    }

    /** The rows of the model itself. */
    int[] modelRows() {
        return rowAt[ladder.length - 1];
    }

    /** Of every row, a new array. */
    double[] inverseTemperaturesOfRows() {
        double[] perRow = new double[rows()];
        for (int r = 0; r < ladder.length; r++) {
            for (int row : rowAt[r]) {
                perRow[row] = ladder[r];
            }
        }
        return perRow;
    }

    /** Says how many rows there are, before anything that has to fit them. */
    void carryLadder(StateRecord record) {
        ladder = record.numbers("ladder", ladder);
        if (ladder.length == 0) {
            throw new IllegalArgumentException("a ladder without rungs");
        }
    }

    /** The rest, after {@link #carryLadder}. */
    void carrySwaps(StateRecord record) {
        int rungs = ladder.length;
        int rows = rungs * chains;
        int[] flat = Arrays.stream(rowAt).flatMapToInt(Arrays::stream).toArray();
        int[] held = record.indices("rowAt", flat, rows, rows);
        rowAt = new int[rungs][];
        Arrays.setAll(rowAt, r -> Arrays.copyOfRange(held, r * chains, (r + 1) * chains));
        lastEnd = carryEnds(record, rows);
        proposed = record.counts("proposed", proposed);
        accepted = record.counts("accepted", accepted);
        acceptance = record.numbers("acceptance", acceptance);
        if (proposed.length != rungs - 1 || accepted.length != rungs - 1 || acceptance.length != rungs - 1) {
            throw new IllegalArgumentException("swaps of another number of pairs than " + (rungs - 1));
        }
        roundTrips = record.count("roundTrips", roundTrips);
        sweepsSinceMove = record.count("sweepsSinceMove", sweepsSinceMove, 0, Integer.MAX_VALUE);
    }

    private End[] carryEnds(StateRecord record, int rows) {
        int[] held = Arrays.stream(lastEnd).mapToInt(Enum::ordinal).toArray();
        End[] ends = End.values();
        return Arrays.stream(record.indices("lastEnd", held, rows, ends.length))
                .mapToObj(end -> ends[end])
                .toArray(End[]::new);
    }

    /**
     * Proposes a swap to every even and then to every odd pair of neighbours, in every chain on its own.
     *
     * @param slopes of every row, see {@link Tempering}
     * @param baseMeasure of every row
     * @param streams source of randomness
     * @param sweep counter within it
     */
    void swap(double[] slopes, BaseMeasure baseMeasure, RandomStreams streams, long sweep) {
        if (ladder.length == 1) {
            return;
        }
        for (int chain = 0; chain < chains; chain++) {
            SplittableRandom random = streams.random(sweep, chain);
            for (int parity = 0; parity < 2; parity++) {
                for (int r = parity; r + 1 < ladder.length; r += 2) {
                    propose(r, chain, slopes, baseMeasure, random);
                }
            }
        }
        noteEnds();
        sweepsSinceMove++;
    }

    private void propose(int rung, int chain, double[] slopes, BaseMeasure baseMeasure, SplittableRandom random) {
        int a = rowAt[rung][chain];
        int b = rowAt[rung + 1][chain];
        double betaA = ladder[rung];
        double betaB = ladder[rung + 1];
        double logRatio = (betaA - betaB) * (slopes[a] - slopes[b])
                + baseMeasure.of(a, betaB)
                - baseMeasure.of(a, betaA)
                + baseMeasure.of(b, betaA)
                - baseMeasure.of(b, betaB);
        double probability = Math.min(1, Math.exp(logRatio));
        proposed[rung]++;
        acceptance[rung] += probability;
        if (random.nextDouble() < probability) {
            accepted[rung]++;
            rowAt[rung][chain] = b;
            rowAt[rung + 1][chain] = a;
        }
    }

    private void noteEnds() {
        if (ladder.length == 1) {
            return;
        }
        for (int row : rowAt[0]) {
            if (lastEnd[row] == End.MODEL) {
                lastEnd[row] = End.HOTTEST;
            }
        }
        for (int row : modelRows()) {
            if (lastEnd[row] == End.HOTTEST) {
                roundTrips++;
            }
            lastEnd[row] = End.MODEL;
        }
    }

    boolean isDueToMove(AdaptiveLadder wanted) {
        return sweepsSinceMove >= wanted.interval();
    }

    /** Whether swaps were made since the ladder began or moved. */
    boolean hasSwapped() {
        return sweepsSinceMove > 0;
    }

    /**
     * Moves the rungs towards equal rejection rates, or adds one where neighbours exchange too little.
     *
     * @return the rows of which those of a new rung, at the end of the matrix, have to be copies; empty if there is none
     */
    int[] move(AdaptiveLadder wanted) {
        double[] rejections = new double[acceptance.length];
        double proposals = (double) sweepsSinceMove * chains;
        Arrays.setAll(rejections, t -> 1 - acceptance[t] / proposals);
        int[] copied = {};
        if (wanted.wantsAnother(rejections)) {
            double[] moved = AdaptiveLadder.equalised(ladder, rejections, ladder.length + 1);
            int worst = 0;
            for (int t = 1; t < rejections.length; t++) {
                worst = rejections[t] > rejections[worst] ? t : worst;
            }
            copied = addRung(worst + 1);
            ladder = moved;
        } else {
            double[] moved = AdaptiveLadder.equalised(ladder, rejections, ladder.length);
            for (int r = 1; r < ladder.length - 1; r++) {
                ladder[r] = (ladder[r] + moved[r]) / 2;
            }
        }
        acceptance = new double[ladder.length - 1];
        sweepsSinceMove = 0;
        return copied;
    }

    /** The new rung pushes up the one that was there, of whose rows its own are copies. */
    private int[] addRung(int position) {
        int before = rows();
        int[] copied = rowAt[position].clone();
        int[][] more = new int[ladder.length + 1][];
        for (int r = 0; r < more.length; r++) {
            more[r] = r == position
                    ? IntStream.range(before, before + chains).toArray()
                    : rowAt[r < position ? r : r - 1];
        }
        rowAt = more;
        lastEnd = Arrays.copyOf(lastEnd, before + chains);
        Arrays.fill(lastEnd, before, before + chains, End.NEITHER);
        proposed = new long[more.length - 1];
        accepted = new long[more.length - 1];
        return copied;
    }

    /** The ladder, the acceptance rates and the round trips since {@link #restartReport}, or since the last rung was added. */
    SwapReport report(LadderLogPartition logPartition) {
        return new SwapReport(
                Arrays.stream(ladder).boxed().toList(),
                IntStream.range(0, proposed.length)
                        .mapToObj(t -> (double) accepted[t] / proposed[t])
                        .toList(),
                roundTrips,
                logPartition);
    }

    void restartReport() {
        Arrays.fill(proposed, 0);
        Arrays.fill(accepted, 0);
        roundTrips = 0;
    }
}
