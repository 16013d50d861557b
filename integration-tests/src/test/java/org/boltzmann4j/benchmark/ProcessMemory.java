package org.boltzmann4j.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What this process holds in memory, by Linux' account.
 *
 * @param resident bytes now
 * @param peak most bytes since the last {@link #resetPeak}
 */
record ProcessMemory(long resident, long peak) {

    private static final Path STATUS = Path.of("/proc/self/status");

    static ProcessMemory now() throws IOException {
        List<String> lines = Files.readAllLines(STATUS);
        return new ProcessMemory(bytes(lines, "VmRSS:"), bytes(lines, "VmHWM:"));
    }

    static ProcessMemory resetPeak() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5", StandardOpenOption.WRITE);
        return now();
    }

    private static long bytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
