package org.boltzmann4j.examples;

import static java.util.stream.Collectors.joining;

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
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.moment.Mean;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.plot.LearningCurves;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What pretraining is worth when labels are few: the same network, with and without RBM layers pretrained on all training images
 * without labels, fine-tuned on class-balanced subsets of the labels.
 *
 * <p>Both arms are tuned with the same effort and on nothing but the labels they are given: for every number of labels, each
 * candidate of the same list of fine-tuning settings is trained on four fifths of the labels and judged on the rest, again and
 * again over the seeds until enough images have been judged; the winner of each arm is then trained on all its labels and
 * measured once on the test images.
 */
@Command(
        name = "few-labels",
        sortOptions = false,
        description =
                "Test accuracy with few labels, with and without pretraining, both arms tuned alike on their labels.%n")
public final class FewLabels implements Callable<Integer> {

    private static final int EVALUATION_BATCH = 500;

    /** The last fifth of the labels judges. */
    private static final int JUDGING_SHARE = 5;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--labels",
            split = ",",
            paramLabel = "N",
            defaultValue = "100,1000",
            description = "Numbers of labels; that of all training images takes them all. Default: ${DEFAULT-VALUE}.")
    private List<Integer> labels = List.of();

    @Option(
            names = "--widths",
            split = ",",
            paramLabel = "N",
            defaultValue = "500,500",
            description = "Hidden units of each layer. Default: ${DEFAULT-VALUE}.")
    private List<Integer> widths = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many seeds, from --seed upwards: each with its own subset of the labels, random start and"
                            + " pretraining. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    @Option(
            names = "--pretrain-epochs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Epochs of pretraining for each layer. Default: ${DEFAULT-VALUE}.")
    private int pretrainEpochs = 8;

    @Option(
            names = "--pretrained",
            paramLabel = "DIR",
            description =
                    "Where pretrained networks are kept: the ones found there, of the same data, are used and the ones"
                            + " missing are added. Without it nothing is kept.")
    private @Nullable Path kept;

    @Option(
            names = "--fine-tuning",
            split = ",",
            paramLabel = "RATE:UPDATES:ROWS:KEEP_INPUT:KEEP_HIDDEN:HIDDEN_SHARE",
            converter = FineTuning.Parser.class,
            description = "Candidates for the fine-tuning instead of the program's own; a single one is used as it is.")
    private List<FineTuning> givenCandidates = List.of();

    @Option(
            names = "--judged",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Images on which a candidate is judged at least, over all seeds. Default: ${DEFAULT-VALUE}.")
    private int judged = 1000;

    @Option(
            names = "--arms",
            split = ",",
            paramLabel = "ARM",
            defaultValue = "PRETRAINED,RANDOM",
            description = "Which of ${COMPLETION-CANDIDATES}. Default: both.")
    private List<Arm> arms = List.of();

    private final PrintStream console = System.out;

    enum Arm {
        PRETRAINED,
        RANDOM;

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
        int code = ExampleOptions.run(new FewLabels(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Path directory = options.writableOut("few-labels");
        ExampleData data = ExampleData.load(options);
        requireUsable(data.train());
        say(
                "Data: %s, %,d images for training and %,d for testing; network %d-%s-%d",
                data.origin(),
                data.train().examples(),
                data.test().examples(),
                data.train().features(),
                joinedWidths(),
                data.train().classes());
        List<MultiLayerNetwork> pretrained = arms.contains(Arm.PRETRAINED) ? pretrained(data.train()) : List.of();
        say("%n%7s  %-10s %9s %6s  each seed", "labels", "start", "accuracy", "+-");
        Map<String, Object> figures = new LinkedHashMap<>();
        Map<String, Object> settings = new LinkedHashMap<>();
        Map<Integer, Map<Arm, List<Double>>> measured = new TreeMap<>();
        for (int count : labels) {
            Map<Arm, List<Double>> accuracies = new LinkedHashMap<>();
            Map<String, Object> chosen = new LinkedHashMap<>();
            for (Arm arm : arms) {
                List<MultiLayerNetwork> starts = arm == Arm.PRETRAINED ? pretrained : List.of();
                long began = System.nanoTime();
                FineTuning best = choose(count, data.train(), starts);
                List<Double> accuracy = new ArrayList<>();
                for (int i = 0; i < seeds; i++) {
                    accuracy.add(accuracy(best, subset(data.train(), count, i), data.test(), starts, i));
                }
                accuracies.put(arm, accuracy);
                chosen.put(arm.toString(), best.toString());
                report(count, arm, accuracy, best, began);
            }
            if (accuracies.size() == 2) {
                double gain = mean(accuracies.getOrDefault(Arm.PRETRAINED, List.of()))
                        - mean(accuracies.getOrDefault(Arm.RANDOM, List.of()));
                say("%,7d  %-10s %+7.2f points", count, "gain", 100 * gain);
            }
            Map<String, Object> row = new LinkedHashMap<>();
            accuracies.forEach((arm, values) -> row.put(arm.toString(), values));
            figures.put(String.valueOf(count), row);
            measured.put(count, accuracies);
            settings.put(String.valueOf(count), chosen);
        }
        Result result = Result.of("few-labels", options.seed())
                .with("seeds", seeds)
                .with("widths", widths)
                .with("pretrainEpochs", pretrainEpochs)
                .with("testAccuracy", figures)
                .with("fineTuning", settings)
                .with("seconds", Math.round(secondsSince(start)));
        draw(measured).write(directory.resolve("accuracy.png"));
        result.write(directory.resolve("figures.json"));
        say("%nIn %s: accuracy.png, figures.json", directory);
        result.print(console);
        return 0;
    }

    /** For each arm its mean over the seeds and, where there are several, the mean less and plus a standard deviation. */
    private LearningCurves draw(Map<Integer, Map<Arm, List<Double>>> measured) {
        double[] decades = measured.keySet().stream().mapToDouble(Math::log10).toArray();
        LearningCurves chart = LearningCurves.of(
                "Test accuracy with few labels", "number of labels, logarithm to base 10", "test accuracy in percent");
        List<Arm> drawn = arms.stream().distinct().toList(); // a chart has each curve once
        for (Arm arm : drawn) {
            chart = chart.withCurve(arm.toString(), decades, percent(measured, arm, 0));
        }
        if (seeds > 1) {
            for (Arm arm : drawn) {
                chart = chart.withCurve(arm + ", one deviation less", decades, percent(measured, arm, -1))
                        .withCurve(arm + ", one deviation more", decades, percent(measured, arm, 1));
            }
        }
        return chart;
    }

    private static double[] percent(Map<Integer, Map<Arm, List<Double>>> measured, Arm arm, int deviations) {
        return measured.values().stream()
                .map(row -> row.getOrDefault(arm, List.of()))
                .mapToDouble(each -> 100 * (mean(each) + (deviations == 0 ? 0 : deviations * spread(each))))
                .toArray();
    }

    private void requireUsable(ImageDataSet train) {
        require(!arms.isEmpty(), "--arms", "none", "at least one");
        require(seeds >= 1, "--seeds", seeds, "at least 1");
        require(pretrainEpochs >= 1, "--pretrain-epochs", pretrainEpochs, "at least 1");
        require(judged >= 1, "--judged", judged, "at least 1");
        widths.forEach(width -> require(width >= 1, "--widths", width, "at least one unit in each layer"));
        int classes = train.classes();
        for (int count : labels) {
            require(
                    count == train.examples()
                            || (count >= JUDGING_SHARE * classes && count < train.examples() && count % classes == 0),
                    "--labels",
                    count,
                    "a multiple of the number of classes, " + classes + ", with at least " + JUDGING_SHARE
                            + " for each of them, or all " + train.examples());
        }
    }

    private static void require(boolean condition, String option, Object value, String expected) {
        if (!condition) {
            throw new ExampleException(option + " " + value + ": expected " + expected);
        }
    }

    /** One network for each seed, trained on the images alone. */
    private List<MultiLayerNetwork> pretrained(ImageDataSet train) throws IOException {
        Pretraining pretraining = Pretraining.ofEpochs(pretrainEpochs);
        List<MultiLayerNetwork> networks = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            long seed = options.seed() + i;
            Path file = kept == null
                    ? null
                    : kept.resolve(String.format(
                            "pretrained-%d-%s-%d-epochs-seed-%d.zip",
                            train.features(), joinedWidths(), pretrainEpochs, seed));
            if (file != null && Files.exists(file)) {
                networks.add(MultiLayerNetwork.load(file.toFile(), false));
                say("Pretrained network of seed %d: %s", seed, file);
                continue;
            }
            long start = System.nanoTime();
            MultiLayerNetwork network = pretraining.train(widths, train, seed);
            say("Pretraining with seed %d: %d epochs a layer, %.0f s", seed, pretrainEpochs, secondsSince(start));
            if (file != null) {
                save(network, file);
            }
            networks.add(network);
        }
        return networks;
    }

    private static void save(MultiLayerNetwork network, Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        network.save(unfinished.toFile(), false);
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The candidate with the highest accuracy on images whose labels it was not trained with. */
    private FineTuning choose(int count, ImageDataSet train, List<MultiLayerNetwork> starts) {
        List<FineTuning> candidates = givenCandidates.isEmpty() ? candidates(count) : givenCandidates;
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        int judging = count / JUDGING_SHARE;
        int trainings = (judged + judging - 1) / judging;
        FineTuning best = candidates.get(0);
        double bestAccuracy = -1;
        for (FineTuning candidate : candidates) {
            double sum = 0;
            for (int i = 0; i < trainings; i++) {
                ImageDataSet.Split split = subset(train, count, i % seeds).split(judging, options.seed() + i / seeds);
                sum += accuracy(candidate, split.train(), split.validation(), starts, i % seeds);
            }
            say("%7s  %-10s %7.2f %%         of the held-out labels: %s", "", "", 100 * sum / trainings, candidate);
            if (sum > bestAccuracy) {
                bestAccuracy = sum;
                best = candidate;
            }
        }
        return best;
    }

    /**
     * The same list for both arms: more updates for more labels; three rates with all layers trained alike, and the highest of them
     * with hidden layers that learn more slowly, where labels are few down to hardly at all; each with and without dropout.
     */
    static List<FineTuning> candidates(int count) {
        int updates = count <= 100 ? 200 : count <= 1000 ? 600 : count <= 10_000 ? 2000 : 5000;
        int rows = count <= 100 ? 20 : count <= 1000 ? 50 : 100;
        List<FineTuning> candidates = new ArrayList<>();
        for (double rate : new double[] {2e-2, 6e-3, 2e-3}) {
            addWithAndWithoutDropout(candidates, rate, updates, rows, 1);
        }
        for (double hiddenShare : count <= 1000 ? new double[] {0.3, 0.03} : new double[] {0.3}) {
            addWithAndWithoutDropout(candidates, 2e-2, updates, rows, hiddenShare);
        }
        return candidates;
    }

    private static void addWithAndWithoutDropout(
            List<FineTuning> candidates, double rate, int updates, int rows, double hiddenShare) {
        candidates.add(new FineTuning(rate, updates, rows, 1, 1, hiddenShare));
        candidates.add(new FineTuning(rate, updates, rows, 0.8, 0.5, hiddenShare));
    }

    private ImageDataSet subset(ImageDataSet train, int count, int seedIndex) {
        return count == train.examples()
                ? train
                : train.classBalanced(count / train.classes(), options.seed() + seedIndex);
    }

    private double accuracy(
            FineTuning tuning, ImageDataSet train, ImageDataSet judge, List<MultiLayerNetwork> starts, int seedIndex) {
        long seed = options.seed() + seedIndex;
        MultiLayerNetwork network =
                tuning.network(widths, train, seed, starts.isEmpty() ? null : starts.get(seedIndex));
        tuning.fit(network, train, seed);
        return network.evaluate(judge.iterator(EVALUATION_BATCH)).accuracy();
    }

    private void report(int count, Arm arm, List<Double> accuracy, FineTuning tuning, long began) {
        String each = accuracy.stream()
                .map(value -> String.format(Locale.ROOT, "%.2f", 100 * value))
                .collect(joining(", "));
        say(
                "%,7d  %-10s %7.2f %% %6s  %s (%s; %.0f s)",
                count,
                arm,
                100 * mean(accuracy),
                accuracy.size() < 2 ? "" : String.format(Locale.ROOT, "%.2f", 100 * spread(accuracy)),
                each,
                tuning,
                secondsSince(began));
    }

    private String joinedWidths() {
        return widths.stream().map(String::valueOf).collect(joining("-"));
    }

    private static double mean(List<Double> values) {
        return new Mean().evaluate(array(values));
    }

    /** Standard deviation over the seeds. */
    private static double spread(List<Double> values) {
        return new StandardDeviation().evaluate(array(values));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
