package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Two trainings in two threads of one JVM, with a BLAS of one thread. */
class ConcurrentTrainingTest {

    private static final int ROUNDS =
            3; // a race that is lost now and then has as many chances, times hundreds of minibatches
    private static final long SECONDS = 120; // against hanging; a few seconds are usual

    /** Initial weights come from the one generator that all of ND4J shares, so they are made before. */
    private static Callable<INDArray> training(
            DataType type, Unit visible, NegativePhase phase, long seed, int threads) {
        MultiLayerNetwork start = Networks.single(type, 12, 9, base -> base.seed(seed), layer -> layer.visible(visible)
                .negativePhase(phase));
        INDArray rows = Minibatches.patterns(type, 200, 12, seed);
        return () -> {
            MultiLayerNetwork network = start.clone();
            Networks.pretrainer(5).threads(threads).build().pretrain(network, Minibatches.of(rows, 10));
            assertThat(network.params()).isNotEqualTo(start.params());
            return network.params();
        };
    }

    /** One after the other, then both at once, in rounds. */
    private static void assertSameAlone(Callable<INDArray> one, Callable<INDArray> other) throws Exception {
        List<INDArray> alone = List.of(one.call(), other.call());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<INDArray>> both = new ArrayList<>();
                for (Callable<INDArray> training : List.of(one, other)) {
                    both.add(threads.submit(() -> {
                        start.await(SECONDS, TimeUnit.SECONDS);
                        return training.call();
                    }));
                }
                for (int i = 0; i < 2; i++) {
                    assertThat(both.get(i).get(SECONDS, TimeUnit.SECONDS))
                            .as("training %d in round %d", i, round)
                            .isEqualTo(alone.get(i));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void twoNetworksPretrainedAtOnceAreBitForBitThoseOfOneAfterTheOther(int threads) throws Exception {
        int before = Nd4j.factory().blas().getMaxThreads();
        assertSameAlone(
                training(DataType.FLOAT, new Bernoulli(), PersistentContrastiveDivergence.of(1, 20), 1, threads),
                training(DataType.DOUBLE, Gaussian.of(0.5), ParallelTempering.of(1, 8, Ladder.linear(4, 0.5)), 2, 1));
        assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(before);
    }

    @Test
    void theSameConfigurationInTwoThreadsGivesTheSameBits() throws Exception {
        Callable<INDArray> training =
                training(DataType.FLOAT, new Bernoulli(), PersistentContrastiveDivergence.of(1, 20), 3, 1);
        assertSameAlone(training, training);
    }
}
