package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.plot.LearningCurves;
import org.boltzmann4j.sampler.TemperingPath;
import org.deeplearning4j.datasets.iterator.utilty.BenchmarkDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How the seconds of a step and the memory outside of the heap and on it grow with each size of a training, one at a time, beside the
 * products of the step and the memory that formulas give for these sizes. Prints tables and draws a curve for each.
 *
 * <p>To see the memory outside of the heap, the heap must not grow: start with {@code -Xms} equal to {@code -Xmx} and
 * {@code -XX:+AlwaysPreTouch}. And what one training frees must not serve the next: {@code MALLOC_MMAP_THRESHOLD_=65536} in the
 * environment lets glibc give every larger block back to the system; seconds are better measured without. System
 * property {@code only}: a regular expression for the names of the tables. Argument: directory for the pictures.
 */
public final class Growth {

    private static final int ROUNDS = 3;
    private static final double SECONDS = 0.5;
    private static final int FREEING_MILLISECONDS = 300;

    /** Compiled code and buffers of the BLAS. */
    private static final long CONSTANT_BYTES = 12_000_000;

    private Growth() {}

    /** The sizes of a training. */
    private record Sizes(int visible, int hidden, int rows, int chains, int rungs, int minibatches) {

        private static final Sizes USUAL = new Sizes(784, 500, 100, 100, 1, 0);

        Method method() {
            return new Method(rungs > 1 ? Method.Kind.PT : Method.Kind.PCD, rungs > 1 ? rungs : 1, chains);
        }

        /** A bound of what a training takes outside of the heap: its arrays of floats, and what does not grow. */
        long expectedBytes() {
            long parameters = (long) visible * hidden + visible + hidden;
            long states = 2L * (rows + (long) chains * rungs) * (visible + hidden);
            long stacks = (rows + chains + 2L) * (visible + hidden);
            // The network's, their gradient, the best so far, and two on their way at the start.
            long minibatches = 3L * rows * visible; // in work, as the units see it, for the monitors
            return 4 * (5 * parameters + states + stacks + minibatches) + CONSTANT_BYTES;
        }

        /** A bound, fitted to what was measured, of what a training holds on the heap: objects for units, for rows and for chains. */
        long expectedHeap() {
            return 100_000 + 240L * (visible + hidden) + 370L * (rows + (long) chains * rungs);
        }

        /** Likewise of what a step leaves to the collector: rows of units on their way through a pass, records of passes. */
        long expectedGarbage() {
            return 20_000 + 152L * (visible + hidden) + 350L * (rows + (long) chains * rungs);
        }
    }

    /** Seconds, peak memory outside of the heap and what formulas say of it; held on the heap, and left there by a step. */
    private record Point(
            double size,
            double step,
            double products,
            double bytes,
            double expected,
            double held,
            double expectedHeld,
            double left,
            double expectedLeft) {}

