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
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.exact.ReferenceModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.units.Bernoulli;
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
                    LogLikelihood.Report report = LogLikelihood.withDefaults()
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
                    LogLikelihood.Report report =
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

    @Test
    void fewStepsAreWarnedOf() {
        Rbm rbm = ExactRbm.bernoulli(10, 8, 2, 2).model(DataType.FLOAT);
        INDArray v = ExactSamples.visible(rbm, 50, 1, RandomStreams.of(1));
        LogLikelihood coarse = ESTIMATED.withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.linear(1), 50));
        LogLikelihood.Report report = coarse.withWidestSandwich(0.1).of(rbm, v);
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
        LogLikelihood.Report report = judge.of(rbm, grey);
        assertThat(report.treatment()).isEqualTo("grey values drawn once with seed 5");
        assertThat(judge.of(rbm, grey)).isEqualTo(report);
        INDArray cut = grey.gt(0.5).castTo(DataType.FLOAT);
        LogLikelihood.Report thresholded =
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
    }
}
