package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.ROCScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.RegressionScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.TestSetLossScoreFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;

final class ReportTest {

    private static SearchTable.Row row(int index, Double score, double share, Map<String, Object> parameters) {
        CandidateRecord candidate = new CandidateRecord(
                index,
                9L,
                share,
                List.of(0.5),
                null,
                null,
                1,
                PretrainingSettings.ofEpochs(1),
                null,
                List.of("a \"b\", c"));
        CandidateStatus status = score == null ? CandidateStatus.Failed : CandidateStatus.Complete;
        TrainingOutcome outcome = score == null
                ? null
                : new TrainingOutcome(
                        1, 2, List.of(new TrainingCurve("loss", List.of(2.0, Double.NaN, 1.0))), List.of("went back"));
        return new SearchTable.Row(
                candidate, status, score, outcome, score == null ? "boom\n\tat x" : null, parameters);
    }

    private static SearchTable table(boolean minimize, List<SearchTable.Row> rows) {
        List<String> names = rows.stream()
                .flatMap(row -> row.parameters().keySet().stream())
                .distinct()
                .sorted()
                .toList();
        return new SearchTable("accuracy", minimize, names, rows);
    }

    @Test
    void theBestIsJudgedAmongTheLongestTrainingsAndInTheDirectionOfTheScore() {
        List<SearchTable.Row> rows = List.of(
                row(0, 0.9, 0.5, Map.of()),
                row(1, 0.2, 1, Map.of()),
                row(2, null, 1, Map.of()),
                row(3, 0.4, 1, Map.of()));
        assertThat(table(false, rows).best().orElseThrow().candidate().index()).isEqualTo(3);
        assertThat(table(true, rows).best().orElseThrow().candidate().index()).isEqualTo(1);
    }

    @Test
    void cellsWithQuotesAndCommasAreQuotedAndAFailureTakesOneLine() {
        String csv = table(true, List.of(row(0, null, 1, Map.of("w", "x,y")))).csv();
        assertThat(csv.lines())
                .containsExactly(
                        "candidate,status,score,epoch share,seed,w,repairs,notes,failure,seconds",
                        "0,Failed,,1.0,9,\"x,y\",\"a \"\"b\"\", c\",,boom,NaN");
    }

    @Test
    void thePageIsOneWellFormedWholeWithoutScriptsOrLinks() throws Exception {
        String page = SearchPage.of(table(
                false,
                List.of(
                        row(0, 0.5, 1, Map.of("<script>", "a<b", "rate", 0.1)),
                        row(1, 0.7, 1, Map.of("<script>", "c&d", "rate", 0.2)),
                        row(2, null, 1, Map.of()))));
        assertThat(page).doesNotContain("<script", "http:", "https:", "NaN,", "src=");
        assertThat(page).contains("&lt;script&gt;", "a&lt;b", "c&amp;d");
        assertThat(page).contains("Search for the highest accuracy", "went back", "boom");
        // Two parameters over which two complete candidates stand; a curve and a line through the parameters for each.
        assertThat(page.split("<circle ", -1)).hasSize(1 + 4);
        assertThat(page.split("<polyline ", -1)).hasSize(1 + 2 + 2);
    }

    @Test
    void aCurveOfOneEpochIsADot() {
        Axis axis = Axis.of(List.of(1, 2));
        SvgChart chart = new SvgChart(axis, axis);
        chart.line(List.of(new SvgChart.Point(1, 2)), "bestLine", "one epoch");
        assertThat(chart.svg()).contains("<circle class=\"bestPoint\"");
        SvgChart longer = new SvgChart(axis, axis);
        longer.line(List.of(new SvgChart.Point(1, 2), new SvgChart.Point(2, 2)), "bestLine", "two");
        assertThat(longer.svg()).doesNotContain("<circle");
    }

    @Test
    void ratesAreShownWithFourDigits() {
        String page = SearchPage.of(table(false, List.of(row(0, 0.5, 1, Map.of("rate", 0.0053784823698672535)))));
        assertThat(page).contains("rate = 0.005378").doesNotContain("0.00537848");
    }

    @Test
    void aLineThroughTheParametersLeavesOutThoseWithoutEffect() {
        ParallelChart chart = new ParallelChart(new TreeMap<>(Map.of(
                "a", Axis.of(List.of(1, 2)), "b", Axis.of(List.of("x", "y")), "c", Axis.of(List.of(0.1, Double.NaN)))));
        chart.line(Map.of("a", 2, "c", 0.1), "", "first");
        // The axes stand 110 apart, from 240 up to 40; the only value of an axis stands in its middle.
        assertThat(chart.svg()).contains("points=\"55.0,40.0 275.0,140.0\"");
    }

    @Test
    void ratesOverTwoDecadesStandByTheirLogarithms() {
        Axis rates = Axis.of(List.of(0.001, 0.01, 0.1));
        assertThat(rates.share(0.01)).isCloseTo(0.5, within(1e-12));
        assertThat(rates.remark()).isEqualTo("logarithmic");
        assertThat(Axis.of(List.of(0.0, 0.01, 0.1)).share(0.01)).isCloseTo(0.1, within(1e-12));
        assertThat(Axis.of(List.of(0.1)).share(0.2)).isNaN();
    }

    @Test
    void scoresHaveNamesForPeople() {
        assertThat(ScoreName.of(new EvaluationScoreFunction(Evaluation.Metric.ACCURACY)))
                .isEqualTo("accuracy");
        assertThat(ScoreName.of(new EvaluationScoreFunction(Evaluation.Metric.F1)))
                .isEqualTo("F1");
        assertThat(ScoreName.of(new ROCScoreFunction(ROCScoreFunction.ROCType.ROC, ROCScoreFunction.Metric.AUC)))
                .isEqualTo("area under the ROC curve");
        assertThat(ScoreName.of(new RegressionScoreFunction(RegressionEvaluation.Metric.MSE)))
                .isEqualTo("MSE");
        assertThat(ScoreName.of(new TestSetLossScoreFunction())).isEqualTo("loss");
        assertThat(ScoreName.of(RbmScore.of(RbmScore.Measure.FREE_ENERGY_GAP))).isEqualTo("free energy gap of layer 0");
        assertThat(ScoreName.of(new SecondsScore())).isEqualTo("seconds of training");
    }

    @Test
    void progressSaysWhatIsLeftFromTheCandidatesTrainedHere() {
        // Two trained here in a minute: six more take three minutes.
        Duration left = SearchProgress.left(Duration.ofMinutes(1), 2, 6);
        assertThat(left).isEqualTo(Duration.ofMinutes(3));
        assertThat(SearchProgress.line(4, 10, 0.5, 2, left))
                .isEqualTo("candidate 4/10, best score 0.5000 of candidate 2, 3:00 left");
        assertThat(SearchProgress.left(Duration.ofMinutes(1), 0, 6)).isNull();
        assertThat(SearchProgress.line(4, -1, null, -1, null)).isEqualTo("candidate 4");
    }

    @Test
    void theTotalIsTheLeastOfWhatGeneratorAndTerminationAllow() {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(SuccessiveHalving.of(Spaces.small(), new SecondsScore(), 9, 3, 1))
                .terminationConditions(new MaxCandidatesCondition(100))
                .build();
        assertThat(SearchProgress.totalOf(configuration)).isEqualTo(9 + 3 + 1);
        // In full trainings each rung costs the same: nine ninths, three thirds, one.
        assertThat(SearchProgress.workOf(configuration, 13)).isCloseTo(3, within(1e-12));
        assertThat(SearchProgress.workOf(configuration, 9)).isCloseTo(1, within(1e-12));
    }
}
