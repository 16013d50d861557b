package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Chains;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.TemperedChains;
import org.boltzmann4j.units.Bernoulli;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a sweep of parallel tempering with R rungs costs, in sweeps of R times persistent contrastive divergence with as many
 * chains as a rung has. Both are measured in turn, so that a busy machine slows both, and compared as ratios.
 */
@Command(
        name = "sweep-cost",
        sortOptions = false,
        description = "The price of a sweep of parallel tempering, in sweeps of plain chains.%n")
public final class SweepCost implements Callable<Integer> {

    private static final double WEIGHT_SPREAD = 0.05;
    private static final int WARM_UP = 10;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
    private int hidden = 500;

    @Option(names = "--rungs", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int rungs = 10;

    @Option(
            names = "--chains",
            split = ",",
            paramLabel = "N",
            defaultValue = "20,100",
            description = "Chains in every rung. Default: ${DEFAULT-VALUE}.")
    private List<Integer> chains = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "40",
            description = "Measured rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds = 40;

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new SweepCost(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        require(hidden >= 1, "--hidden", hidden);
        require(rungs >= 2, "--rungs", rungs);
        require(rounds >= 1, "--rounds", rounds);
        chains.forEach(count -> require(count >= 1, "--chains", count));
        ImageDataSet images = ExampleData.load(options).test();
        Rbm rbm = model(images.features());
        Result result =
                Result.of("sweep-cost", options.seed()).with("hidden", hidden).with("rungs", rungs);
        say("%d-%d, %d rungs; medians of %d rounds%n", images.features(), hidden, rungs, rounds);
        say(
                "%7s  %14s  %12s  %7s  %-15s  %-12s",
                "chains", "plain sweeps", "tempered", "ratio", "its quartiles", "path");
        Map<String, Object> figures = new LinkedHashMap<>();
        for (int count : chains) {
            figures.put(String.valueOf(count), measure(rbm, images, count));
        }
        result.with("ratios", figures).print(console);
        return 0;
    }

    private static void require(boolean condition, String option, int value) {
        if (!condition) {
            throw new ExampleException(
                    option + " " + value + ": expected at least " + (option.equals("--rungs") ? 2 : 1));
        }
    }

    private Rbm model(int features) {
        Random random = new Random(options.seed());
        float[][] weights = new float[features][hidden];
        for (float[] row : weights) {
            for (int j = 0; j < hidden; j++) {
                row[j] = (float) (WEIGHT_SPREAD * random.nextGaussian());
            }
        }
        return Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                Nd4j.createFromArray(weights),
                Nd4j.zeros(DataType.FLOAT, features),
                Nd4j.zeros(DataType.FLOAT, hidden));
    }

    /** Ratios of the two paths at one number of chains. */
    private Map<String, Double> measure(Rbm rbm, ImageDataSet images, int count) {
        RandomStreams streams = RandomStreams.of(options.seed());
        INDArray start = images.range(0, Math.min(count, images.examples())).featureMatrix();
        LayerStates states = new LayerStates(rbm.hidden(), DataType.FLOAT, start.size(0), hidden);
        states.flip(rbm.meanHiddenGivenVisible(start), streams.split("start"), 0);
        Chains plain = Chains.startedAt(rbm, states, count, streams.split("plain"));
        TemperedChains byTemperature =
                TemperedChains.startedAt(rbm, Ladder.linear(rungs), null, states, count, streams.split("tempered"));
        TemperedChains fromBaseRates = TemperedChains.startedAt(
                rbm, Ladder.linear(rungs), new double[images.features()], states, count, streams.split("rates"));
        double[] plainSeconds = new double[rounds];
        double[] temperatureSeconds = new double[rounds];
        double[] baseRateSeconds = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            int kept = Math.max(round, 0); // what the warm-up leaves is overwritten
            plainSeconds[kept] = seconds(() -> plain.advance(rbm, rungs));
            temperatureSeconds[kept] = seconds(() -> byTemperature.advance(rbm, 1));
            baseRateSeconds[kept] = seconds(() -> fromBaseRates.advance(rbm, 1));
        }
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("temperature", report(count, plainSeconds, temperatureSeconds, "temperature"));
        ratios.put("baseRates", report(count, plainSeconds, baseRateSeconds, "base rates"));
        return ratios;
    }

    private double report(int count, double[] plain, double[] tempered, String path) {
        double[] ratios = new double[rounds];
        Arrays.setAll(ratios, i -> tempered[i] / plain[i]);
        Percentile percentile = new Percentile();
        double median = percentile.evaluate(ratios, 50);
        say(
                "%7d  %11.2f ms  %9.2f ms  %7.2f  %-15s  %-12s",
                count,
                1e3 * percentile.evaluate(plain, 50),
                1e3 * percentile.evaluate(tempered, 50),
                median,
                String.format(
                        Locale.ROOT, "%.2f to %.2f", percentile.evaluate(ratios, 25), percentile.evaluate(ratios, 75)),
                path);
        return Math.round(100 * median) / 100.0;
    }

    private static double seconds(Runnable sweeps) {
        long start = System.nanoTime();
        sweeps.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values).stripTrailing());
        console.flush();
    }
}
