package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.ParameterAverage;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.AnnealedImportanceSampling;
import org.boltzmann4j.estimate.BetaSchedule;
import org.boltzmann4j.estimate.Estimate;
import org.boltzmann4j.estimate.LikelihoodReport;
import org.boltzmann4j.estimate.LogLikelihood;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.jspecify.annotations.Nullable;
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
            paramLabel = "PHASE",
            defaultValue = "pcd:1:100",
            converter = NegativePhases.class,
            description = "Where the model's side of the gradient comes from, " + NegativePhases.FORM
                    + ". Default: ${DEFAULT-VALUE}.")
    private NegativePhase negativePhase = PersistentContrastiveDivergence.of(1, 100);

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--learning-rate",
            paramLabel = Rates.FORM,
            defaultValue = "0.05:0.001",
            converter = Rates.Parser.class,
            description = "Falls by the same factor in every update, or evenly. Default: ${DEFAULT-VALUE}.")
    private Rates rates = new Rates(0.05, 0.001);

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int batchSize = 100;

    @Option(
            names = "--binarise",
            defaultValue = "sampled",
            description =
                    "How grey pixels become binary, one of ${COMPLETION-CANDIDATES}: at every presentation in training,"
                            + " once for the test. Default: ${DEFAULT-VALUE}.")
    private Binarisation binarisation = Binarisation.SAMPLED;

    @Option(
            names = "--average",
            paramLabel = "N",
            defaultValue = "0",
            description = "Judge a moving average of the parameters over about N updates; 0 for the last parameters."
                    + " Default: ${DEFAULT-VALUE}.")
    private int average;

    @Option(
            names = "--validation",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Set N of the training images aside, by --seed, and judge them instead of the test images: for"
                            + " choosing settings.")
    private int validation;

    @Option(names = "--inverted", description = "Exchange black and white.")
    private boolean inverted;

    @Option(names = "--uncentered", description = "Follow the plain gradient.")
    private boolean uncentered;

    @Option(
            names = "--zero-visible-bias",
            description = "Start the visible bias at 0 instead of at the data's log-odds.")
    private boolean zeroVisibleBias;

    @Option(
            names = "--betas",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Inverse temperatures of the annealing, dense near 1. Default: ${DEFAULT-VALUE}.")
    private int betas = 5000;

    @Option(
            names = "--ais-chains",
            paramLabel = "N",
            defaultValue = "100",
            description = "Chains of each forward run, and of RAISE. Default: ${DEFAULT-VALUE}.")
    private int aisChains = 100;

    @Option(
            names = "--ais-runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Forward runs, of which the lowest likelihood counts. Default: ${DEFAULT-VALUE}.")
    private int aisRuns = 3;

    @Option(names = "--estimate", description = "Estimate even where the exact value is affordable.")
    private boolean estimate;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many trainings, with seeds from --seed upwards. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    @Option(
            names = "--trained",
            paramLabel = "DIR",
            description =
                    "Where trained networks are kept: one of the same settings, data and seed is judged, not trained anew.")
    private @Nullable Path trained;

    private final PrintStream console = System.out;

    private enum Binarisation {
        SAMPLED(GreyValues.SAMPLED),
        THRESHOLD(GreyValues.THRESHOLDED);

        private final GreyValues greyValues;

        Binarisation(GreyValues greyValues) {
            this.greyValues = greyValues;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
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
        ExampleData data = judged(ExampleData.load(options));
        INDArray grey = data.test().featureMatrix();
        INDArray test = inverted ? grey.rsubi(1) : grey;
        say(
                "Data: %s, %,d images for training and %,d for %s, pixels %s%s",
                data.origin(),
                data.train().examples(),
                data.test().examples(),
                validation > 0 ? "validation" : "testing",
                binarisation == Binarisation.THRESHOLD ? "1 above one half" : "sampled at every presentation",
                inverted ? ", black and white exchanged" : "");
        say(
                "RBM: %d-%d, %s gradient, %s, %d epochs, rate %s, minibatches of %d%s",
                data.train().features(),
                hidden,
                uncentered ? "plain" : "centered",
                negativePhase,
                epochs,
                rates,
                batchSize,
                average > 0 ? ", averaged over about " + average + " updates" : "");
        LogLikelihood judge = judge();
        List<Object> rows = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < seeds; i++) {
            long seed = options.seed() + i;
            long began = System.nanoTime();
            Rbm rbm = trainedOrKept(data, seed);
            double seconds = secondsSince(began);
            say("Seed %d: training took %.0f s", seed, seconds);
            LikelihoodReport report = judge.of(rbm, test);
            console.println(report);
            rows.add(figures(report, seed, seconds));
            sum += report.claim().value();
        }
        say("Mean over the seeds: %.2f", sum / seeds);
        Result.of("likelihood", options.seed())
                .with("hidden", hidden)
                .with("negativePhase", negativePhase.toString())
                .with("epochs", epochs)
                .with("learningRate", rates.toString())
                .with("batchSize", batchSize)
                .with("average", average)
                .with("judged", validation > 0 ? "validation" : "test")
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
        ExampleOptions.requireAtLeast(1, hidden, "--hidden");
        ExampleOptions.requireAtLeast(1, epochs, "--epochs");
        ExampleOptions.requireAtLeast(1, batchSize, "--batch-size");
        ExampleOptions.requireAtLeast(1, seeds, "--seeds");
        ExampleOptions.requireAtLeast(1, aisRuns, "--ais-runs");
        ExampleOptions.requireAtLeast(2, aisChains, "--ais-chains");
        ExampleOptions.requireAtLeast(3, betas, "--betas");
        ExampleOptions.requireAtLeast(0, average, "--average");
        ExampleOptions.requireAtLeast(0, validation, "--validation");
    }

    /** The data, or in place of the test images some of those for training. */
    private ExampleData judged(ExampleData all) {
        if (validation == 0) {
            return all;
        }
        if (validation >= all.train().examples()) {
            throw new ExampleException("--validation " + validation + ": expected fewer than the "
                    + all.train().examples() + " images for training");
        }
        ImageDataSet.Split split = all.train().split(validation, options.seed());
        return new ExampleData(split.train(), split.validation(), all.origin());
    }

    /** The test pixels are the same for every training: they depend on --seed alone. */
    private LogLikelihood judge() {
        LogLikelihood settings = LogLikelihood.withDefaults()
                .withSeed(options.seed())
                .withGreyValues(binarisation.greyValues)
                .withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.denseNearOne(betas), aisChains))
                .withForwardRuns(aisRuns)
                .withRaiseRows(aisChains);
        return hidden <= MOST_EXACT && !estimate ? settings : settings.withoutExactValue();
    }

    private static Map<String, Object> figures(LikelihoodReport report, long seed, double seconds) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("seed", seed);
        row.put("trainingSeconds", rounded(seconds));
        row.put("logLikelihood", rounded(report.claim().value()));
        row.put("exact", report.exact() != null);
        row.put("forward", report.forward().stream().map(Likelihood::figures).toList());
        if (report.raise() != null) {
            row.put("raise", figures(report.raise()));
            row.put("width", rounded(report.width()));
        }
        return row;
    }

    private static Map<String, Object> figures(Estimate estimate) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("value", rounded(estimate.value()));
        figures.put("standardError", rounded(estimate.standardError()));
        figures.put("effectiveSampleSize", rounded(estimate.effectiveSampleSize()));
        figures.put("largestWeightShare", rounded(estimate.largestWeightShare()));
        return figures;
    }

    private Rbm trainedOrKept(ExampleData data, long seed) throws IOException {
        if (trained == null) {
            return RbmLayer.modelOf(trained(data, seed), 0);
        }
        String settings = String.join(
                " ",
                data.origin(),
                String.valueOf(data.train().examples()),
                validation > 0 ? "split by " + options.seed() : "all",
                String.valueOf(hidden),
                negativePhase.toString(),
                String.valueOf(epochs),
                rates.toString(),
                String.valueOf(batchSize),
                binarisation.toString(),
                inverted ? "inverted" : "",
                uncentered ? "plain" : "centered",
                zeroVisibleBias ? "from zero" : "",
                String.valueOf(average));
        Path file = trained.resolve(
                String.format(Locale.ROOT, "rbm-%d-%08x-seed-%d.zip", hidden, settings.hashCode(), seed));
        if (Files.exists(file)) {
            say("Kept from an earlier run: %s", file);
            return RbmLayer.modelOf(MultiLayerNetwork.load(file.toFile(), false), 0);
        }
        MultiLayerNetwork network = trained(data, seed);
        Files.createDirectories(trained);
        Path unfinished = trained.resolve(file.getFileName() + ".part");
        network.save(unfinished.toFile());
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        say("Kept for later runs: %s", file);
        return RbmLayer.modelOf(network, 0);
    }

    private MultiLayerNetwork trained(ExampleData data, long seed) {
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
        GreedyPretrainer.Builder pretrainer =
                GreedyPretrainer.builder().epochs(epochs).updater(new Sgd(rates.over(updates)));
        if (average > 0) {
            pretrainer.averaging(ParameterAverage.ofUpdates(average));
        }
        pretrainer.build().pretrain(network, images);
        return network;
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
