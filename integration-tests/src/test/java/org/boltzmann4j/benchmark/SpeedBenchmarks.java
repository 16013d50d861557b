package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.boltzmann4j.math.BlasKernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks of this package in one process and prints medians and ratios.
 *
 * <p>On machines whose cores are shared, seconds drift by a factor of two within minutes. So the methods of a scenario take
 * turns, and every ratio is of two neighbours in time; the table holds the ratios' median and quartiles. That is why JMH does
 * not fork here: a process for each method would pull the neighbours apart.
 *
 * <p>System properties: {@code rounds} (default 5) and {@code only} (a regular expression for the scenarios' names; default
 * all).
 */
public final class SpeedBenchmarks {

    private static final String PRODUCTS = "products";
    private static final String OURS = "boltzmann4j";
    private static final String ARRAY_OPERATIONS = "arrayOperations";

    private SpeedBenchmarks() {}

    /** A benchmark with the parameters it is run with. */
    private record Scenario(String name, Class<?> benchmark, Map<String, String> parameters, List<String> methods) {

        Scenario with(String key, int value) {
            Map<String, String> changed = new LinkedHashMap<>(parameters);
            changed.put(key, String.valueOf(value));
            return new Scenario(name, benchmark, changed, methods);
        }

        int steps() {
            return Integer.parseInt(parameters.get("steps"));
        }
    }

    /** Seconds and bytes of heap for each step. */
    private record Cost(double seconds, double bytes) {}

    /**
     * Runs.
     *
     * @param arguments none
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String... arguments) throws RunnerException {
        int rounds = Integer.getInteger("rounds", 5);
        Pattern only = Pattern.compile(System.getProperty("only", ".*"));
        printMachine();
        System.out.printf(
                "%n%-50s %13s %13s  %5s %-14s %7s %12s%n",
                "", "step", "its products", "share", "quartiles", "arrays", "heap/step");
        for (Scenario scenario : scenarios()) {
            if (only.matcher(scenario.name()).find()) {
                measure(scenario, rounds, true);
            }
        }
        System.out.printf(
                "%nstep: seconds of a step. share: seconds of its products over those of the step. arrays: seconds of a step in"
                        + " ND4J's array operations over those of the step. Medians of %d round(s).%n"
                        + "Load at the end: %.1f. Garbage collections: %s.%n",
                rounds, load(), collections());
    }

    /** Two steps of everything that is small, so that the benchmarks cannot rot. */
    static int smoke() throws RunnerException {
        int count = 0;
        for (Scenario scenario : scenarios()) {
            if (Integer.parseInt(scenario.parameters().get("rows")) <= 100) {
                measure(scenario.with("steps", 2), 1, false);
                count++;
            }
        }
        return count;
    }

    private static List<Scenario> scenarios() {
        List<Scenario> result = new ArrayList<>();
        for (int threads : new int[] {1, 2}) {
            result.addAll(training(500, "binary", threads));
            result.add(training("PCD-1", 20, 500, "binary", "sgd", threads));
            result.add(training("PCD-1", 100, 500, "binary", "nesterovs", threads));
            result.add(new Scenario(
                    "greedy epoch 784-500-500-2000, 100 rows" + onThreads(threads),
                    GreedyEpoch.class,
                    Map.of("rows", "100", "threads", String.valueOf(threads), "steps", "30"),
                    List.of(PRODUCTS, OURS)));
            result.add(estimation("annealing", 100, 1000, threads));
            result.add(estimation("sampling", 2000, 20, threads));
            result.add(langevin(100, 200, threads));
            result.add(langevin(1000, 20, threads));
        }
        for (int threads : new int[] {1, 2}) {
            result.addAll(training(2000, "binary", threads));
            result.addAll(training(500, "gaussian", threads));
        }
        return result;
    }

    private static List<Scenario> training(int hidden, String units, int threads) {
        List<Scenario> result = new ArrayList<>();
        for (int rows : new int[] {100, 1000}) {
            for (String method : new String[] {"CD-1", "PCD-1", "CD-10", "PT-10"}) {
                result.add(training(method, rows, hidden, units, "sgd", threads));
            }
        }
        return result;
    }

