package org.boltzmann4j.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.boltzmann4j.exact.ReferenceModel.directory;
import static org.boltzmann4j.exact.ReferenceModel.files;
import static org.boltzmann4j.exact.ReferenceModel.matrix;
import static org.boltzmann4j.exact.ReferenceModel.unit;
import static org.boltzmann4j.exact.ReferenceModel.vector;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.Statistics;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Compares the model with values made by another program that enumerated every state in float64.
 *
 * <p>Reads every file of the directory in the system property {@code boltzmann4j.reference}. Double precision must agree
 * within 1e-9, far above the rounding of a few hundred additions and far below any wrong term. Float must agree within
 * 1e-5 of the value or of 1: about a hundred roundings of 6e-8.
 */
class ReferenceTest {

    private static final double DOUBLE_TOLERANCE = 1e-9;
    private static final double FLOAT_TOLERANCE = 1e-5;

    /** Enumerating more states than this would take minutes. */
    private static final int MOST_UNITS = 16;

    /** What a file of a supported model may hold: a field that is not here would go unchecked, so it fails the test. */
    private static final Set<String> FIELDS = Set.of(
            "name",
            "nVisible",
            "nHidden",
            "W",
            "visibleBias",
            "hiddenBias",
            "visible",
            "hidden",
            "sigma",
            "groupSize",
            "copies",
            "parts",
            "documentLength",
            "energyConvention",
            "v",
            "h",
            "energy",
            "freeEnergy",
            "hiddenMeanGivenV",
            "visibleMeanGivenH",
            "wordProbabilityGivenH",
            "logPartition",
            "logPartitionAtBeta",
            "logLikelihood",
            "logProbabilityOfCounts",
            "logPseudoLikelihood",
            "modelMoments",
            "modelMean",
            "meanLogLikelihoodGradient",
            "conditional",
            "improperExample");

    private static final Set<String> GRADIENTS = Set.of("W", "visibleBias", "hiddenBias", "logSigmaSquared");

    private static final Set<String> VISIBLE =
            Set.of("BERNOULLI", "BINOMIAL", "GAUSSIAN", "SOFTMAX", "REPLICATED_SOFTMAX", "POISSON", "MIXED");
    private static final Set<String> HIDDEN = Set.of("BERNOULLI", "BINOMIAL", "SOFTMAX", "GAUSSIAN");

    @Test
    void thereAreReferenceFilesWithBinaryAndGaussianVisibleUnits() throws IOException {
        List<String> kinds = new ArrayList<>();
        for (File file : files()) {
            kinds.add(new ObjectMapper().readTree(file).path("visible").asText());
        }
        assertThat(kinds).as("visible units in %s", directory()).contains("BERNOULLI", "GAUSSIAN");
    }

