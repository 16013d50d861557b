package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class BetaScheduleTest {

    @Test
    void linearStepsAreEvenlySpaced() {
        assertThat(BetaSchedule.linear(4).betas()).containsExactly(0, 0.25, 0.5, 0.75, 1);
    }

    @Test
    void denseStepsHaveTheKnownProportions() {
        BetaSchedule.Segments schedule = BetaSchedule.denseNearOne(14_500);
        assertThat(schedule.steps()).containsExactly(500, 4000, 10_000);
        double[] betas = schedule.betas();
        assertThat(betas).hasSize(14_501).isSorted();
        assertThat(betas[0]).isZero();
        assertThat(betas[500]).isEqualTo(0.5);
        assertThat(betas[4500]).isEqualTo(0.9);
        assertThat(betas[14_500]).isEqualTo(1);
        assertThat(betas[4501] - betas[4500]).isCloseTo(1e-5, within(1e-12));
        assertThat(BetaSchedule.denseNearOne(3).betas()).containsExactly(0, 0.5, 0.9, 1);
    }

    @Test
    void schedulesSurviveJson() throws IOException {
        for (BetaSchedule schedule :
                List.of(BetaSchedule.denseNearOne(100), BetaSchedule.of(0, 0.2, 1), BetaSchedule.adaptive(0.999, 50))) {
            AnnealedImportanceSampling annealing = AnnealedImportanceSampling.of(schedule, 7);
            ObjectMapper json = new ObjectMapper();
            assertThat(json.readValue(json.writeValueAsString(annealing), AnnealedImportanceSampling.class))
                    .isEqualTo(annealing);
        }
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of((ThrowingCallable) () -> BetaSchedule.linear(0), "steps[0] = 0"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.denseNearOne(2), "steps = 2, expected at least 3"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.of(0.1, 1), "betas[0] = 0.1"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.of(0, 0.5), "the last of the betas is 0.5"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.of(0, 0.5, 0.5, 1), "betas[2] = 0.5"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.of(0, Double.NaN, 1), "betas[1] = NaN"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.adaptive(1, 10), "stepEffectiveShare = 1.0"),
                Arguments.of((ThrowingCallable) () -> BetaSchedule.adaptive(0.9, 0), "mostSteps = 0"),
                Arguments.of(
                        (ThrowingCallable) () -> new BetaSchedule.Segments(List.of(0.5), List.of(3)),
                        "the last end is 0.5"),
                Arguments.of(
                        (ThrowingCallable) () -> new BetaSchedule.Segments(List.of(0.5, 1.0), List.of(3)), "as many"),
                Arguments.of(
                        (ThrowingCallable) () -> AnnealedImportanceSampling.of(BetaSchedule.linear(3), 0),
                        "chains = 0"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValuesAreNamed(ThrowingCallable attempt, String message) {
        assertThatThrownBy(attempt).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
