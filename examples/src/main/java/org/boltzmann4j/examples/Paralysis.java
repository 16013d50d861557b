package org.boltzmann4j.examples;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.LearningCurves;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The experiment that motivates pretraining: a deep sigmoid network with small random weights cannot learn by plain
 * backpropagation, and can after its layers have been pretrained as restricted Boltzmann machines.
 *
 * <p>A layer multiplies the gradient by its weights and by the slope of the sigmoid, at most 1/4. With 100 weights from
 * N(0, 0.01^2) for each unit that is a factor of about {@code 0.01 * sqrt(100) / 4 = 1/40} a layer, and so almost nothing
 * of the error arrives at the bottom of the network, while the top, which hardly sees the input, learns the frequencies of the
 * classes (Hochreiter 1991; Glorot and Bengio 2010). Pretraining (Hinton, Osindero, Teh 2006) needs no labels.
 */
@Command(
        name = "paralysis",
        description = {
            "Trains a sigmoid network of five hidden layers three times with the same budget of updates: by plain"
                    + " backpropagation from small random weights, by the same after RBM pretraining, and with Xavier weights"
                    + " and Adam. Shows the learning curves and the gradients of the layers.",
            "The data are drawn letters of 29 x 29 pixels, unless --data names others, which take time in proportion to"
                    + " their number."
        })
public final class Paralysis implements Callable<Integer> {

    private static final int TRAIN = 10_400;
    private static final int HELD_OUT = 2_600;

    @Mixin
    private final ExampleOptions options = new ExampleOptions();

    private Paralysis() {}

    /**
     * Runs the experiment.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int exitCode = ExampleOptions.run(new Paralysis(), arguments);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    @Override
    public Integer call() throws IOException {
        ParalysisExperiment.Data data = options.data() == null
                ? ParalysisExperiment.Data.letters(TRAIN, HELD_OUT, options.seed())
                : ParalysisExperiment.Data.of(ExampleData.load(options), HELD_OUT, options.seed());
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        run(data, ParalysisExperiment.Budget.FULL, options.seed(), options.writableOut("paralysis"), out);
        return 0;
    }

    /** All of it, in whatever size. */
    static void run(
            ParalysisExperiment.Data data,
            ParalysisExperiment.Budget budget,
            long seed,
            Path directory,
            PrintStream out)
            throws IOException {
        long start = System.nanoTime();
        out.printf(
                Locale.ROOT,
                "Data: %s; %d examples of %d pixels for training, %d for validation, %d for testing, %d classes%n",
                data.origin(),
                data.train().examples(),
                data.train().features(),
                data.validation().examples(),
                data.test().examples(),
                data.train().classes());
        ParalysisExperiment experiment = new ParalysisExperiment(data, budget, seed);
        List<ParalysisExperiment.Outcome> outcomes = new ArrayList<>();
        for (ParalysisArm arm : ParalysisArm.values()) {
            out.println("Training: " + arm.title() + " ...");
            outcomes.add(experiment.run(arm));
        }
        printTables(data, budget, outcomes, out);
        writePictures(data.test(), outcomes, directory);
        out.println();
        out.println("Pictures: " + directory.toAbsolutePath().normalize());
        result(data, budget, seed, outcomes)
                .with("seconds", rounded(ParalysisExperiment.secondsSince(start), 1))
                .print(out);
    }

