package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.boltzmann4j.dl4j.ModelReader;
import org.boltzmann4j.hostile.Fuzz;
import org.boltzmann4j.hostile.OwnLayer;
import org.boltzmann4j.hostile.Recorder;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/** The files of a search directory come from a disk that others may write to. */
class FuzzedRecordsTest {

    @TempDir
    Path directory;

    private static CandidateRecord candidate() {
        DbnSpace space = Spaces.indexed(Spaces.small());
        double[] point = new double[space.numParameters()];
        Arrays.fill(point, 0.7);
        return CandidateRecord.of(space.getValue(point), 5);
    }

    private Fuzz.Outcome candidates(int mutations) {
        return Fuzz.of(
                        file -> CandidateRecord.fromJson(new String(file, StandardCharsets.UTF_8))
                                .configuration(),
                        IllegalArgumentException.class,
                        List.of(candidate().toJson().getBytes(StandardCharsets.UTF_8)))
                .refusingBy(IllegalStateException.class) // it has no configuration, or early stopping
                .run(mutations);
    }

    private Fuzz.Outcome journals(int mutations) throws IOException {
        SearchJournal journal = SearchJournal.open(directory, Map.of("seed", SearchJson.tree(1)));
        journal.write(
                3,
                new ResultRecord(
                        CandidateStatus.Complete,
                        0.5,
                        new TrainingOutcome(
                                1, 2, List.of(new TrainingCurve("loss", List.of(0.5, 0.25))), List.of("went back")),
                        null));
        Path file = SearchJournal.candidateDirectory(directory, 3).resolve("result.json");
        return Fuzz.of(
                        content -> {
                            Files.write(file, content);
                            journal.result(3);
                        },
                        IllegalArgumentException.class,
                        List.of(Files.readAllBytes(file)))
                .refusingBy(UncheckedIOException.class) // no text
                .run(mutations);
    }

    @Test
    void everyRecordOfACandidateIsReadOrRefused() {
        assertThat(candidates(Fuzz.GATE).refused()).isGreaterThan(Fuzz.GATE / 5);
    }

    @Test
    void everyRecordOfAResultIsReadOrRefused() throws IOException {
        assertThat(journals(Fuzz.GATE).refused()).isGreaterThan(Fuzz.GATE / 5);
    }

    @Test
    @Tag("nightly")
    void everyRecordOfManyMoreIsReadOrRefused() throws IOException {
        assertThat(candidates(Fuzz.NIGHTLY).refused()).isGreaterThan(Fuzz.NIGHTLY / 5);
        assertThat(journals(Fuzz.NIGHTLY).refused()).isGreaterThan(Fuzz.NIGHTLY / 5);
    }

    @Test
    void aRecordThatNamesAForeignClassIsRefused() {
        String json = candidate().toJson();
        String updater = json.replaceFirst(
                "\"updaters\" : \\[[^\\]]*\\]", "\"updaters\" : [{\"@class\" : \"" + Recorder.class.getName() + "\"}]");
        assertThat(updater).isNotEqualTo(json);
        assertThatThrownBy(() -> CandidateRecord.fromJson(updater))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names the class \"" + Recorder.class.getName());
        CandidateRecord layer =
                CandidateRecord.fromJson(json.replaceFirst("org.boltzmann4j.dl4j.RbmLayer", Recorder.class.getName()));
        assertThatThrownBy(layer::configuration)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("candidate 0: the configuration names the class");
    }

    @Test
    void layersOfTheCallersOwnAreReadByAReaderThatAllowsThem() {
        var conf = new NeuralNetConfiguration.Builder()
                .updater(new Sgd(0.1))
                .list()
                .layer(new OwnLayer())
                .layer(new OutputLayer.Builder().nIn(2).nOut(2).build())
                .build();
        CandidateRecord record = CandidateRecord.of(
                new DbnConfiguration(
                        conf, null, 1, new CandidateSettings(PretrainingSettings.ofEpochs(1), null, List.of())),
                1);
        CandidateRecord read = CandidateRecord.fromJson(record.toJson());
        assertThatThrownBy(read::configuration).hasMessageContaining(OwnLayer.class.getName());
        // The page of a search that has such layers is written all the same.
        assertThat(JavaSource.of(record)).startsWith("// ");
        DbnConfiguration own =
                (DbnConfiguration) read.configuration(ModelReader.standard().allowing(OwnLayer.class));
        assertThat(own.getMultiLayerConfiguration()).isEqualTo(conf);
    }

    @Test
    void aJournalFileOfAGigabyteIsNotReadIntoMemory() throws IOException {
        SearchJournal journal = SearchJournal.open(directory, Map.of("seed", SearchJson.tree(1)));
        journal.write(0, new ResultRecord(CandidateStatus.Failed, null, null, "x"));
        Path file = SearchJournal.candidateDirectory(directory, 0).resolve("result.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1 << 30);
        }
        assertThatThrownBy(() -> journal.result(0))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("has 1073741824 bytes, expected at most");
    }
}
