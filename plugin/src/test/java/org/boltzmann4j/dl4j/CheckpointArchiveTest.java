package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.boltzmann4j.math.StateRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The file format of checkpoints, whole and broken. */
class CheckpointArchiveTest {

    private static final String KIND = "test";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = folder.resolve("checkpoint.zip");
    }

    private static StateRecord state() {
        StateRecord record = StateRecord.toWrite();
        record.text("name", "with \"quotes\" and \n lines");
        record.number("rate", 0.1);
        record.numbers("numbers", new double[] {Double.NaN, 1e-300});
        record.numbers("none", new double[0]);
        record.counts("counts", new long[] {Long.MAX_VALUE});
        record.matrix("doubles", Nd4j.linspace(0, 1, 6, DataType.DOUBLE).reshape(2, 3));
        // Longer than what is copied to the heap at a time, and no multiple of it.
        record.matrix("row", Nd4j.linspace(0, 1, 150_001, DataType.FLOAT).reshape(1, 150_001));
        record.matrix(
                "view", Nd4j.linspace(0, 1, 12, DataType.FLOAT).reshape(3, 4).transpose());
        return record;
    }

    private void write(StateRecord record) throws IOException {
        CheckpointArchive.write(file, KIND, Map.of("stands at", "the start"), record, Files::newOutputStream);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        StateRecord written = state();
        write(written);
        CheckpointArchive read = CheckpointArchive.read(file);
        assertThat(read.about()).isEqualTo(Map.of("stands at", "the start"));
        assertThat(read.state().scalars()).isEqualTo(written.scalars());
        assertThat(read.state().arrays().keySet()).isEqualTo(written.arrays().keySet());
        written.arrays().forEach((name, array) -> {
            Object held = read.state().arrays().get(name);
            if (array instanceof INDArray matrix) {
                assertThat(((INDArray) held).equalsWithEps(matrix, 0)).as(name).isTrue();
            } else {
                assertThat(held).as(name).isEqualTo(array);
            }
        });
        byte[] once = Files.readAllBytes(file);
        write(state());
        assertThat(Files.readAllBytes(file))
                .as("the same state, the same bytes")
                .isEqualTo(once);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> CheckpointArchive.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void filesThatAreNoneAreRefused() throws IOException {
        assertRefused("does not exist");
        Files.writeString(file, "no zip");
        assertRefused("is no checkpoint");
        Networks.stack(DataType.FLOAT, 4, 3).save(file.toFile());
        assertRefused("has no manifest.json: it is no checkpoint");
        write(state());
        assertThat(CheckpointArchive.read(file).kind()).isEqualTo(KIND);
        assertThatThrownBy(() -> TrainingCheckpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is a checkpoint of test, expected one of a training");
        assertThatThrownBy(() -> TrainingCheckpoint.read(folder)).isInstanceOf(CheckpointException.class);
    }

    /** One bit in every seventh byte: headers, manifest, arrays, directory. Either nothing of the content changes or it is refused. */
    @Test
    void flippedBitsAndMissingBytesAreFound() throws IOException {
        StateRecord small = StateRecord.toWrite();
        small.number("rate", 0.1);
        small.matrix("doubles", Nd4j.linspace(0, 1, 60, DataType.DOUBLE).reshape(6, 10));
        write(small);
        byte[] whole = Files.readAllBytes(file);
        int refused = 0;
        int tried = 0;
        for (int at = 0; at < whole.length; at += 7) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << (at % 8));
            Files.write(file, flipped);
            tried++;
            try {
                CheckpointArchive read = CheckpointArchive.read(file);
                assertThat(read.state().scalars()).isEqualTo(small.scalars());
                assertThat(read.state().arrays()).isEqualTo(small.arrays());
            } catch (CheckpointException e) {
                refused++;
            }
        }
        // Times and attributes of a zip's entries carry nothing.
        assertThat(refused).isGreaterThan(tried * 3 / 4);
        for (int length = 0; length < whole.length; length += 31) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused("");
        }
    }

    /** A zip of given entries, stored, with a manifest that has the right checksum. */
    private void forge(Map<String, Map<String, String>> sections, Map<String, byte[]> entries, int method)
            throws IOException {
        byte[] manifest = FlatJson.write(sections);
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("manifest.json", manifest);
        all.put("manifest.sha256", Checksums.sha256(manifest).getBytes(StandardCharsets.US_ASCII));
        all.putAll(entries);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> one : all.entrySet()) {
                ZipEntry entry = new ZipEntry(one.getKey());
                entry.setMethod(method);
                entry.setSize(one.getValue().length);
                entry.setCrc(Checksums.crc(one.getValue()));
                zip.putNextEntry(entry);
                zip.write(one.getValue());
                zip.closeEntry();
            }
        }
        Files.write(file, bytes.toByteArray());
    }

    private static Map<String, Map<String, String>> sections(String version, Map<String, String> arrays) {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        sections.put("format", Map.of("name", CheckpointArchive.FORMAT, "version", version, "kind", KIND));
        sections.put("arrays", arrays);
        return sections;
    }

    @Test
    void hostileFilesAreRefusedBeforeMemoryIsTaken() throws IOException {
        String hash = Checksums.sha256(new byte[8]);
        byte[] eight = new byte[8];
        forge(sections("1", Map.of("a", "DOUBLES 1 1 " + hash)), Map.of("arrays/a", eight), ZipEntry.STORED);
        assertThat(CheckpointArchive.read(file).state().arrays()).containsKey("a"); // the forger's work is good
        forge(sections("1", Map.of()), Map.of("../escaped", eight), ZipEntry.STORED);
        assertThat(CheckpointArchive.read(file).state().arrays())
                .as("looked up, never extracted")
                .isEmpty();
        assertThat(folder.resolveSibling("escaped")).doesNotExist();
        forge(sections("2", Map.of()), Map.of(), ZipEntry.STORED);
        assertRefused("has version 2 of the format, expected 1");
        forge(Map.of("format", Map.of("name", "another")), Map.of(), ZipEntry.STORED);
        assertRefused("is no checkpoint of boltzmann4j");
        forge(sections("1", Map.of()), Map.of("bomb", new byte[1 << 20]), ZipEntry.DEFLATED);
        assertRefused("is compressed");
        forge(
                sections("1", Map.of("a", "DOUBLE 1000000000 250000000 " + hash)),
                Map.of("arrays/a", eight),
                ZipEntry.STORED);
        assertRefused("a has 8 bytes, expected DOUBLE 1000000000");
        forge(
                sections("1", Map.of("a", "DOUBLE 9000000000000000000 4 " + hash)),
                Map.of("arrays/a", eight),
                ZipEntry.STORED);
        assertRefused("overflow");
        for (String shape : new String[] {
            "DOUBLE 0 0 x", "DOUBLES 2 1 x", "STRING 1 1 x", "DOUBLE 1 1", "LONGS 1 -1 x", "DOUBLE a b x"
        }) {
            forge(sections("1", Map.of("a", shape)), Map.of("arrays/a", eight), ZipEntry.STORED);
            assertRefused("");
        }
        forge(sections("1", Map.of("a", "DOUBLES 1 1 " + hash)), Map.of(), ZipEntry.STORED);
        assertRefused("has no arrays/a");
        forge(sections("1", Map.of("a", "DOUBLES 1 1 x")), Map.of("arrays/a", eight), ZipEntry.STORED);
        assertRefused("the checksum of a is another one");
        Map<String, byte[]> many = new LinkedHashMap<>();
        for (int i = 0; i < 10_001; i++) {
            many.put("e" + i, new byte[0]);
        }
        forge(sections("1", Map.of()), many, ZipEntry.STORED);
        assertRefused("entries, expected at most");
        forge(sections("1", Map.of("big", "x".repeat(9 << 20))), Map.of(), ZipEntry.STORED);
        assertRefused("manifest.json has ");
    }

    private static void assertNoJson(String json, String message) {
        assertThatThrownBy(() -> FlatJson.read(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void jsonIsFlattenedWithinBounds() throws IOException {
        assertThat(FlatJson.read("{\"a\":[1,{\"b\":null}],\"c\":{\"d\":true,\"e\":{}},\"f\":\"x\"}"
                        .getBytes(StandardCharsets.UTF_8)))
                .containsExactly(
                        Map.entry("a[0]", "1"),
                        Map.entry("a[1].b", "null"),
                        Map.entry("c.d", "true"),
                        Map.entry("f", "x"));
        assertNoJson("[".repeat(100_000), "nested too deep");
        assertNoJson("{\"" + "n".repeat(2000) + "\":1}", "names are too long");
        assertNoJson("[" + "1".repeat(1000) + "]", "a number in JSON has 1000 characters");
        assertNoJson("{\"a\":1,\"a\":2}", "names a twice");
        assertNoJson("{\"a\":", "");
        assertNoJson("{\"" + "n".repeat(900) + "\":[" + "1,".repeat(50_000) + "1]}", "names are too long");
    }

    @Test
    void aManifestThatCouldNotBeReadAgainIsNotWritten() {
        StateRecord record = StateRecord.toWrite();
        record.text("long", "x".repeat(9 << 20));
        assertThatThrownBy(() -> write(record))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the manifest has");
        assertThat(file).doesNotExist();
    }
}
