package org.boltzmann4j.dl4j;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An array on its way into a file: it is gone through twice, first for its checksums, so that no second copy of it is ever in memory.
 */
final class ArrayEntry {

    private static final long LONGEST_ROW = 1 << 16;

    private final Object array;
    private final Shape shape;
    private final long crc;

    private ArrayEntry(Object array, Shape shape, long crc) {
        this.array = array;
        this.shape = shape;
        this.crc = crc;
    }

    /** Of a {@code double[]}, {@code long[]} or matrix. */
    static ArrayEntry of(Object array) throws IOException {
        CRC32 crc = new CRC32();
        DigestOutputStream hashed = new DigestOutputStream(OutputStream.nullOutputStream(), Checksums.sha256());
        try (CheckedOutputStream out = new CheckedOutputStream(hashed, crc)) {
            write(array, out);
        }
        String sha256 = HexFormat.of().formatHex(hashed.getMessageDigest().digest());
        return new ArrayEntry(array, Shape.of(array, sha256), crc.getValue());
    }

    String description() {
        return shape.type() + " " + shape.rows() + " " + shape.columns() + " " + shape.sha256();
    }

    long bytes() {
        return shape.bytes();
    }

    long crc() {
        return crc;
    }

    void write(OutputStream out) throws IOException {
        write(array, out);
    }

    private static void write(Object array, OutputStream out) throws IOException {
        if (array instanceof double[] numbers) {
            ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Double.BYTES);
            buffer.asDoubleBuffer().put(numbers);
            out.write(buffer.array());
        } else if (array instanceof long[] counts) {
            ByteBuffer buffer = ByteBuffer.allocate(counts.length * Long.BYTES);
            buffer.asLongBuffer().put(counts);
            out.write(buffer.array());
        } else {
            write((INDArray) array, out);
        }
    }

    private static void write(INDArray matrix, OutputStream out) throws IOException {
        boolean wide = matrix.dataType() == DataType.DOUBLE;
        for (INDArray piece : pieces(matrix)) {
            Rows rows = Rows.of(piece);
            double[] row = new double[wide ? rows.width() : 0];
            float[] narrow = new float[wide ? 0 : rows.width()];
            ByteBuffer buffer = ByteBuffer.allocate(rows.width() * (wide ? Double.BYTES : Float.BYTES));
            for (long r = 0; r < rows.count(); r++) {
                if (wide) {
                    rows.read(r, row);
                    buffer.asDoubleBuffer().put(row);
                } else {
                    rows.read(r, narrow);
                    buffer.asFloatBuffer().put(narrow);
                }
                out.write(buffer.array());
            }
        }
    }

    /** A single row may be all parameters of a network: it is copied to the heap piece by piece. */
    private static List<INDArray> pieces(INDArray matrix) {
        if (matrix.size(0) > 1 || matrix.size(1) <= LONGEST_ROW) {
            return List.of(matrix);
        }
        List<INDArray> result = new ArrayList<>();
        for (long from = 0; from < matrix.size(1); from += LONGEST_ROW) {
            long to = Math.min(from + LONGEST_ROW, matrix.size(1));
            result.add(matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                    .reshape(1, to - from));
        }
        return result;
    }

    /** Type and size of an array, and the checksum of its bytes. */
    record Shape(String type, long rows, long columns, String sha256) {

        private static final String LONGS = "LONGS";
        private static final String DOUBLES = "DOUBLES";

        static Shape of(Object array, String sha256) {
            if (array instanceof double[] numbers) {
                return new Shape(DOUBLES, 1, numbers.length, sha256);
            }
            if (array instanceof long[] counts) {
                return new Shape(LONGS, 1, counts.length, sha256);
            }
            INDArray matrix = (INDArray) array;
            return new Shape(matrix.dataType().name(), matrix.size(0), matrix.size(1), sha256);
        }

        /**
         * Reads a description.
         *
         * @throws IOException if it is none
         */
        static Shape parse(String description) throws IOException {
            String[] words = description.split(" ", 5);
            if (words.length != 4) {
                throw new IOException("\"" + description + "\" describes no array");
            }
            Shape shape = new Shape(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]);
            boolean matrix = shape.isMatrix();
            boolean known = matrix || shape.type.equals(DOUBLES) || shape.type.equals(LONGS);
            boolean sized = matrix
                    ? shape.rows >= 1 && shape.columns >= 1 && shape.columns <= Integer.MAX_VALUE / Double.BYTES
                    : shape.rows == 1 && shape.columns >= 0 && shape.columns <= Integer.MAX_VALUE / Double.BYTES;
            if (!known || !sized) {
                throw new IOException("\"" + description + "\" describes no array");
            }
            return shape;
        }

        private boolean isMatrix() {
            return type.equals(DataType.FLOAT.name()) || type.equals(DataType.DOUBLE.name());
        }

        long bytes() {
            int width = type.equals(DataType.FLOAT.name()) ? Float.BYTES : Double.BYTES;
            return Math.multiplyExact(Math.multiplyExact(rows, columns), width);
        }

        /** Reads the array; there must be as many bytes. */
        Object read(DataInputStream in) throws IOException {
            if (isMatrix()) {
                return readMatrix(in);
            }
            ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes((int) bytes()));
            if (type.equals(LONGS)) {
                long[] counts = new long[(int) columns];
                bytes.asLongBuffer().get(counts);
                return counts;
            }
            double[] numbers = new double[(int) columns];
            bytes.asDoubleBuffer().get(numbers);
            return numbers;
        }

        private INDArray readMatrix(DataInputStream in) throws IOException {
            boolean wide = type.equals(DataType.DOUBLE.name());
            INDArray matrix = Matrices.detached(DataType.valueOf(type), rows, columns);
            for (INDArray piece : pieces(matrix)) {
                Rows into = Rows.of(piece);
                double[] row = new double[wide ? into.width() : 0];
                float[] narrow = new float[wide ? 0 : into.width()];
                ByteBuffer buffer = ByteBuffer.allocate(into.width() * (wide ? Double.BYTES : Float.BYTES));
                for (long r = 0; r < into.count(); r++) {
                    in.readFully(buffer.array());
                    if (wide) {
                        buffer.asDoubleBuffer().get(row);
                        into.write(r, row);
                    } else {
                        buffer.asFloatBuffer().get(narrow);
                        into.write(r, narrow);
                    }
                }
            }
            return matrix;
        }
    }
}
