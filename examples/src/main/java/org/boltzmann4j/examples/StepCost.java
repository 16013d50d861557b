package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How much of a step of pretraining is matrix products: the seconds of the {@code 2k + 3} products of CD-k or PCD-k, alone and in
 * the same process, over those of a whole step through {@link GreedyPretrainer}, iterator, updater and monitors included.
 */
@Command(
        name = "step-cost",
        sortOptions = false,
        description = "The share of its matrix products in a step of pretraining.%n")
public final class StepCost implements Callable<Integer> {

    private static final int EPOCHS = 2;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
    private int hidden = 500;

    @Option(
            names = "--batch-sizes",
            split = ",",
            paramLabel = "N",
            defaultValue = "20,100,1000",
            description = "Rows of a minibatch, and chains of PCD. Default: ${DEFAULT-VALUE}.")
    private List<Integer> batchSizes = List.of();

    @Option(
            names = "--sweeps",
            paramLabel = "K",
            defaultValue = "1",
            description = "Gibbs sweeps of a step. Default: ${DEFAULT-VALUE}.")
    private int sweeps = 1;

    @Option(names = "--cd", description = "Contrastive divergence in place of persistent chains.")
    private boolean contrastive;

    @Option(names = "--momentum", description = "Nesterov's momentum in place of plain gradient steps.")
    private boolean momentum;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Trainings of two epochs, of which the second is measured. Default: ${DEFAULT-VALUE}.")
    private int rounds = 5;

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new StepCost(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        ImageDataSet images = ExampleData.load(options).train(); // labels are ignored
        require("--hidden", hidden, Integer.MAX_VALUE);
        require("--sweeps", sweeps, Integer.MAX_VALUE);
        require("--rounds", rounds, Integer.MAX_VALUE);
        batchSizes.forEach(rows -> require("--batch-sizes", rows, images.examples()));
        String name = (contrastive ? "CD-" : "PCD-") + sweeps;
        say(
                "%s, %d-%d, %,d images, medians of %d rounds%n",
                name, images.features(), hidden, images.examples(), rounds);
        say("%6s  %10s  %12s  %6s  %s", "rows", "step", "its products", "share", "quartiles");
        Map<String, Object> shares = new LinkedHashMap<>();
        for (int rows : batchSizes) {
            shares.put(String.valueOf(rows), measure(images, rows));
        }
        Result.of("step-cost", options.seed())
                .with("method", name)
                .with("hidden", hidden)
                .with("momentum", momentum)
                .with("shares", shares)
                .print(console);
        return 0;
    }

    private static void require(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ExampleException(option + " " + value + ": expected at least 1"
                    + (most == Integer.MAX_VALUE ? "" : " and at most the number of images, " + most));
        }
    }

    private double measure(ImageDataSet images, int rows) {
        double[] steps = new double[rounds];
        double[] products = new double[rounds];
        double[] shares = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            double before = secondsOfProducts(images.features(), rows);
            steps[round] = secondsOfAStep(images, rows);
            products[round] = (before + secondsOfProducts(images.features(), rows)) / 2;
            shares[round] = products[round] / steps[round];
        }
        Percentile percentile = new Percentile();
        double median = percentile.evaluate(shares, 50);
        say(
                "%6d  %7.2f ms  %9.2f ms  %6.2f  %.2f to %.2f",
                rows,
                1e3 * percentile.evaluate(steps, 50),
                1e3 * percentile.evaluate(products, 50),
                median,
                percentile.evaluate(shares, 25),
                percentile.evaluate(shares, 75));
        return Math.round(100 * median) / 100.0;
    }

    /** The products of one step, and nothing else, for about a fifth of a second. */
    private double secondsOfProducts(int features, int rows) {
        INDArray v = Nd4j.rand(DataType.FLOAT, rows, features);
        INDArray down = Nd4j.create(DataType.FLOAT, new long[] {rows, features}, 'c');
        INDArray h = Nd4j.create(DataType.FLOAT, new long[] {rows, hidden}, 'c');
        INDArray weights = Nd4j.rand(DataType.FLOAT, features, hidden);
        INDArray gradient = Nd4j.create(DataType.FLOAT, new long[] {features, hidden}, 'c');
        long start = System.nanoTime();
        int steps = 0;
        while (System.nanoTime() - start < 200_000_000L) {
            Nd4j.gemm(v, weights, h, false, false, 1, 0);
            for (int k = 0; k < sweeps; k++) {
                Nd4j.gemm(h, weights, down, false, true, 1, 0);
                Nd4j.gemm(down, weights, h, false, false, 1, 0);
            }
            Nd4j.gemm(v, h, gradient, true, false, -1, 0);
            Nd4j.gemm(down, h, gradient, true, false, 1, 1);
            steps++;
        }
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    /** The second epoch's seconds for each of its steps. */
    private double secondsOfAStep(ImageDataSet images, int rows) {
        NegativePhase phase =
                contrastive ? ContrastiveDivergence.of(sweeps) : PersistentContrastiveDivergence.of(sweeps, rows);
        IUpdater updater = momentum ? new Nesterovs(0.05, 0.5) : new Sgd(0.05);
        RbmLayer layer =
                new RbmLayer.Builder().nOut(hidden).negativePhase(phase).build();
        MultiLayerNetwork network = Classifier.network(images, options.seed(), updater, List.of(layer), 1);
        EpochClock clock = new EpochClock();
        GreedyPretrainer.builder()
                .epochs(EPOCHS)
                .reportProgress(false)
                .listeners(clock)
                .build()
                .pretrain(network, images.shuffledIterator(rows, options.seed()));
        return clock.secondsOfTheLastEpoch / FallingRate.minibatches(images, rows);
    }

    /** From the end of one epoch to the end of the next. */
    private static final class EpochClock implements PretrainingListener {
        private long lastEnd;
        private double secondsOfTheLastEpoch;

        @Override
        public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
            long now = System.nanoTime();
            secondsOfTheLastEpoch = (now - lastEnd) / 1e9;
            lastEnd = now;
        }
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
