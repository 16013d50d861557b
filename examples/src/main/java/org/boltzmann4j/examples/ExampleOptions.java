package org.boltzmann4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The options every example takes. A command declares
 *
 * <pre>{@code
 * @Mixin private ExampleOptions options = new ExampleOptions();
 * }</pre>
 *
 * and is run by {@link #run}.
 */
final class ExampleOptions {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Directory with a data set in the four IDX files of MNIST (train-images-idx3-ubyte,"
                    + " train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte), gzipped or not."
                    + " Without it the example's own data are used.")
    private @Nullable Path data;

    @Option(names = "--out", paramLabel = "DIR", description = "Where files are written. Default: target/<example>.")
    private @Nullable Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Seed of everything random, a whole number. Default: ${DEFAULT-VALUE}.")
    private long seed = 42;

    @Option(names = "--help", usageHelp = true, description = "Show this help and leave.")
    private boolean help;

    /**
     * Runs a command and turns what goes wrong by the user's doing into one line on standard error.
     *
     * @param command a picocli command
     * @param arguments of the program
     * @return the exit code: 0, or 2 for wrong arguments, or 1 for any other failure
     */
    static int run(Object command, String... arguments) {
        NumericThreads.preferOne();
        return new CommandLine(command)
                .registerConverter(long.class, ExampleOptions::wholeNumber)
                .registerConverter(int.class, ExampleOptions::wholeInt)
                .registerConverter(Integer.class, ExampleOptions::wholeInt)
                .setExecutionExceptionHandler((exception, line, parsed) -> {
                    if (exception instanceof ExampleException) {
                        line.getErr().println(line.getColorScheme().errorText(exception.getMessage()));
                        return line.getCommandSpec().exitCodeOnExecutionException();
                    }
                    throw exception; // a defect, whose stack trace is wanted
                })
                .execute(arguments);
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no whole number");
        }
    }

    private static int wholeInt(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    "'" + text + "' is no whole number between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);
        }
    }

    /**
     * Checks a number before anything long begins.
     *
     * @throws ExampleException if it is too small
     */
    static void requireAtLeast(int least, int value, String option) {
        if (value < least) {
            throw new ExampleException(option + " " + value + ": expected at least " + least);
        }
    }

    /**
     * Checks that numbers are positive.
     *
     * @throws ExampleException if one is not
     */
    static void requirePositive(List<Integer> values, String option) {
        if (values.stream().anyMatch(value -> value < 1)) {
            throw new ExampleException(option + " " + values + ": expected at least 1");
        }
    }

    @Nullable Path data() {
        return data;
    }

    /** The directory given, or {@code target/} and the example's name. */
    Path out(String example) {
        return out == null ? Path.of("target", Objects.requireNonNull(example, "example")) : out;
    }

    /**
     * The same, made if need be: a directory that cannot be written into is better known before anything long begins.
     *
     * @throws ExampleException if no files can be written there
     */
    Path writableOut(String example) {
        Path directory = out(example);
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "probe", null));
            return directory;
        } catch (IOException e) {
            throw new ExampleException("--out " + directory + ": no files can be written there (" + e + ")", e);
        }
    }

    long seed() {
        return seed;
    }

    boolean isHelp() {
        return help;
    }
}
