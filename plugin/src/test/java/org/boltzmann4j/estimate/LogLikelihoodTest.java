package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.ReferenceModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class LogLikelihoodTest {

    /** Beyond so many standard errors once in 150,000 by chance. */
    private static final double LIMIT = 4.5;

    private static final LogLikelihood ESTIMATED = LogLikelihood.withDefaults()
            .withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.linear(60), 200))
            .withoutExactValue();

    @TestFactory
    Stream<DynamicTest> smallModelsAreJudgedExactly() throws IOException {
        return ReferenceModel.all().stream()
                .map(reference -> dynamicTest(reference.name(), () -> {
                    LikelihoodReport report = LogLikelihood.withDefaults()
                            .of(reference.rbm(DataType.DOUBLE), reference.v(DataType.DOUBLE));
                    double mean = mean(reference);
                    assertThat(report.claim().value()).isCloseTo(mean, within(1e-9 * Math.max(1, Math.abs(mean))));
                    assertThat(report.claim().direction()).isEqualTo(Estimate.Direction.EXACT);
                    assertThat(report.width()).isZero();
                    assertThat(report.treatment()).isEqualTo("as they are");
                    assertThat(report.toString()).contains("exact", "as they are");
                }));
    }

    /** Mean of the file's log-probabilities, those of counts where it has both. */
    private static double mean(ReferenceModel reference) {
        JsonNode logs = reference.root().has("logProbabilityOfCounts")
                ? reference.root().get("logProbabilityOfCounts")
                : reference.root().get("logLikelihood");
        return Arrays.stream(ReferenceModel.vector(logs)).average().orElseThrow();
    }

    @TestFactory
    Stream<DynamicTest> theTruthLiesBetweenBothSides() throws IOException {
        return ReferenceModel.all().stream()
                .map(reference -> dynamicTest(reference.name(), () -> {
                    INDArray v = reference.v(DataType.DOUBLE);
                    // RAISE's mean of logarithms is below the truth by half of their variance: many chains, and a fine
                    // schedule.
                    INDArray many = Nd4j.vstack(Collections.nCopies(40, v));
                    LikelihoodReport report =
                            ESTIMATED.withRaiseRows(200).withSeed(3).of(reference.rbm(DataType.DOUBLE), many);
                    double mean = mean(reference);
                    assertThat(report.forward()).hasSize(3).allSatisfy(run -> {
                        assertThat(Math.abs(run.value() - mean) / run.standardError())
                                .isLessThan(LIMIT);
                        assertThat(run.direction()).isEqualTo(Estimate.Direction.UPPER);
                    });
                    Estimate raise = Objects.requireNonNull(report.raise());
                    assertThat(raise.value()).isLessThan(mean + LIMIT * raise.standardError());
                    assertThat(raise.value()).isGreaterThan(mean - 0.5);
                    assertThat(raise.direction()).isEqualTo(Estimate.Direction.LOWER);
                    assertThat(report.claim().value()).isLessThan(mean + LIMIT * raise.standardError());
                    assertThat(report.toString()).contains("AIS", "RAISE", "claim");
                }));
    }

    @Test
    void freeEnergiesOfAllRowsMakeRaiseOnAFewOfThemPrecise() {
        ExactRbm exact = ExactRbm.bernoulli(12, 6, 1.2, 4);
        Rbm rbm = exact.model(DataType.DOUBLE);
        Random random = new Random(1);
        double[][] rows = new double[1000][];
        Arrays.setAll(rows, row -> random.ints(12, 0, 2).asDoubleStream().toArray());
        INDArray v = Nd4j.createFromArray(rows);
        double truth = LogLikelihood.withDefaults().of(rbm, v).claim().value();
        Estimate raise = Objects.requireNonNull(
                ESTIMATED.withRaiseRows(50).withForwardRuns(1).of(rbm, v).raise());

        double[] unnormalised = LogLikelihood.unnormalised(rbm, v);
        double mean = Arrays.stream(unnormalised).average().orElseThrow();
        double spread = Math.sqrt(Arrays.stream(unnormalised)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow());
        double withoutControl = spread / Math.sqrt(50);
        assertThat(raise.standardError()).isLessThan(withoutControl / 5);
        // From below by the mean loss of a single chain, which with these steps is a few hundredths.
        assertThat(raise.value()).isBetween(truth - 0.3, truth + LIMIT * raise.standardError());
        assertThat(withoutControl).as("else a few rows would do without").isGreaterThan(0.5);
    }

    @Test
    void documentsOfEveryLengthAreJudgedByTheirOwnPartitionFunction() {
        Rbm rbm = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.createFromArray(new double[][] {{0.5, -0.4}, {-0.3, 0.9}, {0.2, 0.1}}),
                Nd4j.createFromArray(0.1, -0.2, 0.4),
                Nd4j.createFromArray(-0.3, 0.2));
        INDArray v = Nd4j.createFromArray(new double[][] {{1, 0, 1}, {2, 1, 2}, {0, 2, 0}});
        double expected = 0;
        for (int row = 0; row < 3; row++) {
            INDArray one = v.getRow(row, true);
            expected += LogLikelihood.mean(
                                    rbm,
                                    one,
                                    ExactLogPartition.of(rbm, one.sumNumber().doubleValue()))
                            .value()
                    / 3;
        }
        assertThat(LogLikelihood.withDefaults().of(rbm, v).claim().value()).isCloseTo(expected, within(1e-9));
        for (Estimate run : ESTIMATED.of(rbm, v).forward()) {
            assertThat(Math.abs(run.value() - expected) / run.standardError()).isLessThan(LIMIT);
        }
    }

    /** Estimates of two lengths that shared random numbers would err together, and the stated error would be too small. */
    @Test
    void errorsOfDifferentLengthsAreIndependent() {
        Rbm rbm = Rbm.of(
                new ReplicatedSoftmax(),
                new Bernoulli(),
                Nd4j.createFromArray(new double[][] {{0.7, -0.5}, {-0.4, 0.9}, {0.2, 0.1}}),
                Nd4j.createFromArray(0.1, -0.2, 0.4),
                Nd4j.createFromArray(-0.3, 0.2));
        // Seven lengths that are hardly different: with common random numbers the error would be sqrt(7) times as
        // large.
        INDArray v = Nd4j.createFromArray(
                new double[][] {{3, 3, 2}, {4, 3, 2}, {5, 3, 2}, {5, 4, 2}, {5, 5, 2}, {5, 5, 3}, {6, 5, 3}});
        double truth = LogLikelihood.withDefaults().of(rbm, v).claim().value();
        LogLikelihood coarse = ESTIMATED
                .withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.linear(10), 50))
                .withForwardRuns(20);
        double[] z = coarse.of(rbm, v).forward().stream()
                .mapToDouble(run -> (run.value() - truth) / run.standardError())
                .toArray();
        // A mean square of 20 standard normals is 1 with a deviation of 0.32, five of which above; 7 in step.
        assertThat(Arrays.stream(z).map(x -> x * x).average().orElseThrow()).isLessThan(2.6);
    }

    private static final Rbm LOWER = ExactRbm.bernoulli(6, 5, 1.3, 1).model(DataType.DOUBLE);
    private static final Rbm UPPER = ExactRbm.bernoulli(5, 4, 1.3, 2).model(DataType.DOUBLE);

    @Test
    void ofADeepBeliefNetworkTheBoundIsReportedWithItsTopFromBothSides() {
        RbmStack stack = RbmStack.of(LOWER, UPPER);
        INDArray v = ExactSamples.visible(LOWER, 100, 1, RandomStreams.of(1));
        LikelihoodReport exact =
                LogLikelihood.withDefaults().withHiddenDraws(60).of(stack, v);
        Estimate bound = DeepBeliefBound.of(stack, v, ExactLogPartition.of(UPPER), 60, RandomStreams.of(5));
        double error = Math.hypot(exact.claim().standardError(), bound.standardError());
        assertThat(exact.claim().value()).isCloseTo(bound.value(), within(LIMIT * error));
        assertThat(exact.claim().direction()).isEqualTo(Estimate.Direction.LOWER);
        assertThat(exact.toString())
                .startsWith("Lower bound of the mean log-likelihood of 100 rows in nats, 6 " + new Bernoulli()
                        + " visible, 5 " + new Bernoulli() + " hidden and 4 " + new Bernoulli() + " hidden units")
                .contains("exact", "+-");

        LikelihoodReport estimated = ESTIMATED.withHiddenDraws(60).of(stack, v);
        for (Estimate run : estimated.forward()) {
            assertThat(Math.abs(run.value() - bound.value()))
                    .isLessThan(LIMIT * Math.hypot(run.standardError(), bound.standardError()));
            assertThat(run.direction()).as("a flattered lower bound").isEqualTo(Estimate.Direction.UNKNOWN);
        }
        Estimate raise = Objects.requireNonNull(estimated.raise());
        assertThat(raise.value()).isBetween(bound.value() - 0.3, bound.value() + LIMIT * raise.standardError());
        assertThat(raise.direction()).isEqualTo(Estimate.Direction.LOWER);
        // The likelihood of the lower RBM alone is another one, by more than all errors.
        assertThat(Math.abs(LogLikelihood.withDefaults().of(LOWER, v).claim().value() - bound.value()))
                .isGreaterThan(0.1);
    }

    /** An RBM turned over on top of itself has its own likelihood as bound, without the noise of the draws. */
    @Test
    void aStackThatIsItsOwnMirrorHasTheLikelihoodOfItsRbm() {
        Rbm mirror = Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                LOWER.weights().transpose().dup('c'),
                /* visibleBias= */ LOWER.hiddenBias(),
                /* hiddenBias= */ LOWER.visibleBias());
        INDArray v = ExactSamples.visible(LOWER, 50, 1, RandomStreams.of(1));
        DataSetIterator iterator = new SingletonDataSetIterator(new DataSet(v, v));
        LogLikelihood judge = LogLikelihood.withDefaults();
        Estimate bound = judge.of(RbmStack.of(LOWER, mirror), iterator).claim();
        assertThat(bound.value()).isCloseTo(judge.of(LOWER, v).claim().value(), within(1e-9));
        assertThat(bound.standardError()).isLessThan(1e-6);
    }

    /** Where a bound on Poisson means acts, no side is promised, forward or backward. */
    @Test
    void aBoundInTheWayOfTheDrawsLeavesTheSideOpen() {
        Rbm rbm = Rbm.of(
                Poisson.of(3),
                new Bernoulli(),
                Nd4j.createFromArray(new double[][] {{1.5, 1.2}, {0.5, 1.1}}),
                Nd4j.createFromArray(0.4, 0.6),
                Nd4j.createFromArray(-2.0, -1.0));
        INDArray v = Nd4j.createFromArray(new double[][] {{2, 3}, {4, 1}, {1, 1}});
        LikelihoodReport report = ESTIMATED.of(rbm, v);
        assertThat(report.forward())
                .allSatisfy(run -> assertThat(run.direction()).isEqualTo(Estimate.Direction.UNKNOWN));
        assertThat(Objects.requireNonNull(report.raise()).direction()).isEqualTo(Estimate.Direction.UNKNOWN);
    }

    @Test
    void fewStepsAreWarnedOf() {
        Rbm rbm = ExactRbm.bernoulli(10, 8, 2, 2).model(DataType.FLOAT);
        INDArray v = ExactSamples.visible(rbm, 50, 1, RandomStreams.of(1));
        LogLikelihood coarse = ESTIMATED.withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.linear(1), 50));
        LikelihoodReport report = coarse.withWidestSandwich(0.1).of(rbm, v);
        assertThat(report.warnings())
                .anySatisfy(warning -> assertThat(warning).contains("nats apart, more than the 0.10"))
                .anySatisfy(warning -> assertThat(warning).contains("effective sample size"));
        assertThat(report.toString()).contains("warning: ");
        LogLikelihood fine =
                ESTIMATED.withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.denseNearOne(300), 100));
        assertThat(fine.of(rbm, v).warnings()).isEmpty();
    }

    @Test
    void greyValuesAreDrawnOnceByTheSeedAndTheReportSaysSo() {
        Rbm rbm = ExactRbm.bernoulli(6, 4, 1, 9).model(DataType.FLOAT);
        INDArray grey =
                Nd4j.createFromArray(new float[][] {{0.2f, 0.9f, 0.5f, 0.1f, 1, 0}, {1, 0, 0.7f, 0.4f, 0, 0.6f}});
        LogLikelihood judge = LogLikelihood.withDefaults().withSeed(5);
        LikelihoodReport report = judge.of(rbm, grey);
        assertThat(report.treatment()).isEqualTo("grey values drawn once with seed 5");
        assertThat(judge.of(rbm, grey)).isEqualTo(report);
        INDArray cut = grey.gt(0.5).castTo(DataType.FLOAT);
        LikelihoodReport thresholded =
                judge.withGreyValues(GreyValues.THRESHOLDED).of(rbm, grey);
        assertThat(thresholded.treatment()).isEqualTo("grey values cut at one half");
        assertThat(thresholded.claim()).isEqualTo(judge.of(rbm, cut).claim());
        assertThatThrownBy(() -> judge.withGreyValues(GreyValues.MEANS).of(rbm, grey))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only states have a probability");
        assertThat(judge.withGreyValues(GreyValues.MEANS).of(rbm, cut).treatment())
                .isEqualTo("as they are");
    }

    @Test
    void anIteratorIsReadFromItsStart() {
        Rbm rbm = ExactRbm.bernoulli(3, 2, 1, 9).model(DataType.FLOAT);
        INDArray v = Nd4j.createFromArray(new float[][] {{1, 0, 1}, {0, 0, 1}});
        DataSetIterator iterator = new SingletonDataSetIterator(new DataSet(v, v));
        iterator.next();
        assertThat(LogLikelihood.withDefaults().of(rbm, iterator).claim())
                .isEqualTo(LogLikelihood.withDefaults().of(rbm, v).claim());
    }

    @Test
    void valuesThatAreNoStatesAreNamed() {
        Rbm rbm = ExactRbm.bernoulli(3, 2, 1, 9).model(DataType.FLOAT);
        assertThatThrownBy(() -> LogLikelihood.withDefaults()
                        .of(rbm, Nd4j.createFromArray(new float[][] {{1, 0, 1}, {0, 3, 1}})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1, column 1 is 3.0, expected a value in [0, 1]");
        for (long[] shape : new long[][] {{2, 4}, {2, 3, 1}, {3}}) {
            assertThatThrownBy(() -> LogLikelihood.withDefaults().of(rbm, Nd4j.zeros(DataType.FLOAT, shape)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("log-likelihood: rows: expected shape [rows, 3], got ");
        }
        assertThatThrownBy(() -> LogLikelihood.withDefaults().withHiddenDraws(0))
                .hasMessageContaining("hidden draws = 0");
        assertThatThrownBy(() -> LogLikelihood.withDefaults().withRaiseRows(1)).hasMessageContaining("RAISE rows = 1");
        assertThatThrownBy(() -> LogLikelihood.withDefaults().withForwardRuns(0))
                .hasMessageContaining("forward runs = 0");
        assertThatThrownBy(() -> LogLikelihood.withDefaults().withWidestSandwich(0))
                .hasMessageContaining("widest sandwich = 0.0");
    }
}
