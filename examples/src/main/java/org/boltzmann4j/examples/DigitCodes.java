package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.ScatterPlots;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Two numbers for an image: by the first two principal components, by a stack of RBMs, and by the deep autoencoder that the stack
 * becomes (Hinton, Salakhutdinov 2006). No label is used but to colour the pictures, and to count how often the nearest code of the training
 * images is one of the same class.
 */
@Command(
        name = "digit-codes",
        sortOptions = false,
        description =
                "Encodes images by two numbers: by principal components, by a stack of RBMs before and after it is"
                        + " fine-tuned as a deep autoencoder, and by the same autoencoder without pretraining. Prints how well the codes keep"
                        + " classes apart and restore images, and draws the codes.%n")
public final class DigitCodes implements Callable<Integer> {

    private static final int SHOWN_POINTS = 4000;
    private static final int SHOWN_IMAGES = 30;
    private static final int CHUNK = 1000;
    private static final int SIDE = 620;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--widths",
            split = ",",
            paramLabel = "N",
            defaultValue = "400,150,50",
            description = "Hidden layers below the code, from the pixels upwards. Default: ${DEFAULT-VALUE}.")
    private List<Integer> widths = List.of(400, 150, 50);

    @Option(
            names = "--pretrain-epochs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Epochs of pretraining for each layer. Default: ${DEFAULT-VALUE}.")
    private int pretrainEpochs = 8;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Epochs of fine-tuning. Default: ${DEFAULT-VALUE}.")
    private int epochs = 20;

    private final PrintStream console = System.out;

    /** Codes of one method; {@code restored} has a row for each test image. */
    private record Codes(String key, String title, INDArray train, INDArray test, INDArray restored) {}

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new DigitCodes(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        ExampleOptions.requireAtLeast(1, pretrainEpochs, "--pretrain-epochs");
        ExampleOptions.requireAtLeast(1, epochs, "--epochs");
        ExampleOptions.requirePositive(widths, "--widths");
        long start = System.nanoTime();
        Path out = options.writableOut("digit-codes");
        ExampleData data = ExampleData.load(options);
        say(
                "Data: %s, %,d images for training and %,d for testing; pixels sampled in pretraining, grey values everywhere else",
                data.origin(), data.train().examples(), data.test().examples());
        List<Codes> all = codes(data);

        say("%n%-36s %22s %22s", "two numbers an image by", "class of the nearest", "squared error a pixel");
        Map<String, Object> figures = new LinkedHashMap<>();
        INDArray test = data.test().featureMatrix();
        int[] trainClasses = classes(data.train());
        int[] testClasses = classes(data.test());
        ScatterPlots plots = ScatterPlots.ofSide(SIDE);
        int shown = Math.min(SHOWN_POINTS, testClasses.length);
        for (Codes codes : all) {
            double accuracy = new NearestNeighbour(codes.train(), trainClasses).accuracy(codes.test(), testClasses);
            double error = meanSquare(codes.restored(), test);
            say("%-36s %20.1f %% %22.4f", codes.title(), 100 * accuracy, error);
            figures.put(
                    codes.key(),
                    Map.of("nearestNeighbourAccuracy", rounded(accuracy), "squaredErrorPerPixel", rounded(error)));
            plots = plots.withPanel(codes.title(), first(codes.test(), shown), first(testClasses, shown));
        }
        plots.write(out.resolve("codes.png"));
        int images = Math.min(SHOWN_IMAGES, testClasses.length);
        List<INDArray> versions = new ArrayList<>(List.of(first(test, images)));
        all.forEach(codes -> versions.add(first(codes.restored(), images)));
        ImageGrid.images(data.test().rows(), data.test().columns())
                .withTilesAcross(3)
                .write(out.resolve("restored.png"), versions.toArray(INDArray[]::new));
        say("%nIn %s", out);
        say("  codes.png     the codes of %,d test images; a class's number stands at its median", shown);
        say("  restored.png  test images, and what each method makes of their two numbers, in the order of the table");
        Result.of("digit-codes", options.seed())
                .with("widths", widths.toString())
                .with("pretrainEpochs", pretrainEpochs)
                .with("epochs", epochs)
                .with("methods", figures)
                .with("seconds", Math.round((System.nanoTime() - start) / 1e9))
                .print(console);
        return 0;
    }

    private List<Codes> codes(ExampleData data) {
        INDArray train = data.train().featureMatrix();
        INDArray test = data.test().featureMatrix();
        List<Codes> all = new ArrayList<>();

        PrincipalComponents components = PrincipalComponents.of(train, 2);
        INDArray componentsOfTest = components.codes(test);
        all.add(new Codes(
                "pca",
                "principal components",
                components.codes(train),
                componentsOfTest,
                components.decoded(componentsOfTest)));

        List<Integer> withCode = new ArrayList<>(widths);
        withCode.add(2);
        Autoencoder method = new Autoencoder(withCode, pretrainEpochs, epochs);
        say("RBMs: %d-%s, %d epochs a layer", data.train().features(), joined(withCode), pretrainEpochs);
        MultiLayerNetwork stack = method.stack(data.train(), options.seed());
        MultiLayerNetwork unrolled = method.network(data.train(), options.seed());
        method.unroll(stack, unrolled);
        all.add(of("stack", "RBM stack", method, unrolled, train, test));
        say("Fine-tuning the stack as an autoencoder, %d epochs", epochs);
        method.fineTune(unrolled, data.train(), options.seed());
        all.add(of("autoencoder", "the stack as an autoencoder", method, unrolled, train, test));
        say("The same without pretraining");
        MultiLayerNetwork random = method.network(data.train(), options.seed());
        method.fineTune(random, data.train(), options.seed());
        all.add(of("random", "autoencoder from a random start", method, random, train, test));
        return all;
    }

    private static Codes of(
            String key, String title, Autoencoder method, MultiLayerNetwork network, INDArray train, INDArray test) {
        return new Codes(
                key,
                title,
                inChunks(train, rows -> method.codes(network, rows)),
                inChunks(test, rows -> method.codes(network, rows)),
                inChunks(test, network::output));
    }

    private interface RowFunction {
        INDArray of(INDArray rows);
    }

    /** All layers' activations of all images at once would need much memory. */
    private static INDArray inChunks(INDArray rows, RowFunction function) {
        List<INDArray> results = new ArrayList<>();
        for (long from = 0; from < rows.size(0); from += CHUNK) {
            results.add(function.of(part(rows, from, Math.min(from + CHUNK, rows.size(0))))
                    .dup());
        }
        return Nd4j.vstack(results);
    }

    private static INDArray part(INDArray rows, long from, long to) {
        return rows.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    private static INDArray first(INDArray rows, int count) {
        return part(rows, 0, count);
    }

    private static int[] first(int[] values, int count) {
        return Arrays.copyOf(values, count);
    }

    private static int[] classes(ImageDataSet images) {
        return IntStream.range(0, images.examples()).map(images::label).toArray();
    }

    private static double meanSquare(INDArray restored, INDArray images) {
        INDArray difference = restored.castTo(images.dataType()).sub(images);
        return difference.muli(difference).meanNumber().doubleValue();
    }

    private static String joined(List<Integer> numbers) {
        return String.join("-", numbers.stream().map(String::valueOf).toList());
    }

    private static double rounded(double value) {
        return Math.round(value * 1e5) / 1e5;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
