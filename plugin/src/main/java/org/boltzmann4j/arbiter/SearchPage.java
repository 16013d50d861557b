package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
            polyline { fill: none; stroke: #999; stroke-opacity: 0.5 } .bestLine { stroke: #c0392b; stroke-opacity: 1 }
            """;

    private final SearchTable table;
    private final String title;
    private final StringBuilder page = new StringBuilder();

    private SearchPage(SearchTable table, String title) {
        this.table = table;
        this.title = title;
    }

    static String of(SearchTable table, String title) {
        return new SearchPage(table, title).html();
    }

    private String html() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n");
        heading(1, title);
        long complete = table.rows().stream().filter(row -> row.score() != null).count();
        page.append(String.format(
                "<p>%d candidates, %d complete; %s is better.</p>%n",
                table.rows().size(), complete, table.minimize() ? "a lower score" : "a higher score"));
        table.best().ifPresent(this::best);
        heading(2, "Score over each parameter");
        parameterNames().forEach(this::scatter);
        heading(2, "Learning curves");
        curveNames().forEach(this::curves);
        heading(2, "Candidates");
        candidates();
        return page.append("</body></html>\n").toString();
    }

    private void heading(int level, String text) {
        page.append(String.format("<h%d>%s</h%d>%n", level, escaped(text), level));
    }

    private void best(SearchTable.Row row) {
        heading(2, "Best: candidate " + row.candidate().index() + ", score " + row.score());
        page.append("<ul>\n");
        row.parameters().forEach((name, value) -> page.append("<li>")
                .append(escaped(name + " = " + value))
                .append("</li>\n"));
        page.append("</ul>\n");
        details("As Java", JavaSource.of(row.candidate()));
        details("As JSON", row.candidate().toJson());
    }

    private void details(String summary, String text) {
        page.append("<details><summary>")
                .append(summary)
                .append("</summary><pre>")
                .append(escaped(text));
        page.append("</pre></details>\n");
    }

    private Set<String> parameterNames() {
        return table.rows().stream()
                .flatMap(row -> row.parameters().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> curveNames() {
        return table.rows().stream()
                .filter(row -> row.outcome() != null)
                .flatMap(row -> row.outcome().curves().stream().map(TrainingCurve::name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** One dot for each complete candidate; values that are no numbers stand side by side in the order of their names. */
    private void scatter(String name) {
        List<SearchTable.Row> rows = table.rows().stream()
                .filter(row -> row.score() != null && row.parameters().containsKey(name))
                .toList();
        Map<String, Double> places = new LinkedHashMap<>();
        rows.stream()
                .map(row -> row.parameters().get(name))
                .filter(value -> !(value instanceof Number))
                .map(String::valueOf)
                .sorted()
                .forEach(value -> places.putIfAbsent(value, (double) places.size()));
        List<double[]> points = new ArrayList<>();
        for (SearchTable.Row row : rows) {
            Object value = row.parameters().get(name);
            double x = value instanceof Number number ? number.doubleValue() : places.get(String.valueOf(value));
            points.add(new double[] {x, row.score()});
        }
        SvgChart chart = SvgChart.spanning(points);
        int best = table.best().map(row -> row.candidate().index()).orElse(-1);
        for (int i = 0; i < rows.size(); i++) {
            chart.dot(
                    points.get(i), rows.get(i).candidate().index() == best ? "bestPoint" : "", tip(rows.get(i), name));
        }
        figure(name + (places.isEmpty() ? "" : ": " + String.join(" | ", places.keySet())), chart);
    }

    private static String tip(SearchTable.Row row, String name) {
        return "candidate " + row.candidate().index() + ": " + row.parameters().get(name) + ", score " + row.score();
    }

    private void curves(String name) {
        Map<Integer, List<double[]>> lines = new LinkedHashMap<>();
        for (SearchTable.Row row : table.rows()) {
            if (row.outcome() != null) {
                row.outcome().curves().stream()
                        .filter(curve -> curve.name().equals(name))
                        .forEach(curve -> lines.put(row.candidate().index(), points(curve)));
            }
        }
        SvgChart chart =
                SvgChart.spanning(lines.values().stream().flatMap(List::stream).toList());
        int best = table.best().map(row -> row.candidate().index()).orElse(-1);
        lines.forEach((index, line) -> chart.line(line, index == best ? "bestLine" : "", "candidate " + index));
        figure(name + ", by epoch", chart);
    }

    private static List<double[]> points(TrainingCurve curve) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < curve.values().size(); i++) {
            points.add(new double[] {i + 1, curve.values().get(i)});
        }
        return points;
    }

    private void figure(String caption, SvgChart chart) {
        page.append("<figure>").append(chart.svg()).append("<figcaption>").append(escaped(caption));
        page.append("</figcaption></figure>\n");
    }

    private void candidates() {
        int best = table.best().map(row -> row.candidate().index()).orElse(-1);
        page.append("<table><tr><th>candidate<th>status<th>score<th>epochs<th>seconds<th>parameters<th>repairs</tr>\n");
        for (SearchTable.Row row : table.rows()) {
            String parameters = row.parameters().entrySet().stream()
                    .map(entry -> entry.getKey() + " = " + entry.getValue())
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
                    escaped(String.join("; ", row.candidate().repairs()))));
        }
        page.append("</table>\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
