package org.boltzmann4j.integration;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second JVM, started with the same Java as this one. */
record ChildJvm(int exitCode, String output) {

    /**
     * Runs Java and waits for its end.
     *
     * @param directory where it runs; also receives its output in a file
     * @param classPath of the child, nothing else is on it
     * @param arguments class or source file, then the program's own
     */
    static ChildJvm run(Path directory, String classPath, int seconds, String... arguments)
            throws IOException, InterruptedException {
        return end(directory, start(directory, classPath, List.of("-Xmx1g"), arguments), seconds);
    }

    /**
     * Starts Java.
     *
     * @param directory where it runs; also receives its output in a file
     * @param classPath of the child, nothing else is on it
     * @param options of the JVM
     * @param arguments class or source file, then the program's own
     * @return the process, which the caller has to end
     */
    static Process start(Path directory, String classPath, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.awt.headless=true"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(directory))
                .start();
    }

    /**
     * Waits for the end of a process, and ends it if it takes too long.
     *
     * @param directory it was started in
     */
    static ChildJvm end(Path directory, Process process, int seconds) throws IOException, InterruptedException {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + seconds + " s: " + read(output(directory)));
            }
        } finally {
            process.destroyForcibly();
        }
        return new ChildJvm(process.exitValue(), read(output(directory)));
    }

    private static File output(Path directory) {
        return directory.resolve("output.txt").toFile();
    }

    private static String read(File output) throws IOException {
        return Files.readString(output.toPath(), StandardCharsets.UTF_8);
    }
}
