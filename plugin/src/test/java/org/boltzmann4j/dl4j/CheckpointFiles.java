package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.boltzmann4j.math.StateRecord;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints with right checksums and other contents. */
final class CheckpointFiles {

    private CheckpointFiles() {}

    /** A copy of which one part was changed. */
    static Path changed(Path file, Path folder, String part, UnaryOperator<Object> change) throws IOException {
        CheckpointArchive archive = CheckpointArchive.read(file);
        Map<String, String> scalars = new HashMap<>(archive.state().scalars());
        Map<String, Object> arrays = new HashMap<>(archive.state().arrays());
        assertThat(scalars.containsKey(part) || arrays.containsKey(part))
                .as(part)
                .isTrue();
        scalars.computeIfPresent(part, (name, value) -> (String) change.apply(value));
        arrays.computeIfPresent(part, (name, value) -> change.apply(value));
        Path result = folder.resolve("changed.zip");
        CheckpointArchive.write(
                result, archive.kind(), archive.about(), StateRecord.toRead(scalars, arrays), Files::newOutputStream);
        return result;
    }

    /** What an object would have that was made anew. */
    static Object forgotten(Object value) {
        if (value instanceof String) {
            return "0";
        }
        if (value instanceof INDArray matrix) {
            return matrix.mul(0);
        }
        if (value instanceof double[] numbers) {
            return new double[numbers.length];
        }
        long[] counts = (long[]) value;
        long[] sorted = counts.clone();
        Arrays.sort(sorted);
        return Arrays.equals(sorted, counts) ? new long[counts.length] : sorted;
    }

    /** Entries of a checkpoint with checksums that are right for whatever is in them now. */
    static Map<String, byte[]> sealed(Map<String, byte[]> entries) {
        String manifest = new String(entries.get("manifest.json"), StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            String name = entry.getKey().replaceFirst("^arrays/", "");
            Matcher described = Pattern.compile("\"" + Pattern.quote(name) + "\" : \"[^\"]* ([0-9a-f]{64})\"")
                    .matcher(manifest);
            if (described.find()) {
                manifest = new StringBuilder(manifest)
                        .replace(described.start(1), described.end(1), Checksums.sha256(entry.getValue()))
                        .toString();
            }
        }
        Map<String, byte[]> result = new LinkedHashMap<>(entries);
        byte[] bytes = manifest.getBytes(StandardCharsets.ISO_8859_1);
        result.put("manifest.json", bytes);
        result.put("manifest.sha256", Checksums.sha256(bytes).getBytes(StandardCharsets.US_ASCII));
        return result;
    }
}
