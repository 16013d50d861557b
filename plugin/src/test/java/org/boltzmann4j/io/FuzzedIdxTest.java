package org.boltzmann4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.List;
import org.boltzmann4j.hostile.Fuzz;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FuzzedIdxTest {

    private static Fuzz.Outcome run(int mutations) {
        byte[] images = IdxFileTest.idx(0x08, new int[] {10, 4, 4}, IdxFileTest.counting(160));
        byte[] labels = IdxFileTest.idx(0x08, new int[] {40}, IdxFileTest.counting(40));
        return Fuzz.of(
                        file -> IdxFile.read(new ByteArrayInputStream(file), "fuzzed", IdxFile.DEFAULT_LIMIT),
                        IdxFormatException.class,
                        List.of(images, labels, IdxFileTest.gzip(images)))
                .run(mutations);
    }

    @Test
    void everyIdxFileIsReadOrRefused() {
        assertThat(run(Fuzz.GATE).refused()).isGreaterThan(Fuzz.GATE / 4);
    }

    @Test
    @Tag("nightly")
    void everyIdxFileOfManyMoreIsReadOrRefused() {
        assertThat(run(Fuzz.NIGHTLY).refused()).isGreaterThan(Fuzz.NIGHTLY / 4);
    }
}
