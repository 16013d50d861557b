package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Sgd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What pretraining is worth when labels are few: the same network, with and without RBM layers pretrained on all training
 * images without labels, fine-tuned on class-balanced subsets of the labels.
 *
 * <p>Both arms are tuned with the same effort and on nothing but the labels they are given: for every number of labels, each
 * candidate of the same list of fine-tuning settings is trained on four fifths of the labels and judged on the rest, summed over
 * the seeds; the winner of each arm is then trained on all the labels and measured once on the test images.
 */
@Command(
        name = "few-labels",
        description = "Test accuracy with few labels, with and without pretraining, both arms tuned alike.")
public final class FewLabels implements Callable<Integer> {

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--labels",
            split = ",",
            defaultValue = "100,1000",
            description = "Numbers of labels. Default: ${DEFAULT-VALUE}.")
    private List<Integer> labels = List.of();

    @Option(
            names = "--fine-tuning",
            paramLabel = "RATE:UPDATES:ROWS:KEEP_INPUT:KEEP_HIDDEN",
            converter = FineTuning.Parser.class,
            description = "Fine-tuning settings to use as they are, instead of choosing them on the labels.")
    private @Nullable FineTuning fixed;

    @Option(
            names = "--pretrainings",
            defaultValue = "1",
            description =
                    "Number of pretrained networks; seed i takes number i modulo this. Default: ${DEFAULT-VALUE}.")
    private int pretrainings = 1;

    @Option(names = "--seeds", defaultValue = "1", description = "Number of seeds. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    @Option(
            names = "--pretrain-epochs",
            defaultValue = "5",
            description = "Epochs of pretraining for each layer. Default: ${DEFAULT-VALUE}.")
    private int pretrainEpochs = 5;

    @Option(
            names = "--pretrain-rate",
            defaultValue = "0.2",
            description = "First learning rate of the pretraining. Default: ${DEFAULT-VALUE}.")
    private double pretrainRate = 0.2;

    @Option(
            names = "--widths",
            split = ",",
            defaultValue = "500,500",
            description = "Hidden units of each layer. Default: ${DEFAULT-VALUE}.")
    private List<Integer> widths = List.of();

    @Option(
            names = "--tuning-seeds",
            defaultValue = "5",
            description = "Seeds over which candidates are judged, at most --seeds. Default: ${DEFAULT-VALUE}.")
    private int tuningSeeds = 5;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        System.exit(ExampleOptions.run(new FewLabels(), arguments));
    }

    @Override
    public Integer call() {
        long start = System.nanoTime();
        ExampleData data = ExampleData.load(options);
        System.out.printf(
                Locale.ROOT,
                "%s: %,d images for training, %,d for testing; network %d-%s-%d%n",
                data.origin(),
                data.train().examples(),
                data.test().examples(),
                data.train().features(),
                joined(),
                data.train().classes());
        List<MultiLayerNetwork> pretrained = new ArrayList<>();
        for (int i = 0; i < pretrainings; i++) {
            pretrained.add(pretrain(data.train(), options.seed() + i));
        }
        double pretrainSeconds = secondsSince(start) / pretrainings;
        System.out.printf(
                Locale.ROOT,
                "pretraining: %d epochs a layer, %.0f s, number of pretrained networks: %d%n%n",
                pretrainEpochs,
                pretrainSeconds,
                pretrainings);
        System.out.println(
                "labels  start       test accuracy (mean, each seed)              fine-tuning chosen on the labels");
        Map<String, Object> figures = new LinkedHashMap<>();
        for (int count : labels) {
            double[] rbm = arm("pretrained", count, data, pretrained);
            double[] random = arm("random", count, data, null);
            System.out.printf(Locale.ROOT, "%6d  gain       %+.2f points%n", count, 100 * (mean(rbm) - mean(random)));
            figures.put(String.valueOf(count), Map.of("random", boxed(random), "pretrained", boxed(rbm)));
        }
        Result.of("FewLabels", options.seed())
                .with("widths", widths)
                .with("pretrainEpochs", pretrainEpochs)
                .with("testAccuracy", figures)
                .with("pretrainSecondsPerSeed", pretrainSeconds)
                .with("seconds", secondsSince(start))
                .print(System.out);
        return 0;
    }

    /** Tunes and measures one arm; one test accuracy per seed. */
    private double[] arm(String name, int count, ExampleData data, @Nullable List<MultiLayerNetwork> pretrained) {
        long start = System.nanoTime();
        FineTuning best = choose(count, data, pretrained);
        double[] accuracy = new double[seeds];
        for (int i = 0; i < seeds; i++) {
            ImageDataSet subset = subset(data, count, i);
            accuracy[i] = accuracyOf(best, subset, data.test(), of(pretrained, i), i);
        }
        System.out.printf(
                Locale.ROOT,
                "%6d  %-10s %6.2f %%  %-36s  %s  (%.0f s)%n",
                count,
                name,
                100 * mean(accuracy),
                Arrays.toString(Arrays.stream(accuracy)
                        .map(a -> Math.round(1e4 * a) / 100.0)
                        .toArray()),
                best,
                secondsSince(start));
        return accuracy;
    }

    private @Nullable MultiLayerNetwork of(@Nullable List<MultiLayerNetwork> pretrained, int seedIndex) {
        return pretrained == null ? null : pretrained.get(seedIndex % pretrainings);
    }

    private FineTuning choose(int count, ExampleData data, @Nullable List<MultiLayerNetwork> pretrained) {
        if (fixed != null) {
            return fixed;
        }
        FineTuning best = null;
        double bestAccuracy = -1;
        for (FineTuning candidate : candidates(count)) {
            double sum = 0;
            for (int i = 0; i < Math.min(seeds, tuningSeeds); i++) {
                ImageDataSet.Split split = subset(data, count, i).split(count / 5, options.seed() + i);
                sum += accuracyOf(candidate, split.train(), split.validation(), of(pretrained, i), i);
            }
            if (sum > bestAccuracy) {
                bestAccuracy = sum;
                best = candidate;
            }
        }
        return Objects.requireNonNull(best);
    }

    /** The same list for both arms: more updates for more labels, two rates, with and without dropout. */
    static List<FineTuning> candidates(int count) {
        int updates = count <= 100 ? 300 : count <= 1000 ? 600 : 4000;
        int rows = count <= 100 ? 20 : count <= 1000 ? 50 : 100;
        List<FineTuning> result = new ArrayList<>();
        for (double rate : new double[] {3e-3, 1e-3}) {
            result.add(new FineTuning(rate, updates, rows, 1, 1));
            result.add(new FineTuning(rate, updates, rows, 0.8, 0.5));
        }
        return result;
    }

    private ImageDataSet subset(ExampleData data, int count, int seedIndex) {
        int classes = data.train().classes();
        if (count == data.train().examples()) {
            return data.train();
        }
        if (count < 5 * classes || count % classes != 0) {
            throw new ExampleException("--labels " + count + ": expected a multiple of the number of classes, "
                    + classes + ", and at least five for each; or all "
                    + data.train().examples());
        }
        return data.train().classBalanced(count / classes, options.seed() + seedIndex);
    }

    private double accuracyOf(
            FineTuning tuning,
            ImageDataSet train,
            ImageDataSet judge,
            @Nullable MultiLayerNetwork pretrained,
            int seedIndex) {
        long seed = options.seed() + seedIndex;
        MultiLayerNetwork network = tuning.network(widthArray(), train, seed, layers());
        if (pretrained != null) {
            for (int i = 0; i < widths.size(); i++) {
                network.getLayer(i).setParams(pretrained.getLayer(i).params());
            }
        }
        tuning.fit(network, train, seed);
        return network.evaluate(judge.iterator(500)).accuracy();
    }

    private MultiLayerNetwork pretrain(ImageDataSet images, long seed) {
        MultiLayerNetwork network = candidates(100).get(0).network(widthArray(), images, seed, layers());
        int updates = pretrainEpochs * ((images.examples() + 99) / 100);
        GreedyPretrainer.builder()
                .epochs(pretrainEpochs)
                .updater(new Sgd(FineTuning.falling(pretrainRate, updates)))
                .build()
                .pretrain(network, images.withoutLabels().shuffledIterator(100, seed));
        return network;
    }

    /** Sparse features: hidden units start far below one half, and the plain gradient leaves them there. */
    private RbmLayer.Builder[] layers() {
        return widths.stream()
                .map(width -> new RbmLayer.Builder()
                        .negativePhase(ContrastiveDivergence.of(1))
                        .centering(Centering.NONE)
                        .biasInit(-4)
                        .l2(2e-4))
                .toArray(RbmLayer.Builder[]::new);
    }

    private int[] widthArray() {
        return widths.stream().mapToInt(Integer::intValue).toArray();
    }

    private String joined() {
        return String.join("-", widths.stream().map(String::valueOf).toList());
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
