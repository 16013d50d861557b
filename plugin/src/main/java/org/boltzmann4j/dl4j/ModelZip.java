package org.boltzmann4j.dl4j;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The zip of a model, none of whose numbers is believed: which entries there are and how large they say they are is checked when it is
 * opened, that they are so while they are read, and their checksums at their ends.
 */
final class ModelZip implements AutoCloseable {

    static final String CONFIGURATION = "configuration.json";
    static final String COEFFICIENTS = "coefficients.bin";
    static final String UPDATER = "updaterState.bin";
    static final String NORMALIZER = "normalizer.bin";

    private static final Set<String> KNOWN =
            Set.of(CONFIGURATION, COEFFICIENTS, UPDATER, NORMALIZER, "noParams.marker");

    /** Weights hardly shrink, the state of an updater that was never used does; small files may shrink as they like. */
    private static final long MOST_SHRINKING = 100;

    private static final long SMALL = 16 << 20;

    private static final int TAIL = 22; // bytes of the record that ends a zip
    private static final int TAIL_SIGNATURE = 0x06054b50;
    private static final int LONGEST_DIRECTORY = 1 << 16;

    /** Reads an entry. */
    interface Source<T> {
        T read(DataInputStream in) throws IOException;
    }

    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new HashMap<>();

    private ModelZip(ZipFile zip) {
        this.zip = zip;
    }

    /**
     * Opens a file and checks its directory.
     *
     * @param file untrusted
     * @param largest most bytes of all entries together, inflated
     * @throws ModelFormatException if it is no zip of a model
     */
    static ModelZip open(File file, long largest) throws IOException {
        requireDirectory(file);
        ModelZip result = new ModelZip(new ZipFile(file));
        try {
            result.requireEntries(file.length(), largest);
            return result;
        } catch (IOException | RuntimeException e) {
            result.close();
            throw e;
        }
    }

    /** Before {@link ZipFile} reads the directory into memory as large as it says it is. */
    private static void requireDirectory(File file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file, "r")) {
            long length = bytes.length();
            if (length < TAIL) {
                throw new ModelFormatException(length + " bytes are too few for a zip");
            }
            byte[] tail = new byte[TAIL];
            bytes.seek(length - TAIL);
            bytes.readFully(tail);
            ByteBuffer end = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
            long size = Integer.toUnsignedLong(end.getInt(12));
            long start = Integer.toUnsignedLong(end.getInt(16));
            if (end.getInt(0) != TAIL_SIGNATURE || start + size != length - TAIL) {
                throw new ModelFormatException("no zip, or one that was cut or added to, or of 4 GB");
            }
            if (size > LONGEST_DIRECTORY) {
                throw new ModelFormatException(
                        "a directory of " + size + " bytes, expected at most " + LONGEST_DIRECTORY);
            }
        }
    }

    private void requireEntries(long length, long largest) throws ModelFormatException {
        long sum = 0;
        for (ZipEntry entry : Collections.list(zip.entries())) {
            String entryName = entry.getName();
            if (!KNOWN.contains(entryName)) {
                String reason = entryName.equals("preprocessor.bin") || entryName.startsWith("objects/")
                        ? " by Java serialisation, which can run code"
                        : "";
                throw new ModelFormatException("holds \"" + ConfigurationJson.shown(entryName) + "\"" + reason
                        + ", expected nothing but " + new TreeSet<>(KNOWN));
            }
            if (entries.put(entryName, entry) != null) {
                throw new ModelFormatException("holds \"" + entryName + "\" twice");
            }
            long size = entry.getSize(); // below 0 if it overflowed
            sum += size < 0 ? largest + 1 : Math.min(size, largest + 1);
        }
        long most = Math.min(largest, Math.max(SMALL, MOST_SHRINKING * length));
        if (sum > most) {
            throw new ModelFormatException("a file of " + length + " bytes that says to hold " + sum
                    + ", expected at most " + most + "; ModelReader.withLargest sets another limit, of " + largest
                    + " now, but nothing shrinks to less than a " + MOST_SHRINKING + "th");
        }
        for (String required : new String[] {CONFIGURATION, COEFFICIENTS}) {
            if (!entries.containsKey(required)) {
                throw new ModelFormatException("holds no \"" + required + "\"");
            }
        }
    }

    boolean holds(String entry) {
        return entries.containsKey(entry);
    }

    /** The text of the configuration. */
    String configuration() throws IOException {
        return read(CONFIGURATION, in -> {
            long size = size(CONFIGURATION);
            if (size > ConfigurationJson.LONGEST) {
                throw new ModelFormatException(
                        CONFIGURATION + " has " + size + " bytes, expected at most " + ConfigurationJson.LONGEST);
            }
            byte[] bytes = new byte[(int) size];
            in.readFully(bytes);
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new ModelFormatException(CONFIGURATION + " is not in UTF-8", e);
            }
        });
    }

    /**
     * Reads a vector, after its header has been compared with what it has to be.
     *
     * @param entry holds it and nothing else
     * @param type of its numbers
     * @param length as the configuration has it
     */
    INDArray vector(String entry, DataType type, long length) throws IOException {
        return read(entry, in -> {
            StoredVector vector = StoredVector.header(in, entry);
            if (vector.length() != length || vector.type() != type) {
                throw new ModelFormatException(entry + " holds " + vector.length() + " numbers of type " + vector.type()
                        + ", but its configuration has " + length + " of type " + type);
            }
            if (vector.bytes() > size(entry)) {
                throw new ModelFormatException(entry + " has " + size(entry) + " bytes, too few for the "
                        + vector.bytes() + " of its numbers");
            }
            return vector.values(in);
        });
    }

    /** The type of the numbers of a vector. */
    DataType type(String entry) throws IOException {
        try (InputStream raw = zip.getInputStream(entries.get(entry))) {
            return StoredVector.header(new DataInputStream(raw), entry).type();
        }
    }

    long size(String entry) {
        return Objects.requireNonNull(entries.get(entry), entry).getSize();
    }

    /** Reads an entry to its end, which must be where it says, and have the checksum it says. */
    <T> T read(String entry, Source<T> source) throws IOException {
        ZipEntry there = Objects.requireNonNull(entries.get(entry), entry);
        CRC32 sum = new CRC32();
        try (InputStream raw = zip.getInputStream(there);
                DataInputStream in = new DataInputStream(new CheckedInputStream(new BufferedInputStream(raw), sum))) {
            T result = source.read(in);
            if (in.read() >= 0) {
                throw new ModelFormatException(entry + " goes on behind its end");
            }
            if (sum.getValue() != there.getCrc()) {
                throw new ModelFormatException(entry + " is damaged: its checksum is another");
            }
            return result;
        } catch (EOFException e) {
            throw new ModelFormatException(entry + " ends early", e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
