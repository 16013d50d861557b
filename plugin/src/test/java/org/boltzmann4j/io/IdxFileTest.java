package org.boltzmann4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFileTest {

    /** IDX bytes: magic, sizes, elements. */
    static byte[] idx(int type, int[] shape, byte[] elements) {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + elements.length);
        buffer.put((byte) 0).put((byte) 0).put((byte) type).put((byte) shape.length);
        Arrays.stream(shape).forEach(buffer::putInt);
        return buffer.put(elements).array();
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] counting(int length) {
        byte[] elements = new byte[length];
        for (int i = 0; i < length; i++) {
            elements[i] = (byte) i;
        }
        return elements;
    }

    private static IdxFile read(byte[] content) throws IOException {
        return IdxFile.read(new ByteArrayInputStream(content), "digits", IdxFile.DEFAULT_LIMIT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shapeAndElementsComeBackPlainAndGzipped(boolean gzipped, @TempDir Path directory) throws IOException {
        byte[] content = idx(8, new int[] {3, 4, 25}, counting(300));
        // the name says the opposite of the content on purpose: the content decides
        Path file = directory.resolve(gzipped ? "images" : "images.gz");
        Files.write(file, gzipped ? gzip(content) : content);

        IdxFile idx = IdxFile.read(file);

        assertThat(idx.dimensions()).isEqualTo(3);
        assertThat(new int[] {idx.size(0), idx.size(1), idx.size(2)}).containsExactly(3, 4, 25);
        assertThat(idx.toByteArray()).isEqualTo(counting(300));
    }

    @Test
    void contentLargerThanTheFirstBufferIsReadWhole() throws IOException {
        byte[] elements = counting(5_000_000); // the first buffer holds 2^20
        assertThat(read(gzip(idx(8, new int[] {5, 1000, 1000}, elements))).toByteArray())
                .isEqualTo(elements);
    }

    @Test
    void theArrayHandedOutIsACopy() throws IOException {
        IdxFile idx = read(idx(8, new int[] {3}, counting(3)));
        idx.toByteArray()[1] = 99;
        assertThat(idx.toByteArray()).containsExactly(0, 1, 2);
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path directory) {
        Path file = directory.resolve("absent");
        assertThatThrownBy(() -> IdxFile.read(file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void truncationIsReportedWithWhatIsThereAndWhatWasAnnounced() {
        byte[] whole = idx(8, new int[] {3, 4, 25}, counting(300));
        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 7)))
                .isInstanceOf(IdxFormatException.class)
                .hasMessage(
                        "digits: truncated, 293 of the 300 elements (3 x 4 x 25) that its header announces are there");
    }

    @Test
    void everyTruncationIsAnErrorPlainAndGzipped() {
        byte[] plain = idx(8, new int[] {3, 4, 25}, counting(300));
        byte[] gzipped = gzip(plain);
        for (byte[] content : new byte[][] {plain, gzipped}) {
            for (int length = 0; length < content.length; length++) {
                byte[] part = Arrays.copyOf(content, length);
                assertThatThrownBy(() -> read(part))
                        .as("first %d bytes", length)
                        .isInstanceOf(IdxFormatException.class)
                        .hasMessageStartingWith("digits: ");
            }
        }
    }

    @Test
    void surplusContentIsAnError() {
        assertThatThrownBy(() -> read(idx(8, new int[] {3, 4}, counting(13))))
                .isInstanceOf(IdxFormatException.class)
                .hasMessage("digits: holds more than the 3 x 4 elements its header announces");
    }

    @Test
    void somethingElseThanIdxIsNamedByItsFirstBytes() {
        assertThatThrownBy(() -> read("<html><body>404</body></html>".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("starts with 3c 68 74 6d");
    }

    @Test
    void anotherElementTypeIsRefused() {
        assertThatThrownBy(() -> read(idx(0x0d, new int[] {1}, counting(4))))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("element type is 0x0d, expected 0x08 (unsigned byte)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void anImpossibleNumberOfDimensionsIsRefused(int dimensions) {
        int[] shape = new int[dimensions];
        Arrays.fill(shape, 1);
        assertThatThrownBy(() -> read(idx(8, shape, counting(1))))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("has " + dimensions + " dimensions, expected 1 to 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void emptyAndNegativeSizesAreRefused(int size) {
        assertThatThrownBy(() -> read(idx(8, new int[] {size, 28, 28}, counting(0))))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("dimension 0 has size " + Integer.toUnsignedString(size));
    }

    @Test
    void sizesWhoseProductOverflowsAreRefusedAsTooLarge() {
        int[] shape = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
        assertThatThrownBy(() ->
                        IdxFile.read(new ByteArrayInputStream(idx(8, shape, counting(0))), "digits", Long.MAX_VALUE))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("more than the limit of");
    }

    @Test
    void anAnnouncementAboveTheLimitIsRefusedBeforeAnyElementIsRead() {
        byte[] header = idx(8, new int[] {11}, counting(0));
        InputStream endsTheTestIfReadOn = new InputStream() {
            private int position;

            @Override
            public int read() {
                if (position >= header.length) {
                    throw new AssertionError("read beyond the header");
                }
                return header[position++] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                target[offset] = (byte) read();
                return 1;
            }
        };
        assertThatThrownBy(() -> IdxFile.read(endsTheTestIfReadOn, "digits", 10))
                .isInstanceOf(IdxFormatException.class)
                .hasMessage("digits: announces 11 elements, more than the limit of 10");
    }

    @Test
    void theAnnouncedSizeIsNotAllocatedBeforeTheContentIsThere() {
        byte[] liar = idx(8, new int[] {1 << 30}, counting(4));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> read(liar)).hasMessageContaining("4 of the 1073741824 elements");
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // the first buffer is 1 MiB; the rest is streams, messages and the assertion itself. The lie is 1 GiB.
        assertThat(allocated).isBetween(1L << 20, 16L << 20);
    }

    @Test
    void aGzipBombIsLeftOneByteAfterTheAnnouncedEnd() {
        // 256 MiB of zeros in 260 kB; the header announces four bytes of them
        CountingStream bomb = new CountingStream(gzip(idx(8, new int[] {4}, new byte[1 << 28])));
        assertThatThrownBy(() -> IdxFile.read(bomb, "bomb", IdxFile.DEFAULT_LIMIT))
                .isInstanceOf(IdxFormatException.class)
                .hasMessageContaining("holds more than the 4 elements");
        // what is taken from the compressed side is one fill of the 64 KiB inflater buffer plus buffering, a third of
        // the bomb
        assertThat(bomb.taken).isLessThan(100_000);
    }

    private static final class CountingStream extends FilterInputStream {
        private long taken;

        CountingStream(byte[] content) {
            super(new ByteArrayInputStream(content));
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            taken += Math.max(read, 0);
            return read;
        }
    }

    @Test
    void randomDamageNeverCausesAnythingButAnIOException() {
        byte[] gzipped = gzip(idx(8, new int[] {3, 4, 25}, counting(300)));
        byte[] plain = idx(8, new int[] {3, 4, 25}, counting(300));
        Random random = new Random(7);
        int refused = 0;
        for (int trial = 0; trial < 4000; trial++) {
            byte[] damaged = (trial % 2 == 0 ? gzipped : plain).clone();
            for (int hit = 0; hit <= random.nextInt(3); hit++) {
                damaged[random.nextInt(trial % 2 == 0 ? damaged.length : 16)] = (byte) random.nextInt(256);
            }
            try {
                // a limit keeps headers that announce much from making the loop slow; any other exception fails the
                // test
                IdxFile.read(new ByteArrayInputStream(damaged), "damaged", 1 << 20);
            } catch (IOException e) {
                refused++;
                assertThat(e).isInstanceOf(IdxFormatException.class);
            }
        }
        // the header and the checksum of gzip catch almost everything
        assertThat(refused).isGreaterThan(3000);
    }
}
