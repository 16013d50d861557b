package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.io.ImageDataSet;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Images of other kinds than those a network was trained on, of the same size. */
final class UnusualImages {

    private static final int LETTERS = 2000;
    private static final int NOISE = 1000;
    private static final String LIKE_DIGITS = "OILSZ";

    private UnusualImages() {}

    /**
     * Makes the sets: letters without those that look like digits (where the size fits), the test images inverted, their pixels shuffled,
     * and noise.
     *
     * @param test the usual images
     * @param scale in which they are returned
     * @param seed of letters, order and noise
     * @return {@code [images, pixels]} by name
     */
    static Map<String, INDArray> of(ImageDataSet test, PixelScale scale, long seed) {
        RandomStreams streams = RandomStreams.of(seed).split("unusual");
        INDArray usual = scale.of(test);
        Box box = scale.box();
        Map<String, INDArray> sets = new LinkedHashMap<>();
        if (test.rows() == Letters.SIDE - 1 && test.columns() == Letters.SIDE - 1) {
            sets.put("letters", letters(Math.min(LETTERS, test.examples()), scale, seed));
        }
        sets.put("inverted", usual.neg().addi(box.lower() + box.upper()));
        sets.put(
                "shuffled",
                usual.getColumns(order(test.features(), streams.random(0, 0))).dup('c'));
        float[][] noise = new float[Math.min(NOISE, test.examples())][test.features()];
        for (int r = 0; r < noise.length; r++) {
            SplittableRandom own = streams.random(1, r);
            for (int i = 0; i < noise[r].length; i++) {
                noise[r][i] = (float) own.nextDouble(box.lower(), box.upper());
            }
        }
        sets.put("noise", Nd4j.createFromArray(noise));
        return sets;
    }

    private static int[] order(int count, SplittableRandom random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    /** Without their last row and column, which are empty. */
    private static INDArray letters(int count, PixelScale scale, long seed) {
        ImageDataSet drawn = Letters.draw(2 * count, seed);
        int side = Letters.SIDE;
        INDArray pixels = scale.of(drawn);
        List<float[]> rows = new ArrayList<>();
        for (int r = 0; r < drawn.examples() && rows.size() < count; r++) {
            if (LIKE_DIGITS.indexOf('A' + drawn.label(r)) >= 0) {
                continue;
            }
            float[] whole = pixels.getRow(r).toFloatVector();
            float[] part = new float[(side - 1) * (side - 1)];
            for (int y = 0; y < side - 1; y++) {
                System.arraycopy(whole, y * side, part, y * (side - 1), side - 1);
            }
            rows.add(part);
        }
        return Nd4j.createFromArray(rows.toArray(float[][]::new));
    }
}
