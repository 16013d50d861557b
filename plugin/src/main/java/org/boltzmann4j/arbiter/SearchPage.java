package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One page about a search that needs no other file and runs no script: best configuration as JSON and as Java, the score over every
 * parameter, learning curves, all candidates. Everything that comes from candidates is escaped.
 */
final class SearchPage {

    private static final String STYLE =
            """
            body { font: 14px sans-serif; margin: 2em auto; max-width: 75em; color: #222 }
            figure { display: inline-block; margin: 0.5em; vertical-align: top }
            figcaption { font-size: 12px } pre { background: #f4f4f4; padding: 1em; overflow: auto; max-height: 30em }
            table { border-collapse: collapse; font-size: 12px } td, th { border: 1px solid #ccc; padding: 2px 6px }
            .best { background: #e6f2e6 } svg { background: #fafafa } text { font: 10px sans-serif }
            circle { fill: #2660a4; fill-opacity: 0.6 } .bestPoint { fill: #c0392b; fill-opacity: 1 }
            polyline { fill: none; stroke: #2660a4; stroke-opacity: 0.5 } line { stroke: #888 }
            circle.shorter { fill-opacity: 0.3 } polyline.shorter { stroke: #777; stroke-opacity: 0.4 }
            polyline.bestLine { stroke: #c0392b; stroke-opacity: 1; stroke-width: 2 }
            figure.wide { overflow-x: auto; display: block }
            """;

    private final SearchTable table;
    private final List<SearchTable.Row> complete;
    private final int best;
    private final Axis scores;
    private final StringBuilder page = new StringBuilder();

    private SearchPage(SearchTable table) {
        this.table = table;
        // From the shorter trainings to the longer ones, so that the latter lie on top.
        this.complete = table.rows().stream()
                .filter(row -> row.score() != null)
                .sorted(Comparator.comparingDouble(row -> row.candidate().epochShare()))
                .toList();
        this.best = table.best().map(row -> row.candidate().index()).orElse(-1);
        this.scores = Axis.of(complete.stream().map(SearchTable.Row::score).toList());
    }

    static String of(SearchTable table) {
        return new SearchPage(table).html();
    }

    private String html() {
        String title = "Search for the " + (table.minimize() ? "lowest " : "highest ") + table.score();
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n");
        heading(1, title);
        page.append(String.format(
                "<p>%d trainings, %d complete. Pale marks are trainings for a share of the epochs.</p>%n",
                table.rows().size(), complete.size()));
        table.best().ifPresent(this::best);
        heading(2, "All parameters");
        parallel();
        heading(2, "The " + table.score() + " over each parameter");
        table.parameters().forEach(this::scatter);
        heading(2, "Learning curves");
        curveNames().forEach(this::curves);
        heading(2, "Trainings");
        candidates();
        return page.append("</body></html>\n").toString();
    }

    private void heading(int level, String text) {
        page.append(String.format("<h%d>%s</h%d>%n", level, escaped(text), level));
    }

    private void best(SearchTable.Row row) {
        heading(2, "Best: candidate " + row.candidate().index() + ", " + table.score() + " " + row.score());
        page.append("<ul>\n");
        row.parameters().forEach((name, value) -> page.append("<li>")
                .append(escaped(name + " = " + shown(value)))
                .append("</li>\n"));
        page.append("</ul>\n");
        details("As Java", JavaSource.of(row.candidate()));
        details("As JSON", row.candidate().toJson());
    }

    /** Rates have more digits than anybody reads; JSON, Java and the table in CSV have them all. */
    private static String shown(Object value) {
        return value instanceof Double number ? Axis.number(number) : String.valueOf(value);
    }

    private void details(String summary, String text) {
        page.append("<details><summary>")
                .append(summary)
                .append("</summary><pre>")
                .append(escaped(text));
        page.append("</pre></details>\n");
    }

