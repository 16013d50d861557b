package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StepWatchTest {

    private static String twoSteps() {
        StepWatch.ask();
        StepWatch.ask();
        return "done";
    }

    @Test
    void aWatchIsAskedBeforeEachStepAndNotAfterTheComputation() {
        AtomicInteger asked = new AtomicInteger();
        assertThat(StepWatch.during(asked::incrementAndGet, StepWatchTest::twoSteps))
                .isEqualTo("done");
        twoSteps();
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatAWatchThrowsEndsTheComputationAndTheWatch() {
        Runnable angry = () -> {
            throw new IllegalStateException("enough");
        };
        Supplier<String> computation = StepWatchTest::twoSteps;
        assertThatThrownBy(() -> StepWatch.during(angry, computation)).hasMessage("enough");
        assertThat(twoSteps()).isEqualTo("done");
    }

    @Test
    void anInnerWatchStandsInForTheOuterOneWhileItLasts() {
        AtomicInteger outer = new AtomicInteger();
        AtomicInteger inner = new AtomicInteger();
        StepWatch.during(outer::incrementAndGet, () -> {
            StepWatch.during(inner::incrementAndGet, StepWatchTest::twoSteps);
            return twoSteps();
        });
        assertThat(inner).hasValue(2);
        assertThat(outer).hasValue(2);
    }

    @Test
    void otherThreadsHaveNoWatch() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        Thread other = new Thread(StepWatchTest::twoSteps);
        StepWatch.during(asked::incrementAndGet, () -> {
            other.start();
            return twoSteps();
        });
        other.join();
        assertThat(asked).hasValue(2);
    }
}
