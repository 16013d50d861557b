package org.boltzmann4j.math;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which kernels the OpenBLAS of this process has chosen for its processor. An OpenBLAS older than the processor may take the
 * most general ones, which are several times slower than they need be, without a word.
 *
 * @param core OpenBLAS' name of the processor whose kernels it runs, such as {@code SkylakeX}
 * @param library the file it was loaded from
 */
public record BlasKernels(String core, String library) {

    /** Cores of x86 whose kernels do without AVX: on a processor with AVX2 nobody would choose them. */
    private static final Set<String> GENERIC = Set.of(
            "generic",
            "unknown",
            "Katmai",
            "Coppermine",
            "Northwood",
            "Prescott",
            "Banias",
            "Atom",
            "Core2",
            "Penryn",
            "Dunnington",
            "Nehalem",
            "Athlon",
            "Opteron",
            "Opteron_SSE3",
            "Barcelona",
            "Bobcat",
            "Nano");

    /**
     * {@code RTLD_LAZY | RTLD_NOLOAD} of Linux, without {@code RTLD_GLOBAL}, which is JNA's default: the bindings load two copies
     * of OpenBLAS, and making the symbols of one global while the other is being bound has buffers taken from the one and
     * given back to the other, until the process dies.
     */
    private static final int ALREADY_LOADED_LOCAL = 0x1 | 0x4;

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /**
     * Looks at the OpenBLAS in this process.
     *
     * @return what it says of itself; nothing for other libraries and other systems than Linux, and before the backend is
     *     loaded
     */
    public static Optional<BlasKernels> loaded() {
        try {
            return loadedLibrary(MAPS).map(BlasKernels::of);
        } catch (IOException | LinkageError | RuntimeException e) {
            return Optional.empty(); // a system that does not tell
        }
    }

    private static @Nullable BlasKernels of(String library) {
        String core =
                (String) NativeLibrary.getInstance(library, Map.of(Library.OPTION_OPEN_FLAGS, ALREADY_LOADED_LOCAL))
                        .getFunction("openblas_get_corename")
                        .invoke(String.class, new Object[0]);
        return core == null ? null : new BlasKernels(core, library);
    }

    /** Path of the OpenBLAS among the files that a process has mapped into its memory. */
    static Optional<String> loadedLibrary(Path maps) throws IOException {
        if (!Files.isReadable(maps)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains("/"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(path -> path.substring(path.lastIndexOf('/')).startsWith("/libopenblas.so"))
                    .findFirst();
        }
    }

    /**
     * Says what to do where the kernels are narrower than the processor.
     *
     * @return one line for the user, or nothing if all is well or cannot be told
     */
    public Optional<String> advice() {
        try (Stream<String> lines = Files.lines(PROCESSOR, StandardCharsets.UTF_8)) {
            return advice(
                    lines.filter(line -> line.startsWith("flags")).findFirst().orElse(""));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Optional<String> advice(String processorFlags) {
        boolean wide = Arrays.asList(processorFlags.split("\\s+")).contains("avx2");
        return wide && GENERIC.contains(core)
                ? Optional.of("OpenBLAS runs its " + core
                        + " kernels, without AVX, on a processor with AVX2: matrix products take"
                        + " several times longer than they need. Put org.bytedeco:openblas 0.3.28-1.5.11 and org.bytedeco:javacpp"
                        + " 1.5.11 on the class path, each with its platform jar, or set OPENBLAS_CORETYPE=Haswell in the"
                        + " environment (loaded: " + library + ")")
                : Optional.empty();
    }
}
