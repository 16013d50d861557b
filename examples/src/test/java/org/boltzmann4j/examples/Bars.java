package org.boltzmann4j.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A data set so small that an example takes seconds: bars of 6 x 6 pixels, whose class is their row. */
final class Bars {

    static final int CLASSES = 3;

    private static final int SIDE = 6;

    private Bars() {}

    /** Writes the four files; the same bars every time. */
    static void write(Path directory, int train, int test) throws IOException {
        writePart(directory, "train", train, 1);
        writePart(directory, "t10k", test, 2);
    }

    /** Two bright rows of six, above, in the middle or below, under noise that leaves no doubt. */
    private static void writePart(Path data, String part, int examples, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer images = ByteBuffer.allocate(16 + examples * SIDE * SIDE);
        images.putInt(0x803).putInt(examples).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + examples);
        labels.putInt(0x801).putInt(examples);
        for (int i = 0; i < examples; i++) {
            int label = i % CLASSES;
            labels.put((byte) label);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                boolean bar = pixel / SIDE / 2 == label;
                images.put((byte) (bar ? random.nextInt(150, 256) : random.nextInt(0, 60)));
            }
        }
        Files.write(data.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(data.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
}
