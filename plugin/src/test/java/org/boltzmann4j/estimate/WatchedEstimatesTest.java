package org.boltzmann4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.StepWatch;
import org.boltzmann4j.units.Bernoulli;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Estimates that take long ask a watch often enough. */
class WatchedEstimatesTest {

    private static final int STEPS = 40;

    private final Rbm rbm =
            Rbm.of(new Bernoulli(), new Bernoulli(), Nd4j.rand(20, 10).subi(0.5), Nd4j.zeros(20), Nd4j.zeros(10));
    private final INDArray rows = Nd4j.zeros(5, 20);

    private static int questions(Supplier<?> computation) {
        AtomicInteger asked = new AtomicInteger();
        StepWatch.during(asked::incrementAndGet, computation);
        return asked.get();
    }

    @Test
    void annealingAsksBeforeEverySweepOfEveryRun() {
        LogLikelihood estimate = LogLikelihood.withDefaults()
                .withoutExactValue()
                .withForwardRuns(2)
                .withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.linear(STEPS), 3));
        // Two runs forward with a sweep between the moves, one back with a sweep before each.
        assertThat(questions(() -> estimate.of(rbm, rows))).isEqualTo(2 * (STEPS - 1) + STEPS);
    }

    @Test
    void anExactSumAsksBeforeEveryBlock() {
        // 2^10 states in blocks of 2^8.
        assertThat(questions(() -> ExactLogPartition.of(rbm))).isEqualTo(4);
    }
}
