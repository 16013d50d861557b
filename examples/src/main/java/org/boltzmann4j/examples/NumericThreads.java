package org.boltzmann4j.examples;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.Nd4jBlas;

/** Threads of the numerical libraries. */
final class NumericThreads {

    private NumericThreads() {}

    /**
     * Has ND4J's operations and its BLAS work with one thread each, unless {@code OMP_NUM_THREADS} says otherwise.
     *
     * <p>With their default, one thread for each core, the two libraries' threads wait for each other in loops: on 2 cores, at
     * the sizes of these examples, pretraining took 2.7 times and {@code fit} 4.7 times as long as with one thread.
     */
    static void preferOne() {
        if (System.getenv("OMP_NUM_THREADS") != null) {
            return;
        }
        if (Nd4j.factory().blas() instanceof Nd4jBlas blas) {
            blas.setMaxThreads(1);
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        }
    }
}
