package org.boltzmann4j.dl4j;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;

/** A disk with room for some bytes, then none. */
final class FullDisk {

    private FullDisk() {}

    static CheckpointArchive.Opener with(AtomicInteger room) {
        return file -> new FilterOutputStream(Files.newOutputStream(file)) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (room.addAndGet(-length) < 0) {
                    throw new IOException("No space left on device");
                }
                out.write(bytes, offset, length);
            }
        };
    }
}
