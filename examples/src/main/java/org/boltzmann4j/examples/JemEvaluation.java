package org.boltzmann4j.examples;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.dl4j.ProjectedGradient;
import org.boltzmann4j.dl4j.ProjectedGradient.Norm;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.estimate.OutlierDetection;
import org.boltzmann4j.estimate.TemperatureScaling;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares a joint energy model with its plain twin and prints the tables. Figures come back for programs to read. */
final class JemEvaluation {

    private static final int ATTACK_STEPS = 40;

    /** In grey values from 0 to 1, the usual radii for MNIST (Madry et al. 2018 use 0.3 for networks trained on attacks). */
    private static final Map<Norm, List<Double>> RADII =
            Map.of(Norm.LINF, List.of(0.05, 0.1), Norm.L2, List.of(0.5, 1.0));

    private static final Map<String, Function<JointEnergyModel, Function<INDArray, double[]>>> SCORES = scores();

    private final Map<String, JointEnergyModel> arms = new LinkedHashMap<>();
    private final PixelScale scale;
    private final ImageDataSet validation;
    private final ImageDataSet test;
    private final long seed;
    private final PrintStream console;

    /**
     * Looks at two networks.
     *
     * @param twin trained on labels alone
     * @param joint trained jointly
     * @param validation for the temperatures
     * @param test for everything else
     */
    JemEvaluation(
            JointEnergyModel twin,
            JointEnergyModel joint,
            PixelScale scale,
            ImageDataSet validation,
            ImageDataSet test,
            long seed,
            PrintStream console) {
        arms.put("plain", twin);
        arms.put("joint", joint);
        this.scale = scale;
        this.validation = validation;
        this.test = test;
        this.seed = seed;
        this.console = console;
    }

    private static Map<String, Function<JointEnergyModel, Function<INDArray, double[]>>> scores() {
        Map<String, Function<JointEnergyModel, Function<INDArray, double[]>>> scores = new LinkedHashMap<>();
        scores.put("log p(x)", model -> model::logDensity);
        scores.put("max p(y|x)", model -> model::maxLogProbability);
        scores.put("approximate mass", model -> model::approximateMass);
        return scores;
    }

    /** Accuracy and calibration of both networks, as they are and after temperature scaling, by name. */
    Map<String, Calibration> calibration() {
        int[] labels = PixelScale.labels(test);
        int[] heldLabels = PixelScale.labels(validation);
        Map<String, Calibration> figures = new LinkedHashMap<>();
        arms.forEach((name, model) -> {
            INDArray held = model.logProbabilities(scale.of(validation));
            TemperatureScaling scaling = TemperatureScaling.fit(held, heldLabels);
            INDArray tested = model.logProbabilities(scale.of(test));
            figures.put(name, Calibration.of(tested, labels));
            figures.put(name + ", scaled", Calibration.of(scaling.apply(tested), labels));
            double accuracy = Calibration.of(held, heldLabels).accuracy();
            say(
                    "The %s network on %,d images held out: accuracy %.2f %%, temperature %.2f",
                    name, heldLabels.length, 100 * accuracy, scaling.temperature());
        });
        say("%n%-28s%10s%8s%8s%8s%10s", "", "accuracy", "NLL", "Brier", "ECE", "adaptive");
        figures.forEach((name, c) -> say(
                "%-28s%9.2f%%%8.4f%8.4f%8.4f%10.4f",
                name,
                100 * c.accuracy(),
                c.negativeLogLikelihood(),
                c.brierScore(),
                c.calibrationError(),
                c.adaptiveCalibrationError()));
        return figures;
    }

    /** {@code [area under the curve, false positives]} by set, network and score. */
    Map<String, Object> detection(Map<String, INDArray> unusual) {
        say("%nTest images against others: AUROC (false positives at 95 %%)");
        say(
                "%20s%s",
                "",
                String.format(
                        Locale.ROOT,
                        "%18s".repeat(SCORES.size()),
                        SCORES.keySet().toArray()));
        Map<String, Object> figures = new LinkedHashMap<>();
        INDArray usual = scale.of(test);
        unusual.forEach((set, x) -> arms.forEach((name, model) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-12s%-8s", set, name));
            Map<String, Object> found = new LinkedHashMap<>();
            SCORES.forEach((score, of) -> {
                Function<INDArray, double[]> values = of.apply(model);
                OutlierDetection figure = OutlierDetection.of(values.apply(usual), values.apply(x));
                line.append(String.format(Locale.ROOT, "%9.4f (%6.4f)", figure.auroc(), figure.falsePositiveRate()));
                found.put(score, List.of(rounded(figure.auroc()), rounded(figure.falsePositiveRate())));
            });
            say("%s", line);
            figures.put(set + ", " + name, found);
        }));
        return figures;
    }

    /** Accuracy on the first images under attack, by its own gradients and on what was made against the other network. */
    Map<String, Object> attacks(int images) {
        ImageDataSet some = test.range(0, Math.min(images, test.examples()));
        INDArray x = scale.of(some);
        int[] labels = PixelScale.labels(some);
        double width = scale.box().upper() - scale.box().lower();
        say("%nAccuracy on %,d images under attack, %d steps of projected gradient", labels.length, ATTACK_STEPS);
        say("%-16s%-8s%14s%14s", "", "", "own gradient", "the other's");
        Map<String, Object> figures = new LinkedHashMap<>();
        for (Norm norm : Norm.values()) {
            for (double radius : Objects.requireNonNull(RADII.get(norm), "radii")) {
                ProjectedGradient attack = ProjectedGradient.of(norm, radius * width, ATTACK_STEPS, scale.box());
                Map<String, INDArray> made = new LinkedHashMap<>();
                RandomStreams streams = RandomStreams.of(seed).split("attack");
                arms.forEach((name, model) -> made.put(name, attack.attack(model, x, labels, streams)));
                arms.forEach((name, model) -> {
                    Map<String, Double> accuracy = new LinkedHashMap<>();
                    made.forEach((maker, changed) -> accuracy.put(
                            maker,
                            rounded(Calibration.of(model.logProbabilities(changed), labels)
                                    .accuracy())));
                    String attacked = norm + " " + radius;
                    String other = name.equals("plain") ? "joint" : "plain";
                    say(
                            "%-16s%-8s%13.1f%%%13.1f%%",
                            attacked,
                            name,
                            100 * Objects.requireNonNull(accuracy.get(name)),
                            100 * Objects.requireNonNull(accuracy.get(other)));
                    figures.put(attacked + ", " + name, accuracy);
                });
            }
        }
        return figures;
    }

    static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    static Map<String, Object> figures(Calibration measured) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("accuracy", rounded(measured.accuracy()));
        map.put("nll", rounded(measured.negativeLogLikelihood()));
        map.put("brier", rounded(measured.brierScore()));
        map.put("ece", rounded(measured.calibrationError()));
        map.put("adaptiveEce", rounded(measured.adaptiveCalibrationError()));
        return map;
    }

    private void say(String format, Object... arguments) {
        console.println(String.format(Locale.ROOT, format, arguments));
        console.flush();
    }
}
