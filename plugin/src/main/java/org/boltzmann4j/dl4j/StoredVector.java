package org.boltzmann4j.dl4j;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A vector in the format of {@code Nd4j.write}, of this release and of those before 1.0.0. The host's own reader allocates by
 * what the header says; this one lets the caller compare the header with what is expected first, and keeps only the length of
 * what it says.
 *
 * <pre>
 * shape   buffer of 2 rank + 4 integers: rank, sizes, strides, three flags
 * values  buffer of numbers
 * buffer  kind (UTF), length (4 bytes before 1.0.0, else 8), type (UTF), elements, big endian
 * </pre>
 */
final class StoredVector {

    private static final Set<String> OLD_KINDS = Set.of("DIRECT", "HEAP", "JAVACPP");
    private static final Set<String> NEW_KINDS = Set.of("LONG_SHAPE", "MIXED_DATA_TYPES");
    private static final long LONGEST = 1L << 40; // so that bytes cannot overflow
    private static final int CHUNK = 1 << 16;

    private final DataType type;
    private final long[] shape;
    private final long length;

    private StoredVector(DataType type, long[] shape, long length) {
        this.type = type;
        this.shape = shape;
        this.length = length;
    }

    /**
     * Reads a header.
     *
     * @param in stands before the values afterwards
     * @param name how messages call the vector
     * @throws ModelFormatException if it is not that of a vector of floating point numbers
     */
    static StoredVector header(DataInputStream in, String name) throws IOException {
        Buffer info = buffer(in, name);
        long rank = info.length == 6 || info.length == 8 ? info.integer(in, name) : -1;
        if (info.length != 2 * rank + 4) {
            throw new ModelFormatException(
                    name + ": a shape of " + info.length + " numbers, expected that of a vector");
        }
        long[] shape = new long[(int) rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = info.integer(in, name);
        }
        for (long i = rank; i < info.length - 1; i++) {
            info.integer(in, name); // strides and flags: values follow one another whatever they say
        }
        Buffer values = buffer(in, name);
        long last = shape[shape.length - 1];
        if (last != values.length || last < 1 || last > LONGEST || (rank == 2 && shape[0] != 1)) {
            throw new ModelFormatException(
                    name + ": " + values.length + " values in a shape that says otherwise, expected a vector");
        }
        if (width(values.type) == 0) {
            throw new ModelFormatException(name + ": type " + values.type + ", expected floating point numbers");
        }
        return new StoredVector(values.type, shape, values.length);
    }

    private static Buffer buffer(DataInputStream in, String name) throws IOException {
        String kind = in.readUTF();
        if (!OLD_KINDS.contains(kind) && !NEW_KINDS.contains(kind)) {
            throw new ModelFormatException(
                    name + ": starts with \"" + ConfigurationJson.shown(kind) + "\", which is no array");
        }
        long length = OLD_KINDS.contains(kind) ? in.readInt() : in.readLong();
        String type = in.readUTF();
        try {
            return new Buffer(length, DataType.valueOf(type));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(
                    name + ": unknown type \"" + ConfigurationJson.shown(type) + "\" of an array", e);
        }
    }

    private record Buffer(long length, DataType type) {

        long integer(DataInputStream in, String name) throws IOException {
            return switch (type) {
                case INT -> in.readInt();
                case LONG -> in.readLong();
                default -> throw new ModelFormatException(name + ": a shape of type " + type);
            };
        }
    }

    private static int width(DataType type) {
        return switch (type) {
            case DOUBLE -> 8;
            case FLOAT -> 4;
            case HALF -> 2;
            default -> 0;
        };
    }

    DataType type() {
        return type;
    }

    long length() {
        return length;
    }

    /** Bytes of its values in the file. */
    long bytes() {
        return length * width(type);
    }

    /**
     * Reads the values.
     *
     * @param in as the header left it
     * @return of the stored type, {@code [length]} or {@code [1, length]} as stored, outside of any workspace
     */
    INDArray values(DataInputStream in) throws IOException {
        INDArray vector = Nd4j.createUninitializedDetached(type, shape);
        DataBuffer data = vector.data();
        int width = width(type);
        byte[] bytes = new byte[(int) Math.min(CHUNK, bytes())];
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        for (long done = 0; done < length; ) {
            int count = (int) Math.min(length - done, bytes.length / width);
            in.readFully(bytes, 0, count * width);
            for (int i = 0; i < count; i++, done++) {
                switch (type) {
                    case DOUBLE -> data.put(done, numbers.getDouble(8 * i));
                    case FLOAT -> data.put(done, numbers.getFloat(4 * i));
                    default -> data.put(done, HalfIndexer.toFloat(numbers.getShort(2 * i)));
                }
            }
        }
        return vector;
    }
}
