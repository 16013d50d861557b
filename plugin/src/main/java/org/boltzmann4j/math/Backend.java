package org.boltzmann4j.math;

import org.nd4j.linalg.factory.Nd4j;

/** What matters here about the ND4J backend in use. */
public final class Backend {

    private Backend() {}

    /**
     * Whether arrays live in memory that Java may read and write. On a GPU the buffers on the host may be stale.
     *
     * @return false for the CUDA backend
     */
    public static boolean isCpu() {
        String name = Nd4j.getBackend().getClass().getSimpleName();
        return !name.contains("Cuda") && !name.contains("Jcublas");
    }
}
