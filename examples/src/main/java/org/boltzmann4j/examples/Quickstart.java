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
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.LearningCurves;
import org.boltzmann4j.sampler.Generation;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * What pretraining is good for, in three minutes: a 784-500-500-10 network learns handwritten digits with and without RBM
 * pretraining of its hidden layers, from few labels and from all of them, with the same fine-tuning.
 */
@Command(
        name = "quickstart",
        sortOptions = false,
        description =
                "Trains a network with two RBM layers of 500 units on images of digits, with and without pretraining, on few"
                        + " labels and on all. Prints a table of test errors and writes pictures and the trained network.%n")
public final class Quickstart implements Callable<Integer> {

    private static final List<Integer> WIDTHS = List.of(500, 500);

    // Chosen by the error on 2,000 images set aside from the 10,000 for training.
    private static final int PRETRAINING_EPOCHS = 8;
    private static final int FEW_LABELS = 1000;
    private static final int FEW_EPOCHS = 30;
    private static final int ALL_EPOCHS = 8;
    private static final int BATCH = 50;
    private static final double RATE = 6e-3;
    /** Dropout while fine-tuning on few labels. */
    private static final double KEPT_PIXELS = 0.8;

    private static final double KEPT_UNITS = 0.5;

    private static final int EVALUATION_BATCH = 500;
    private static final int CURVE_POINTS = 15;
    private static final int SHOWN_FILTERS = 100;
    private static final int SHOWN_IMAGES = 40;
    private static final int GIBBS_CHAINS = 100;
    private static final int GIBBS_STEPS = 1000;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        int code = ExampleOptions.run(new Quickstart(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Path out = options.writableOut("quickstart");
        ExampleData data = ExampleData.load(options);
        ImageDataSet train = data.train();
        ImageDataSet few = fewLabels(train);
        say(
                "Data: %s, %,d images for training and %,d for testing, %d x %d pixels, %d classes",
                data.origin(),
                train.examples(),
                data.test().examples(),
                train.rows(),
                train.columns(),
                train.classes());

        say("%nPretraining both RBM layers on all %,d images, without their labels", train.examples());
        MultiLayerNetwork pretrained = Pretraining.ofEpochs(PRETRAINING_EPOCHS).train(WIDTHS, train, options.seed());
        double pretrainingSeconds = secondsSince(start);
        say("Pretraining took %.1f s", pretrainingSeconds);

        say(
                "%nFine-tuning: Adam, %d epochs on %,d labels with dropout or %d epochs on %,d without",
                FEW_EPOCHS, few.examples(), ALL_EPOCHS, train.examples());
        Fit fewWithout = fit(null, few, FEW_EPOCHS, true, data.test());
        Fit fewWith = fit(pretrained, few, FEW_EPOCHS, true, data.test());
        Fit allWithout = fit(null, train, ALL_EPOCHS, false, data.test());
        Fit allWith = fit(pretrained, train, ALL_EPOCHS, false, data.test());

        say("%nDrawing samples: %d Gibbs chains of %,d steps, from noise", GIBBS_CHAINS, GIBBS_STEPS);
        drawPictures(out, pretrained, data, List.of(fewWithout, fewWith, allWithout, allWith));
        double reloadedError = saveAndReload(allWith, out.resolve("dbn.zip"), data.test());

        double seconds = secondsSince(start);
        printTable(data.test(), pretrainingSeconds, fewWithout, fewWith, allWithout, allWith);
        say("%nIn %s", out);
        say("  filters.png          the strongest features of the first layer (red: on, blue: off)");
        say("  reconstructions.png  test images, rebuilt from the first layer, rebuilt from the second");
        say("  samples-rbm.png      dreamt by the RBM of the first layer");
        say("  samples-dbn.png      dreamt by both layers, as a deep belief network");
        say("  learning-curves.png  the four fits");
        say("  dbn.zip              the last network; loaded again, its test error is the same %.2f %%", reloadedError);
        say("Whole run: %.0f s", seconds);
        Result.of("quickstart", options.seed())
                .with("labels", List.of(few.examples(), train.examples()))
                .with("testImages", data.test().examples())
                .with("testErrorPercent", perFit(Fit::error, fewWithout, fewWith, allWithout, allWith))
                .with("fineTuningSeconds", perFit(Fit::seconds, fewWithout, fewWith, allWithout, allWith))
                .with("pretrainingSeconds", rounded(pretrainingSeconds))
                .with("reloadedTestErrorPercent", rounded(reloadedError))
                .with("seconds", rounded(seconds))
                .with("out", out.toString())
                .print(console);
        return 0;
    }

    /**
     * A fine-tuned network.
     *
     * @param network trained
     * @param labels it learned from
     * @param imagesShown for each point of the curve, in thousands
     * @param errors on the test set at these points, in percent
     * @param seconds of training, without the evaluations for the curve
     */
    private record Fit(
            MultiLayerNetwork network, int labels, List<Double> imagesShown, List<Double> errors, double seconds) {

        double error() {
            return errors.get(errors.size() - 1);
        }
    }

    /** Trains all layers with labels, by stock means; from Xavier's random start if there is no pretrained network. */
    private Fit fit(
            @Nullable MultiLayerNetwork pretrained,
            ImageDataSet labelled,
            int epochs,
            boolean dropout,
            ImageDataSet test) {
        int updates = epochs * FallingRate.minibatches(labelled, BATCH);
        FineTuning tuning =
                new FineTuning(RATE, updates, BATCH, dropout ? KEPT_PIXELS : 1, dropout ? KEPT_UNITS : 1, 1);
        MultiLayerNetwork network = tuning.network(WIDTHS, labelled, options.seed(), pretrained);
        DataSetIterator batches = labelled.shuffledIterator(BATCH, options.seed());
        List<Double> shown = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        long nanoseconds = 0;
        int between = (epochs + CURVE_POINTS - 1) / CURVE_POINTS;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            long start = System.nanoTime();
            network.fit(batches);
            nanoseconds += System.nanoTime() - start;
            if (epoch % between == 0 || epoch == epochs) {
                shown.add(epoch * labelled.examples() / 1000.0);
                errors.add(errorPercent(network, test));
            }
        }
        Fit fit = new Fit(network, labelled.examples(), shown, errors, nanoseconds / 1e9);
        say(
                "  %,6d labels, %-20s test error %5.2f %% in %5.1f s",
                labelled.examples(),
                pretrained == null ? "no pretraining:" : "pretrained:",
                fit.error(),
                fit.seconds());
        return fit;
    }

