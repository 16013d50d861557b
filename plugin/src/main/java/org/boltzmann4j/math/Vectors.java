package org.boltzmann4j.math;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arithmetic on long vectors, such as all parameters of a layer, shared among {@link Workers} where there are some. */
public final class Vectors {

    /** Some ten microseconds. */
    private static final long SHORTEST_PIECE = 50_000;

    private Vectors() {}

    /**
     * {@code y += factor x}.
     *
     * @param factor of every element
     * @param x not modified
     * @param y as long, changed in place
     */
    public static void add(double factor, INDArray x, INDArray y) {
        if (Cblas.adds(x, y)) {
            Pieces.of(x.length(), SHORTEST_PIECE)
                    .forEach(x.length(), (piece, from, to) -> Cblas.add(factor, x, y, from, to));
        } else {
            Nd4j.getBlasWrapper().level1().axpy(x.length(), factor, x, y);
        }
    }

    /**
     * {@code sum |x_i|}, which is finite only if every element is.
     *
     * @param x not modified
     * @return the sum
     */
    public static double sumOfSizes(INDArray x) {
        if (!Cblas.adds(x, x)) {
            return Nd4j.getBlasWrapper().level1().asum(x);
        }
        Pieces pieces = Pieces.of(x.length(), SHORTEST_PIECE);
        double[] sums = new double[pieces.count()];
        pieces.forEach(x.length(), (piece, from, to) -> sums[piece] = Cblas.sumOfSizes(x, from, to));
        return Arrays.stream(sums).sum();
    }

    /**
     * Reads a vector.
     *
     * @param vector of rank 1, or one row
     * @return its elements, a copy
     */
    public static double[] values(INDArray vector) {
        double[] values = new double[Math.toIntExact(vector.length())];
        Rows.of(vector).read(0, values);
        return values;
    }
}