    private static void printTables(
            ParalysisExperiment.Data data,
            ParalysisExperiment.Budget budget,
            List<ParalysisExperiment.Outcome> outcomes,
            PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%nAfter %d updates (%d epochs); guessing the most frequent class is right in %.1f %% of the test examples%n",
                budget.updates(data.train()),
                budget.epochs(),
                100 * data.chance());
        out.printf("%-32s %12s %12s %14s %12s%n", "", "validation", "test", "pretraining", "training");
        for (ParalysisExperiment.Outcome outcome : outcomes) {
            List<Double> curve = outcome.validationAccuracy();
            out.printf(
                    Locale.ROOT,
                    "%-32s %10.1f %% %10.1f %% %12.1f s %10.1f s%n",
                    outcome.arm().title(),
                    100 * curve.get(curve.size() - 1),
                    100 * outcome.testAccuracy(),
                    outcome.pretrainingSeconds(),
                    outcome.trainingSeconds());
        }
        printGradients(
                "at the start of supervised training", ParalysisExperiment.Outcome::gradientBefore, outcomes, out);
        printGradients("at its end", ParalysisExperiment.Outcome::gradientAfter, outcomes, out);
    }

    private static void printGradients(
            String when,
            Function<ParalysisExperiment.Outcome, List<Double>> norms,
            List<ParalysisExperiment.Outcome> outcomes,
            PrintStream out) {
        int layers = norms.apply(outcomes.get(0)).size();
        out.println();
        out.println("Norm of the loss's gradient by the weights of each layer " + when);
        out.printf(
                "%-32s %s%n",
                "",
                IntStream.rangeClosed(1, layers)
                        .mapToObj(layer -> String.format("%9s", layer < layers ? "layer " + layer : "output"))
                        .collect(joining(" ")));
        for (ParalysisExperiment.Outcome outcome : outcomes) {
            out.printf(
                    "%-32s %s%n",
                    outcome.arm().title(),
                    norms.apply(outcome).stream()
                            .map(norm -> String.format(Locale.ROOT, "%9.1e", norm))
                            .collect(joining(" ")));
        }
    }

    private static void writePictures(ImageDataSet test, List<ParalysisExperiment.Outcome> outcomes, Path directory)
            throws IOException {
        LearningCurves accuracy = LearningCurves.of(
                "Learning with the same budget of updates", "epoch", "accuracy on validation examples");
        LearningCurves before = gradientChart("Gradients at the start of supervised training");
        LearningCurves after = gradientChart("Gradients at the end of supervised training");
        ImageGrid filters = ImageGrid.filters(test.rows(), test.columns());
        for (ParalysisExperiment.Outcome outcome : outcomes) {
            String title = outcome.arm().title();
            accuracy = accuracy.withCurve(title, array(outcome.validationAccuracy()));
            before = before.withCurve(title, array(outcome.gradientBefore()));
            after = after.withCurve(title, array(outcome.gradientAfter()));
            filters.write(directory.resolve("filters-" + outcome.arm().fileName() + ".png"), outcome.filtersAfter());
            if (outcome.arm().isPretrained()) {
                filters.write(directory.resolve("filters-rbm.png"), outcome.filtersBefore());
            }
        }
        accuracy.write(directory.resolve("learning-curves.png"));
        before.write(directory.resolve("gradients-start.png"));
        after.write(directory.resolve("gradients-end.png"));
        ImageGrid.images(test.rows(), test.columns())
                .withTilesAcross(13)
                .write(
                        directory.resolve("examples.png"),
                        test.range(0, Math.min(104, test.examples())).featureMatrix());
    }

    private static LearningCurves gradientChart(String title) {
        return LearningCurves.of(
                        title, "layer, from the pixels to the classes", "norm of the loss's gradient by the weights")
                .withLogarithmicY();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Result result(
            ParalysisExperiment.Data data,
            ParalysisExperiment.Budget budget,
            long seed,
            List<ParalysisExperiment.Outcome> outcomes) {
        Map<String, Object> arms = new LinkedHashMap<>();
        for (ParalysisExperiment.Outcome outcome : outcomes) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("testAccuracy", rounded(outcome.testAccuracy(), 4));
            figures.put(
                    "validationAccuracy",
                    outcome.validationAccuracy().stream()
                            .map(value -> rounded(value, 4))
                            .toList());
            figures.put("gradientNormsAtStart", outcome.gradientBefore());
            figures.put("gradientNormsAtEnd", outcome.gradientAfter());
            figures.put("pretrainingSeconds", rounded(outcome.pretrainingSeconds(), 1));
            figures.put("trainingSeconds", rounded(outcome.trainingSeconds(), 1));
            arms.put(outcome.arm().key(), figures);
        }
        return Result.of("paralysis", seed)
                .with("trainExamples", data.train().examples())
                .with("testExamples", data.test().examples())
                .with("updates", budget.updates(data.train()))
                .with("chance", rounded(data.chance(), 4))
                .with("arms", arms);
    }

    private static double rounded(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
