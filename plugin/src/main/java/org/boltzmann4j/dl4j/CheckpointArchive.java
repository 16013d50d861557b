package org.boltzmann4j.dl4j;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.boltzmann4j.math.StateRecord;

/**
 * The file format of checkpoints: a zip, nothing in it compressed, of {@code manifest.json}, {@code manifest.sha256} and one entry for each
 * array, its numbers in big-endian order. The manifest is an object of objects of texts: {@code format} (what and which version), {@code about}
 * (for the reader and for comparisons), {@code values} (scalars of the state) and {@code arrays} (type, shape and SHA-256 of each).
 *
 * <p>Reading takes memory only for what lies in the file byte by byte: sizes are compared with each other and with the file before
 * anything is allocated. Nothing is executed, deserialised or extracted.
 *
 * @param kind of the process that was written down
 * @param about texts for people and comparisons
 * @param state that was read
 */
record CheckpointArchive(String kind, Map<String, String> about, StateRecord state) {

    static final String FORMAT = "boltzmann4j checkpoint";
    static final int VERSION = 1;

    private static final String MANIFEST = "manifest.json";
    private static final String CHECKSUM = "manifest.sha256";
    private static final String ARRAYS = "arrays/";
    private static final int LARGEST_MANIFEST = 1 << 23;
    private static final int MOST_ENTRIES = 10_000;

    /** Opens the file to be written; tests put a full disk in its place. */
    @FunctionalInterface
    interface Opener {
        OutputStream open(Path file) throws IOException;
    }

