package org.boltzmann4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.dl4j.JointTelemetry;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A classifier of digits trained as a joint energy model, beside its twin of the same size and the same number of updates trained on
 * the labels alone: accuracy, calibration, how well each tells digits from other images, and how each stands attacks. With few
 * labels the joint model learns from all images, and the twin stops early; both learn from four fifths of the labels, and the last fifth stops
 * the twin and sets both temperatures.
 */
@Command(
        name = "jem-digits",
        sortOptions = false,
        description = "Trains a classifier of digits as a joint energy model and compares it with a plain one.%n")
public final class JemDigits implements Callable<Integer> {

    /** Images of a class that its Gaussian start is fitted to. */
    static final int EXAMPLES_PER_CLASS = 200;

    private static final int SAMPLER_STEPS = 10;
    private static final int PICTURE_STEPS = 200;
    private static final int VALIDATION = 1000;
    private static final int JUDGING_SHARE = 5;
    private static final int FEWEST_LABELS = 3;
    private static final int PATIENCE = 20;
    private static final int JUDGE_PASSES = 3;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Images to train on, of those there are. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(
            names = "--labels",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "How many of them have labels, in equal parts of the classes, at least 3 each; 0 for all. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int labels;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "4",
            description = "Passes over the images. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "100",
            description = "Images of a minibatch. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0.001",
            description =
                    "Learning rate of the first update; that of the last is a fiftieth. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--widths",
            split = ",",
            paramLabel = "N",
            defaultValue = "500,500",
            description = "Units of the hidden layers. Default: ${DEFAULT-VALUE}.")
    private List<Integer> widths = List.of();

    @Option(names = "--convolutional", description = "A small convolutional network instead of hidden layers.")
    private boolean convolutional;

    @Option(names = "--sigmoid", description = "Sigmoid units instead of rectified ones.")
    private boolean sigmoid;

    @Option(
            names = "--pretrain-epochs",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Start both networks as RBMs pretrained for so many epochs a layer, with sigmoid units; 0 for a"
                            + " random start. Default: ${DEFAULT-VALUE}.")
    private int pretrainEpochs;

    @Option(
            names = "--weight",
            paramLabel = "W",
            defaultValue = "0.2",
            description = "Weight of log p(x). Default: ${DEFAULT-VALUE}.")
    private double weight;

    @Option(
            names = "--step",
            paramLabel = "A",
            defaultValue = "0.5",
            description =
                    "Langevin step in squares of the range of a pixel; too long a step loses classes. Default: ${DEFAULT-VALUE}.")
    private double step;

    @Option(
            names = "--noise",
            paramLabel = "E",
            defaultValue = "0.05",
            description = "Noise of a Langevin step in ranges of a pixel. Default: ${DEFAULT-VALUE}.")
    private double noise;

    @Option(
            names = "--buffer",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Chains in the replay buffer. Default: ${DEFAULT-VALUE}.")
    private int buffer;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Threads that share the sampler's work; any number gives the same figures. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--attacked",
            paramLabel = "N",
            defaultValue = "500",
            description = "Test images to attack; 0 for none. Default: ${DEFAULT-VALUE}.")
    private int attacked;

    @Option(
            names = "--longer-twin",
            description = "Train one more plain network, for as many seconds as the joint training took.")
    private boolean longerTwin;

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
        if (images < 1
                || epochs < 1
                || threads < 1
                || batch < 2
                || buffer < batch
                || !(weight >= 0)
                || !(noise >= 0)
                || !(rate > 0)
                || !(step > 0)) {
            throw new ExampleException(
                    "--images, --epochs and --threads must be at least 1, --batch at least 2, --buffer at least --batch,"
                            + " --weight and --noise at least 0, --rate and --step above 0");
        }
        Path out = options.writableOut("jem-digits");
        ExampleData data = ExampleData.load(options);
        ImageDataSet all = data.train();
        int held = Math.min(VALIDATION, all.examples() / 5);
        ImageDataSet train = all.range(0, Math.min(images, all.examples() - held));
        if (labels != 0 && (labels < FEWEST_LABELS * train.classes() || labels > train.examples())) {
            throw new ExampleException("--labels " + labels + ": expected 0, or at least " + FEWEST_LABELS
                    + " for each of the " + train.classes() + " classes and at most the " + train.examples()
                    + " images");
        }
        ImageDataSet labelled = labels == 0 ? train : train.classBalanced(labels / train.classes(), options.seed());
        ImageDataSet validation = labels == 0 ? all.range(all.examples() - held, all.examples()) : lastFifth(labelled);
        say(
                "Data: %s, %,d images for training, %,d of them with labels, %,d for the temperature, %,d for testing",
                data.origin(),
                train.examples(),
                labelled.examples(),
                validation.examples(),
                data.test().examples());