    @Test
    void everyKindOfUnitWithFiniteSumsHasAFileOfItsOwnAmongTheResources() throws IOException {
        List<String> pairs = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/reference"))) {
            for (Path file : files.toList()) {
                JsonNode root = new ObjectMapper().readTree(file.toFile());
                pairs.add(
                        root.get("visible").asText() + "-" + root.get("hidden").asText());
            }
        }
        assertThat(pairs)
                .containsExactlyInAnyOrder(
                        "BERNOULLI-BERNOULLI",
                        "GAUSSIAN-BERNOULLI",
                        "GAUSSIAN-GAUSSIAN",
                        "SOFTMAX-BERNOULLI",
                        "REPLICATED_SOFTMAX-BERNOULLI",
                        "BERNOULLI-BINOMIAL",
                        "POISSON-BERNOULLI",
                        "MIXED-BERNOULLI");
    }

    @TestFactory
    Stream<DynamicTest> theModelAgreesWithTheReference() throws IOException {
        return files().stream().flatMap(file -> Stream.of(DataType.DOUBLE, DataType.FLOAT)
                .map(type -> dynamicTest(file.getName() + " in " + type, () -> {
                    JsonNode root = new ObjectMapper().readTree(file);
                    if (!isSupported(root)) {
                        System.out.println("reference " + file.getName() + ": SKIPPED, units not supported yet");
                        abort(file.getName() + ": units not supported yet");
                    }
                    check(file.getName(), root, type);
                })));
    }

    @Test
    void aWrongValueInAFileIsNoticed() throws IOException {
        for (File file : files()) {
            JsonNode root = new ObjectMapper().readTree(file);
            if (isSupported(root)) {
                ((ObjectNode) root).put("logPartition", root.get("logPartition").asDouble() + 1e-6);
                assertThatThrownBy(() -> check("spoilt copy of " + file.getName(), root, DataType.DOUBLE))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("logPartition");
            }
        }
    }

    private static boolean isSupported(JsonNode root) {
        return HIDDEN.contains(root.path("hidden").asText())
                && VISIBLE.contains(root.path("visible").asText())
                && root.has("W");
    }

    /** The states of one unit or group, or none where they are not finitely many. */
    private static double[][] statesOf(Unit unit, int width, double documentLength) {
        if (unit instanceof Softmax softmax) {
            int size = softmax.groupSize();
            int groups = width / size;
            double[][] choices = unitVectors(size);
            double[][] states = new double[(int) Math.pow(size, groups)][width];
            for (int s = 0; s < states.length; s++) {
                for (int group = 0, rest = s; group < groups; group++, rest /= size) {
                    System.arraycopy(choices[rest % size], 0, states[s], group * size, size);
                }
            }
            return states;
        }
        int most = unit instanceof Bernoulli
                ? 1
                : unit instanceof Binomial binomial
                        ? binomial.copies()
                        : unit instanceof ReplicatedSoftmax ? (int) documentLength : 0;
        double count = Math.pow(most + 1, width);
        if (most == 0 || count > 1 << MOST_UNITS) {
            return new double[0][];
        }
        double[][] states = new double[(int) count][width];
        for (int s = 0; s < states.length; s++) {
            for (int i = 0, rest = s; i < width; i++, rest /= most + 1) {
                states[s][i] = rest % (most + 1);
            }
        }
        return unit instanceof ReplicatedSoftmax
                ? Arrays.stream(states)
                        .filter(counts -> Arrays.stream(counts).sum() == documentLength)
                        .toArray(double[][]::new)
                : states;
    }

    private static double[][] unitVectors(int size) {
        double[][] result = new double[size][size];
        for (int i = 0; i < size; i++) {
            result[i][i] = 1;
        }
        return result;
    }

    private static void check(String file, JsonNode root, DataType type) {
        root.fieldNames()
                .forEachRemaining(
                        field -> assertThat(FIELDS).as("fields of %s", file).contains(field));
        root.path("meanLogLikelihoodGradient").fieldNames().forEachRemaining(field -> assertThat(GRADIENTS)
                .as("gradients of %s", file)
                .contains(field));
        Errors errors = new Errors(type == DataType.DOUBLE ? DOUBLE_TOLERANCE : FLOAT_TOLERANCE);
        Unit visible = unit(root.get("visible").asText(), root);
        Unit hidden = unit(root.get("hidden").asText(), root);
        INDArray weights = Nd4j.createFromArray(matrix(root.get("W"))).castTo(type);
        INDArray visibleBias =
                Nd4j.createFromArray(vector(root.get("visibleBias"))).castTo(type);
        INDArray hiddenBias =
                Nd4j.createFromArray(vector(root.get("hiddenBias"))).castTo(type);
        Rbm rbm = Rbm.of(visible, hidden, weights, visibleBias, hiddenBias);
        INDArray v = Nd4j.createFromArray(matrix(root.get("v"))).castTo(type);

        double[] freeEnergy = rbm.freeEnergy(v);
        errors.vector("freeEnergy", root.get("freeEnergy"), freeEnergy);
        errors.matrix("hiddenMeanGivenV", root.get("hiddenMeanGivenV"), rbm.meanHiddenGivenVisible(v));
        if (root.has("h")) {
            INDArray h = Nd4j.createFromArray(matrix(root.get("h"))).castTo(type);
            if (root.has("energy")) {
                errors.vector("energy", root.get("energy"), rbm.energy(v, h));
            }
            for (String name : List.of("visibleMeanGivenH", "wordProbabilityGivenH")) {
                if (root.has(name)) {
                    errors.matrix(name, root.get(name), rbm.meanVisibleGivenHidden(h));
                }
            }
        }

        Moments model = hidden instanceof Gaussian
                ? quadraticMoments(rbm)
                : enumeratedMoments(file, rbm, root.path("documentLength").asDouble(1), type);
        double logPartition = model.logPartition;
        errors.scalar("logPartition", root.get("logPartition"), logPartition);
        double[][] visibleStates = statesOf(
                visible, rbm.visibleWidth(), root.path("documentLength").asDouble(1));
        if (visibleStates.length > 0 && visibleStates.length <= 1 << MOST_UNITS) {
            errors.scalar("logPartition", root.get("logPartition"), logSumOverVisible(rbm, visibleStates, 1, type));
        }
        double[] logLikelihood =
                Arrays.stream(freeEnergy).map(f -> -f - logPartition).toArray();
        if (root.has("logLikelihood")) {
            errors.vector("logLikelihood", root.get("logLikelihood"), logLikelihood);
        }
        if (root.has("logProbabilityOfCounts")) {
            double[] base = rbm.logBaseMeasure(v);
            double[] actual = logLikelihood.clone();
            Arrays.setAll(actual, i -> logLikelihood[i] + base[i]);
            errors.vector("logProbabilityOfCounts", root.get("logProbabilityOfCounts"), actual);
        }
        if (root.has("modelMoments")) {
            JsonNode moments = root.get("modelMoments");
            errors.matrix("modelMoments.W", moments.get("W"), model.products);
            errors.vector("modelMoments.visibleBias", moments.get("visibleBias"), flat(model.visible));
            errors.vector("modelMoments.hiddenBias", moments.get("hiddenBias"), flat(model.hidden));
        }
        if (root.has("modelMean")) {
            errors.vector("modelMean", root.get("modelMean"), flat(model.visible));
        }
        checkGradient(root.get("meanLogLikelihoodGradient"), errors, rbm, v, model);

        if (root.has("logPartitionAtBeta")) {
            INDArray states =
                    Nd4j.createFromArray(statesOf(hidden, rbm.hiddenWidth(), 1)).castTo(type);
            root.get("logPartitionAtBeta").fields().forEachRemaining(entry -> {
                double beta = Double.parseDouble(entry.getKey());
                double[] logs = negated(rbm.hiddenFreeEnergy(states, Conditions.at(beta)));
                errors.scalar(
                        "logPartitionAtBeta",
                        entry.getValue(),
                        StableFunctions.logSumExp(plus(logs, baseMeasures(hidden, states, beta))));
                if (visibleStates.length > 0) {
                    errors.scalar(
                            "logPartitionAtBeta", entry.getValue(), logSumOverVisible(rbm, visibleStates, beta, type));
                }
            });
        }
        if (root.has("logPseudoLikelihood")) {
            errors.vector("logPseudoLikelihood", root.get("logPseudoLikelihood"), pseudoLogLikelihood(rbm, v));
        }
        if (root.has("conditional") && rbm.visibleWidth() <= MOST_UNITS) {
            JsonNode conditional = root.get("conditional");
            errors.vector(
                    "conditional.meanOfAllGivenKnown",
                    conditional.get("meanOfAllGivenKnown"),
                    conditionalMean(rbm, vector(conditional.get("knownIndices")), vector(conditional.get("x")), type));
        }
        if (root.has("improperExample")) {
            INDArray improper = Nd4j.createFromArray(
                            matrix(root.get("improperExample").get("W")))
                    .castTo(type);
            assertThatThrownBy(() -> Rbm.of(visible, hidden, improper, visibleBias, hiddenBias))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no finite integral");
        }
        boolean yardstickKnowsIt =
                hidden instanceof Bernoulli && (visible instanceof Bernoulli || visible instanceof Gaussian);
        if (type == DataType.DOUBLE && yardstickKnowsIt) {
            checkTheYardstick(root, errors, visible instanceof Gaussian);
        }
        errors.report(file, type);
    }

    /**
     * What the model's side of the gradient needs, in the units' own values.
     *
     * @param products {@code <v_i n h_j>}, with n = 1
     * @param visible {@code <v_i>}, a row
     * @param hidden {@code <h_j>}, a row; with documents of N words N times it
     * @param logVariances the model's side of the gradient by log s^2, for Gaussian units
     */
    @SuppressWarnings("ArrayRecordComponent") // read element by element, and never compared as a whole
    private record Moments(
            double logPartition, INDArray products, INDArray visible, INDArray hidden, double[] logVariances) {}

    private static Moments enumeratedMoments(String file, Rbm rbm, double documentLength, DataType type) {
        double[][] all = statesOf(rbm.hidden(), rbm.hiddenWidth(), 1);
        assertThat(all.length).as("%s: hidden states to enumerate", file).isBetween(2, 1 << MOST_UNITS);
        INDArray states = Nd4j.createFromArray(all).castTo(type);
        Conditions at = Conditions.PLAIN.withDocumentLength(documentLength);
        double[] logWeights = plus(negated(rbm.hiddenFreeEnergy(states, at)), baseMeasures(rbm.hidden(), states, 1));
        double logPartition = StableFunctions.logSumExp(logWeights);
        INDArray probabilities = probabilities(logWeights, logPartition);
        double[] lengths = new double[rbm.visible().countsWords() ? all.length : 0];
        Arrays.fill(lengths, documentLength);
        INDArray modelVisible = rbm.meanVisibleGivenHidden(states, lengths).castTo(DataType.DOUBLE);
        INDArray weighted = states.castTo(DataType.DOUBLE).mulColumnVector(probabilities);
        // v | h is Gaussian with mean m and variance s^2: <(v - b)^2> = (m - b)^2 + s^2, and Wh = (m - b) / s.
        double[] logVariances = new double[rbm.visibleWidth()];
        for (int i = 0; i < logVariances.length; i++) {
            double s = rbm.visible().scale(i);
            double b = rbm.visibleBias().getDouble(i);
            for (int state = 0; state < all.length; state++) {
                double m = modelVisible.getDouble(state, i);
                double x = (m - b) / s;
                logVariances[i] += probabilities.getDouble(state, 0) * ((x * x + 1) / 2 - m / (2 * s) * x);
            }
        }
        return new Moments(
                logPartition,
                modelVisible.transpose().mmul(weighted),
                probabilities.transpose().mmul(modelVisible),
                weighted.sum(true, 0).mul(rbm.visible().countsWords() ? documentLength : 1),
                logVariances);
    }

    /**
     * For Gaussian units in both layers: {@code F(v) = F(0) + g.v + v'Av/2} exactly, so differences of the model's own free
     * energies give A and g, and with them {@code log Z = -F(0) + g'A^-1 g/2 + (D log(2 pi) - log det A)/2}, mean
     * {@code -A^-1 g} and covariance {@code A^-1} of v; of h the conditional mean is linear in v.
     */
    private static Moments quadraticMoments(Rbm rbm) {
        int width = rbm.visibleWidth();
        double[][] unit = unitVectors(width);
        double atZero = freeEnergyAt(rbm, new double[width]);
        double[] gradient = new double[width];
        double[][] curvature = new double[width][width];
        for (int i = 0; i < width; i++) {
            double up = freeEnergyAt(rbm, unit[i]);
            double down = freeEnergyAt(rbm, Arrays.stream(unit[i]).map(x -> -x).toArray());
            gradient[i] = (up - down) / 2;
            curvature[i][i] = up + down - 2 * atZero;
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                double both = freeEnergyAt(rbm, plus(unit[i], unit[j]));
                curvature[i][j] = both - atZero - gradient[i] - gradient[j] - (curvature[i][i] + curvature[j][j]) / 2;
                curvature[j][i] = curvature[i][j];
            }
        }
        double[][] lower = new double[width][width]; // Cholesky
        double logDeterminant = 0;
        for (int i = 0; i < width; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = curvature[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
            }
            logDeterminant += 2 * Math.log(lower[i][i]);
        }
        double[][] covariance = new double[width][];
        Arrays.setAll(covariance, i -> solved(lower, unit[i]));
        double[] mean = Arrays.stream(solved(lower, gradient)).map(x -> -x).toArray();
        double logPartition = -atZero + (width * Math.log(2 * Math.PI) - logDeterminant) / 2;
        for (int i = 0; i < width; i++) {
            logPartition -= gradient[i] * mean[i] / 2;
        }
        INDArray column = Nd4j.createFromArray(mean).reshape(width, 1);
        INDArray atMean = rbm.meanHiddenGivenVisible(column.transpose()).castTo(DataType.DOUBLE);
        INDArray slopes = rbm.meanHiddenGivenVisible(Nd4j.createFromArray(unit))
                .castTo(DataType.DOUBLE)
                .subRowVector(rbm.meanHiddenGivenVisible(Nd4j.zeros(DataType.DOUBLE, 1, width))
                        .castTo(DataType.DOUBLE));
        INDArray products = Nd4j.createFromArray(covariance).mmul(slopes).add(column.mmul(atMean));
        return new Moments(logPartition, products, column.transpose(), atMean, new double[0]);
    }

    private static double freeEnergyAt(Rbm rbm, double[] v) {
        return rbm.freeEnergy(Nd4j.createFromArray(new double[][] {v}))[0];
    }

    /** Solves {@code L L' x = y}. */
    private static double[] solved(double[][] lower, double[] y) {
        double[] x = y.clone();
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= lower[i][k] * x[k];
            }
            x[i] /= lower[i][i];
        }
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= lower[k][i] * x[k];
            }
            x[i] /= lower[i][i];
        }
        return x;
    }

    private static void checkGradient(JsonNode gradient, Errors errors, Rbm rbm, INDArray v, Moments model) {
        INDArray visibleScales = Nd4j.createFromArray(rbm.visible().scales(rbm.visibleWidth()));
        INDArray hiddenScales = Nd4j.createFromArray(rbm.hidden().scales(rbm.hiddenWidth()));
        INDArray dataVisible = v.castTo(DataType.DOUBLE);
        INDArray dataHidden = rbm.meanHiddenGivenVisible(v).castTo(DataType.DOUBLE);
        errors.matrix(
                "meanLogLikelihoodGradient.W",
                gradient.get("W"),
                dataVisible
                        .transpose()
                        .mmul(dataHidden)
                        .div(v.size(0))
                        .sub(model.products)
                        .divColumnVector(visibleScales.reshape(rbm.visibleWidth(), 1))
                        .divRowVector(hiddenScales.reshape(1, rbm.hiddenWidth())));
        errors.vector(
                "meanLogLikelihoodGradient.visibleBias",
                gradient.get("visibleBias"),
                flat(dataVisible
                        .mean(true, 0)
                        .sub(model.visible)
                        .div(visibleScales.mul(visibleScales).reshape(1, rbm.visibleWidth()))));
        double[] lengths = rbm.documentLengths(v);
        INDArray counted = lengths.length == 0
                ? dataHidden
                : dataHidden.mulColumnVector(Nd4j.createFromArray(lengths).reshape(lengths.length, 1));
        errors.vector(
                "meanLogLikelihoodGradient.hiddenBias",
                gradient.get("hiddenBias"),
                flat(counted.mean(true, 0)
                        .sub(model.hidden)
                        .div(hiddenScales.mul(hiddenScales).reshape(1, rbm.hiddenWidth()))));
        if (gradient.has("logSigmaSquared")) {
            double[] actual = new double[rbm.visibleWidth()];
            INDArray means = rbm.meanVisibleGivenHidden(dataHidden).castTo(DataType.DOUBLE); // b + s Wh
            for (int i = 0; i < actual.length; i++) {
                double s = rbm.visible().scale(i);
                double b = rbm.visibleBias().getDouble(i);
                for (int row = 0; row < v.size(0); row++) {
                    double distance = (dataVisible.getDouble(row, i) - b) / s;
                    double input = (means.getDouble(row, i) - b) / s;
                    actual[i] +=
                            (distance * distance / 2 - dataVisible.getDouble(row, i) / (2 * s) * input) / v.size(0);
                }
                actual[i] -= model.logVariances[i];
            }
            errors.vector("meanLogLikelihoodGradient.logSigmaSquared", gradient.get("logSigmaSquared"), actual);
        }
    }

    private static double[] baseMeasures(Unit unit, INDArray states, double beta) {
        double[] result = new double[Math.toIntExact(states.size(0))];
        Arrays.setAll(result, row -> unit.logBaseMeasure(states.getRow(row).toDoubleVector(), beta));
        return result;
    }

    private static double[] plus(double[] a, double[] b) {
        double[] result = new double[a.length];
        Arrays.setAll(result, i -> a[i] + b[i]);
        return result;
    }

    private static double logSumOverVisible(Rbm rbm, double[][] states, double beta, DataType type) {
        INDArray all = Nd4j.createFromArray(states).castTo(type);
        return StableFunctions.logSumExp(
                plus(negated(rbm.freeEnergy(all, beta)), baseMeasures(rbm.visible(), all, beta)));
    }

    /** The enumeration in plain Java that other tests compare with is itself held against the reference. */
    private static void checkTheYardstick(JsonNode root, Errors errors, boolean gaussian) {
        ExactRbm exact = new ExactRbm(
                matrix(root.get("W")),
                vector(root.get("visibleBias")),
                vector(root.get("hiddenBias")),
                gaussian ? vector(root.get("sigma")) : new double[0]);
        if (exact.visible() + exact.hidden() > MOST_UNITS) {
            return;
        }
        errors.scalar("yardstick.logPartition", root.get("logPartition"), exact.logPartition());
        Statistics difference = exact.dataStatistics(matrix(root.get("v"))).minus(exact.modelStatistics());
        JsonNode gradient = root.get("meanLogLikelihoodGradient");
        errors.matrix("yardstick.gradient.W", gradient.get("W"), Nd4j.createFromArray(difference.weights()));
        errors.vector("yardstick.gradient.hiddenBias", gradient.get("hiddenBias"), difference.hidden());
        double[] visible = difference.visible();
        Arrays.setAll(visible, i -> difference.visible()[i] / exact.sigma(i));
        errors.vector("yardstick.gradient.visibleBias", gradient.get("visibleBias"), visible);
    }

    /** sum_i log p(v_i | v_-i) = sum_i log sigmoid(F(v with i flipped) - F(v)). */
    private static double[] pseudoLogLikelihood(Rbm rbm, INDArray v) {
        double[] freeEnergy = rbm.freeEnergy(v);
        double[] result = new double[freeEnergy.length];
        for (int i = 0; i < rbm.visibleWidth(); i++) {
            INDArray flipped = v.dup('c');
            flipped.getColumn(i).rsubi(1);
            double[] other = rbm.freeEnergy(flipped);
            for (int row = 0; row < result.length; row++) {
                result[row] -= StableFunctions.softplus(freeEnergy[row] - other[row]);
            }
        }
        return result;
    }

    private static double[] conditionalMean(Rbm rbm, double[] known, double[] x, DataType type) {
        double[][] matching = Arrays.stream(ExactRbm.binaryStates(rbm.visibleWidth()))
                .filter(state -> Arrays.stream(known).allMatch(i -> state[(int) i] == x[(int) i]))
                .toArray(double[][]::new);
        INDArray states = Nd4j.createFromArray(matching);
        double[] logs = negated(rbm.freeEnergy(states.castTo(type)));
        return flat(
                probabilities(logs, StableFunctions.logSumExp(logs)).transpose().mmul(states));
    }

    private static INDArray probabilities(double[] logs, double logSum) {
        return Nd4j.createFromArray(
                        Arrays.stream(logs).map(log -> Math.exp(log - logSum)).toArray())
                .reshape(logs.length, 1);
    }

    private static double[] negated(double[] values) {
        return Arrays.stream(values).map(value -> -value).toArray();
    }

    private static double[] flat(INDArray array) {
        return array.dup('c').reshape(array.length()).toDoubleVector();
    }

    /** Largest error of every quantity, relative to the value where that is beyond 1. */
    private static final class Errors {
        private final double tolerance;
        private final Map<String, Double> largest = new TreeMap<>();

        Errors(double tolerance) {
            this.tolerance = tolerance;
        }

        void scalar(String quantity, JsonNode expected, double actual) {
            double reference = expected.asDouble();
            double error = Math.abs(actual - reference) / Math.max(1, Math.abs(reference));
            // Math.max keeps NaN, so a NaN is the largest error of all.
            largest.merge(quantity, error, Math::max);
        }

        void vector(String quantity, JsonNode expected, double[] actual) {
            assertThat(actual).as(quantity).hasSize(expected.size());
            for (int i = 0; i < actual.length; i++) {
                scalar(quantity, expected.get(i), actual[i]);
            }
        }

        void matrix(String quantity, JsonNode expected, INDArray actual) {
            assertThat(actual.size(0)).as(quantity).isEqualTo(expected.size());
            for (int row = 0; row < expected.size(); row++) {
                vector(quantity, expected.get(row), actual.getRow(row).toDoubleVector());
            }
        }

        void report(String file, DataType type) {
            largest.forEach((quantity, error) ->
                    System.out.printf("reference %s %s %s: largest error %.1e%n", file, type, quantity, error));
            assertThat(largest).as("%s in %s", file, type).allSatisfy((quantity, error) -> assertThat(error)
                    .as(quantity)
                    .isLessThanOrEqualTo(tolerance));
        }
    }
}
