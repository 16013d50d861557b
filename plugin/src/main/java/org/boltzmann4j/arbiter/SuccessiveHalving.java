package org.boltzmann4j.arbiter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Successive halving over epochs (Jamieson, Talwalkar 2016): n random candidates are trained for a small share of their epochs, the
 * best of them, one in eta, for eta times as many, and so on until the last rung has all epochs. Rung r of R + 1 costs the share
 * {@code eta^(r - R)} of all epochs for each of its {@code n / eta^r} candidates, where {@code R = floor(log_eta n)}, so that a search
 * costs about {@code n (R + 1) / eta^R} full trainings. A number of epochs that a share would bring to 0 is 1.
 *
 * <p>A candidate that rises is trained anew and does not go on from its saved network. What was saved has been fine-tuned after a
 * short pretraining; more pretraining on top of that is another recipe than the candidate's own, and the best candidate would be none
 * that its JSON could train again. Going on would save one part in eta of all rungs but the first: {@code R / ((R + 1) eta)} of the
 * search, a sixth for n = 16 and eta = 4.
 *
 * <p>Works with {@link PretrainingTaskCreator} in a {@link Search}; the host's runner keeps failures to itself, for whose end a rung
 * would wait without end.
 */
public final class SuccessiveHalving extends SearchGenerator {

    private final Boolean minimize;
    private final Integer candidates;
    private final Integer eta;

    private final transient Deque<Entry> waiting = new ArrayDeque<>();
    private final transient List<Entry> running = new ArrayList<>();
    private final transient List<Entry> done = new ArrayList<>();
    private transient int rung;
    private transient int drawn;

    @JsonCreator
    SuccessiveHalving(
            @JsonProperty("parameterSpace") ParameterSpace<?> space,
            @JsonProperty("minimize") Boolean minimize,
            @JsonProperty("candidates") @Nullable Integer candidates,
            @JsonProperty("eta") @Nullable Integer eta,
            @JsonProperty("seed") Long seed) {
        super(space, seed);
        this.minimize = minimize;
        this.candidates = Counts.requirePositive(candidates, "successive halving: candidates");
        this.eta = Counts.requirePositive(eta, "successive halving: eta");
        if (this.eta < 2) {
            throw new IllegalArgumentException("successive halving: eta = " + eta + ", expected at least 2");
        }
        restart(seed);
    }

    /**
     * A search by successive halving.
     *
     * @param space to search
     * @param score says which way is better
     * @param candidates n, in the first rung, at least 1
     * @param eta one in how many rises, at least 2; 3 and 4 are usual
     * @param seed of the draws, until {@link #setRngSeed}
     * @return the generator
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static SuccessiveHalving of(
            ParameterSpace<?> space, ScoreFunction score, int candidates, int eta, long seed) {
        return new SuccessiveHalving(space, score.minimize(), candidates, eta, seed);
    }

    @Override
    void restart(long newSeed) {
        waiting.clear();
        running.clear();
        done.clear();
        rung = 0;
        drawn = 0;
        RandomStreams streams = RandomStreams.of(newSeed).split("successive halving");
        for (int i = 0; i < candidates; i++) {
            SplittableRandom random = streams.random(i, 0);
            waiting.add(new Entry(
                    random.doubles(getParameterSpace().numParameters()).toArray(), Double.NaN));
        }
    }

    private int lastRung() {
        return (int) Math.floor(Math.log(candidates) / Math.log(eta) + 1e-9); // of 9 and 3 the quotient is just below 2
    }

    private double shareOf(int ofRung) {
        return Math.pow(eta, ofRung - lastRung());
    }

    /** Shares of the epochs of all trainings of all rungs, in their order. */
    List<Double> shares() {
        List<Double> shares = new ArrayList<>();
        for (int r = 0, size = candidates; r <= lastRung(); r++, size = Math.max(1, size / eta)) {
            shares.addAll(Collections.nCopies(size, shareOf(r)));
        }
        return shares;
    }

    @Override
    public boolean hasMoreCandidates() {
        return !waiting.isEmpty();
    }

    @Override
    @SuppressWarnings("rawtypes") // as the host declares it
    public Candidate getCandidate() {
        Entry entry = waiting.remove();
        running.add(entry);
        double share = shareOf(rung);
        Map<String, Object> parameters = Map.of(PretrainingTaskCreator.EPOCH_SHARE, share);
        try {
            return new Candidate<>(getParameterSpace().getValue(entry.point), drawn++, entry.point, parameters, null);
        } catch (RuntimeException refused) {
            return new Candidate<>((Object) null, drawn++, entry.point, parameters, refused);
        }
    }

    @Override
    public void reportResults(OptimizationResult result) {
        double[] point = result.getCandidate().getFlatParameters();
        Entry reported = running.stream()
                .filter(entry -> Arrays.equals(entry.point, point))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a result for a candidate that was not drawn here"));
        running.remove(reported);
        Double score = result.getScore();
        double loss = score == null ? Double.POSITIVE_INFINITY : minimize ? score : -score;
        done.add(new Entry(point, loss));
        if (running.isEmpty() && waiting.isEmpty() && rung < lastRung()) {
            int size = Math.max(1, done.size() / eta);
            // A stable sort: of equal scores the one drawn first rises.
            waiting.addAll(done.stream()
                    .sorted(Comparator.comparingDouble(entry -> entry.loss))
                    .limit(size)
                    .collect(Collectors.toList()));
            done.clear();
            rung++;
        }
    }

    private static final class Entry {

        private final double[] point;
        private final double loss;

        Entry(double[] point, double loss) {
            this.point = point;
            this.loss = loss;
        }
    }
}
