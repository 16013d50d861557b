package org.boltzmann4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.RunnerException;

class SpeedBenchmarksTest {

    /** Nothing is asked of the seconds: a busy machine must not fail a test. */
    @Test
    void everyBenchmarkRuns() throws RunnerException {
        assertThat(SpeedBenchmarks.smoke()).isGreaterThan(10);
    }

    @Test
    void methodsAreReadByName() {
        assertThat(Method.parse("CD-10", 100)).isEqualTo(new Method(Method.Kind.CD, 10, 100));
        assertThat(Method.parse("PT-10", 20).sweeps()).isEqualTo(1);
        assertThat(Method.parse("PT-10", 20).rungs()).isEqualTo(10);
        assertThatThrownBy(() -> Method.parse("SML-1", 20)).hasMessageContaining("expected CD-k, PCD-k or PT-R");
    }
}