    private Set<String> curveNames() {
        return table.rows().stream()
                .filter(row -> row.outcome() != null)
                .flatMap(row -> row.outcome().curves().stream().map(TrainingCurve::name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Axis axisOf(String parameter) {
        return Axis.of(complete.stream()
                .map(SearchTable.Row::parameters)
                .filter(parameters -> parameters.containsKey(parameter))
                .map(parameters -> parameters.get(parameter))
                .toList());
    }

    private String style(SearchTable.Row row, String ofTheBest) {
        if (row.candidate().index() == best) {
            return ofTheBest;
        }
        return row.candidate().epochShare() < 1 ? "shorter" : "";
    }

    private String tip(SearchTable.Row row) {
        return "candidate " + row.candidate().index() + ", " + table.score() + " " + row.score();
    }

    /** A line for each complete candidate, through all of its parameters to its score. */
    private void parallel() {
        Map<String, Axis> axes = new LinkedHashMap<>();
        table.parameters().forEach(name -> axes.put(name, axisOf(name)));
        axes.put(table.score(), scores);
        ParallelChart chart = new ParallelChart(axes);
        for (SearchTable.Row row : complete) {
            Map<String, Object> values = new LinkedHashMap<>(row.parameters());
            values.put(table.score(), Objects.requireNonNull(row.score(), "complete"));
            chart.line(values, style(row, "bestLine"), tip(row));
        }
        figure("wide", "", chart.svg());
    }

    /** One dot for each complete candidate on which the parameter has an effect. */
    private void scatter(String name) {
        Axis axis = axisOf(name);
        SvgChart chart = new SvgChart(axis, scores);
        for (SearchTable.Row row : complete) {
            Object value = row.parameters().get(name);
            if (value != null) {
                chart.dot(
                        new SvgChart.Point(value, Objects.requireNonNull(row.score(), "complete")),
                        style(row, "bestPoint"),
                        tip(row) + ", " + name + " = " + shown(value));
            }
        }
        figure("", name + (axis.remark().isEmpty() ? "" : ": " + axis.remark()), chart.svg());
    }

    private void curves(String name) {
        Map<SearchTable.Row, List<SvgChart.Point>> lines = new LinkedHashMap<>();
        for (SearchTable.Row row : complete) {
            if (row.outcome() != null) {
                row.outcome().curves().stream()
                        .filter(curve -> curve.name().equals(name))
                        .forEach(curve -> lines.put(row, points(curve)));
            }
        }
        List<SvgChart.Point> all = lines.values().stream().flatMap(List::stream).toList();
        SvgChart chart = new SvgChart(
                Axis.of(all.stream().map(SvgChart.Point::x).toList()),
                Axis.of(all.stream().map(SvgChart.Point::y).toList()));
        lines.forEach((row, line) -> chart.line(line, style(row, "bestLine"), tip(row)));
        figure("", name + ", by epoch", chart.svg());
    }

    private static List<SvgChart.Point> points(TrainingCurve curve) {
        return IntStream.range(0, curve.values().size())
                .mapToObj(i -> new SvgChart.Point(i + 1, curve.values().get(i)))
                .toList();
    }

    private void figure(String style, String caption, String svg) {
        page.append("<figure class=\"")
                .append(style)
                .append("\">")
                .append(svg)
                .append("<figcaption>")
                .append(escaped(caption))
                .append("</figcaption></figure>\n");
    }

    private void candidates() {
        page.append("<table><tr><th>candidate<th>status<th>")
                .append(escaped(table.score()))
                .append("<th>epochs<th>seconds<th>parameters<th>repairs and notes</tr>\n");
        for (SearchTable.Row row : table.rows()) {
            String parameters = row.parameters().entrySet().stream()
                    .map(entry -> entry.getKey() + " = " + shown(entry.getValue()))
                    .collect(Collectors.joining(", "));
            page.append(String.format(
                    Locale.ROOT,
                    "<tr%s><td>%d<td>%s<td>%s<td>%.0f %%<td>%.1f<td>%s<td>%s</tr>%n",
                    row.candidate().index() == best ? " class=\"best\"" : "",
                    row.candidate().index(),
                    row.status(),
                    row.score() == null ? "" : row.score(),
                    100 * row.candidate().epochShare(),
                    row.seconds(),
                    escaped(parameters),
                    escaped(remarks(row))));
        }
        page.append("</table>\n");
    }

    private static String remarks(SearchTable.Row row) {
        List<String> remarks = new ArrayList<>(row.candidate().repairs());
        if (row.outcome() != null) {
            remarks.addAll(row.outcome().notes());
        }
        if (row.failure() != null) {
            remarks.add(row.failure().lines().findFirst().orElse(""));
        }
        return String.join("; ", remarks);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
