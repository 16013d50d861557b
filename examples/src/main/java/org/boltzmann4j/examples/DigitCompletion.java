package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.sampler.Completed;
import org.boltzmann4j.sampler.Completion;
import org.boltzmann4j.sampler.Inference;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A digit 6 cut in half, and a thousand other digits, completed by an RBM: by Gibbs sampling, tempering and mean field. */
@Command(
        name = "digit-completion",
        sortOptions = false,
        description =
                "Trains an RBM on images and lets it complete the lower half of test images, in three ways, beside two"
                        + " baselines: the mean of the training images, and the lower half of the training image whose upper half is"
                        + " nearest.%n")
public final class DigitCompletion implements Callable<Integer> {

    private static final int SIX = 6;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
    private int hidden = 500;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Test images to complete, the first ones. Default: ${DEFAULT-VALUE}.")
    private int images = 1000;

    @Option(
            names = "--sweeps",
            paramLabel = "N",
            defaultValue = "100",
            description = "Sweeps that are averaged, after half as many that are not. Default: ${DEFAULT-VALUE}.")
    private int sweeps = 100;

    @Option(
            names = "--rungs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rungs of tempering. Default: ${DEFAULT-VALUE}.")
    private int rungs = 8;

    private final PrintStream console = System.out;

    /** What a method made of the test images, with its squared error per unknown pixel. */
    private record Row(String name, INDArray images, double error, double seconds) {}

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new DigitCompletion(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        ExampleOptions.requireAtLeast(1, hidden, "--hidden");
        ExampleOptions.requireAtLeast(1, epochs, "--epochs");
        ExampleOptions.requireAtLeast(1, images, "--images");
        ExampleOptions.requireAtLeast(1, sweeps, "--sweeps");
        ExampleOptions.requireAtLeast(2, rungs, "--rungs");
        long start = System.nanoTime();
        Path out = options.writableOut("digit-completion");
        ExampleData data = ExampleData.load(options);
        ImageDataSet train = data.train();
        ImageDataSet test = data.test().range(0, Math.min(images, data.test().examples()));
        say(
                "Data: %s; %,d images for training, grey values sampled at every presentation; the lower half of the first"
                        + " %,d test images is completed from their grey upper half",
                data.origin(), train.examples(), test.examples());
        Rbm rbm = RbmLayer.modelOf(Pretraining.ofEpochs(epochs).train(List.of(hidden), train, options.seed()), 0);
        double trainingSeconds = secondsSince(start);
        say("RBM %d-%d, PCD-1, %d epochs: %.0f s", train.features(), hidden, epochs, trainingSeconds);

        INDArray grey = test.featureMatrix();
        INDArray known = upperHalf(train);
        INDArray trainGrey = train.featureMatrix();
        Map<String, Row> rows = new LinkedHashMap<>();
        long begun = System.nanoTime();
        INDArray mean = trainGrey.mean(true, 0);
        INDArray unknown = known.rsub(1);
        INDArray upper = grey.mulRowVector(known);
        add(rows, "pixel mean", upper.addRowVector(mean.mul(unknown)), grey, begun);
        begun = System.nanoTime();
        INDArray neighbours = trainGrey.getRows(nearest(grey, trainGrey, known));
        add(rows, "nearest neighbour", upper.add(neighbours.mulRowVector(unknown)), grey, begun);
        INDArray sample = grey;
        for (Map.Entry<String, Inference> method :
                DigitInference.methods(rbm, trainGrey, rungs).entrySet()) {
            begun = System.nanoTime();
            Completion completion = Completion.of(rbm)
                    .withMethod(method.getValue())
                    // As many rows as tempering has: one chain alone stays in the mode it finds first.
                    .withChains(method.getKey().equals(DigitInference.GIBBS) ? rungs : 1)
                    .withBurnIn(sweeps / 2)
                    .withSweeps(sweeps)
                    .withSeed(options.seed());
            boolean field = method.getKey().equals(DigitInference.MEAN_FIELD);
            Completed completed = (field ? completion.startingAt(mean) : completion).complete(grey, known);
            add(rows, method.getKey(), completed.means(), grey, begun);
            if (method.getKey().equals(DigitInference.TEMPERING)) {
                say(
                        "Tempering, first block of images: %s",
                        completed.swaps().get(0).summary());
                sample = completed.samples();
            }
            if (completed.meanField() != null) {
                say("Mean field: %s", completed.meanField());
            }
        }
        printTable(rows, test.examples());
        Path picture = out.resolve("completions.png");
        draw(picture, test, grey, known, sample, rows);
        say("%n%s: a digit of each class, the six first. From left to right: the image, its upper half,", picture);
        say("one sample by tempering, then %s", String.join(", ", rows.keySet()));
        Result result = Result.of("digit-completion", options.seed())
                .with("hidden", hidden)
                .with("epochs", epochs)
                .with("images", test.examples())
                .with("sweeps", sweeps)
                .with("rungs", rungs)
                .with("trainingSeconds", Math.round(trainingSeconds));
        Map<String, Object> errors = new LinkedHashMap<>();
        rows.forEach((name, row) -> errors.put(name, Math.round(row.error() * 1e5) / 1e5));
        result.with("squaredError", errors)
                .with("seconds", Math.round(secondsSince(start)))
                .print(console);
        return 0;
    }