    private static double errorPercent(MultiLayerNetwork network, ImageDataSet test) {
        return 100 * (1 - network.evaluate(test.iterator(EVALUATION_BATCH)).accuracy());
    }

    /** A tenth of the training images, 1,000 at most, the same number of each class. */
    private ImageDataSet fewLabels(ImageDataSet train) {
        int[] members = new int[train.classes()];
        IntStream.range(0, train.examples()).forEach(i -> members[train.label(i)]++);
        int rarest = IntStream.of(members).filter(count -> count > 0).min().orElseThrow();
        int wanted = Math.min(FEW_LABELS, train.examples() / 10) / train.classes();
        return train.classBalanced(Math.max(1, Math.min(rarest, wanted)), options.seed());
    }

    private void drawPictures(Path out, MultiLayerNetwork pretrained, ExampleData data, List<Fit> fits)
            throws IOException {
        int rows = data.train().rows();
        int columns = data.train().columns();
        Rbm first = RbmLayer.modelOf(pretrained, 0);
        Rbm second = RbmLayer.modelOf(pretrained, 1);
        ImageGrid images = ImageGrid.images(rows, columns);
        ImageGrid.filters(rows, columns)
                .withDivergingColours()
                .write(out.resolve("filters.png"), strongestFilters(first));

        INDArray originals = data.test()
                .range(0, Math.min(SHOWN_IMAGES, data.test().examples()))
                .featureMatrix();
        INDArray byFirst = first.meanVisibleGivenHidden(first.meanHiddenGivenVisible(originals));
        INDArray hidden = first.meanHiddenGivenVisible(originals);
        INDArray byBoth =
                first.meanVisibleGivenHidden(second.meanVisibleGivenHidden(second.meanHiddenGivenVisible(hidden)));
        images.withTilesAcross(5).write(out.resolve("reconstructions.png"), originals, byFirst, byBoth);

        images.write(
                out.resolve("samples-rbm.png"),
                samplesOf(RbmStack.of(first)).draw(1).means());
        images.write(
                out.resolve("samples-dbn.png"),
                samplesOf(RbmLayer.stackOf(pretrained)).draw(1).means());

        LearningCurves curves = LearningCurves.of(
                "Fine-tuning with and without pretraining", "labelled images shown (thousands)", "test error (%)");
        String[] arms = {"no pretraining", "pretrained", "no pretraining", "pretrained"};
        for (int i = 0; i < arms.length; i++) {
            String labels = i < 2 ? "few labels" : "all labels";
            curves = curves.withCurve(
                    labels + ", " + arms[i],
                    array(fits.get(i).imagesShown()),
                    array(fits.get(i).errors()));
        }
        curves.write(out.resolve("learning-curves.png"));
    }

