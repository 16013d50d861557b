package org.boltzmann4j.dl4j;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.boltzmann4j.math.StateRecord;

/**
 * A file that a training goes on from: parameters, updater, chains, averages, counters and history, with the configuration of
 * the network and the settings it was written under. See {@link Checkpoints}, {@link GreedyPretrainer#resume} and {@link
 * JemTrainer#resume}.
 *
 * <p>Reading takes no more memory than the file has bytes, compares every checksum, and runs nothing from the file.
 */
public final class TrainingCheckpoint {

    private final Path file;
    private final CheckpointArchive archive;

    private TrainingCheckpoint(Path file, CheckpointArchive archive) {
        this.file = file;
        this.archive = archive;
    }

    /** What can be gone on with. */
    enum Kind {
        PRETRAINING("pretraining", "GreedyPretrainer"),
        JOINT_TRAINING("joint training", "JemTrainer");

        private final String text;
        private final String trainer;

        Kind(String text, String trainer) {
            this.text = text;
            this.trainer = trainer;
        }

        /** Name of the class that goes on. */
        String trainer() {
            return trainer;
        }

        /** As files say it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Reads a file.
     *
     * @param file written by a training with {@link Checkpoints}
     * @return the checkpoint, complete
     * @throws CheckpointException if the file cannot be read, is no checkpoint of a training, has another version of the format, or is
     *     damaged
     */
    public static TrainingCheckpoint read(Path file) throws CheckpointException {
        CheckpointArchive archive = CheckpointArchive.read(file);
        if (Arrays.stream(Kind.values()).noneMatch(kind -> kind.text.equals(archive.kind()))) {
            throw new CheckpointException(
                    file, "is a checkpoint of " + archive.kind() + ", expected one of a training");
        }
        return new TrainingCheckpoint(file, archive);
    }

    /**
     * Reads a file of one kind.
     *
     * @throws CheckpointException as {@link #read(Path)}, or if it is of another kind
     */
    static TrainingCheckpoint read(Path file, Kind kind) throws CheckpointException {
        TrainingCheckpoint checkpoint = read(file);
        if (!checkpoint.kind().equals(kind.text)) {
            throw new CheckpointException(
                    file, "is a checkpoint of " + checkpoint.kind() + ", expected one of " + kind);
        }
        return checkpoint;
    }

    /**
     * Returns what was trained.
     *
     * @return {@code pretraining} or {@code joint training}
     */
    public String kind() {
        return archive.kind();
    }

    /**
     * Returns what the manifest says: where the run stood, its settings, its data, the network's configuration and the environment.
     *
     * @return texts by name, unmodifiable
     */
    public Map<String, String> about() {
        return Map.copyOf(archive.about());
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
        return archive.state();
    }
}
