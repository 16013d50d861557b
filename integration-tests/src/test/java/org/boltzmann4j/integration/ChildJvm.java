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
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "-cp",
                classPath));
        command.addAll(List.of(arguments));
        File output = directory.resolve("output.txt").toFile();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + seconds + " s: " + read(output));
            }
        } finally {
            process.destroyForcibly();
        }
        return new ChildJvm(process.exitValue(), read(output));
    }

    private static String read(File output) throws IOException {
        return Files.readString(output.toPath(), StandardCharsets.UTF_8);
    }
}
