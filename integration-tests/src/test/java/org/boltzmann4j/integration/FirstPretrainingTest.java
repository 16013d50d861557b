package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own: which symbols of the BLAS are bound to which copy of it is decided by who comes first. */
class FirstPretrainingTest {

    /** With the look at the BLAS' kernels opening a second copy of it for all to see, OpenBLAS complained and then crashed. */
    @Test
    void theBlasOfAFreshProcessIsLeftInOnePiece(@TempDir Path directory) throws IOException, InterruptedException {
        ChildJvm child =
                ChildJvm.run(directory, System.getProperty("java.class.path"), 120, FirstPretraining.class.getName());
        assertThat(child.exitCode()).as(child.output()).isZero();
        assertThat(child.output()).contains(FirstPretraining.DONE).doesNotContain("BLAS :", "NUM_THREADS");
    }
}
