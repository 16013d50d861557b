package org.boltzmann4j.estimate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of log Z over rows, exactly or from both sides: documents of different lengths are different models. */
final class LogPartitionOfRows {

    private final Rbm rbm;
    private final INDArray v;
    private final RandomStreams streams;
    private final double[] unnormalised;

    /**
     * @param v {@code [n, visible]}, states as the units take them
     * @param streams source of randomness
     */
    LogPartitionOfRows(Rbm rbm, INDArray v, RandomStreams streams) {
        this.rbm = rbm;
        this.v = v;
        this.streams = streams;
        this.unnormalised = LogLikelihood.unnormalised(rbm, v);
    }

    /** Of {@code log p(v) + log Z}. */
    double meanUnnormalised() {
        return mean(unnormalised);
    }

    Estimate exact() {
        return averageOverLengths(length -> ExactLogPartition.of(rbm, length));
    }

    private double[] baseBias() {
        return AnnealedImportanceSampling.baseBias(rbm, v);
    }

    /** The same schedule for all lengths: the longest documents are the hardest. */
    AnnealedImportanceSampling resolved(AnnealedImportanceSampling annealing) {
        double longest = Arrays.stream(rbm.documentLengths(v)).max().orElse(1);
        return annealing.resolved(rbm, baseBias(), longest, streams.split("schedule"));
    }

    /** Independent estimates by forward chains. */
    List<Estimate> forward(AnnealedImportanceSampling fixed, int runs) {
        return IntStream.range(0, runs)
                .mapToObj(run -> forward(fixed, streams.split("forward run " + run)))
                .toList();
    }

    private Estimate forward(AnnealedImportanceSampling fixed, RandomStreams own) {
        // Lengths have random numbers of their own, so that their errors add up as independent ones.
        return averageOverLengths(length -> fixed.logPartition(
                rbm, baseBias(), length, rbm.visible().countsWords() ? own.split("length " + length) : own));
    }

    private Estimate averageOverLengths(DoubleFunction<Estimate> logPartition) {
        double[] lengths = rbm.documentLengths(v);
        if (lengths.length == 0) {
            return logPartition.apply(1);
        }
        TreeMap<Double, Integer> counts = new TreeMap<>();
        for (double length : lengths) {
            counts.merge(length, 1, Integer::sum);
        }
        Estimate sum = Estimate.exact(0);
        for (var entry : counts.entrySet()) {
            sum = sum.plus(logPartition.apply(entry.getKey()).scaledBy((double) entry.getValue() / lengths.length));
        }
        return sum;
    }

    /**
     * {@code -log Z} by RAISE on some of the rows. A row's own free energy is most of what makes rows differ, and its mean over all
     * rows is known: with it as a control variate, what is left to average is what each chain says of log Z.
     *
     * @param most rows, all if there are fewer
     */
    Estimate negatedByRaise(AnnealedImportanceSampling fixed, int most) {
        int count = Math.min(most, unnormalised.length);
        int[] chosen = chooseRows(count, streams.split("RAISE rows").random(0, 0));
        AnnealedImportanceSampling.Raised raised = fixed.raised(rbm, baseBias(), v.getRows(chosen), streams);
        double[] rest = new double[count];
        Arrays.setAll(rest, i -> raised.logProbabilities()[i] - unnormalised[chosen[i]]);
        double mean = mean(rest);
        double squares = Arrays.stream(rest).map(r -> (r - mean) * (r - mean)).sum();
        double error = count == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1.0) / count);
        // An average of logarithms: every row counts the same.
        return new Estimate(mean, error, count, 1.0 / count, raised.direction());
    }

    private int[] chooseRows(int count, SplittableRandom random) {
        int[] order = IntStream.range(0, unnormalised.length).toArray();
        for (int i = 0; i < count; i++) {
            int j = i + random.nextInt(order.length - i);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return Arrays.copyOf(order, count);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