    /**
     * Runs.
     *
     * @param arguments directory for the pictures
     * @throws IOException if they cannot be written
     */
    public static void main(String... arguments) throws IOException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/growth");
        Sizes usual = Sizes.USUAL;
        measure(
                directory,
                "hidden units",
                List.of(100, 250, 500, 1000, 2000, 4000, 8000),
                n -> new Sizes(usual.visible, n, usual.rows, usual.chains, 1, 0));
        measure(
                directory,
                "visible units",
                List.of(100, 500, 1000, 2000, 5000, 10_000, 20_000),
                n -> new Sizes(n, usual.hidden, usual.rows, usual.chains, 1, 0));
        measure(
                directory,
                "chains",
                List.of(10, 30, 100, 300, 1000, 3000),
                n -> new Sizes(usual.visible, usual.hidden, usual.rows, n, 1, 0));
        measure(
                directory,
                "rungs",
                List.of(2, 5, 10, 20, 40),
                n -> new Sizes(usual.visible, usual.hidden, usual.rows, usual.chains, n, 0));
        measure(
                directory,
                "rows of the data",
                List.of(1000, 10_000, 100_000, 1_000_000),
                n -> new Sizes(usual.visible, usual.hidden, usual.rows, usual.chains, 1, n / usual.rows));
    }

    private static void measure(Path directory, String name, List<Integer> values, IntFunction<Sizes> sizes)
            throws IOException {
        if (!Pattern.compile(System.getProperty("only", ".*")).matcher(name).find()) {
            return;
        }
        System.out.printf(
                "%n%-18s %13s %13s %6s %14s %14s %22s %22s%n",
                name, "step", "its products", "share", "outside heap", "by formula", "held on heap", "left by a step");
        List<Point> points = new ArrayList<>();
        for (int value : values) {
            Point point = point(value, sizes.apply(value));
            points.add(point);
            System.out.printf(
                    Locale.ROOT,
                    "%,18d %10.2f ms %10.2f ms %6.2f %11.1f MB %11.1f MB %7.0f of %,8.0f kB %7.0f of %,8.0f kB%n",
                    value,
                    1e3 * point.step,
                    1e3 * point.products,
                    point.products / point.step,
                    point.bytes / 1e6,
                    point.expected / 1e6,
                    point.held / 1e3,
                    point.expectedHeld / 1e3,
                    point.left / 1e3,
                    point.expectedLeft / 1e3);
        }
        double[] x =
                points.stream().mapToDouble(point -> Math.log10(point.size)).toArray();
        LearningCurves.of("A step and its products", name + ", logarithm to base 10", "seconds, logarithm to base 10")
                .withCurve("step", x, logarithms(points.stream().mapToDouble(Point::step)))
                .withCurve("its products", x, logarithms(points.stream().mapToDouble(Point::products)))
                .write(directory.resolve("growth-" + name.replace(' ', '-') + ".png"));
    }

    private static double[] logarithms(DoubleStream values) {
        return values.map(Math::log10).toArray();
    }

    private static Point point(int value, Sizes sizes) throws IOException {
        double[] steps = new double[ROUNDS];
        double[] products = new double[ROUNDS];
        long bytes = 0;
        int count = sizes.minibatches > 0 ? sizes.minibatches : 20;
        boolean once = (long) count * sizes.rows >= 1_000_000;
        int rounds = once ? 1 : ROUNDS;
        for (int round = 0; round < rounds; round++) {
            products[round] = secondsOfProducts(sizes);
            freeArrays();
            ProcessMemory before = ProcessMemory.resetPeak();
            steps[round] = secondsOfAStep(sizes, count);
            bytes = Math.max(bytes, ProcessMemory.now().peak() - before.resident());
        }
        int few = Math.min(count, 20);
        HeapMeter heap = new HeapMeter();
        train(sizes, few, heap);
        return new Point(
                value,
                median(steps, rounds),
                median(products, rounds),
                bytes,
                sizes.expectedBytes(),
                heap.held(),
                sizes.expectedHeap(),
                heap.allocatedInTheLastEpoch() / (double) few,
                sizes.expectedGarbage());
    }

    /** Arrays outside of the heap are freed by a thread of the host, after the collector has found that nobody holds their handles. */
    private static void freeArrays() throws IOException {
        long last = Long.MAX_VALUE;
        for (long now = Long.MAX_VALUE - 1;
                now < last;
                now = ProcessMemory.now().resident()) {
            last = now;
            System.gc();
            try {
                Thread.sleep(FREEING_MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    private static double median(double[] values, int count) {
        return new Percentile().evaluate(values, 0, count, 50);
    }

    private static double secondsOfProducts(Sizes sizes) {
        INDArray data = Nd4j.rand(DataType.FLOAT, sizes.rows, sizes.visible);
        Products products = new Products(data, sizes.hidden, sizes.method());
        products.run(2);
        long start = System.nanoTime();
        int steps = 0;
        while (System.nanoTime() - start < SECONDS * 1e9 || steps < 3) {
            products.run(1);
            steps++;
        }
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    /** Between the ends of two epochs of half as many minibatches: without the first pass over the data. */
    private static double secondsOfAStep(Sizes sizes, int minibatches) {
        EpochClock clock = new EpochClock();
        train(sizes, minibatches, clock);
        return clock.secondsOfTheLastEpoch() / minibatches;
    }

    private static void train(Sizes sizes, int minibatches, PretrainingListener listener) {
        INDArray features =
                Nd4j.rand(DataType.FLOAT, sizes.rows, sizes.visible).lt(0.2).castTo(DataType.FLOAT);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(sizes.visible)
                        .nOut(sizes.hidden)
                        .negativePhase(sizes.method().negativePhase(TemperingPath.TEMPERATURE))
                        .build())
                .build());
        network.init();
        GreedyPretrainer.builder()
                .epochs(2)
                .monitorRows(sizes.rows)
                .reportProgress(false)
                .listeners(listener)
                .build()
                .pretrain(network, new BenchmarkDataSetIterator(new DataSet(features, features), minibatches));
    }
}
