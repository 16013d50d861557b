package org.boltzmann4j.sampler;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The slope of an energy over real-valued rows, {@code dE(x)/dx} or {@code dE(x, y)/dx}: all that Langevin dynamics needs to
 * know of a model.
 */
@FunctionalInterface
public interface EnergyGradient {

    /**
     * Computes the slope at every row.
     *
     * @param x {@code [rows, features]} in 'c' order, not modified
     * @param classes the class y of every row for {@code E(x, y)}, not modified, or null for {@code E(x)}
     * @return {@code [rows, features]}; owned by this object and valid until its next use, not to be modified
     */
    INDArray at(INDArray x, int @Nullable [] classes);
}
