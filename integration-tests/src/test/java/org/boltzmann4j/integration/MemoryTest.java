package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long runs in a process of their own, so that what they hold can be told from what the tests hold. */
class MemoryTest {

    private static final int SECONDS = 600;

    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    /**
     * A minibatch of 20 x 256 floats is 20 kB: one that is held for each of 8,000 iterations is 160 MB outside of the heap, its owners
     * about 1 kB each on it. What grows by less than these bounds grows by less than 0.5 kB on the heap and 8 kB beside it with each
     * iteration: no array of the size of the minibatch or the weights (8 kB) is kept, and no owner of any array.
     */
    private static final long HEAP = 4L << 20;

    private static final long PROCESS = 64L << 20;

    @TempDir
    Path directory;

    private ChildJvm run(List<String> options, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = LongRun.class.getName();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ChildJvm child = ChildJvm.end(directory, ChildJvm.start(directory, CLASS_PATH, options, command), SECONDS);
        assertThat(child.exitCode()).as(child.output()).isZero();
        return child;
    }

    /** Growth of heap and process from the first measurement to the last. */
    private static long[] growth(ChildJvm child) {
        List<long[]> measured = child.output()
                .lines()
                .filter(line -> line.startsWith(LongRun.MEMORY))
                .map(line -> line.substring(LongRun.MEMORY.length()).split(" ", 2))
                .map(numbers -> new long[] {Long.parseLong(numbers[0]), Long.parseLong(numbers[1])})
                .toList();
        assertThat(measured).hasSizeGreaterThanOrEqualTo(2);
        long[] first = measured.get(0);
        long[] last = measured.get(measured.size() - 1);
        return new long[] {last[0] - first[0], last[1] - first[1]};
    }

    @Test
    void memoryIsFlatOverTenThousandIterations() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx256m");
        long[] growth = growth(run(options, "flat", directory.resolve("flat").toString(), "2000", "10000"));
        assertThat(growth[0]).as("heap").isLessThan(HEAP);
        assertThat(growth[1]).as("process").isLessThan(PROCESS);
        // The wrong version beside it, over a quarter of the iterations: it would be found.
        long[] leak = growth(run(options, "leaking", directory.resolve("leak").toString(), "500", "2500"));
        assertThat(4 * leak[1]).as("process, leaking").isGreaterThan(PROCESS);
    }

    /** Nothing is kept of what was read: neither on the heap, ten times smaller than the data, nor in arrays beside it. */
    @Test
    void dataTenTimesLargerThanTheHeapStreamThroughAnIterator() throws IOException, InterruptedException {
        long heap = 48L << 20;
        ChildJvm child = run(
                List.of(
                        "-Xmx" + heap,
                        "-Dorg.bytedeco.javacpp.maxbytes=" + (heap << 1),
                        // Libraries and the JVM itself are about 300 MB: the data would not fit beside them.
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=" + (heap * 12)),
                "stream",
                String.valueOf(10 * heap));
        assertThat(child.output()).contains("streamed ");
    }
}
