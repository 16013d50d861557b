package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.ExactLogPartition;
import org.boltzmann4j.estimate.LogLikelihood;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Sgd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How likely unseen images are to one RBM: the mean log-likelihood of the test images, exact for up to 20 hidden units and
 * estimated beyond.
 */
@Command(
        name = "likelihood",
        sortOptions = false,
        description = "Trains one RBM on images and reports the mean log-likelihood of the test images in nats.%n")
public final class Likelihood implements Callable<Integer> {

    private static final int MOST_EXACT = 20;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "16", description = "Hidden units. Default: 16.")
    private int hidden = 16;

    @Option(
            names = "--negative-phase",
            paramLabel = NegativePhases.FORM,
            defaultValue = "pcd:1:100",
            converter = NegativePhases.class,
            description = "Where the model's side of the gradient comes from. Default: ${DEFAULT-VALUE}.")
    private NegativePhase negativePhase = PersistentContrastiveDivergence.of(1, 100);

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--learning-rate",
            paramLabel = "FROM:TO",
            defaultValue = "0.05:0.001",
            converter = Rates.Parser.class,
            description = "Falls by the same factor in every update. Default: ${DEFAULT-VALUE}.")
    private Rates rates = new Rates(0.05, 0.001);

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int batchSize = 100;

    @Option(
            names = "--binarise",
            defaultValue = "sampled",
            description =
                    "How grey pixels become binary, one of ${COMPLETION-CANDIDATES}: at every presentation in training,"
                            + " once for the test. Default: ${DEFAULT-VALUE}.")
    private Binarisation binarisation = Binarisation.sampled;

    @Option(names = "--inverted", description = "Exchange black and white.")
    private boolean inverted;

    @Option(names = "--uncentered", description = "Follow the plain gradient.")
    private boolean uncentered;

    @Option(
            names = "--zero-visible-bias",
            description = "Start the visible bias at 0 instead of at the data's log-odds.")
    private boolean zeroVisibleBias;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many trainings, with seeds from --seed upwards. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    private final PrintStream console = System.out;

    /** As they are written on the command line. */
    private enum Binarisation {
        sampled(GreyValues.SAMPLED),
        threshold(GreyValues.THRESHOLDED);

        private final GreyValues greyValues;

        Binarisation(GreyValues greyValues) {
            this.greyValues = greyValues;
        }
    }

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new Likelihood(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        requireUsable();
        long start = System.nanoTime();
        ExampleData data = ExampleData.load(options);
        INDArray test = testImages(data);
        say(
                "Data: %s, %,d images for training and %,d for testing, pixels %s%s",
                data.origin(),
                data.train().examples(),
                data.test().examples(),
                binarisation == Binarisation.threshold
                        ? "1 above one half"
                        : "sampled at every presentation, the test pixels once with seed " + options.seed(),
                inverted ? ", black and white exchanged" : "");
        say(
                "RBM: %d-%d, %s gradient, %s, %d epochs, rate %s, minibatches of %d",
                data.train().features(),
                hidden,
                uncentered ? "plain" : "centered",
                negativePhase,
                epochs,
                rates,
                batchSize);
        List<Object> rows = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < seeds; i++) {
            long seed = options.seed() + i;
            long began = System.nanoTime();
            Rbm rbm = trained(data, seed);
            double seconds = secondsSince(began);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("seed", seed);
            double mean =
                    LogLikelihood.mean(rbm, test, ExactLogPartition.of(rbm)).value();
            row.put("testLogLikelihood", rounded(mean));
            row.put("trainingSeconds", rounded(seconds));
            say("Seed %d: mean test log-likelihood %.2f nats, exact; training took %.0f s", seed, mean, seconds);
            rows.add(row);
            sum += mean;
        }
        say("Mean over the seeds: %.2f", sum / seeds);
        Result.of("likelihood", options.seed())
                .with("hidden", hidden)
                .with("negativePhase", negativePhase.toString())
                .with("epochs", epochs)
                .with("learningRate", rates.toString())
                .with("batchSize", batchSize)
                .with("binarise", binarisation.toString())
                .with("inverted", inverted)
                .with("centered", !uncentered)
                .with("visibleBiasFromData", !zeroVisibleBias)
                .with("mean", rounded(sum / seeds))
                .with("runs", rows)
                .with("seconds", Math.round(secondsSince(start)))
                .print(console);
        return 0;
    }

    private void requireUsable() {
        requirePositive(hidden, "--hidden");
        requirePositive(epochs, "--epochs");
        requirePositive(batchSize, "--batch-size");
        requirePositive(seeds, "--seeds");
        if (hidden > MOST_EXACT) {
            throw new ExampleException("--hidden " + hidden + ": expected at most " + MOST_EXACT);
        }
    }

    private static void requirePositive(int value, String option) {
        if (value < 1) {
            throw new ExampleException(option + " " + value + ": expected at least 1");
        }
    }

    private INDArray testImages(ExampleData data) {
        INDArray grey = data.test().featureMatrix();
        return binarisation.greyValues.presentOnce(
                new org.boltzmann4j.units.Bernoulli(),
                inverted ? grey.rsubi(1) : grey,
                RandomStreams.of(options.seed()).split("test pixels"));
    }

    private Rbm trained(ExampleData data, long seed) {
        RbmLayer layer = new RbmLayer.Builder()
                .nIn(data.train().features())
                .nOut(hidden)
                .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.01)))
                .negativePhase(negativePhase)
                .greyValues(binarisation.greyValues)
                .centering(uncentered ? Centering.NONE : Centering.of(0.01))
                .visibleBiasFromData(!zeroVisibleBias)
                .build();
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Sgd(rates.first()))
                .list()
                .layer(layer)
                .build());
        network.init();
        DataSetIterator images = data.train().withoutLabels().shuffledIterator(batchSize, seed);
        if (inverted) {
            images.setPreProcessor(set -> set.setFeatures(set.getFeatures().rsub(1)));
        }
        long updates = (long) epochs * FallingRate.minibatches(data.train(), batchSize);
        GreedyPretrainer.builder()
                .epochs(epochs)
                .updater(new Sgd(rates.over(updates)))
                .build()
                .pretrain(network, images);
        return RbmLayer.modelOf(network, 0);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
