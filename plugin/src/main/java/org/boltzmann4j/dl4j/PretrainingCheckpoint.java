package org.boltzmann4j.dl4j;

import java.nio.file.Path;
import java.util.Map;
import org.boltzmann4j.math.StateRecord;

/**
 * A file that a pretraining goes on from: parameters, updater, chains, averages, counters and history, with the configuration of
 * the network and the settings it was written under. See {@link Checkpoints} and {@link GreedyPretrainer#resume}.
 *
 * <p>Reading takes no more memory than the file has bytes, compares every checksum, and runs nothing from the file.
 */
public final class PretrainingCheckpoint {

    static final String KIND = "pretraining";

    private final Path file;
    private final Map<String, String> about;
    private final StateRecord state;

    private PretrainingCheckpoint(Path file, CheckpointArchive archive) {
        this.file = file;
        this.about = Map.copyOf(archive.about());
        this.state = archive.state();
    }

    /**
     * What a checkpoint is made of.
     *
     * @param about texts for people and comparisons
     * @param state of the run
     */
    record Contents(Map<String, String> about, StateRecord state) {}

    /**
     * Reads a file.
     *
     * @param file written by a pretraining with {@link Checkpoints}
     * @return the checkpoint, complete
     * @throws CheckpointException if the file cannot be read, is no checkpoint of a pretraining, has another version of the format, or is
     *     damaged
     */
    public static PretrainingCheckpoint read(Path file) throws CheckpointException {
        return new PretrainingCheckpoint(file, CheckpointArchive.read(file, KIND));
    }

    /**
     * Returns what the manifest says: where the run stood, its settings, the network's configuration and the environment.
     *
     * @return texts by name, unmodifiable
     */
    public Map<String, String> about() {
        return about;
    }

    /**
     * Returns the file.
     *
     * @return as it was given
     */
    public Path file() {
        return file;
    }

    StateRecord state() {
        return state;
    }
}
