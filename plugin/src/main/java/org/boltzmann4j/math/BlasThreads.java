package org.boltzmann4j.math;

import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The number of threads of the BLAS, which the whole process shares: held at one from the first call of {@link #holdAtOne}
 * to the {@link #release} that answers it last.
 */
final class BlasThreads {

    private static int holders;
    private static int before;

    private BlasThreads() {}

    static synchronized void holdAtOne() {
        if (holders == 0) {
            Blas blas = Nd4j.factory().blas();
            before = blas.getMaxThreads();
            blas.setMaxThreads(1);
        }
        holders++;
    }

    static synchronized void release() {
        holders--;
        if (holders == 0) {
            Nd4j.factory().blas().setMaxThreads(before);
        }
    }
}