    private static Scenario langevin(int rows, int steps, int threads) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("rows", String.valueOf(rows));
        parameters.put("threads", String.valueOf(threads));
        parameters.put("steps", String.valueOf(steps));
        String name = String.format("Langevin 784-500-500-10, %d chains%s", rows, onThreads(threads));
        return new Scenario(name, LangevinStep.class, parameters, List.of(PRODUCTS, OURS));
    }

    private static Scenario training(String method, int rows, int hidden, String units, String updater, int threads) {
        boolean slow = method.endsWith("-10");
        int steps = Math.max(4, 60_000 / rows / (slow ? 12 : 1) * 500 / hidden);
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("method", method);
        parameters.put("rows", String.valueOf(rows));
        parameters.put("hidden", String.valueOf(hidden));
        parameters.put("units", units);
        parameters.put("updater", updater);
        parameters.put("threads", String.valueOf(threads));
        parameters.put("steps", String.valueOf(steps));
        String name =
                String.format("%s 784-%d %s, %s, %d rows%s", method, hidden, units, updater, rows, onThreads(threads));
        List<String> methods = method.startsWith("PT") || !updater.equals("sgd")
                ? List.of(PRODUCTS, OURS)
                : List.of(PRODUCTS, OURS, ARRAY_OPERATIONS);
        return new Scenario(name, TrainingStep.class, parameters, methods);
    }

    private static String onThreads(int threads) {
        return threads == 1 ? ", 1 thread" : ", " + threads + " threads";
    }

    private static Scenario estimation(String task, int rows, int steps, int threads) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("task", task);
        parameters.put("rows", String.valueOf(rows));
        parameters.put("threads", String.valueOf(threads));
        parameters.put("steps", String.valueOf(steps));
        String name = String.format("%s 784-500, %d chains%s", task, rows, onThreads(threads));
        return new Scenario(name, Estimation.class, parameters, List.of(PRODUCTS, OURS));
    }

    private static void measure(Scenario scenario, int rounds, boolean warm) throws RunnerException {
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        scenario.methods().forEach(method -> costs.put(method, new ArrayList<>()));
        for (int round = warm ? -1 : 0; round < rounds; round++) { // the first one warms up
            for (String method : scenario.methods()) {
                // Slower by so much that fewer steps tell as well.
                int steps = method.equals(ARRAY_OPERATIONS) ? Math.max(2, scenario.steps() / 4) : scenario.steps();
                Cost cost = run(scenario.with("steps", steps), method);
                if (round >= 0) {
                    costs.get(method).add(cost);
                }
            }
        }
        double[] share = ratios(costs.get(PRODUCTS), costs.get(OURS));
        System.out.printf(
                Locale.ROOT,
                "%-50s %10.2f ms %10.2f ms  %5.2f %-14s %7s %9.0f kB%n",
                scenario.name(),
                1e3 * seconds(costs.get(OURS)),
                1e3 * seconds(costs.get(PRODUCTS)),
                median(share),
                String.format(Locale.ROOT, "%.2f to %.2f", quantile(share, 25), quantile(share, 75)),
                costs.containsKey(ARRAY_OPERATIONS)
                        ? String.format(
                                Locale.ROOT, "%.1f", median(ratios(costs.get(ARRAY_OPERATIONS), costs.get(OURS))))
                        : "",
                median(costs.get(OURS).stream().mapToDouble(Cost::bytes).toArray()) / 1e3);
        System.out.flush();
    }

    private static Cost run(Scenario scenario, String method) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(scenario.benchmark().getName() + "." + method) + "$")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.NONE)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        scenario.parameters().forEach(options::param);
        RunResult result = new Runner(options.build()).runSingle();
        double steps = scenario.steps();
        return new Cost(result.getPrimaryResult().getScore() / steps, bytes(result) / steps);
    }

    @SuppressWarnings("rawtypes") // JMH's own signature
    private static double bytes(RunResult result) {
        for (Map.Entry<String, Result> entry : result.getSecondaryResults().entrySet()) {
            if (entry.getKey().contains("alloc.rate.norm")) {
                return entry.getValue().getScore();
            }
        }
        return Double.NaN;
    }

    private static double[] ratios(List<Cost> above, List<Cost> below) {
        double[] result = new double[above.size()];
        Arrays.setAll(result, i -> above.get(i).seconds() / below.get(i).seconds());
        return result;
    }

    private static double seconds(List<Cost> costs) {
        return median(costs.stream().mapToDouble(Cost::seconds).toArray());
    }

    private static double median(double[] values) {
        return quantile(values, 50);
    }

    private static double quantile(double[] values, double percent) {
        return new Percentile().evaluate(values, percent);
    }

    private static void printMachine() {
        Nd4j.create(DataType.FLOAT, 2, 2).mmul(Nd4j.create(DataType.FLOAT, 2, 2)); // loads the backend
        System.out.printf(
                "%s, %d cores, load %.1f, Java %s%n",
                processor(), Runtime.getRuntime().availableProcessors(), load(), Runtime.version());
        System.out.printf(
                "BLAS: %s, %d thread(s) at the start; OMP_NUM_THREADS=%s%n",
                BlasKernels.loaded().map(BlasKernels::core).orElse("unknown kernels"),
                Nd4j.factory().blas().getMaxThreads(),
                System.getenv("OMP_NUM_THREADS"));
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException | UncheckedIOException e) {
            return System.getProperty("os.arch");
        }
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(bean ->
                        bean.getName() + " " + bean.getCollectionCount() + " in " + bean.getCollectionTime() + " ms")
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }
}
