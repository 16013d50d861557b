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
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A joint energy model of two features, where everything can be looked at and log Z integrated: two rings of points, of which a few have
 * labels. The model learns where points lie from all of them, the same network with cross-entropy alone from the labels.
 */
@Command(
        name = "jem-rings",
        sortOptions = false,
        description = "Learns two rings of points from a few labels and many points without.%n")
public final class JemRings implements Callable<Integer> {

    private static final int POINTS = 2000;
    private static final int BATCH = 100;
    private static final int UNITS = 64;
    private static final double RATE = 2e-2;

    /**
     * The first layer starts with features hardly wider than the rings, all over the square. With the usual start they are nearly linear,
     * and after 1,500 updates the density still shows half of the rings; with features half as wide a label says little about the rest of
     * its ring.
     */
    private static final double FIRST_WEIGHTS = 1;

    private static final double FIRST_BIASES = 2;
    private static final int CHAINS = 1000;
    private static final int STEPS = 10;
    private static final double STEP = 0.01; // the noise of a step is two thirds of the rings' deviation
    private static final int SIDE = 100;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--labels",
            paramLabel = "N",
            defaultValue = "2",
            description = "Labelled points of each ring. Default: ${DEFAULT-VALUE}.")
    private int labels;

    @Option(
            names = "--updates",
            paramLabel = "N",
            defaultValue = "1500",
            description = "Updates of each network. Default: ${DEFAULT-VALUE}.")
    private int updates;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How many seeds, from --seed upwards: each with its own points and random start. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--weight",
            paramLabel = "W",
            defaultValue = "1",
            description = "Weight of log p(x). Default: ${DEFAULT-VALUE}.")
    private double weight;

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        int code = ExampleOptions.run(new JemRings(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (labels < 1 || updates < 1 || seeds < 1 || !(weight > 0)) {
            throw new ExampleException("--labels, --updates and --seeds must be at least 1 and --weight above 0");
        }
        Path out = options.writableOut("jem-rings");
        say("%,d points without labels, %d with one in each of %d rings", POINTS, labels, Rings.CLASSES);
        say(
                "%n%-6s%18s%10s%12s%12s%16s%10s%10s",
                "seed", "labels alone", "joint", "log p(x)", "true", "log Z", "sampler", "seconds");
        List<Map<String, Object>> figures = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            figures.add(run(options.seed() + i, i == 0 ? out.resolve("rings.png") : null));
        }
        double plain = mean(figures, "plain");
        double joint = mean(figures, "joint");
        say(
                "%nAccuracy over %d seeds: %.1f %% with the labels alone, %.1f %% jointly",
                seeds, 100 * plain, 100 * joint);
        say(
                "In %s: the points, the joint density, the joint network's classes, those of the labels alone",
                out.resolve("rings.png"));
        Result.of("jem-rings", options.seed())
                .with("labels", labels)
                .with("updates", updates)
                .with("plain", JemEvaluation.rounded(plain))
                .with("joint", JemEvaluation.rounded(joint))
                .with("runs", figures)
                .print(console);
        return 0;
    }

    private static double mean(List<Map<String, Object>> figures, String key) {
        return figures.stream()
                .mapToDouble(run -> ((Number) Objects.requireNonNull(run.get(key), key)).doubleValue())
                .average()
                .orElse(0);
    }

    private Map<String, Object> run(long seed, @Nullable Path picture) throws IOException {
        RandomStreams streams = RandomStreams.of(seed);
        DataSet labelled = Rings.draw(labels * Rings.CLASSES, streams.split("labelled"));
        DataSet points = Rings.draw(POINTS, streams.split("points"));
        DataSet test = Rings.draw(POINTS, streams.split("test"));
        MultiLayerNetwork joint = network(seed);
        MultiLayerNetwork plain = joint.clone();
        plain.fit(new ExistingDataSetIterator(List.of(labelled)), updates);

        JointTraining training = JointTraining.builder()
                .box(Rings.BOX)
                .objective(JointObjective.of(GenerativeTerm.CD, weight))
                .langevin(Langevin.proper(STEPS, STEP))
                .starts(ChainStarts.uniform(Rings.BOX))
                .restarts(
                        0, false) // at temperature 1 a chain needs hundreds of visits to reach the rings from anywhere
                .bufferSize(CHAINS)
                .dataNoise(0)
                .seed(seed)
                .build();
        JemReport report = JemTrainer.of(training)
                .epochs(updates)
                .build()
                .fit(
                        joint,
                        new ExistingDataSetIterator(List.of(labelled)),
                        new ExistingDataSetIterator(Rings.unlabelled(points, BATCH)));
        JointEnergyModel model = JointEnergyModel.of(joint);
        DensityGrid grid = new DensityGrid(Rings.BOX, SIDE);
        double logPartition = grid.logPartition(model);
        double logDensity = mean(model.logDensity(test.getFeatures())) - logPartition;
        double truth = Rings.meanLogDensity(test.getFeatures());
        double halved = new DensityGrid(Rings.BOX, SIDE / 2).logPartition(model) - logPartition;
        double plainAccuracy = accuracy(plain, test);
        double jointAccuracy = accuracy(joint, test);
        say(
                "%-6d%17.1f%%%9.1f%%%12.3f%12.3f%9.3f (%+.3f)%8.0f %%%10.1f%s",
                seed,
                100 * plainAccuracy,
                100 * jointAccuracy,
                logDensity,
                truth,
                logPartition,
                halved,
                100 * report.samplingShare(),
                report.seconds(),
                report.returns().isEmpty() ? "" : "  " + report.returns());
        if (picture != null) {
            JointEnergyModel alone = JointEnergyModel.of(plain);
            ImageGrid.images(SIDE, SIDE)
                    .withTilesAcross(4)
                    .withEnlargement(2)
                    .write(picture, Nd4j.createFromArray(new float[][] {
                        grid.counts(points.getFeatures(), Rings.BOX),
                        grid.density(model),
                        grid.lastClass(model),
                        grid.lastClass(alone)
                    }));
        }
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", seed);
        figures.put("plain", JemEvaluation.rounded(plainAccuracy));
        figures.put("joint", JemEvaluation.rounded(jointAccuracy));
        figures.put("logDensity", JemEvaluation.rounded(logDensity));
        figures.put("trueLogDensity", JemEvaluation.rounded(truth));
        figures.put("logPartition", JemEvaluation.rounded(logPartition));
        figures.put("health", report.health().name());
        figures.put("returns", report.returns().size());
        return figures;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }

    private MultiLayerNetwork network(long seed) {
        Adam updater = new Adam(FallingRate.of(RATE, updates));
        updater.setBeta1(0.5); // the gradient of the samples turns from step to step
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(2)
                        .nOut(UNITS)
                        .weightInit(new NormalDistribution(0, FIRST_WEIGHTS))
                        .build())
                .layer(new DenseLayer.Builder().nIn(UNITS).nOut(UNITS).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(UNITS)
                        .nOut(Rings.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        SplittableRandom random = RandomStreams.of(seed).split("biases").random(0, 0);
        double[] biases = new double[UNITS];
        Arrays.setAll(biases, i -> random.nextDouble(-FIRST_BIASES, FIRST_BIASES));
        network.setParam("0_b", Nd4j.createFromArray(new double[][] {biases}).castTo(DataType.FLOAT));
        return network;
    }

    private static double accuracy(MultiLayerNetwork network, DataSet test) {
        return network.evaluate(new ExistingDataSetIterator(List.of(test))).accuracy();
    }

    private void say(String format, Object... arguments) {
        console.println(String.format(Locale.ROOT, format, arguments));
        console.flush();
    }
}
