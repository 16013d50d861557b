package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of a search and their scores.
 *
 * @param score what people call the score
 * @param minimize whether a lower score is better
 * @param parameters names of the dimensions, as paths through the space
 * @param rows in the order of the search
 */
public record SearchTable(String score, boolean minimize, List<String> parameters, List<Row> rows) {

    /** Copies the lists. */
    public SearchTable {
        parameters = List.copyOf(parameters);
        rows = List.copyOf(rows);
    }

    /**
     * One candidate.
     *
     * @param candidate what was trained
     * @param status complete, failed or cancelled
     * @param score null unless complete
     * @param outcome how the training went, or null
     * @param failure stack trace or reason, or null
     * @param parameters value of each dimension by its path in the space, without those that have no effect on the candidate
     */
    public record Row(
            CandidateRecord candidate,
            CandidateStatus status,
            @Nullable Double score,
            @Nullable TrainingOutcome outcome,
            @Nullable String failure,
            Map<String, Object> parameters) {

        static Row of(CandidateRecord candidate, ResultRecord result, Map<String, Object> parameters) {
            return new Row(candidate, result.status(), result.score(), result.outcome(), result.failure(), parameters);
        }

        /**
         * Time of training.
         *
         * @return wall-clock seconds, or NaN if it was not finished
         */
        public double seconds() {
            return outcome == null ? Double.NaN : outcome.pretrainingSeconds() + outcome.fineTuningSeconds();
        }
    }

    /**
     * The best complete candidate; among those trained for the largest share of their epochs, since scores of shorter trainings
     * are for choosing only.
     *
     * @return its row, the first of several equal ones; empty if none is complete
     */
    public Optional<Row> best() {
        Comparator<Row> byScore = Comparator.comparingDouble(row -> minimize ? scoreOf(row) : -scoreOf(row));
        return rows.stream()
                .filter(row -> row.score() != null)
                .min(Comparator.<Row>comparingDouble(row -> -row.candidate().epochShare())
                        .thenComparing(byScore)
                        .thenComparing(row -> row.candidate().index()));
    }

    private static double scoreOf(Row row) {
        Double score = row.score();
        return score == null ? Double.NaN : score;
    }

    /**
     * The best candidate as Java: the class {@code Best} with the methods {@code configuration()} and {@code train(unlabelled,
     * labelled)}. The configuration is made by the builders of the host and of this library; one with layers or settings for which
     * that cannot be done, as of convolutions, is read from its JSON, and a comment says why.
     *
     * @return a source file, or a comment if no candidate is complete
     */
    public String bestAsJava() {
        return best().map(row -> JavaSource.of(row.candidate())).orElse("// no candidate is complete\n");
    }

    /**
     * The rows as comma-separated values, with a header; the seconds stand in the last column.
     *
     * @return RFC 4180, lines ended by line feeds
     */
    public String csv() {
        List<String> lines = new ArrayList<>();
        lines.add(line(Stream.of(
                Stream.of("candidate", "status", "score", "epoch share", "seed"),
                parameters.stream(),
                Stream.of("repairs", "notes", "failure", "seconds"))));
        for (Row row : rows) {
            String failure = row.failure() == null
                    ? ""
                    : row.failure().lines().findFirst().orElse("");
            lines.add(line(Stream.of(
                    Stream.of(
                            row.candidate().index(),
                            row.status(),
                            row.score() == null ? "" : row.score(),
                            row.candidate().epochShare(),
                            row.candidate().seed()),
                    parameters.stream().map(name -> row.parameters().getOrDefault(name, "")),
                    Stream.of(
                            String.join("; ", row.candidate().repairs()),
                            row.outcome() == null
                                    ? ""
                                    : String.join("; ", row.outcome().notes()),
                            failure,
                            row.seconds()))));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String line(Stream<Stream<?>> cells) {
        return cells.flatMap(group -> group)
                .map(cell -> quoted(String.valueOf(cell)))
                .collect(Collectors.joining(","));
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\n\r].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