    /** 1 in the upper half of the rows, else 0. */
    private static INDArray upperHalf(ImageDataSet images) {
        float[][] mask = new float[1][images.features()];
        for (int i = 0; i < images.rows() / 2 * images.columns(); i++) {
            mask[0][i] = 1;
        }
        return Nd4j.createFromArray(mask);
    }

    /** The training image whose known pixels are nearest, for each image. */
    private static int[] nearest(INDArray grey, INDArray train, INDArray known) {
        int pixels = known.sumNumber().intValue();
        INDArray queries =
                grey.get(NDArrayIndex.all(), NDArrayIndex.interval(0, pixels)).dup('c');
        INDArray candidates =
                train.get(NDArrayIndex.all(), NDArrayIndex.interval(0, pixels)).dup('c');
        // |x - t|^2 without |x|^2, which is the same for all t.
        INDArray distance = queries.mmul(candidates.transpose())
                .muli(-2)
                .addiRowVector(candidates.mul(candidates).sum(1).reshape(1, candidates.size(0)));
        return Nd4j.argMin(distance, 1).castTo(DataType.INT32).toIntVector();
    }

    private static void add(Map<String, Row> rows, String name, INDArray completed, INDArray grey, long begun) {
        INDArray difference = completed.sub(grey);
        double unknown = grey.size(0) * (grey.size(1) - grey.size(1) / 2.0);
        double error = difference.mul(difference).sumNumber().doubleValue() / unknown;
        rows.put(name, new Row(name, completed, error, secondsSince(begun)));
    }

    private void printTable(Map<String, Row> rows, int count) {
        say("%nSquared error of an unknown pixel, mean over %,d images", count);
        rows.values().forEach(row -> say("%-20s %8.5f %8.1f s", row.name(), row.error(), row.seconds()));
    }

    private static void draw(
            Path file, ImageDataSet test, INDArray grey, INDArray known, INDArray sample, Map<String, Row> rows)
            throws IOException {
        int first = Math.min(SIX, test.classes() - 1);
        int[] shown = IntStream.range(0, test.classes())
                .map(c -> (first + c) % test.classes())
                .map(label -> IntStream.range(0, test.examples())
                        .filter(i -> test.label(i) == label)
                        .findFirst()
                        .orElse(0))
                .toArray();
        INDArray[] versions = new INDArray[3 + rows.size()];
        versions[0] = grey.getRows(shown);
        versions[1] = versions[0].mulRowVector(known);
        versions[2] = sample.getRows(shown);
        int next = 3;
        for (Row row : rows.values()) {
            versions[next++] = row.images().getRows(shown);
        }
        ImageGrid.images(test.rows(), test.columns())
                .withTilesAcross(1)
                .withEnlargement(3)
                .write(file, versions);
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
