package org.boltzmann4j.examples;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.plot.AnimatedGif;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.sampler.Generated;
import org.boltzmann4j.sampler.Generation;
import org.boltzmann4j.sampler.Inference;
import org.boltzmann4j.sampler.MeanField;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** New digits out of white noise: by Gibbs sampling, tempering and mean field, as a film, and by a deep belief network. */
@Command(
        name = "digit-generation",
        sortOptions = false,
        description =
                "Trains two RBMs, one on the other, on images of digits and lets them dream: a film of three ways to"
                        + " get from white noise to digits, and pictures of where they lead.%n")
public final class DigitGeneration implements Callable<Integer> {

    private static final int MILLISECONDS = 120;
    private static final int STARTS = 20;
    private static final int STARTS_ACROSS = 4;
    private static final int SHOWN_LONGER = 10;
    private static final int JUDGED = 1000;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
    private int hidden = 500;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "10",
            description = "For each of both layers. Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--frames",
            paramLabel = "N",
            defaultValue = "60",
            description = "Sweeps that the film shows. Default: ${DEFAULT-VALUE}.")
    private int frames = 60;

    @Option(
            names = "--sweeps",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Sweeps that lead to the pictures. Default: ${DEFAULT-VALUE}.")
    private int sweeps = 2000;

    @Option(
            names = "--rungs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rungs of tempering. Default: ${DEFAULT-VALUE}.")
    private int rungs = 8;

    private final PrintStream console = System.out;

    /**
     * Runs the example.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        int code = ExampleOptions.run(new DigitGeneration(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        ExampleOptions.requireAtLeast(1, hidden, "--hidden");
        ExampleOptions.requireAtLeast(1, epochs, "--epochs");
        ExampleOptions.requireAtLeast(1, frames, "--frames");
        ExampleOptions.requireAtLeast(1, sweeps, "--sweeps");
        ExampleOptions.requireAtLeast(2, rungs, "--rungs");
        long start = System.nanoTime();
        Path out = options.writableOut("digit-generation");
        ExampleData data = ExampleData.load(options);
        ImageDataSet train = data.train();
        say(
                "Data: %s; %,d images for training, grey values sampled at every presentation",
                data.origin(), train.examples());
        MultiLayerNetwork network = Pretraining.ofEpochs(epochs).train(List.of(hidden, hidden), train, options.seed());
        double trainingSeconds = secondsSince(start);
        say("RBMs %d-%d-%d, PCD-1, %d epochs each: %.0f s", train.features(), hidden, hidden, epochs, trainingSeconds);
        Rbm rbm = RbmLayer.modelOf(network, 0);
        Map<String, Inference> methods = DigitInference.methods(rbm, train.featureMatrix(), rungs);
        INDArray noise = noise(rbm.visibleWidth());
        ImageGrid images = ImageGrid.images(train.rows(), train.columns());

        film(out.resolve("digits.gif"), images.withTilesAcross(STARTS_ACROSS), rbm, methods, noise);

        say("%nMean free energy F(v) in nats after %,d sweeps from white noise; lower is likelier", sweeps);
        Map<String, Object> energies = new LinkedHashMap<>();
        List<INDArray> pictures = new ArrayList<>();
        for (Map.Entry<String, Inference> method : methods.entrySet()) {
            Generated generated = generation(RbmStack.of(rbm), method.getValue())
                    .startingAt(noise)
                    .withThinning(sweeps)
                    .draw(1);
            pictures.add(generated.means());
            report(energies, method.getKey(), rbm, generated.samples());
            if (generated.swaps() != null) {
                say("  %s", generated.swaps().summary());
            }
            if (generated.meanField() != null) {
                say("  %s", generated.meanField());
            }
        }
        INDArray test =
                data.test().range(0, Math.min(JUDGED, data.test().examples())).featureMatrix();
        report(
                energies,
                "test images",
                rbm,
                GreyValues.SAMPLED.presentOnce(
                        rbm.visible(), test, RandomStreams.of(options.seed()).split("test")));
        report(energies, "white noise", rbm, noise);
        images.withTilesAcross(STARTS_ACROSS).write(out.resolve("digits-rbm.png"), pictures.toArray(INDArray[]::new));
        INDArray deep = generation(RbmLayer.stackOf(network), Inference.gibbs())
                .withChains(5 * STARTS)
                .withThinning(sweeps)
                .draw(1)
                .means();
        images.write(out.resolve("digits-dbn.png"), deep);

        say("%nIn %s", out);
        say("  digits.gif       %d sweeps from white noise, each start three times: %s", frames, methods.keySet());
        say("  digits-rbm.png   the same starts after %,d sweeps", sweeps);
        say("  digits-dbn.png   by both layers as a deep belief network, Gibbs sampling in the upper one");
        Result.of("digit-generation", options.seed())
                .with("hidden", hidden)
                .with("epochs", epochs)
                .with("sweeps", sweeps)
                .with("rungs", rungs)
                .with("trainingSeconds", Math.round(trainingSeconds))
                .with("meanFreeEnergy", energies)
                .with("seconds", Math.round(secondsSince(start)))
                .print(console);
        return 0;
    }

    private Generation generation(RbmStack model, Inference method) {
        return Generation.of(model)
                .withMethod(method)
                .withChains(STARTS)
                .withBurnIn(0)
                .withSeed(options.seed());
    }

    /** Coin tosses, the same start for all methods. */
    private INDArray noise(int pixels) {
        RandomStreams streams = RandomStreams.of(options.seed()).split("noise");
        float[][] noise = new float[STARTS][pixels];
        for (int row = 0; row < STARTS; row++) {
            SplittableRandom random = streams.random(0, row);
            for (int i = 0; i < pixels; i++) {
                noise[row][i] = random.nextInt(2);
            }
        }
        return Nd4j.createFromArray(noise);
    }

    /** A frame for each sweep, the first and the last one longer. */
    private void film(Path file, ImageGrid images, Rbm rbm, Map<String, Inference> methods, INDArray noise)
            throws IOException {
        List<List<INDArray>> states = new ArrayList<>();
        for (Inference method : methods.values()) {
            states.add(method instanceof MeanField field ? iterations(rbm, field, noise) : sweeps(rbm, method, noise));
        }
        BufferedImage[] pictures = new BufferedImage[frames];
        Arrays.setAll(
                pictures,
                frame -> images.render(
                        states.stream().map(list -> list.get(frame)).toArray(INDArray[]::new)));
        List<BufferedImage> shown = new ArrayList<>();
        BufferedImage first = images.render(noise, noise, noise);
        for (int i = 0; i < SHOWN_LONGER; i++) {
            shown.add(first);
        }
        shown.addAll(Arrays.asList(pictures));
        for (int i = 0; i < SHOWN_LONGER; i++) {
            shown.add(pictures[frames - 1]);
        }
        AnimatedGif.write(file, shown, MILLISECONDS);
    }

    private List<INDArray> sweeps(Rbm rbm, Inference method, INDArray noise) {
        INDArray means = generation(RbmStack.of(rbm), method)
                .startingAt(noise)
                .withThinning(1)
                .draw(frames)
                .means();
        List<INDArray> result = new ArrayList<>();
        for (int frame = 0; frame < frames; frame++) {
            result.add(
                    means.get(NDArrayIndex.interval((long) frame * STARTS, (frame + 1L) * STARTS), NDArrayIndex.all()));
        }
        return result;
    }

    /** Mean field one iteration at a time: it goes on where it was. */
    private List<INDArray> iterations(Rbm rbm, MeanField field, INDArray noise) {
        List<INDArray> result = new ArrayList<>();
        INDArray means = noise;
        for (int frame = 0; frame < frames; frame++) {
            means = generation(RbmStack.of(rbm), field.until(field.tolerance(), 1))
                    .startingAt(means)
                    .draw(1)
                    .means();
            result.add(means);
        }
        return result;
    }

    private void report(Map<String, Object> energies, String name, Rbm rbm, INDArray v) {
        double energy = Arrays.stream(rbm.freeEnergy(v)).average().orElseThrow();
        say("%-14s %9.1f", name, energy);
        energies.put(name, Math.round(energy * 10) / 10.0);
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String format, Object... values) {
        console.println(String.format(Locale.ROOT, format, values));
        console.flush();
    }
}
