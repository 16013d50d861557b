package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.sampler.Ladder;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

final class ReportTest {

    @TempDir
    Path directory;

    private static SearchTable.Row row(int index, Double score, double share, Map<String, Object> parameters) {
        CandidateRecord candidate = new CandidateRecord(
                index, 9L, share, List.of(0.5), null, null, 1, PretrainingSettings.ofEpochs(1), List.of("a \"b\", c"));
        CandidateStatus status = score == null ? CandidateStatus.Failed : CandidateStatus.Complete;
        TrainingOutcome outcome = score == null
                ? null
                : new TrainingOutcome(1, 2, List.of(new TrainingCurve("loss", List.of(2.0, Double.NaN, 1.0))));
        return new SearchTable.Row(
                candidate, status, score, outcome, score == null ? "boom\n\tat x" : null, parameters);
    }

    @Test
    void theBestIsJudgedAmongTheLongestTrainingsAndInTheDirectionOfTheScore() {
        List<SearchTable.Row> rows = List.of(
                row(0, 0.9, 0.5, Map.of()),
                row(1, 0.2, 1, Map.of()),
                row(2, null, 1, Map.of()),
                row(3, 0.4, 1, Map.of()));
        assertThat(new SearchTable(false, rows).best().orElseThrow().candidate().index())
                .isEqualTo(3);
        assertThat(new SearchTable(true, rows).best().orElseThrow().candidate().index())
                .isEqualTo(1);
    }

    @Test
    void cellsWithQuotesAndCommasAreQuotedAndAFailureTakesOneLine() {
        String csv = new SearchTable(true, List.of(row(0, null, 1, Map.of("w", "x,y")))).csv();
        assertThat(csv.lines())
                .containsExactly(
                        "candidate,status,score,epoch share,seed,w,repairs,failure,seconds",
                        "0,Failed,,1.0,9,\"x,y\",\"a \"\"b\"\", c\",boom,NaN");
    }

    @Test
    void thePageIsOneWellFormedWholeWithoutScriptsOrLinks() throws Exception {
        String page = SearchPage.of(
                new SearchTable(
                        false,
                        List.of(
                                row(0, 0.5, 1, Map.of("<script>", "a<b", "rate", 0.1)),
                                row(1, 0.7, 1, Map.of("<script>", "c&d", "rate", 0.2)),
                                row(2, null, 1, Map.of()))),
                "<title>");
        assertThat(page).doesNotContain("<script", "http:", "https:", "NaN,", "src=");
        assertThat(page).contains("&lt;script&gt;", "a&lt;b", "c&amp;d");
        // Two parameters over which two complete candidates stand, and one curve for each.
        assertThat(page.split("<circle ", -1)).hasSize(1 + 4);
        assertThat(page.split("<polyline ", -1)).hasSize(1 + 2);
    }

    @Test
    void progressSaysWhatIsLeftFromTheCandidatesTrainedHere() {
        // Four of ten done, of which two were trained here in a minute: six more take three minutes.
        assertThat(SearchProgress.line(4, 10, 0.5, 2, Duration.ofMinutes(1), 2))
                .isEqualTo("candidate 4/10, best score 0.5000 of candidate 2, 3:00 left");
        assertThat(SearchProgress.line(4, -1, null, -1, Duration.ofMinutes(1), 2))
                .isEqualTo("candidate 4");
    }

    @Test
    void aSpecificationIsWrittenAsTheExpressionThatMakesIt() {
        assertThat(JavaSource.literal(PersistentContrastiveDivergence.of(1, 100)))
                .isEqualTo("new PersistentContrastiveDivergence(1, 100)");
        assertThat(JavaSource.literal(ParallelTempering.of(2, 3, Ladder.of(0.5, 1))))
                .isEqualTo(
                        "new ParallelTempering(2, 3, new FixedLadder(List.of(0.5, 1.0)), TemperingPath.TEMPERATURE)");
    }

    @Test
    void theJavaOfACandidateCompilesAndTrainsTheSameNetwork() throws Exception {
        DbnSpace space = Spaces.indexed(Spaces.small());
        double[] point = new double[space.numParameters()];
        java.util.Arrays.fill(point, 0.9);
        CandidateRecord candidate = CandidateRecord.of(space.getValue(point), 77);
        String program = "import org.boltzmann4j.dl4j.*; import org.deeplearning4j.nn.conf.*;"
                + " import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;"
                + " import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;"
                + " import org.nd4j.linalg.learning.config.IUpdater;\n"
                + "public class Best { public static MultiLayerNetwork train(DataSetIterator unlabelled,"
                + " DataSetIterator labelled) throws Exception {\n"
                + JavaSource.of(candidate)
                + "return network; } }";
        Class<?> best = compiled("Best", program);
        Stripes data = new Stripes();
        MultiLayerNetwork fromJava =
                (MultiLayerNetwork) best.getMethod("train", DataSetIterator.class, DataSetIterator.class)
                        .invoke(null, data.unlabelledData(), data.trainData());
        assertThat(fromJava.params())
                .isEqualTo(((MultiLayerNetwork) candidate.train(data).model()).params());
    }

    private Class<?> compiled(String name, String program) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return program;
                    }
                };
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        java.io.StringWriter messages = new java.io.StringWriter();
        boolean success = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-proc:none", "-cp", classPath, "-d", directory.toString()),
                        null,
                        List.of(source))
                .call();
        assertThat(success).as(messages.toString()).isTrue();
        return new java.net.URLClassLoader(
                        new java.net.URL[] {directory.toUri().toURL()},
                        getClass().getClassLoader())
                .loadClass(name);
    }

    @Test
    void theTotalIsTheLeastOfWhatGeneratorAndTerminationAllow() {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(SuccessiveHalving.of(Spaces.small(), new SecondsScore(), 9, 3, 1))
                .terminationConditions(new MaxCandidatesCondition(100))
                .build();
        assertThat(SearchProgress.totalOf(configuration)).isEqualTo(9 + 3 + 1);
    }
}