        PixelScale scale = new PixelScale(isSigmoid() ? Box.of(0, 1) : Box.of(-1, 1));
        MultiLayerNetwork joint = start(train, epochs, options.seed());
        MultiLayerNetwork twin = joint.clone();
        double twinSeconds = fitTwin(twin, labelled, scale);
        JemReport report = fitJoint(joint, train, labelled, scale);
        JointTelemetry last = report.last();
        say(
                "Joint training: %.1f s, %.1f s a pass (plain %.1f s), the sampler's share %.0f %%, at the end %s",
                report.seconds(),
                report.seconds() / epochs,
                twinSeconds / epochs,
                100 * report.samplingShare(),
                report.health());
        report.returns().forEach(line -> say("  %s", line));
        if (last != null) {
            say(
                    "At the end the energy of samples is %.2f nats above that of data; the rarest class has %.1f %% of the chains",
                    last.gap(), 100 * last.smallestClassShare());
        }

        JointEnergyModel twinModel = JointEnergyModel.of(twin);
        JointEnergyModel jointModel = JointEnergyModel.of(joint);
        JemEvaluation evaluation =
                new JemEvaluation(twinModel, jointModel, scale, validation, data.test(), options.seed(), console);
        Map<String, Calibration> calibration = evaluation.calibration();
        Map<String, INDArray> unusual = UnusualImages.of(data.test(), scale, options.seed());
        Map<String, Object> detection = evaluation.detection(unusual);
        Map<String, Object> attacks = attacked > 0 ? evaluation.attacks(attacked) : Map.of();

        JemPictures pictures = new JemPictures(out);
        double recognised = pictures.samples(
                jointModel,
                sampler(scale, PICTURE_STEPS),
                JointEnergyModel.of(judge(train, scale)),
                scale,
                labelled,
                options.seed());
        pictures.reliability(calibration);
        pictures.energies(jointModel, scale.of(data.test()), unusual);
        say("%nAnother plain network, from another start, sees the class in %.0f %% of the samples", 100 * recognised);
        say("In %s: samples.png, one row for each class; reliability.png; energies.png", out);

