package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.estimate.OutlierDetection;
import org.boltzmann4j.estimate.TemperatureScaling;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.LearningCurves;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ClassGaussians;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A classifier of digits trained as a joint energy model, beside its twin of the same size and the same number of updates trained on
 * the labels alone: accuracy, calibration, and how well each tells digits from other images.
 */
@Command(
        name = "jem-digits",
        sortOptions = false,
        description = "Trains a classifier of digits as a joint energy model and compares it with a plain one.%n")
public final class JemDigits implements Callable<Integer> {

    private static final int BATCH = 100;
    private static final int VALIDATION = 1000;
    private static final int EXAMPLES_PER_CLASS = 200;
    private static final int SAMPLES_PER_CLASS = 10;
    private static final Box BOX = Box.of(-1, 1);

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Images to train on, of those there are. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--widths",
            split = ",",
            paramLabel = "N",
            defaultValue = "500,500",
            description = "Units of the hidden layers. Default: ${DEFAULT-VALUE}.")
    private List<Integer> widths = List.of();

    @Option(
            names = "--weight",
            paramLabel = "W",
            defaultValue = "0.2",
            description = "Weight of log p(x). Default: ${DEFAULT-VALUE}.")
    private double weight;

    @Option(
            names = "--buffer",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Chains in the replay buffer. Default: ${DEFAULT-VALUE}.")
    private int buffer;

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        int code = ExampleOptions.run(new JemDigits(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (images < 1 || epochs < 1 || buffer < BATCH || !(weight >= 0)) {
            throw new ExampleException("--images and --epochs must be at least 1, --buffer at least " + BATCH
                    + " and --weight at least 0");
        }
        Path out = options.out("jem-digits");
        Files.createDirectories(out);
        ExampleData data = ExampleData.load(options);
        ImageDataSet all = data.train();
        int held = Math.min(VALIDATION, all.examples() / 5);
        ImageDataSet train = all.range(0, Math.min(images, all.examples() - held));
        ImageDataSet validation = all.range(all.examples() - held, all.examples());
        say(
                "Data: %s, %,d images for training, %,d for the temperature, %,d for testing",
                data.origin(), train.examples(), held, data.test().examples());

        MultiLayerNetwork twin = network(train);
        MultiLayerNetwork joint = network(train);
        long start = System.nanoTime();
        twin.fit(batches(train), epochs);
        double twinSeconds = (System.nanoTime() - start) / 1e9;
        say("Plain training: %d epochs in %.1f s", epochs, twinSeconds);

        start = System.nanoTime();
        JointTraining training = JointTraining.builder()
                .box(BOX)
                .objective(JointObjective.of(GenerativeTerm.SOFTPLUS, weight))
                .bufferSize(buffer)
                .examplesPerClass(EXAMPLES_PER_CLASS)
                .seed(options.seed())
                .build();
        JemReport report = JemTrainer.of(training).epochs(epochs).build().fit(joint, batches(train));
        double jointSeconds = (System.nanoTime() - start) / 1e9;
        say("Joint training: %d epochs in %.1f s, %s", report.epochs(), jointSeconds, report.health());
        report.returns().forEach(line -> say("  %s", line));

        Map<String, Calibration> figures = calibrate(twin, joint, validation, data.test());
        say("%n%-28s%10s%8s%8s%8s%10s", "", "accuracy", "NLL", "Brier", "ECE", "adaptive");
        figures.forEach((name, c) -> say(
                "%-28s%9.2f%%%8.4f%8.4f%8.4f%10.4f",
                name,
                100 * c.accuracy(),
                c.negativeLogLikelihood(),
                c.brierScore(),
                c.calibrationError(),
                c.adaptiveCalibrationError()));

        INDArray usual = scaled(data.test());
        Map<String, INDArray> unusual = unusual(data.test());
        say("%nDigits against other images: AUROC (false positives at 95 %%)");
        say("%-12s%-8s%18s%18s%18s", "", "", "log p(x)", "max p(y|x)", "approximate mass");
        Map<String, Object> detection = new LinkedHashMap<>();
        unusual.forEach((name, x) -> {
            detection.put(name + ", plain", compare(name, "plain", JointEnergyModel.of(twin), usual, x));
            detection.put(name + ", joint", compare(name, "joint", JointEnergyModel.of(joint), usual, x));
        });

        draw(out, joint, train, figures);
        say("%nIn %s: samples.png, one row for each class; reliability.png", out);
        Result.of("jem-digits", options.seed())
                .with("images", train.examples())
                .with("epochs", report.epochs())
                .with("health", report.health().name())
                .with("twinSeconds", rounded(twinSeconds))
                .with("jointSeconds", rounded(jointSeconds))
                .with("twin", map(figures.get("plain")))
                .with("twinScaled", map(figures.get("plain, temperature-scaled")))
                .with("joint", map(figures.get("joint")))
                .with(
                        "smallestClassShare",
                        report.last() == null ? 0 : rounded(report.last().smallestClassShare()))
                .with("gap", report.last() == null ? 0 : rounded(report.last().gap()))
                .with("detection", detection)
                .print(console);
        return 0;
    }

    private MultiLayerNetwork network(ImageDataSet train) {
        int updates = epochs * FallingRate.minibatches(train, BATCH);
        Adam updater = new Adam(FallingRate.of(1e-3, updates));
        updater.setBeta1(0.5); // the gradient of the samples turns from step to step
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(options.seed())
                .updater(updater)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(0.1)
                .list();
        widths.forEach(width -> list.layer(
                new DenseLayer.Builder().nOut(width).activation(Activation.RELU).build()));
        list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(train.classes())
                .activation(Activation.SOFTMAX)
                .build());
        MultiLayerNetwork network = new MultiLayerNetwork(
                list.setInputType(InputType.feedForward(train.features())).build());
        network.init();
        return network;
    }

    /** Pixels in [-1, 1]. */
    private DataSetIterator batches(ImageDataSet train) {
        DataSetIterator batches = train.shuffledIterator(BATCH, options.seed());
        batches.setPreProcessor(
                batch -> batch.setFeatures(batch.getFeatures().mul(2).subi(1)));
        return batches;
    }

    private static INDArray scaled(ImageDataSet set) {
        return set.featureMatrix().castTo(DataType.FLOAT).mul(2).subi(1).dup('c');
    }

    private static int[] labels(ImageDataSet set) {
        return IntStream.range(0, set.examples()).map(set::label).toArray();
    }

    private static Map<String, Calibration> calibrate(
            MultiLayerNetwork twin, MultiLayerNetwork joint, ImageDataSet validation, ImageDataSet test) {
        INDArray plain = JointEnergyModel.of(twin).logProbabilities(scaled(test));
        TemperatureScaling scaling = TemperatureScaling.fit(
                JointEnergyModel.of(twin).logProbabilities(scaled(validation)), labels(validation));
        Map<String, Calibration> figures = new LinkedHashMap<>();
        figures.put("plain", Calibration.of(plain, labels(test)));
        figures.put("plain, temperature-scaled", Calibration.of(scaling.apply(plain), labels(test)));
        figures.put("joint", Calibration.of(JointEnergyModel.of(joint).logProbabilities(scaled(test)), labels(test)));
        return figures;
    }

    /** Images of other kinds, never trained on; the letters without those that look like digits. */
    private Map<String, INDArray> unusual(ImageDataSet test) {
        RandomStreams streams = RandomStreams.of(options.seed()).split("unusual");
        INDArray digits = scaled(test);
        Map<String, INDArray> sets = new LinkedHashMap<>();
        if (test.rows() == Letters.SIDE - 1 && test.columns() == Letters.SIDE - 1) {
            sets.put("letters", letters(Math.min(2000, test.examples())));
        }
        sets.put("inverted", digits.neg());
        int[] order = IntStream.range(0, test.features()).toArray();
        SplittableRandom random = streams.random(0, 0);
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        sets.put("shuffled", digits.getColumns(order).dup('c'));
        float[][] noise = new float[Math.min(1000, test.examples())][test.features()];
        for (int r = 0; r < noise.length; r++) {
            SplittableRandom own = streams.random(1, r);
            for (int i = 0; i < noise[r].length; i++) {
                noise[r][i] = (float) own.nextDouble(BOX.lower(), BOX.upper());
            }
        }
        sets.put("noise", Nd4j.createFromArray(noise));
        return sets;
    }

    private INDArray letters(int count) {
        ImageDataSet drawn = Letters.draw(2 * count, options.seed());
        int side = Letters.SIDE;
        INDArray pixels = drawn.featureMatrix().mul(2).subi(1);
        List<float[]> rows = new ArrayList<>();
        for (int r = 0; r < drawn.examples() && rows.size() < count; r++) {
            if ("OILSZ".indexOf('A' + drawn.label(r)) >= 0) {
                continue;
            }
            float[] whole = pixels.getRow(r).toFloatVector();
            float[] part = new float[(side - 1) * (side - 1)];
            for (int y = 0; y < side - 1; y++) {
                System.arraycopy(whole, y * side, part, y * (side - 1), side - 1);
            }
            rows.add(part);
        }
        return Nd4j.createFromArray(rows.toArray(float[][]::new));
    }

    private Map<String, Object> compare(
            String set, String arm, JointEnergyModel model, INDArray usual, INDArray unusual) {
        Map<String, OutlierDetection> scores = new LinkedHashMap<>();
        scores.put("logDensity", OutlierDetection.of(model.logDensity(usual), model.logDensity(unusual)));
        scores.put(
                "maxProbability",
                OutlierDetection.of(model.maxLogProbability(usual), model.maxLogProbability(unusual)));
        scores.put(
                "approximateMass", OutlierDetection.of(model.approximateMass(usual), model.approximateMass(unusual)));
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-12s%-8s", set, arm));
        Map<String, Object> result = new LinkedHashMap<>();
        scores.forEach((name, figure) -> {
            line.append(String.format(Locale.ROOT, "%9.4f (%6.4f)", figure.auroc(), figure.falsePositiveRate()));
            result.put(name, List.of(rounded(figure.auroc()), rounded(figure.falsePositiveRate())));
        });
        say("%s", line);
        return result;
    }

    private void draw(Path out, MultiLayerNetwork joint, ImageDataSet train, Map<String, Calibration> figures)
            throws IOException {
        int classes = train.classes();
        ImageDataSet some = train.range(0, Math.min(train.examples(), 4000));
        ClassGaussians starts = ClassGaussians.fit(scaled(some), labels(some), classes, EXAMPLES_PER_CLASS, BOX);
        int[] wanted = IntStream.range(0, SAMPLES_PER_CLASS * classes)
                .map(i -> i / SAMPLES_PER_CLASS)
                .toArray();
        INDArray samples = JointEnergyModel.of(joint)
                .sample(
                        wanted.length,
                        new long[] {train.features()},
                        Langevin.practical(60, 10, 0.01).withClip(1).withBox(BOX),
                        starts,
                        wanted,
                        RandomStreams.of(options.seed()).split("samples"));
        ImageGrid.images(train.rows(), train.columns())
                .withTilesAcross(SAMPLES_PER_CLASS)
                .write(out.resolve("samples.png"), samples.add(1).div(2));
        LearningCurves diagram = LearningCurves.of("Reliability", "confidence", "accuracy");
        for (Map.Entry<String, Calibration> entry : figures.entrySet()) {
            List<Calibration.Bin> bins = entry.getValue().bins();
            if (bins.size() > 1) {
                diagram = diagram.withCurve(
                        entry.getKey(),
                        bins.stream().mapToDouble(Calibration.Bin::confidence).toArray(),
                        bins.stream().mapToDouble(Calibration.Bin::accuracy).toArray());
            }
        }
        diagram.withCurve("perfect", new double[] {0, 1}, new double[] {0, 1}).write(out.resolve("reliability.png"));
    }

    private static Map<String, Object> map(@Nullable Calibration measured) {
        Calibration figures = Objects.requireNonNull(measured, "measured");
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("accuracy", rounded(figures.accuracy()));
        map.put("nll", rounded(figures.negativeLogLikelihood()));
        map.put("brier", rounded(figures.brierScore()));
        map.put("ece", rounded(figures.calibrationError()));
        map.put("adaptiveEce", rounded(figures.adaptiveCalibrationError()));
        return map;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    private void say(String format, Object... arguments) {
        console.println(String.format(Locale.ROOT, format, arguments));
        console.flush();
    }
}
