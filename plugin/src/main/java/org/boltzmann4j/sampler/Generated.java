package org.boltzmann4j.sampler;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a model generated. Row {@code d * chains + c} of the arrays is draw d of chain c.
 *
 * @param samples {@code [draws * chains, visible]}, states of the model; of mean field, which draws none, the means
 * @param means {@code [draws * chains, visible]}, conditional means of these states given the hidden units above them:
 *     pictures without the noise of the last draw
 * @param chains how many
 * @param swaps how well the rungs exchanged states; null without tempering
 * @param meanField how the iteration ended; null without mean field
 */
public record Generated(
        INDArray samples, INDArray means, int chains, @Nullable SwapReport swaps, @Nullable MeanFieldReport meanField) {

    /**
     * Returns the number of draws from every chain.
     *
     * @return at least 1
     */
    public int draws() {
        return Math.toIntExact(samples.size(0) / chains);
    }
}
