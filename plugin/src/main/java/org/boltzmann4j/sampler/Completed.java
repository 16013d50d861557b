package org.boltzmann4j.sampler;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Completed rows; known values are as they were given.
 *
 * @param means {@code [n, visible]}, estimates of the conditional means given the known values, which minimise the expected
 *     squared error: of samplers, averages of {@code E[v | h]} over sweeps and chains
 * @param samples {@code [chains * n, visible]}, states after the last sweep, row {@code c * n + i} of chain c for row i; of
 *     mean field, which draws none, the means
 * @param swaps how well the rungs of tempering exchanged states, one for each block of rows sampled together; else empty
 * @param meanField how the iteration ended; null without mean field
 */
public record Completed(INDArray means, INDArray samples, List<SwapReport> swaps, @Nullable MeanFieldReport meanField) {

    /** Copies the list. */
    public Completed {
        swaps = List.copyOf(swaps);
    }
}
