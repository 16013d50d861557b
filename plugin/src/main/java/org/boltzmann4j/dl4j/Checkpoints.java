package org.boltzmann4j.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where and how often a training writes down everything it goes on from. Immutable.
 *
 * <p>With checkpoints a training also ends in order: on SIGTERM, Ctrl-C or {@code System.exit} a shutdown hook holds the process until
 * the minibatch at work is learnt and written down, 30 seconds at most; an interrupt of the training thread does the same. Both say how
 * to go on, and end the training with a {@link TrainingInterruptedException}.
 *
 * @param folder made if need be; for the checkpoints of one run
 * @param minibatches written after so many of them, 0 to go by time alone
 * @param interval written after the first minibatch at which so much time has passed, or null to go by minibatches alone
 * @param kept how many files are kept, at least 1
 */
public record Checkpoints(Path folder, long minibatches, @Nullable Duration interval, int kept) {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{12})\\.zip");

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if a number is out of range, or nothing says when to write
     */
    public Checkpoints {
        Objects.requireNonNull(folder, "folder");
        if (minibatches < 0 || (interval != null && (interval.isNegative() || interval.isZero()))) {
            throw new IllegalArgumentException("checkpoints: every " + minibatches + " minibatches, every " + interval
                    + ", expected positive intervals");
        }
        if (minibatches == 0 && interval == null) {
            throw new IllegalArgumentException(
                    "checkpoints: neither a number of minibatches nor an interval, expected one of them");
        }
        if (kept < 1) {
            throw new IllegalArgumentException("checkpoints: kept = " + kept + ", expected at least 1");
        }
    }

    /**
     * Checkpoints every five minutes, the last three kept.
     *
     * @param folder made if need be; for the checkpoints of one run
     * @return the settings
     */
    public static Checkpoints in(Path folder) {
        return new Checkpoints(folder, 0, Duration.ofMinutes(5), 3);
    }

    /**
     * The same after every so many minibatches, counted over all layers and epochs, instead of by time.
     *
     * @param count at least 1
     * @return the settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Checkpoints everyMinibatches(long count) {
        return new Checkpoints(folder, count, null, kept);
    }

    /**
     * The same by time.
     *
     * @param time above 0
     * @return the settings
     * @throws IllegalArgumentException if it is not positive
     */
    public Checkpoints every(Duration time) {
        return new Checkpoints(folder, 0, time, kept);
    }

    /**
     * The same with another number of files kept.
     *
     * @param files at least 1
     * @return the settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Checkpoints keepLast(int files) {
        return new Checkpoints(folder, minibatches, interval, files);
    }

    /**
     * Finds the newest file in the folder that can be read and whose checksums are right.
     *
     * @return the file, or nothing
     * @throws IOException if the folder cannot be read
     */
    public Optional<Path> latest() throws IOException {
        for (Path file : files()) {
            if (isUsable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    static boolean isUsable(Path file) {
        try {
            TrainingCheckpoint.read(file);
            return true;
        } catch (CheckpointException e) {
            LOG.warn("a checkpoint that cannot be used: {}", e.getMessage());
            return false;
        }
    }

    Path file(long minibatch) {
        return folder.resolve(String.format(Locale.ROOT, "checkpoint-%012d.zip", minibatch));
    }

    /** All files with the names of checkpoints, the newest first. */
    List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }

    /** After how many minibatches of the run a file was written. */
    static long minibatch(Path file) {
        var matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
