package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.KnownCase;
import org.boltzmann4j.exact.ReferenceModel;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.inverse.InvertMatrix;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Completed rows have the enumerated conditional means. Many rows with the same known values are completed at once; they are
 * independent, so that their spread gives the standard error of their average, which must lie within 4.5 of it: a false
 * alarm in one of about a hundred comparisons has a probability of 7e-4, and seeds are fixed.
 */
class CompletionTest {

    private static final int ROWS = 200;
    private static final double SIGMAS = 4.5;

    static Stream<KnownCase> cases() {
        return KnownCase.all().stream();
    }

    private static Completion sampling(Rbm rbm) {
        return Completion.of(rbm).withBurnIn(30).withSweeps(100);
    }

    /** Compares column by column; means of the same number everywhere have no error. */
    private static void assertMeans(INDArray rows, double[] exact, double largestError) {
        for (int i = 0; i < exact.length; i++) {
            double[] x = rows.getColumn(i).toDoubleVector();
            double mean = Arrays.stream(x).average().orElseThrow();
            double squares = Arrays.stream(x).map(y -> (y - mean) * (y - mean)).sum();
            double error = Math.sqrt(squares / (x.length - 1.0) / x.length);
            assertThat(error).as("error of column %d", i).isLessThan(largestError);
            // Rounding in single precision where all rows are the same.
            assertThat(mean).as("column %d", i).isCloseTo(exact[i], within(SIGMAS * error + 1e-6));
        }
    }

