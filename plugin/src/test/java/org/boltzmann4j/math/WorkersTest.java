package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sharing of rows among threads. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkersTest {

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("not all threads came", e);
        }
    }

    private static void with(int threads, Runnable body) {
        Workers.with(threads, () -> {
            body.run();
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyTaskIsDoneOnceWithAWorkerOfItsOwn(int threads) {
        AtomicIntegerArray done = new AtomicIntegerArray(100);
        AtomicIntegerArray busy = new AtomicIntegerArray(threads);
        Set<Integer> clashes = ConcurrentHashMap.newKeySet();
        with(
                threads,
                () -> Workers.forEach(100, (worker, task) -> {
                    if (busy.getAndIncrement(worker) != 0) {
                        clashes.add(worker);
                    }
                    done.incrementAndGet(task);
                    busy.decrementAndGet(worker);
                }));
        assertThat(clashes).isEmpty();
        for (int task = 0; task < 100; task++) {
            assertThat(done.get(task)).as("task %d", task).isEqualTo(1);
        }
    }

    @Test
    void tasksRunSideBySide() {
        CyclicBarrier all = new CyclicBarrier(3);
        // Would time out one after the other.
        with(3, () -> Workers.forEach(3, (worker, task) -> await(all)));
        assertThat(all.isBroken()).isFalse();
    }

    @Test
    void theFirstFailureIsThrownOnceNobodyWorksAnyMore() {
        AtomicIntegerArray running = new AtomicIntegerArray(1);
        assertThatThrownBy(() -> with(
                        2,
                        () -> Workers.forEach(50, (worker, task) -> {
                            running.incrementAndGet(0);
                            try {
                                if (task == 7) {
                                    throw new IllegalStateException("task 7");
                                }
                            } finally {
                                running.decrementAndGet(0);
                            }
                        })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("task 7");
        assertThat(running.get(0)).isZero();
        assertThatThrownBy(() -> with(
                        2,
                        () -> Workers.forEach(2, (worker, task) -> {
                            throw new AssertionError("worse");
                        })))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void workersServeTheThreadThatAskedForThemOnly() {
        int[] elsewhere = new int[1];
        with(4, () -> {
            assertThat(Workers.threads()).isEqualTo(4);
            Thread other = new Thread(() -> elsewhere[0] = Workers.threads());
            other.start();
            join(other);
            with(2, () -> assertThat(Workers.threads()).isEqualTo(2));
            assertThat(Workers.threads()).isEqualTo(4);
        });
        assertThat(elsewhere[0]).isEqualTo(1);
        assertThat(Workers.threads()).isEqualTo(1);
        assertThatThrownBy(() -> with(0, () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theBlasHasOneThreadUntilTheLastWorkersEnd() {
        int before = Nd4j.factory().blas().getMaxThreads();
        Nd4j.factory().blas().setMaxThreads(2);
        try {
            Thread other = new Thread(() -> with(2, () -> {}));
            with(2, () -> {
                other.start();
                join(other);
                assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
            });
            assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(2);
        } finally {
            Nd4j.factory().blas().setMaxThreads(before);
        }
    }

    /** Sizes around those at which products begin to be cut, and where the pieces are not equal. */
    @ParameterizedTest(name = "{0} x {1} x {2}")
    @CsvSource({
        "31, 40, 33",
        "100, 50, 239",
        "100, 50, 240",
        "101, 64, 515",
        "515, 64, 101",
        "1030, 30, 300",
        "2, 1000, 600"
    })
    void productsInPiecesAreThoseOfTheWholeWhateverTheNumberOfThreads(int n, int m, int p) {
        INDArray a = Nd4j.rand(DataType.FLOAT, n, m);
        INDArray b = Nd4j.rand(DataType.FLOAT, m, p);
        INDArray whole = Matrices.detached(DataType.FLOAT, n, p);
        Matrices.product(a, b, whole, 1, 0);
        List<INDArray> first = new ArrayList<>();
        for (int threads : new int[] {1, 2, 3}) {
            INDArray plain = Matrices.detached(DataType.FLOAT, n, p);
            INDArray leftTransposed = Matrices.detached(DataType.FLOAT, n, p);
            INDArray rightTransposed = Matrices.detached(DataType.FLOAT, n, p);
            with(threads, () -> {
                Matrices.product(a, b, plain, 1, 0);
                Matrices.transposedProduct(a.transpose().dup('c'), b, leftTransposed, 1, 0);
                Matrices.productTransposed(a, b.transpose().dup('c'), rightTransposed, 1, 0);
            });
            List<INDArray> products = List.of(plain, leftTransposed, rightTransposed);
            // m products below 1, each rounded once to at most 2^-24 of the sum so far, which is below m.
            products.forEach(
                    product -> assertThat(product.sub(whole).amaxNumber().doubleValue())
                            .isLessThan((double) m * m * Math.scalb(1.0, -24)));
            if (first.isEmpty()) {
                first.addAll(products);
            }
            assertThat(products).as("%d threads", threads).isEqualTo(first);
        }
    }
}
