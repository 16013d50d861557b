package org.boltzmann4j.benchmark;

import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.factory.Nd4j;

/** The threads of the BLAS during one run. */
final class BlasThreadCount {

    private BlasThreadCount() {}

    static void with(int threads, Runnable run) {
        Blas blas = Nd4j.factory().blas();
        int before = blas.getMaxThreads();
        blas.setMaxThreads(threads);
        try {
            run.run();
        } finally {
            blas.setMaxThreads(before);
        }
    }
}
