package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.LearningCurves;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.ops.transforms.Transforms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What priors of the weights do to the reconstruction error: RBMs with 100 and 300 hidden units are trained without a prior, with a
 * Gaussian one (L2, the gradient {@code -alpha W}) and a Laplace one (L1, {@code -alpha sign(W)}) over a grid of strengths, and judged by
 * the mean squared reconstruction error (MSER) of images never seen.
 */
@Command(
        name = "prior-strengths",
        sortOptions = false,
        description =
                "Trains RBMs without a prior of the weights, with a Gaussian and with a Laplace prior over a grid of"
                        + " strengths. Prints a table of mean squared reconstruction errors, and draws it and the features.%n")
public final class PriorStrengths implements Callable<Integer> {

    private static final int BATCH_SIZE = 100;
    private static final int SHOWN_FEATURES = 100;
    /** A weight of this size moves a unit's input by less than a hundredth of what decides it. */
    private static final double NEARLY_ZERO = 0.01;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--hidden",
            split = ",",
            paramLabel = "N",
            defaultValue = "100,300",
            description = "Hidden units, one RBM for each. Default: ${DEFAULT-VALUE}.")
    private List<Integer> hidden = List.of(100, 300);

    @Option(
            names = "--strengths",
            split = ",",
            paramLabel = "ALPHA",
            defaultValue = "0.0001,0.0003,0.001,0.003,0.01,0.03",
            description = "Strengths of both priors, rising. Default: ${DEFAULT-VALUE}.")
    private List<Double> strengths = List.of(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03);

    @Option(
            names = "--negative-phase",
            paramLabel = "PHASE",
            defaultValue = "cd:1",
            converter = NegativePhases.class,
            description = "Where the model's side of the gradient comes from, " + NegativePhases.FORM
                    + ". Default: ${DEFAULT-VALUE}.")
    private NegativePhase negativePhase = ContrastiveDivergence.of(1);

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 8;

    @Option(
            names = "--learning-rate",
            paramLabel = Rates.FORM,
            defaultValue = "0.1:0.01",
            converter = Rates.Parser.class,
            description = "Falls by the same factor in every update, or evenly. Default: ${DEFAULT-VALUE}.")
    private Rates rates = new Rates(0.1, 0.01);

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Trainings of every setting, with seeds from --seed upwards. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    private final PrintStream console = System.out;

    /** A prior of the weights, and the curve it has in the picture. */
    private enum Prior {
        NONE("no prior"),
        GAUSSIAN("Gaussian prior (L2)"),
        LAPLACE("Laplace prior (L1)");

        private final String title;

        Prior(String title) {
            this.title = title;
        }

        RbmLayer.Builder on(RbmLayer.Builder layer, double strength) {
            return switch (this) {
                case NONE -> layer;
                case GAUSSIAN -> layer.l2(strength);
                case LAPLACE -> layer.l1(strength);
            };
        }
    }

    /** One setting; the figures are means over the seeds. */
    private record Outcome(
            int hidden,
            Prior prior,
            double strength,
            double trainError,
            double testError,
            double spread,
            double weightNorm,
            double nearlyZero) {}

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new PriorStrengths(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        requireUsable();
        long start = System.nanoTime();
        Path out = options.writableOut("prior-strengths");
        ExampleData data = ExampleData.load(options);
        say(
                "Data: %s, %,d images for training, pixels sampled at every presentation; errors on %,d test images, grey values as"
                        + " they are",
                data.origin(), data.train().examples(), data.test().examples());
        say(
                "RBMs: %s, %d epochs of minibatches of %d, rate %s, %d seed%s%n",
                negativePhase, epochs, BATCH_SIZE, rates, seeds, seeds == 1 ? "" : "s");
        say("hidden  prior                strength   MSER test  (spread)  MSER train    |W|   |w| < %s", NEARLY_ZERO);
        List<Outcome> outcomes = new ArrayList<>();
        for (int units : hidden) {
            outcomes.add(judged(data, units, Prior.NONE, 0, out));
            for (Prior prior : List.of(Prior.GAUSSIAN, Prior.LAPLACE)) {
                for (double strength : strengths) {
                    outcomes.add(judged(data, units, prior, strength, out));
                }
            }
        }
        draw(outcomes, out.resolve("errors.png"));
        say("%nIn %s", out);
        say("  errors.png               reconstruction error over the strength of the prior");
        say("  features-*.png           the strongest features of every RBM (red: on, blue: off)");
        Result.of("prior-strengths", options.seed())
                .with("epochs", epochs)
                .with("negativePhase", negativePhase.toString())
                .with("learningRate", rates.toString())
                .with("seeds", seeds)
                .with("outcomes", outcomes.stream().map(PriorStrengths::figures).toList())
                .with("seconds", Math.round((System.nanoTime() - start) / 1e9))
                .print(console);
        return 0;
    }

    private void requireUsable() {
        ExampleOptions.requireAtLeast(1, epochs, "--epochs");
        ExampleOptions.requireAtLeast(1, seeds, "--seeds");
        ExampleOptions.requirePositive(hidden, "--hidden");
        for (int i = 0; i < strengths.size(); i++) {
            double least = i == 0 ? 0 : strengths.get(i - 1);
            if (!(strengths.get(i) > least) || strengths.get(i) > 1) {
                throw new ExampleException("--strengths " + strengths + ": expected numbers above 0, rising, up to 1");
            }
        }
    }

    private Outcome judged(ExampleData data, int units, Prior prior, double strength, Path out) throws IOException {
        INDArray train = data.train()
                .range(0, Math.min(data.train().examples(), data.test().examples()))
                .featureMatrix();
        INDArray test = data.test().featureMatrix();
        double[] trainErrors = new double[seeds];
        double[] testErrors = new double[seeds];
        double norm = 0;
        double nearlyZero = 0;
        for (int i = 0; i < seeds; i++) {
            Rbm rbm = trained(data, units, prior, strength, options.seed() + i);
            trainErrors[i] = ReconstructionError.of(rbm, train);
            testErrors[i] = ReconstructionError.of(rbm, test);
            norm += rbm.weights().norm2Number().doubleValue() / seeds;
            nearlyZero += Transforms.abs(rbm.weights())
                            .lt(NEARLY_ZERO)
                            .castTo(rbm.weights().dataType())
                            .meanNumber()
                            .doubleValue()
                    / seeds;
            if (i == 0) {
                writeFeatures(data, rbm, out.resolve(fileName(units, prior, strength)));
            }
        }
        Outcome outcome = new Outcome(
                units, prior, strength, mean(trainErrors), mean(testErrors), deviation(testErrors), norm, nearlyZero);
        say(
                "%6d  %-20s %8s  %10.5f  %8s  %10.5f  %6.1f  %8.1f %%",
                units,
                prior.title,
                prior == Prior.NONE ? "" : plain(strength),
                outcome.testError(),
                seeds == 1 ? "" : String.format(Locale.ROOT, "%.5f", outcome.spread()),
                outcome.trainError(),
                outcome.weightNorm(),
                100 * outcome.nearlyZero());
        return outcome;
    }

    private Rbm trained(ExampleData data, int units, Prior prior, double strength, long seed) {
        RbmLayer.Builder layer = new RbmLayer.Builder()
                .nIn(data.train().features())
                .nOut(units)
                .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.01)))
                .greyValues(GreyValues.SAMPLED)
                .negativePhase(negativePhase);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Sgd(rates.first()))
                .list()
                .layer(prior.on(layer, strength).build())
                .build());
        network.init();
        long updates = (long) epochs * FallingRate.minibatches(data.train(), BATCH_SIZE);
        GreedyPretrainer.builder()
                .epochs(epochs)
                .updater(new Sgd(rates.over(updates)))
                .reportProgress(false)
                .build()
                .pretrain(network, data.train().withoutLabels().shuffledIterator(BATCH_SIZE, seed));
        return RbmLayer.modelOf(network, 0);
    }

    private static String fileName(int units, Prior prior, double strength) {
        String kind = prior == Prior.NONE
                ? "no-prior"
                : prior == Prior.GAUSSIAN ? "l2-" + plain(strength) : "l1-" + plain(strength);
        return "features-" + units + "-" + kind + ".png";
    }

    /** Without an exponent. */
    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private static void writeFeatures(ExampleData data, Rbm rbm, Path file) throws IOException {
        INDArray features = rbm.weights().transpose().dup('c');
        ImageGrid.filters(data.train().rows(), data.train().columns())
                .withDivergingColours()
                .write(file, strongest(features, Math.min(SHOWN_FEATURES, rbm.hiddenWidth())));
    }

    /** The rows of the largest norms, strongest first. */
    private static INDArray strongest(INDArray rows, int count) {
        double[] norms = rows.norm2(1).toDoubleVector();
        int[] chosen = IntStream.range(0, norms.length)
                .boxed()
                .sorted((a, b) -> Double.compare(norms[b], norms[a]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        return rows.getRows(chosen);
    }

    private void draw(List<Outcome> outcomes, Path file) throws IOException {
        double[] places = strengths.stream().mapToDouble(Math::log10).toArray();
        LearningCurves chart = LearningCurves.of(
                "Reconstruction error and priors of the weights", "log10 of the strength", "MSER of test images");
        for (int units : hidden) {
            for (Prior prior : Prior.values()) {
                double[] errors = outcomes.stream()
                        .filter(outcome -> outcome.hidden() == units && outcome.prior() == prior)
                        .mapToDouble(Outcome::testError)
                        .toArray();
                String name = units + " units, " + prior.title;
                chart = prior == Prior.NONE
                        ? chart.withCurve(name, places, filled(places.length, errors[0]))
                        : chart.withCurve(name, places, errors);
            }
        }
        chart.write(file);
    }

    private static double[] filled(int length, double value) {
        double[] result = new double[length];
        Arrays.fill(result, value);
        return result;
    }

    private static Map<String, Object> figures(Outcome outcome) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("hidden", outcome.hidden());
        figures.put("prior", outcome.prior().title);
        figures.put("strength", outcome.strength());
        figures.put("testError", rounded(outcome.testError()));
        figures.put("standardDeviation", rounded(outcome.spread()));
        figures.put("trainError", rounded(outcome.trainError()));
        figures.put("weightNorm", rounded(outcome.weightNorm()));
        figures.put("nearlyZero", rounded(outcome.nearlyZero()));
        return figures;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Over the seeds; 0 for one. */
    private static double deviation(double[] values) {
        double mean = mean(values);
        double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
        return values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1));
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
