package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StepCostTest {

    @Test
    void everyBatchSizeHasAShare() throws IOException {
        ExampleRun run = ExampleRun.of(
                StepCost::new, "--hidden", "10", "--batch-sizes", "1000,2000", "--rounds", "1", "--cd", "--momentum");
        assertThat(run.code()).isZero();
        assertThat(run.result().get("method").asText()).isEqualTo("CD-1");
        assertThat(run.result().get("shares").get("1000").asDouble()).isPositive();
        assertThat(run.result().get("shares").get("2000").asDouble()).isPositive();
    }

    @Test
    void impossibleNumbersAreRefusedByName() {
        assertThat(ExampleRun.of(StepCost::new, "--sweeps", "0").err()).contains("--sweeps 0: expected at least 1");
        assertThat(ExampleRun.of(StepCost::new, "--batch-sizes", "70000").err())
                .contains("--batch-sizes 70000: expected at least 1 and at most the number of images, 10000");
    }
}
