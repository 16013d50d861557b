package org.boltzmann4j.io;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The content of one IDX file of unsigned bytes, the format in which MNIST and its successors are published.
 *
 * <pre>
 * 2 bytes  zero
 * 1 byte   element type, here always 0x08 (unsigned byte)
 * 1 byte   number of dimensions d, 1 to 4
 * 4 bytes  size of each dimension, big endian, d times
 * n bytes  the elements, last dimension fastest
 * </pre>
 *
 * <p>Files come from strangers. The reader accepts plain and gzipped content, told apart by the first two bytes and not by
 * the file name; it believes no size before the content has arrived (its buffer is 1 MiB or at most twice what was really read), it
 * stops one byte after the announced end, and it refuses everything larger than a limit before reading any element.
 *
 * <p>Immutable from outside: the arrays handed out are copies.
 *
 * @see <a href="https://yann.lecun.com/exdb/mnist/">The MNIST database, section "File formats"</a>
 */
public final class IdxFile {

    /** Largest number of elements read unless the caller says otherwise: 2^30, twice the largest EMNIST file. */
    public static final long DEFAULT_LIMIT = 1L << 30;

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MAX_DIMENSIONS = 4;
    private static final int GZIP_MAGIC_0 = 0x1f;
    private static final int GZIP_MAGIC_1 = 0x8b;
    private static final int FIRST_BUFFER = 1 << 20;

    /** Some JVMs cannot allocate arrays up to Integer.MAX_VALUE elements; this length works on all of them. */
    private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8L;

    private final String name;
    private final int[] shape;
    private final byte[] elements;

    private IdxFile(String name, int[] shape, byte[] elements) {
        this.name = name;
        this.shape = shape;
        this.elements = elements;
    }

    /**
     * Reads a file of at most {@link #DEFAULT_LIMIT} elements.
     *
     * @param file the file, plain or gzipped
     * @return its content
     * @throws IdxFormatException if the file is no complete IDX file of unsigned bytes, holds more than its header
     *     announces, or announces more than the limit
     * @throws IOException if the file cannot be read
     */
    public static IdxFile read(Path file) throws IOException {
        return read(file, DEFAULT_LIMIT);
    }