    @Test
    void allSamplersFindTheConditionalMeansOfTheReference() throws IOException {
        ReferenceModel reference = ReferenceModel.all().stream()
                .filter(model -> model.root().has("conditional"))
                .findFirst()
                .orElseThrow();
        JsonNode conditional = reference.root().get("conditional");
        double[] exact = ReferenceModel.vector(conditional.get("meanOfAllGivenKnown"));
        double[][] mask = new double[1][exact.length];
        for (JsonNode index : conditional.get("knownIndices")) {
            mask[0][index.asInt()] = 1;
        }
        INDArray x = InferenceChains.stacked(
                Nd4j.createFromArray(new double[][] {ReferenceModel.vector(conditional.get("x"))}), ROWS);
        double[] base = {0.3, -0.4, 0.1, 0.6, -1, 0.2};
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Rbm rbm = reference.rbm(type);
            for (Inference method : new Inference[] {
                Inference.gibbs(),
                Inference.tempering(Ladder.linear(4)),
                Inference.tempering(Ladder.linear(3)).fromBaseRates(base)
            }) {
                Completed completed = sampling(rbm).withMethod(method).complete(x, Nd4j.createFromArray(mask));
                assertMeans(completed.means(), exact, 0.004);
                assertThat(completed.swaps()).hasSize(method instanceof BlockGibbs ? 0 : 1);
                assertThat(completed.meanField()).isNull();
            }
        }
        INDArray unconditional = sampling(reference.rbm(DataType.DOUBLE))
                .complete(x, Nd4j.zeros(1, exact.length))
                .means();
        assertThat(Math.abs(unconditional.getColumn(5).meanNumber().doubleValue() - exact[5]))
                .as("without the known values it is another mean, by more than the tolerance above")
                .isGreaterThan(0.02);
    }

    /** Sums over the states of the binary layer of what the known units leave. */
    private static double[] exactMeans(KnownCase tried) {
        SmallModel rest = tried.rest();
        Conditions at = Conditions.PLAIN.withDocumentLength(tried.restLength());
        double[] p = rest.probabilities(at);
        double[][] states = ExactRbm.binaryStates(
                rest.binaryHidden() ? rest.rbm().hiddenWidth() : rest.rbm().visibleWidth());
        double[] lengths = new double[rest.rbm().visible().countsWords() ? states.length : 0];
        Arrays.fill(lengths, tried.restLength());
        double[][] means = rest.binaryHidden()
                ? rest.rbm()
                        .meanVisibleGivenHidden(Nd4j.createFromArray(states), lengths)
                        .toDoubleMatrix()
                : states;
        double[] exact = tried.values().clone();
        int unknown = 0;
        for (int i = 0; i < exact.length; i++) {
            if (!tried.known()[i]) {
                exact[i] = 0;
                for (int s = 0; s < p.length; s++) {
                    exact[i] += p[s] * means[s][unknown];
                }
                unknown++;
            }
        }
        return exact;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothSamplersFindTheConditionalMeansOfEveryType(KnownCase tried) {
        double[] exact = exactMeans(tried);
        Completion completion = sampling(tried.whole().rbm());
        for (Inference method : new Inference[] {Inference.gibbs(), Inference.tempering(Ladder.of(0.3, 0.6, 1))}) {
            Completed completed = completion.withMethod(method).complete(tried.rows(ROWS), tried.mask());
            assertMeans(completed.means(), exact, 0.08);
            double[] first = completed.samples().getRow(0).toDoubleVector();
            for (int i = 0; i < first.length; i++) {
                if (tried.known()[i]) {
                    assertThat(first[i]).isCloseTo(tried.values()[i], within(1e-12)); // a scale and back
                }
            }
        }
    }

    /** Given values of some, the others of a Gaussian distribution have a mean that mean field finds exactly. */
    @Test
    void meanFieldFindsTheConditionalMeanOfAGaussianModel() {
        double[][] weights = {{0.4, -0.2}, {0.1, 0.3}, {-0.35, 0.2}};
        double[] s = {0.7, 1.4, 1};
        double[] t = {1.2, 0.6};
        Rbm rbm = Rbm.of(
                Gaussian.of(s),
                Gaussian.of(t),
                Nd4j.createFromArray(weights),
                Nd4j.createFromArray(0.5, -1, 0.3),
                Nd4j.createFromArray(-0.4, 0.8));
        // E = |y - beta|^2 / 2 + |g - gamma|^2 / 2 - y'Wg in the coupled states y = v/s and g = h/t, of which y_0 is
        // known.
        double[][] precision = {{1, 0, -0.1, -0.3}, {0, 1, 0.35, -0.2}, {-0.1, 0.35, 1, 0}, {-0.3, -0.2, 0, 1}};
        double known = 2.0 / s[0];
        double[] linear = {-1 / 1.4, 0.3, -0.4 / 1.2 + 0.4 * known, 0.8 / 0.6 - 0.2 * known};
        INDArray solution = InvertMatrix.invert(Nd4j.createFromArray(precision), false)
                .mmul(Nd4j.createFromArray(linear).reshape(4, 1));
        INDArray x = Nd4j.createFromArray(new double[][] {{2, 0, 0}});
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0, 0}});
        for (double damping : new double[] {0, 0.5}) {
            Completed completed = Completion.of(rbm)
                    .withMethod(Inference.meanField().withDamping(damping).until(1e-13, 10_000))
                    .complete(x, mask);
            assertThat(completed.meanField().isConverged()).isTrue();
            double[] found = completed.means().toDoubleVector();
            // A last change of 1e-13 that shrinks by at least a tenth each time.
            assertThat(found[0]).isEqualTo(2);
            assertThat(found[1]).isCloseTo(1.4 * solution.getDouble(0), within(1e-11));
            assertThat(found[2]).isCloseTo(solution.getDouble(1), within(1e-11));
            assertThat(completed.samples()).isEqualTo(completed.means());
        }
    }

    /** Given the known values the others are a smaller model, of which the means found have to be a fixed point. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void meanFieldHoldsKnownValuesAndFindsAFixedPointOfTheRestForEveryType(KnownCase tried) {
        Completed completed = Completion.of(tried.whole().rbm())
                .withMethod(Inference.meanField().withDamping(0.5).until(1e-12, 20_000))
                .complete(tried.rows(1), tried.mask());
        assertThat(completed.meanField().isConverged()).isTrue();
        double[] means = completed.means().toDoubleVector();
        int[] unknown =
                IntStream.range(0, means.length).filter(i -> !tried.known()[i]).toArray();
        for (int i = 0; i < means.length; i++) {
            if (tried.known()[i]) {
                assertThat(means[i]).isCloseTo(tried.values()[i], within(1e-12)); // a scale and back
            }
        }
        Rbm rest = tried.rest().rbm();
        INDArray found = Nd4j.createFromArray(new double[][] {
            Arrays.stream(unknown).mapToDouble(i -> means[i]).toArray()
        });
        double[] lengths = rest.visible().countsWords() ? new double[] {tried.restLength()} : new double[0];
        INDArray again = rest.meanVisibleGivenHidden(rest.meanHiddenGivenVisible(found), lengths);
        for (int i = 0; i < unknown.length; i++) {
            // A last change of half of 1e-12 that shrinks by a quarter or more each time.
            assertThat(again.getDouble(0, i)).isCloseTo(found.getDouble(0, i), within(1e-10));
        }
    }

    @Test
    void meanFieldEndsAtAFixedPointAndDampingLeadsToTheSame() {
        Rbm rbm = ExactRbm.bernoulli(6, 4, 0.8, 5).model(DataType.DOUBLE);
        INDArray x = Nd4j.createFromArray(new double[][] {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}});
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 0, 0, 0, 0}});
        Completion completion =
                Completion.of(rbm).withMethod(Inference.meanField().until(1e-12, 5000));
        Completed plain = completion.complete(x, mask);
        INDArray again = rbm.meanVisibleGivenHidden(rbm.meanHiddenGivenVisible(plain.means()));
        for (int row = 0; row < 2; row++) {
            for (int i = 2; i < 6; i++) {
                assertThat(again.getDouble(row, i)).isCloseTo(plain.means().getDouble(row, i), within(1e-11));
            }
        }
        Completed damped = completion
                .withMethod(Inference.meanField().withDamping(0.7).until(1e-12, 5000))
                .complete(x, mask);
        assertThat(damped.means().equalsWithEps(plain.means(), 1e-10)).isTrue();
        assertThat(damped.meanField().iterations())
                .isGreaterThan(plain.meanField().iterations());
        Completed cut =
                completion.withMethod(Inference.meanField().until(1e-12, 2)).complete(x, mask);
        assertThat(cut.meanField().isConverged()).isFalse();
        assertThat(cut.meanField().unconvergedRows()).isEqualTo(2);
        assertThat(cut.meanField().iterations()).isEqualTo(2);
        assertThat(cut.meanField().largestChange()).isGreaterThan(1e-12);
    }

    private static final Rbm SMALL = ExactRbm.bernoulli(4, 3, 1, 31).model(DataType.FLOAT);

    /** More rows than are worked on together. */
    @Test
    void everyRowKeepsItsOwnKnownValuesWhateverTheNumberOfRows() {
        int rows = 2600;
        double[][] x = new double[rows][4];
        double[][] mask = new double[rows][4];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < 4; i++) {
                x[row][i] = (twoBits(row, i) >> 1) & 1;
                mask[row][i] = twoBits(row, i) & 1;
            }
        }
        for (Inference method :
                new Inference[] {Inference.gibbs(), Inference.tempering(Ladder.linear(3)), Inference.meanField()}) {
            Completed completed = Completion.of(SMALL)
                    .withMethod(method)
                    .withChains(2)
                    .withBurnIn(0)
                    .withSweeps(2)
                    .complete(Nd4j.createFromArray(x), Nd4j.createFromArray(mask));
            double[][] means = KnownCase.elements(completed.means());
            double[][] samples = KnownCase.elements(completed.samples());
            assertThat(samples).hasNumberOfRows(method instanceof MeanField ? rows : 2 * rows);
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < 4; i++) {
                    if (mask[row][i] == 1) {
                        assertThat(means[row][i]).isEqualTo(x[row][i]);
                        assertThat(samples[row][i]).isEqualTo(x[row][i]);
                        assertThat(samples[samples.length - rows + row][i]).isEqualTo(x[row][i]);
                    } else {
                        assertThat(means[row][i]).isStrictlyBetween(0.0, 1.0);
                    }
                }
            }
        }
    }

    /** They differ from row to row and unit to unit. */
    private static int twoBits(int row, int i) {
        return (int) (RandomStreams.of(1).key(row, i) & 3);
    }

    @Test
    void severalChainsAreAveragedAndStartWhereTold() {
        INDArray x = Nd4j.zeros(DataType.FLOAT, 2, 4);
        INDArray none = Nd4j.zeros(1, 4);
        Completion completion = Completion.of(SMALL).withBurnIn(0).withSweeps(1).withChains(3);
        INDArray start = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1}, {0, 0, 0, 0}});
        Completed completed = completion.startingAt(start).complete(x, none);
        assertThat(completed.samples().size(0)).isEqualTo(6);
        assertThat(completed.means()).isNotEqualTo(completion.complete(x, none).means());
        assertThat(completed.means())
                .isEqualTo(completion.startingAt(start).complete(x, none).means());
        // In one sweep all rows that start alike have the same distribution; only the seed differs.
        assertThat(completed.means())
                .isNotEqualTo(completion
                        .startingAt(start)
                        .withSeed(1)
                        .complete(x, none)
                        .means());
        INDArray alike = Nd4j.ones(DataType.FLOAT, 1, 4);
        assertThat(Completion.of(SMALL)
                        .withMethod(Inference.meanField().until(1e-9, 1))
                        .startingAt(alike)
                        .complete(x, none)
                        .means()
                        .getRow(1))
                .isEqualTo(SMALL.meanVisibleGivenHidden(SMALL.meanHiddenGivenVisible(alike))
                        .getRow(0));
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        INDArray x = Nd4j.zeros(DataType.FLOAT, 90, 4);
        INDArray mask = Nd4j.createFromArray(new float[][] {{1, 0, 0, 1}});
        Completion completion = Completion.of(SMALL).withSweeps(5).withMethod(Inference.tempering(Ladder.linear(3)));
        assertThat(completion.withThreads(2).complete(x, mask).means())
                .isEqualTo(completion.withThreads(1).complete(x, mask).means());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Completion completion = Completion.of(SMALL);
        INDArray x = Nd4j.zeros(2, 4);
        assertThatThrownBy(() -> completion.complete(Nd4j.zeros(2, 5), Nd4j.zeros(2, 5)))
                .hasMessageContaining("rows to complete");
        assertThatThrownBy(() -> completion.complete(x, Nd4j.zeros(3, 4)))
                .hasMessageContaining("known units of 3 rows");
        assertThatThrownBy(() -> completion.complete(x.add(2), Nd4j.ones(1, 4)))
                .hasMessage("the known value in row 0, column 0 is 2.0, expected " + new Bernoulli().expectation());
        assertThatThrownBy(() -> completion.startingAt(Nd4j.zeros(3, 4)).complete(x, Nd4j.ones(1, 4)))
                .hasMessageContaining("states to start at: 3 rows for 2");
        assertThatThrownBy(() -> completion.withSweeps(0)).hasMessage("sweeps = 0, expected at least 1");
        assertThatThrownBy(() -> completion.withChains(0)).hasMessageContaining("chains");
        assertThatThrownBy(() -> completion.withThreads(0)).hasMessageContaining("threads");
        assertThatThrownBy(() -> completion.withBurnIn(-1)).hasMessageContaining("burnIn");
        assertThatThrownBy(() -> completion
                        .withMethod(Inference.tempering(Ladder.linear(2)).fromBaseRates(1, 2))
                        .complete(x, Nd4j.ones(1, 4)))
                .hasMessageContaining("2 base biases");
        Rbm documents = SmallModel.random(new ReplicatedSoftmax(), new Bernoulli(), 4, 2, 0.5, 3, 1)
                .rbm();
        assertThatThrownBy(() -> Completion.of(documents)
                        .startingAt(Nd4j.ones(1, 4))
                        .complete(Nd4j.ones(1, 4), Nd4j.zeros(1, 4)))
                .hasMessageContaining("none for word counts");
        INDArray first = Nd4j.createFromArray(new double[][] {{1, 0, 0, 0}});
        Completion fromNumbers = completion.startingAt(Nd4j.createFromArray(new double[][] {{Double.NaN, 1, 7, 0}}));
        assertThatThrownBy(() -> fromNumbers.complete(x, first))
                .hasMessage("states to start at: row 0, column 2 is 7.0, expected " + new Bernoulli().expectation());
        assertThatThrownBy(() -> completion.complete(x, Nd4j.valueArrayOf(new long[] {1, 4}, Double.NaN)))
                .hasMessageContaining("known units: row 0, column 0 is NaN");
        assertThatThrownBy(() -> KnownValues.of(Nd4j.zeros(4), Nd4j.ones(1, 4)))
                .hasMessageContaining("expected shape [rows, visible], got [4]");
        assertThatThrownBy(() -> completion.withMethod(null)).hasMessage("method");
        assertThatThrownBy(() -> KnownValues.ofColumns(4, 3, Nd4j.zeros(1, 2))).hasMessageContaining("units 3 to 5");
        assertThatThrownBy(() -> KnownValues.ofColumns(5, 3, Nd4j.zeros(1, 2)).requireFor(SMALL))
                .hasMessageContaining("known values of 5 units, expected 4");
    }

    @Test
    void methodsGoThroughJsonAndRefuseWhatTheyCannotBe() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (Inference method : new Inference[] {
            Inference.gibbs(),
            Inference.meanField().withDamping(0.25),
            Inference.tempering(Ladder.linear(3)),
            Inference.tempering(Ladder.linear(2)).fromBaseRates(0.5, -1)
        }) {
            assertThat(json.readValue(json.writeValueAsString(method), Inference.class))
                    .isEqualTo(method);
        }
        assertThatThrownBy(() -> Inference.meanField().withDamping(1)).hasMessageContaining("damping = 1.0");
        assertThatThrownBy(() -> Inference.meanField().until(0, 5)).hasMessageContaining("tolerance = 0.0");
        assertThatThrownBy(() -> Inference.meanField().until(1, 0)).hasMessageContaining("maxIterations");
        assertThatThrownBy(() -> new TemperedGibbs(null, null)).hasMessageContaining("ladder is missing");
        assertThatThrownBy(() -> Inference.tempering(Ladder.linear(2)).fromBaseRates(Double.NaN))
                .hasMessageContaining("expected finite numbers");
    }
}
