package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ExampleOptionsTest {

    @Command(name = "probe")
    private static final class Probe implements Callable<Integer> {

        @Mixin
        private ExampleOptions options = new ExampleOptions();

        private @Nullable ExampleData loaded;

        @Override
        public Integer call() {
            loaded = ExampleData.load(options);
            return 0;
        }
    }

    /** What a run left: exit code and what it wrote to the two outputs. */
    private record Run(int code, String out, String err) {

        static Run of(Probe probe, String... arguments) {
            PrintStream out = System.out;
            PrintStream err = System.err;
            ByteArrayOutputStream caughtOut = new ByteArrayOutputStream();
            ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
            System.setOut(new PrintStream(caughtOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
            try {
                int code = ExampleOptions.run(probe, arguments);
                return new Run(
                        code, caughtOut.toString(StandardCharsets.UTF_8), caughtErr.toString(StandardCharsets.UTF_8));
            } finally {
                System.setOut(out);
                System.setErr(err);
            }
        }
    }

    @Test
    void withoutOptionsTheBundledSampleIsLoaded() {
        Probe probe = new Probe();
        assertThat(Run.of(probe).code()).isZero();
        assertThat(probe.options.seed()).isEqualTo(42);
        assertThat(probe.options.out("quickstart")).isEqualTo(Path.of("target", "quickstart"));
        assertThat(probe.loaded).isNotNull();
        ExampleData data = probe.loaded;
        assertThat(data.train().examples()).isEqualTo(10_000);
        assertThat(data.test().examples()).isEqualTo(2_000);
        assertThat(data.train().features()).isEqualTo(784);
        assertThat(data.train().classes()).isEqualTo(10);
        assertThat(data.test().classes()).isEqualTo(10);
        // the mix of classes as drawn: fives are the rarest and ones the most frequent digit of MNIST
        assertThat(data.train().classBalanced(100, 1).examples()).isEqualTo(1_000);
        // The mean grey value of MNIST's 60,000 images is 0.1307, and images differ by 0.043: a fair sample of 10,000
        // lies within
        // five standard errors of 0.043 / sqrt(10,000). A sample of one of MNIST's two groups of writers does not
        // (0.123).
        double mean = data.train()
                .featureMatrix()
                .castTo(DataType.DOUBLE)
                .meanNumber()
                .doubleValue();
        assertThat(mean).isBetween(0.1307 - 0.0022, 0.1307 + 0.0022);
    }

    @Test
    void optionsAreTaken() {
        Probe probe = new Probe();
        assertThat(Run.of(probe, "--seed", "-7", "--out", "elsewhere").code()).isZero();
        assertThat(probe.options.seed()).isEqualTo(-7);
        assertThat(probe.options.out("quickstart")).isEqualTo(Path.of("elsewhere"));
    }

    @Test
    void helpShowsEveryOptionAndRunsNothing() {
        Probe probe = new Probe();
        Run run = Run.of(probe, "--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("--data=DIR", "--out=DIR", "--seed=N", "--help");
        assertThat(probe.loaded).isNull();
    }

    @Test
    void aWrongOptionIsExplainedWithoutAStackTrace() {
        for (String[] arguments : new String[][] {{"--seed", "many"}, {"--sed", "1"}, {"--data"}}) {
            Run run = Run.of(new Probe(), arguments);
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains(arguments[0]).doesNotContain("Exception", "\tat ");
        }
        assertThat(Run.of(new Probe(), "--seed", "many").err()).contains("'many' is no whole number");
    }

    @Test
    void aDirectoryWithoutDataIsNamedWithWhatWasLookedFor(@TempDir Path directory) {
        Run run = Run.of(new Probe(), "--data", directory.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("--data " + directory
                        + ": holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz")
                .doesNotContain("\tat ");
    }

    @Test
    void aBrokenFileIsNamed(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("train-images-idx3-ubyte"), "not found");
        Files.writeString(directory.resolve("train-labels-idx1-ubyte"), "not found");
        Run run = Run.of(new Probe(), "--data", directory.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("train-images-idx3-ubyte: starts with").doesNotContain("\tat ");
    }
}
