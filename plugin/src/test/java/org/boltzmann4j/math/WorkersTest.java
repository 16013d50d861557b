package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyTaskIsDoneOnceWithAWorkerOfItsOwn(int threads) {
        AtomicIntegerArray done = new AtomicIntegerArray(100);
        AtomicIntegerArray busy = new AtomicIntegerArray(threads);
        Set<Integer> clashes = ConcurrentHashMap.newKeySet();
        try (Workers workers = Workers.open(threads)) {
            Workers.forEach(100, (worker, task) -> {
                if (busy.getAndIncrement(worker) != 0) {
                    clashes.add(worker);
                }
                done.incrementAndGet(task);
                busy.decrementAndGet(worker);
            });
        }
        assertThat(clashes).isEmpty();
        for (int task = 0; task < 100; task++) {
            assertThat(done.get(task)).as("task %d", task).isEqualTo(1);
        }
    }

    @Test
    void tasksRunSideBySide() {
        CyclicBarrier all = new CyclicBarrier(3);
        try (Workers workers = Workers.open(3)) {
            Workers.forEach(3, (worker, task) -> await(all)); // would time out one after the other
        }
        assertThat(all.isBroken()).isFalse();
    }

    @Test
    void theFirstFailureIsThrownOnceNobodyWorksAnyMore() {
        AtomicIntegerArray running = new AtomicIntegerArray(1);
        try (Workers workers = Workers.open(2)) {
            assertThatThrownBy(() -> Workers.forEach(50, (worker, task) -> {
                        running.incrementAndGet(0);
                        try {
                            if (task == 7) {
                                throw new IllegalStateException("task 7");
                            }
                        } finally {
                            running.decrementAndGet(0);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("task 7");
            assertThat(running.get(0)).isZero();
            assertThatThrownBy(() -> Workers.forEach(2, (worker, task) -> {
                        throw new AssertionError("worse");
                    }))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void workersServeTheThreadThatOpenedThemOnly() throws InterruptedException {
        try (Workers workers = Workers.open(4)) {
            assertThat(Workers.threads()).isEqualTo(4);
            int[] elsewhere = new int[1];
            Thread other = new Thread(() -> elsewhere[0] = Workers.threads());
            other.start();
            other.join();
            assertThat(elsewhere[0]).isEqualTo(1);
            try (Workers inner = Workers.open(2)) {
                assertThat(Workers.threads()).isEqualTo(2);
                assertThatThrownBy(workers::close).isInstanceOf(IllegalStateException.class);
            }
            assertThat(Workers.threads()).isEqualTo(4);
        }
        assertThat(Workers.threads()).isEqualTo(1);
        assertThatThrownBy(() -> Workers.open(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theBlasHasOneThreadUntilTheLastWorkersAreClosed() throws InterruptedException {
        int before = Nd4j.factory().blas().getMaxThreads();
        Nd4j.factory().blas().setMaxThreads(2);
        try {
            CyclicBarrier opened = new CyclicBarrier(2);
            CyclicBarrier closed = new CyclicBarrier(2);
            Thread other = new Thread(() -> {
                Workers.open(2).close();
                await(opened);
                await(closed);
            });
            try (Workers workers = Workers.open(2)) {
                other.start();
                await(opened);
                assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
            }
            await(closed);
            other.join();
            assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(2);
        } finally {
            Nd4j.factory().blas().setMaxThreads(before);
        }
    }

    /** Sizes around those at which products begin to be cut, and where the pieces are not equal. */
    @ParameterizedTest(name = "{0} x {1} x {2}")
    @CsvSource({"31, 40, 33", "32, 40, 33", "101, 64, 50", "515, 7, 3", "1030, 30, 20"})
    void productsInPiecesAreThoseOfTheWholeWhateverTheNumberOfThreads(int n, int m, int p) {
        INDArray a = Nd4j.rand(DataType.FLOAT, n, m);
        INDArray b = Nd4j.rand(DataType.FLOAT, m, p);
        INDArray whole = Matrices.detached(DataType.FLOAT, n, p);
        Matrices.product(a, b, whole, 1, 0);
        INDArray first = null;
        for (int threads : new int[] {1, 2, 3}) {
            try (Workers workers = Workers.open(threads)) {
                INDArray plain = Matrices.detached(DataType.FLOAT, n, p);
                INDArray leftTransposed = Matrices.detached(DataType.FLOAT, n, p);
                INDArray rightTransposed = Matrices.detached(DataType.FLOAT, n, p);
                Matrices.product(a, b, plain, 1, 0);
                Matrices.transposedProduct(a.transpose().dup('c'), b, leftTransposed, 1, 0);
                Matrices.productTransposed(a, b.transpose().dup('c'), rightTransposed, 1, 0);
                // At most 64 products below 1, each rounded once to at most 4e-6 where the sum is below 64.
                for (INDArray product : new INDArray[] {plain, leftTransposed, rightTransposed}) {
                    assertThat(product.sub(whole).amaxNumber().doubleValue()).isLessThan(64 * 4e-6);
                }
                first = first == null ? plain : first;
                assertThat(plain).as("%d threads", threads).isEqualTo(first);
            }
        }
    }
}