    /**
     * Reads a file of at most the given number of elements.
     *
     * @param file the file, plain or gzipped
     * @param limit the largest number of elements accepted, at least 1
     * @return its content
     * @throws IdxFormatException as for {@link #read(Path)}
     * @throws IOException if the file cannot be read
     */
    public static IdxFile read(Path file, long limit) throws IOException {
        Objects.requireNonNull(file, "file");
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString(), limit);
        }
    }

    /**
     * Reads a stream of at most the given number of elements. The stream is not closed, and may have been read beyond the
     * end of the IDX content.
     *
     * @param stream the content, plain or gzipped
     * @param name how error messages call the stream
     * @param limit the largest number of elements accepted, at least 1
     * @return its content
     * @throws IdxFormatException as for {@link #read(Path)}
     * @throws IOException if the stream cannot be read
     */
    public static IdxFile read(InputStream stream, String name, long limit) throws IOException {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(name, "name");
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1 but is " + limit);
        }
        try {
            return parse(gunzipIfNeeded(stream), name, limit);
        } catch (EOFException | ZipException e) {
            String reason = e.getMessage() == null ? "it ends early" : e.getMessage();
            throw new IdxFormatException(name + ": broken gzip content (" + reason + ")", e);
        }
    }

    private static InputStream gunzipIfNeeded(InputStream stream) throws IOException {
        BufferedInputStream in = new BufferedInputStream(stream);
        in.mark(2);
        boolean gzipped = in.read() == GZIP_MAGIC_0 && in.read() == GZIP_MAGIC_1;
        in.reset();
        return gzipped ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static IdxFile parse(InputStream in, String name, long limit) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4) {
            throw new IdxFormatException(
                    name + ": " + magic.length + " bytes are too few for an IDX header, which has at least 8");
        }
        if (magic[0] != 0 || magic[1] != 0) {
            throw new IdxFormatException(String.format(
                    "%s: starts with %02x %02x %02x %02x, but an IDX file starts with two zero bytes",
                    name, magic[0], magic[1], magic[2], magic[3]));
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw new IdxFormatException(
                    String.format("%s: element type is 0x%02x, expected 0x08 (unsigned byte)", name, magic[2]));
        }
        int dimensions = magic[3] & 0xff;
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw new IdxFormatException(name + ": has " + dimensions + " dimensions, expected 1 to " + MAX_DIMENSIONS);
        }
        int[] shape = readShape(in, name, dimensions);
        int length = requireWithin(limit, shape, name);
        return new IdxFile(name, shape, readElements(in, name, shape, length));
    }

    private static int[] readShape(InputStream in, String name, int dimensions) throws IOException {
        byte[] header = in.readNBytes(4 * dimensions);
        if (header.length < 4 * dimensions) {
            throw new IdxFormatException(name + ": ends after " + (4 + header.length) + " bytes, within the header of "
                    + (4 + 4 * dimensions) + " bytes that " + dimensions + " dimensions need");
        }
        int[] shape = new int[dimensions];
        for (int d = 0; d < dimensions; d++) {
            shape[d] = (header[4 * d] & 0xff) << 24
                    | (header[4 * d + 1] & 0xff) << 16
                    | (header[4 * d + 2] & 0xff) << 8
                    | (header[4 * d + 3] & 0xff);
            if (shape[d] < 1) {
                throw new IdxFormatException(name + ": dimension " + d + " has size "
                        + Integer.toUnsignedString(shape[d]) + ", expected 1 to " + Integer.MAX_VALUE);
            }
        }
        return shape;
    }

    private static int requireWithin(long limit, int[] shape, String name) throws IdxFormatException {
        long bound = Math.min(limit, LONGEST_ARRAY);
        long length = 1;
        for (int size : shape) {
            length *= size; // cannot overflow: both factors are below 2^31 when we get here
            if (length > bound) {
                throw new IdxFormatException(
                        name + ": announces " + shapeText(shape) + " elements, more than the limit of " + bound);
            }
        }
        return (int) length;
    }

    private static byte[] readElements(InputStream in, String name, int[] shape, int length) throws IOException {
        byte[] elements = new byte[Math.min(length, FIRST_BUFFER)];
        int filled = 0;
        while (filled < length) {
            if (filled == elements.length) {
                elements = Arrays.copyOf(elements, (int) Math.min(length, 2L * filled));
            }
            int read;
            try {
                read = in.read(elements, filled, elements.length - filled);
            } catch (EOFException e) {
                throw truncated(name, shape, filled, length);
            }
            if (read < 0) {
                throw truncated(name, shape, filled, length);
            }
            filled += read;
        }
        if (in.read() >= 0) {
            throw new IdxFormatException(
                    name + ": holds more than the " + shapeText(shape) + " elements its header announces");
        }
        return elements;
    }

    private static IdxFormatException truncated(String name, int[] shape, int filled, int length) {
        return new IdxFormatException(name + ": truncated, " + filled + " of the " + length + " elements ("
                + shapeText(shape) + ") that its header announces are there");
    }

    private static String shapeText(int[] shape) {
        StringBuilder text = new StringBuilder();
        for (int size : shape) {
            text.append(text.length() == 0 ? "" : " x ").append(size);
        }
        return text.toString();
    }

    /**
     * Returns the name used in error messages.
     *
     * @return the path, or the name given with the stream
     */
    public String name() {
        return name;
    }

    /**
     * Returns the number of dimensions: 1 for labels, 3 for images.
     *
     * @return 1 to 4
     */
    public int dimensions() {
        return shape.length;
    }

    /**
     * Returns the size of one dimension.
     *
     * @param dimension 0 for the number of examples
     * @return its size, at least 1
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public int size(int dimension) {
        return shape[Objects.checkIndex(dimension, shape.length)];
    }

    /**
     * Returns all elements, last dimension fastest, each an unsigned byte.
     *
     * @return a copy owned by the caller
     */
    public byte[] toByteArray() {
        return elements.clone();
    }

    /** The array itself, for readers of this package, which do not modify it. */
    byte[] elements() {
        return elements;
    }

    IdxFile requireDimensions(int expected, String what) throws IdxFormatException {
        if (shape.length != expected) {
            throw new IdxFormatException(name + ": " + what + " need " + expected + " dimension"
                    + (expected == 1 ? "" : "s") + ", this file has " + shape.length + " (" + shapeText(shape) + ")");
        }
        return this;
    }
}
