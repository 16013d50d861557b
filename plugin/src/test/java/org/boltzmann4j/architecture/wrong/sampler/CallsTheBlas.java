package org.boltzmann4j.architecture.wrong.sampler;

import org.bytedeco.openblas.global.openblas_nolapack;

/** Would not load without the CPU backend. */
final class CallsTheBlas {

    private CallsTheBlas() {}

    static int threads() {
        return openblas_nolapack.blas_get_num_threads();
    }
}