    /**
     * Writes a file; one that cannot be finished leaves what was there before.
     *
     * @param kind of the process
     * @param state to be written
     */
    static void write(Path file, String kind, Map<String, String> about, StateRecord state, Opener opener)
            throws IOException {
        Map<String, ArrayEntry> entries = new LinkedHashMap<>();
        Map<String, String> arrays = new LinkedHashMap<>();
        for (Map.Entry<String, Object> array : state.arrays().entrySet()) {
            ArrayEntry entry = ArrayEntry.of(array.getValue());
            entries.put(array.getKey(), entry);
            arrays.put(array.getKey(), entry.description());
        }
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        sections.put("format", Map.of("name", FORMAT, "version", String.valueOf(VERSION), "kind", kind));
        sections.put("about", new TreeMap<>(about));
        sections.put("values", state.scalars());
        sections.put("arrays", arrays);
        byte[] manifest = FlatJson.write(sections);
        if (manifest.length > LARGEST_MANIFEST) {
            throw new IOException(
                    "the manifest has " + manifest.length + " bytes, expected at most " + LARGEST_MANIFEST);
        }
        AtomicFile.write(file, part -> {
            try (OutputStream raw = opener.open(part);
                    ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(raw, 1 << 16))) {
                zip.setMethod(ZipOutputStream.STORED);
                store(zip, MANIFEST, manifest);
                store(zip, CHECKSUM, Checksums.sha256(manifest).getBytes(StandardCharsets.US_ASCII));
                for (Map.Entry<String, ArrayEntry> entry : entries.entrySet()) {
                    ArrayEntry array = entry.getValue();
                    start(zip, ARRAYS + entry.getKey(), array.bytes(), array.crc());
                    array.write(zip);
                    zip.closeEntry();
                }
            }
        });
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        start(zip, name, bytes.length, Checksums.crc(bytes));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static void start(ZipOutputStream zip, String name, long bytes, long crc) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0)); // the same state makes the same file
        entry.setSize(bytes);
        entry.setCompressedSize(bytes);
        entry.setCrc(crc);
        zip.putNextEntry(entry);
    }

    /**
     * Reads and checks a whole file.
     *
     * @throws CheckpointException if it cannot be read, is none of this version, or is damaged
     */
    static CheckpointArchive read(Path file) throws CheckpointException {
        try {
            long size = Files.size(file);
            try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
                return read(file, zip, size);
            }
        } catch (CheckpointException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "does not exist", e);
        } catch (ZipException e) {
            throw new CheckpointException(
                    file, "is no checkpoint, or damaged, or cut off before its end: " + e.getMessage(), e);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException(file, "is no checkpoint, or damaged: " + e.getMessage(), e);
        }
    }

    private static CheckpointArchive read(Path file, ZipFile zip, long size) throws IOException {
        if (zip.size() > MOST_ENTRIES) {
            throw new CheckpointException(file, "has " + zip.size() + " entries, expected at most " + MOST_ENTRIES);
        }
        entry(file, zip, MANIFEST);
        long total = 0;
        for (ZipEntry entry : Collections.list(zip.entries())) {
            if (entry.getMethod() != ZipEntry.STORED
                    || entry.getSize() < 0
                    || entry.getSize() != entry.getCompressedSize()) {
                throw new CheckpointException(
                        file, "entry " + entry.getName() + " is compressed, which checkpoints never are");
            }
            total = Math.addExact(total, entry.getSize());
        }
        if (total > size) { // entries may lie over each other
            throw new CheckpointException(file, "its entries hold " + total + " bytes, the file " + size);
        }
        byte[] manifest = bytes(file, zip, MANIFEST, LARGEST_MANIFEST);
        String checksum = new String(bytes(file, zip, CHECKSUM, 64), StandardCharsets.US_ASCII);
        if (!checksum.equals(Checksums.sha256(manifest))) {
            throw new CheckpointException(file, "is damaged: the checksum of " + MANIFEST + " is another one");
        }
        Map<String, String> flat = FlatJson.read(manifest);
        String kind = kind(file, flat);
        Map<String, Object> arrays = new LinkedHashMap<>();
        Map<String, String> descriptions = section(flat, "arrays");
        for (Map.Entry<String, String> entry : descriptions.entrySet()) {
            arrays.put(entry.getKey(), array(file, zip, entry.getKey(), entry.getValue()));
        }
        return new CheckpointArchive(kind, section(flat, "about"), StateRecord.toRead(section(flat, "values"), arrays));
    }

    /** The kind, if format and version are these. */
    private static String kind(Path file, Map<String, String> flat) throws CheckpointException {
        if (!FORMAT.equals(flat.get("format.name"))) {
            throw new CheckpointException(file, "is no checkpoint of boltzmann4j");
        }
        String version = flat.get("format.version");
        if (!String.valueOf(VERSION).equals(version)) {
            throw new CheckpointException(
                    file,
                    "has version " + version + " of the format, expected " + VERSION
                            + ": take the release that wrote it");
        }
        String kind = flat.get("format.kind");
        if (kind == null) {
            throw new CheckpointException(file, "does not say of what it is a checkpoint");
        }
        return kind;
    }

    private static Map<String, String> section(Map<String, String> flat, String name) {
        Map<String, String> result = new LinkedHashMap<>();
        flat.forEach((path, text) -> {
            if (path.startsWith(name + ".")) {
                result.put(path.substring(name.length() + 1), text);
            }
        });
        return result;
    }

    private static ZipEntry entry(Path file, ZipFile zip, String name) throws CheckpointException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null || entry.isDirectory()) {
            throw new CheckpointException(
                    file, "has no " + name + (name.equals(MANIFEST) ? ": it is no checkpoint" : ""));
        }
        return entry;
    }

    private static byte[] bytes(Path file, ZipFile zip, String name, int most) throws IOException {
        ZipEntry entry = entry(file, zip, name);
        if (entry.getSize() > most) {
            throw new CheckpointException(file, name + " has " + entry.getSize() + " bytes, expected at most " + most);
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes(most);
        }
    }

    private static Object array(Path file, ZipFile zip, String name, String description) throws IOException {
        ArrayEntry.Shape shape = ArrayEntry.Shape.parse(description);
        ZipEntry entry = entry(file, zip, ARRAYS + name);
        if (shape.bytes() != entry.getSize()) {
            throw new CheckpointException(file, name + " has " + entry.getSize() + " bytes, expected " + description);
        }
        try (DigestInputStream hashed = new DigestInputStream(zip.getInputStream(entry), Checksums.sha256())) {
            Object array = shape.read(new DataInputStream(hashed));
            if (!shape.sha256()
                    .equals(HexFormat.of().formatHex(hashed.getMessageDigest().digest()))) {
                throw new CheckpointException(file, "is damaged: the checksum of " + name + " is another one");
            }
            return array;
        }
    }
}
