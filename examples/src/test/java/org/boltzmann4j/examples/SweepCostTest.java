package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class SweepCostTest {

    @Test
    void bothPathsAreMeasuredAtEveryNumberOfChains() throws IOException {
        ExampleRun run =
                ExampleRun.of(SweepCost::new, "--hidden", "10", "--rungs", "3", "--chains", "2,5", "--rounds", "3");
        assertThat(run.code()).isZero();
        JsonNode ratios = run.result().get("ratios");
        for (String chains : new String[] {"2", "5"}) {
            assertThat(ratios.get(chains).get("temperature").asDouble()).isPositive();
            assertThat(ratios.get(chains).get("baseRates").asDouble()).isPositive();
        }
        assertThat(run.out()).contains("784-10, 3 rungs; medians of 3 rounds");
    }

    @Test
    void impossibleNumbersAreRefusedByName() {
        ExampleRun run = ExampleRun.of(SweepCost::new, "--rungs", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("--rungs 1: expected at least 2");
        assertThat(ExampleRun.of(SweepCost::new, "--chains", "0").err()).contains("--chains 0: expected at least 1");
    }
}
