package org.boltzmann4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.plot.ImageGrid;
import org.boltzmann4j.plot.LearningCurves;
import org.boltzmann4j.sampler.ClassGaussians;
import org.boltzmann4j.sampler.Langevin;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pictures of a joint energy model. */
final class JemPictures {

    private static final int PER_CLASS = 10;
    private static final int START_IMAGES = 4000;
    private static final int BARS = 100;

    private final Path directory;

    JemPictures(Path directory) {
        this.directory = directory;
    }

    /**
     * Draws samples of {@code p(x | y)}, a row for each class.
     *
     * @param sampler of the chains
     * @param judge another classifier
     * @param train for the starts of the chains
     * @return the share of samples in which the judge sees their class
     */
    double samples(
            JointEnergyModel joint,
            Langevin sampler,
            JointEnergyModel judge,
            PixelScale scale,
            ImageDataSet train,
            long seed)
            throws IOException {
        ImageDataSet some = train.range(0, Math.min(train.examples(), START_IMAGES));
        int[] wanted = IntStream.range(0, PER_CLASS * train.classes())
                .map(i -> i / PER_CLASS)
                .toArray();
        INDArray samples = joint.sample(
                wanted.length,
                new long[] {train.features()},
                sampler,
                ClassGaussians.fit(
                        scale.of(some),
                        PixelScale.labels(some),
                        train.classes(),
                        JemDigits.EXAMPLES_PER_CLASS,
                        scale.box()),
                wanted,
                RandomStreams.of(seed).split("samples"));
        ImageGrid.images(train.rows(), train.columns())
                .withTilesAcross(PER_CLASS)
                .write(directory.resolve("samples.png"), scale.grey(samples));
        return Calibration.of(judge.logProbabilities(samples), wanted).accuracy();
    }

    /** Draws the reliability diagram: accuracy against confidence. */
    void reliability(Map<String, Calibration> figures) throws IOException {
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
        diagram.withCurve("perfect", new double[] {0, 1}, new double[] {0, 1})
                .write(directory.resolve("reliability.png"));
    }

    /** Draws histograms of the energy {@code -log p(x)} up to a constant, each with an area of 1. */
    void energies(JointEnergyModel joint, INDArray test, Map<String, INDArray> unusual) throws IOException {
        Map<String, double[]> sets = new LinkedHashMap<>();
        sets.put("test images", energies(joint, test));
        unusual.forEach((name, x) -> sets.put(name, energies(joint, x)));
        double low =
                sets.values().stream().flatMapToDouble(Arrays::stream).min().orElse(0);
        double high =
                sets.values().stream().flatMapToDouble(Arrays::stream).max().orElse(1);
        double width = Math.max(high - low, Double.MIN_NORMAL) / BARS;
        double[] middles = IntStream.range(0, BARS)
                .mapToDouble(b -> low + (b + 0.5) * width)
                .toArray();
        LearningCurves picture = LearningCurves.of("Energies", "energy in nats, up to a constant", "density");
        for (Map.Entry<String, double[]> set : sets.entrySet()) {
            double[] density = new double[BARS];
            for (double energy : set.getValue()) {
                int bar = Math.min(BARS - 1, (int) ((energy - low) / width));
                density[bar] += 1 / (width * set.getValue().length);
            }
            picture = picture.withCurve(set.getKey(), middles, density);
        }
        picture.write(directory.resolve("energies.png"));
    }

    private static double[] energies(JointEnergyModel joint, INDArray x) {
        return Arrays.stream(joint.logDensity(x)).map(height -> -height).toArray();
    }
}
