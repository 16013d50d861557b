package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class BlasKernelsTest {

    private static final String WIDE = "flags\t\t: fpu sse4_2 avx avx2 avx512f";
    private static final String NARROW = "flags\t\t: fpu sse4_2 avx";

    /** That the build's own OpenBLAS knows the processor it runs on, which every figure of speed rests on. */
    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void theTestsRunOnKernelsThatFitTheProcessor() {
        Nd4j.create(DataType.FLOAT, 2, 2).mmul(Nd4j.create(DataType.FLOAT, 2, 2));
        BlasKernels kernels = BlasKernels.loaded().orElseThrow();
        assertThat(kernels.core()).isNotBlank();
        assertThat(kernels.advice()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Prescott", "Core2", "Nehalem", "generic"})
    void kernelsWithoutAvxAreCalledSlowOnAWideProcessorOnly(String core) {
        BlasKernels kernels = new BlasKernels(core, "/cache/libopenblas.so.0");
        assertThat(kernels.advice(WIDE)).get().asString().contains(core, "openblas 0.3.28", "/cache/libopenblas.so.0");
        assertThat(kernels.advice(NARROW)).isEmpty();
        assertThat(kernels.advice("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SkylakeX", "Haswell", "Zen", "Sapphirerapids"})
    void kernelsWithAvxAreNot(String core) {
        assertThat(new BlasKernels(core, "libopenblas.so.0").advice(WIDE)).isEmpty();
    }

    @Test
    void theLibraryIsFoundAmongTheMappedFiles(@TempDir Path directory) throws IOException {
        Path maps = Files.writeString(
                directory.resolve("maps"),
                """
                7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/libc.so.6
                7f02-7f03 r-xp 00000000 08:01 2 /home/a user/.javacpp/libjniopenblas.so
                7f04-7f05 r-xp 00000000 08:01 3 /home/a user/.javacpp/libopenblas.so.0
                7f06-7f07 rw-p 00000000 00:00 0
                """);
        assertThat(BlasKernels.loadedLibrary(maps)).contains("/home/a user/.javacpp/libopenblas.so.0");
        assertThat(BlasKernels.loadedLibrary(directory.resolve("none"))).isEmpty();
    }
}