    /** The weights of the hidden units with the largest norms, as rows. */
    private static INDArray strongestFilters(Rbm rbm) {
        INDArray filters = rbm.weights().transpose().dup('c');
        double[] norms = filters.norm2(1).toDoubleVector();
        int[] strongest = IntStream.range(0, norms.length)
                .boxed()
                .sorted((i, j) -> Double.compare(norms[j], norms[i]))
                .limit(SHOWN_FILTERS)
                .mapToInt(Integer::intValue)
                .toArray();
        return filters.getRows(strongest);
    }

    private Generation samplesOf(RbmStack model) {
        return Generation.of(model)
                .withChains(GIBBS_CHAINS)
                .withBurnIn(0)
                .withThinning(GIBBS_STEPS)
                .withSeed(options.seed())
                .withMeansPassedDown();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private double saveAndReload(Fit fit, Path zip, ImageDataSet test) throws IOException {
        Path unfinished = zip.resolveSibling("dbn.zip.part");
        fit.network().save(unfinished.toFile());
        Files.move(unfinished, zip, StandardCopyOption.REPLACE_EXISTING);
        double error = errorPercent(MultiLayerNetwork.load(zip.toFile(), true), test);
        if (error != fit.error()) {
            throw new IllegalStateException(zip + " was saved with a test error of " + fit.error() + " % but has "
                    + error + " % when reloaded");
        }
        return error;
    }

    private void printTable(ImageDataSet test, double pretrainingSeconds, Fit... fits) {
        say("%nTest error on %,d images", test.examples());
        String line = "-".repeat(66);
        say(line);
        say("%-24s%21s%21s", "", labels(fits[0]), labels(fits[2]));
        say("%-24s%21s%21s", "without pretraining", cell(fits[0]), cell(fits[2]));
        say("%-24s%21s%21s", "with pretraining", cell(fits[1]), cell(fits[3]));
        say(line);
        say("The seconds are those of fine-tuning; pretraining took %.1f s, once for both.", pretrainingSeconds);
        double share = fits[3].error() / 100;
        say(
                "One run each. From so few test images an error has a standard error of about %.1f points.",
                100 * Math.sqrt(share * (1 - share) / test.examples()));
    }

    private static String labels(Fit fit) {
        return String.format(Locale.ROOT, "%,d labels", fit.labels());
    }

    private static String cell(Fit fit) {
        return String.format(Locale.ROOT, "%6.2f %%  %6.1f s", fit.error(), fit.seconds());
    }

    /** The figures of the four fits as {@code {"few": {"without": .., "with": ..}, "all": ..}}. */
    private static Map<String, Object> perFit(ToDoubleFunction<Fit> figure, Fit... fits) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("few", pair(figure, fits[0], fits[1]));
        figures.put("all", pair(figure, fits[2], fits[3]));
        return figures;
    }

    private static Map<String, Object> pair(ToDoubleFunction<Fit> figure, Fit without, Fit with) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put("without", rounded(figure.applyAsDouble(without)));
        pair.put("with", rounded(figure.applyAsDouble(with)));
        return pair;
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