        // Last, since it takes as long as all that came before.
        @Nullable Calibration longer =
                longerTwin ? longerTwin(train, labelled, scale, data.test(), report.seconds() / twinSeconds) : null;
        Map<String, Object> figures = new LinkedHashMap<>();
        calibration.forEach((name, measured) -> figures.put(name, JemEvaluation.figures(measured)));
        if (longer != null) {
            figures.put("plain, as long", JemEvaluation.figures(longer));
        }
        Result.of("jem-digits", options.seed())
                .with("images", train.examples())
                .with("labels", labelled.examples())
                .with("epochs", epochs)
                .with("health", report.health().name())
                .with("returns", report.returns())
                .with("twinSeconds", JemEvaluation.rounded(twinSeconds))
                .with("jointSeconds", JemEvaluation.rounded(report.seconds()))
                .with("samplingShare", JemEvaluation.rounded(report.samplingShare()))
                .with("calibration", figures)
                .with("smallestClassShare", last == null ? 0 : JemEvaluation.rounded(last.smallestClassShare()))
                .with("gap", last == null ? 0 : JemEvaluation.rounded(last.gap()))
                .with("recognised", JemEvaluation.rounded(recognised))
                .with("detection", detection)
                .with("attacks", attacks)
                .print(console);
        return 0;
    }

    private boolean isSigmoid() {
        return sigmoid || pretrainEpochs > 0;
    }

    private static ImageDataSet lastFifth(ImageDataSet labelled) {
        int count = labelled.examples();
        return labelled.range(count - Math.max(1, count / JUDGING_SHARE), count);
    }

    private static ImageDataSet withoutLastFifth(ImageDataSet labelled) {
        return labelled.range(0, labelled.examples() - lastFifth(labelled).examples());
    }

    private MultiLayerNetwork start(ImageDataSet train, int passes, long seed) {
        JemNetworks networks = new JemNetworks(rate, (long) passes * FallingRate.minibatches(train, realRows()), seed);
        if (convolutional) {
            return networks.convolutional(train);
        }
        if (pretrainEpochs > 0) {
            return networks.pretrained(train, widths, pretrainEpochs);
        }
        return sigmoid ? networks.sigmoid(train, widths) : networks.rectified(train, widths);
    }

    /** A rectified network that shares neither start nor order of the images with the others. */
    private MultiLayerNetwork judge(ImageDataSet train, PixelScale scale) {
        int passes = Math.min(epochs, JUDGE_PASSES);
        long seed = options.seed() + 1;
        MultiLayerNetwork judge = new JemNetworks(rate, (long) passes * FallingRate.minibatches(train, batch), seed)
                .rectified(train, widths);
        judge.fit(scale.batches(train, batch, seed), passes);
        return judge;
    }

    /** The twin's training with so many times its passes. */
    private Calibration longerTwin(
            ImageDataSet train, ImageDataSet labelled, PixelScale scale, ImageDataSet test, double times) {
        int passes = (int) Math.max(1, Math.round(epochs * times));
        MultiLayerNetwork longer = start(train, passes, options.seed());
        longer.fit(scale.batches(labelled, batch, options.seed()), passes);
        Calibration figures =
                Calibration.of(JointEnergyModel.of(longer).logProbabilities(scale.of(test)), PixelScale.labels(test));
        say(
                "Plain training of as many seconds, %d passes: accuracy %.2f %%, NLL %.4f, ECE %.4f",
                passes, 100 * figures.accuracy(), figures.negativeLogLikelihood(), figures.calibrationError());
        return figures;
    }

    /** Rows of a minibatch from the larger set: half of it if rows with and without labels come from two. */
    private int realRows() {
        return labels == 0 ? batch : batch / 2;
    }

    /** Passes over the labelled images that make as many updates as the passes over all. */
    private int labelledPasses(ImageDataSet train, ImageDataSet labelled) {
        int updates = epochs * FallingRate.minibatches(train, realRows());
        int each = FallingRate.minibatches(labelled, Math.min(realRows(), labelled.examples()));
        return Math.max(1, updates / each);
    }

    private double fitTwin(MultiLayerNetwork twin, ImageDataSet labelled, PixelScale scale) {
        long start = System.nanoTime();
        if (labels == 0) {
            twin.fit(scale.batches(labelled, batch, options.seed()), epochs);
        } else {
            ImageDataSet judges = lastFifth(labelled);
            DataSetIterator judging = scale.batches(judges, judges.examples(), options.seed());
            EarlyStoppingConfiguration<MultiLayerNetwork> stopping = new EarlyStoppingConfiguration.Builder<
                            MultiLayerNetwork>()
                    .epochTerminationConditions(
                            new MaxEpochsTerminationCondition(PATIENCE * epochs),
                            new ScoreImprovementEpochTerminationCondition(PATIENCE))
                    .scoreCalculator(new DataSetLossCalculator(judging, true))
                    .build();
            MultiLayerNetwork best = new EarlyStoppingTrainer(
                            stopping, twin, scale.batches(withoutLastFifth(labelled), realRows(), options.seed()))
                    .fit()
                    .getBestModel();
            twin.setParams(best.params());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        say("Plain training: %.1f s", seconds);
        return seconds;
    }

    private JemReport fitJoint(MultiLayerNetwork joint, ImageDataSet train, ImageDataSet labelled, PixelScale scale)
            throws IOException {
        JointTraining training = JointTraining.builder()
                .box(scale.box())
                .langevin(sampler(scale, SAMPLER_STEPS))
                .objective(JointObjective.of(GenerativeTerm.SOFTPLUS, weight))
                .bufferSize(buffer)
                .examplesPerClass(EXAMPLES_PER_CLASS)
                .seed(options.seed())
                .threads(threads)
                .build();
        Consumer<JointTelemetry> progress = progress(FallingRate.minibatches(train, realRows()));
        if (labels == 0) {
            return JemTrainer.of(training)
                    .epochs(epochs)
                    .listener(progress)
                    .build()
                    .fit(joint, scale.batches(train, batch, options.seed()));
        }
        // The last fifth stays for the temperature, as the twin keeps it for stopping and temperature.
        ImageDataSet learning = withoutLastFifth(labelled);
        return JemTrainer.of(training)
                .epochs(labelledPasses(train, learning))
                .listener(progress)
                .build()
                .fit(
                        joint,
                        scale.batches(learning, realRows(), options.seed()),
                        scale.batches(train.withoutLabels(), realRows(), options.seed() + 1));
    }

    /** A line for each pass over the images: a training takes minutes. */
    private Consumer<JointTelemetry> progress(int minibatches) {
        long start = System.nanoTime();
        return telemetry -> {
            if (telemetry.minibatch() % minibatches == 0) {
                say(
                        "  joint training, pass %d of %d: energy of data %.2f, of samples %.2f, of noise %.2f nats; %.0f s",
                        telemetry.minibatch() / minibatches,
                        epochs,
                        telemetry.dataEnergy(),
                        telemetry.sampleEnergy(),
                        telemetry.noiseEnergy(),
                        (System.nanoTime() - start) / 1e9);
            }
        };
    }

    private Langevin sampler(PixelScale scale, int steps) {
        double width = scale.box().upper() - scale.box().lower();
        return Langevin.practical(steps, step * width * width, noise * width)
                .withClip(width / 2)
                .withBox(scale.box());
    }

    private void say(String format, Object... arguments) {
        console.println(String.format(Locale.ROOT, format, arguments));
        console.flush();
    }
}
