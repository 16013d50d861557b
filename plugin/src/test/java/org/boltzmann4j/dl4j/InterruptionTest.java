package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;

/** How a run ends before its time, what is left of it, and that it can go on. */
class InterruptionTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.FLOAT, 40, 8, 1);

    @TempDir
    Path folder;

    private static MultiLayerNetwork network() {
        return Networks.single(
                DataType.FLOAT,
                8,
                6,
                base -> base.updater(new Nesterovs(0.1, 0.5)),
                layer -> layer.negativePhase(PersistentContrastiveDivergence.of(1, 7)));
    }

    private static Minibatches data() {
        return Minibatches.of(ROWS, 10);
    }

    private static MultiLayerNetwork uninterrupted() {
        MultiLayerNetwork network = network();
        Networks.pretrainer(3).build().pretrain(network, data());
        return network;
    }

    private Checkpoints everyFourth() {
        return Checkpoints.in(folder.resolve("run")).everyMinibatches(4);
    }

    private GreedyPretrainer.Builder pretrainer() {
        return Networks.pretrainer(3).checkpoints(everyFourth());
    }

    private void assertGoesOn() throws IOException {
        MultiLayerNetwork network = network();
        pretrainer().build().resumeLatest().pretrain(network, data());
        assertThat(network.params()).isEqualTo(uninterrupted().params());
    }

    private static PretrainingListener at(int minibatch, Runnable action) {
        AtomicInteger seen = new AtomicInteger();
        return new PretrainingListener() {
            @Override
            public void onMinibatch(PretrainingProgress progress) {
                if (seen.incrementAndGet() == minibatch) {
                    action.run();
                }
            }
        };
    }

    @Test
    void anInterruptEndsAfterTheMinibatchWithACheckpointAndKeepsItsFlag() throws IOException {
        GreedyPretrainer interrupted = pretrainer()
                .listeners(at(6, () -> Thread.currentThread().interrupt()))
                .build();
        assertThatThrownBy(() -> interrupted.pretrain(network(), data()))
                .isInstanceOfSatisfying(TrainingInterruptedException.class, e -> {
                    Path file = everyFourth().file(6);
                    assertThat(e.checkpoint()).contains(file);
                    assertThat(e)
                            .hasMessageContaining("an interrupt after 6 minibatches")
                            .hasMessageContaining("resume(Path.of(\"" + file);
                });
        assertThat(Thread.interrupted())
                .as("the flag, cleared for the tests to come")
                .isTrue();
        assertGoesOn();
    }

    /** Nobody asked for it. */
    @Test
    void withoutCheckpointsAnInterruptChangesNothing() {
        MultiLayerNetwork network = network();
        Networks.pretrainer(3)
                .listeners(at(6, () -> Thread.currentThread().interrupt()))
                .build()
                .pretrain(network, data());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(network.params()).isEqualTo(uninterrupted().params());
    }

    @Test
    void aListenerThatThrowsIsHeardAndTheLastCheckpointIsThere() throws IOException {
        IllegalStateException own = new IllegalStateException("a listener's own");
        GreedyPretrainer failing = pretrainer()
                .listeners(at(6, () -> {
                    throw own;
                }))
                .build();
        assertThatThrownBy(() -> failing.pretrain(network(), data())).isSameAs(own);
        assertThat(everyFourth().latest()).contains(everyFourth().file(4));
        assertGoesOn();
    }

    @Test
    void anIteratorThatThrowsIsHeardAndTheLastCheckpointIsThere() throws IOException {
        // The summary reads four minibatches, the first epoch four more; the third of the second epoch is the 11th.
        IllegalStateException own = new IllegalStateException("an iterator's own");
        AtomicInteger read = new AtomicInteger();
        Minibatches failing = data().reading(() -> {
            if (read.incrementAndGet() == 11) {
                throw own;
            }
        });
        assertThatThrownBy(() -> pretrainer().build().pretrain(network(), failing))
                .isSameAs(own);
        assertThat(everyFourth().latest()).contains(everyFourth().file(4));
        assertGoesOn();
    }

    /** What SIGTERM does, without the end of this JVM: the integration tests send one to a child. */
    @Test
    void aShutdownWaitsForTheMinibatchAndItsCheckpoint() throws Exception {
        ShutdownWatch watch = ShutdownWatch.begin();
        assertThat(watch.isRequested()).isFalse();
        Thread hook = new Thread(watch::hold);
        hook.start();
        while (!watch.isRequested()) {
            Thread.onSpinWait();
        }
        hook.join(50);
        assertThat(hook.isAlive()).as("waiting").isTrue();
        watch.say("last words");
        watch.close();
        hook.join(10_000);
        assertThat(hook.isAlive()).isFalse();
    }

    /** The frames of a listener's {@code System.exit}, which waits for all hooks. */
    @Test
    void aTrainingThatEndsTheProcessItselfIsNotWaitedFor() {
        StackTraceElement exit = new StackTraceElement("java.lang.Shutdown", "exit", "Shutdown.java", 173);
        StackTraceElement listener = new StackTraceElement("Listener", "onEpoch", "Listener.java", 1);
        assertThat(ShutdownWatch.isEndingTheProcess(new StackTraceElement[] {exit, listener}))
                .isTrue();
        assertThat(ShutdownWatch.isEndingTheProcess(new StackTraceElement[] {listener}))
                .isFalse();
    }

    /**
     * Wherever in the second file the disk is full: in its first bytes, in the manifest, in an array, in the directory of the zip. Sizes differ
     * by some bytes from run to run, since times are written in digits.
     */
    @Test
    void aFullDiskLeavesTheCheckpointBeforeAndTheRunGoesOn() throws IOException {
        MultiLayerNetwork plain = uninterrupted();
        pretrainer().build().pretrain(network(), data());
        int size = Math.toIntExact(Files.size(everyFourth().file(4)));
        for (int full : List.of(size + 40, size + 200, size + 5_000, 2 * size - 2_000, 2 * size - 40)) {
            Path run = folder.resolve("full at " + full);
            Checkpoints checkpoints = Checkpoints.in(run).everyMinibatches(4);
            MultiLayerNetwork network = network();
            Networks.pretrainer(3)
                    .checkpoints(checkpoints)
                    .opener(FullDisk.with(new AtomicInteger(full)))
                    .build()
                    .pretrain(network, data());
            assertThat(network.params()).as("the run itself").isEqualTo(plain.params());
            try (Stream<Path> files = Files.list(run)) {
                assertThat(files).as("no part is left").containsExactly(checkpoints.file(4));
            }
            MultiLayerNetwork resumed = network();
            Networks.pretrainer(3).build().resume(checkpoints.file(4)).pretrain(resumed, data());
            assertThat(resumed.params()).isEqualTo(plain.params());
        }
    }

    /** Where Linux has a device that is always full. */
    @Test
    void aDiskThatTheKernelCallsFullIsAWarningToo() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        MultiLayerNetwork network = network();
        pretrainer().opener(file -> Files.newOutputStream(full)).build().pretrain(network, data());
        assertThat(network.params()).isEqualTo(uninterrupted().params());
        assertThat(everyFourth().files()).isEmpty();
    }

    @Test
    void anInterruptOnAFullDiskSaysWhatIsLost() {
        GreedyPretrainer interrupted = pretrainer()
                .opener(FullDisk.with(new AtomicInteger()))
                .listeners(at(6, () -> Thread.currentThread().interrupt()))
                .build();
        assertThatThrownBy(() -> interrupted.pretrain(network(), data()))
                .isInstanceOfSatisfying(TrainingInterruptedException.class, e -> assertThat(e.checkpoint())
                        .isEmpty())
                .hasMessageContaining("the last of them lost. There is no checkpoint");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void theLastFewFilesAreKeptAndDamagedOnesPassedOver() throws IOException {
        GreedyPretrainer run = Networks.pretrainer(3)
                .checkpoints(everyFourth().everyMinibatches(2).keepLast(2))
                .build();
        run.pretrain(network(), data());
        assertThat(everyFourth().files())
                .containsExactly(everyFourth().file(12), everyFourth().file(10));
        Files.write(everyFourth().file(12), new byte[] {1, 2, 3});
        assertThat(everyFourth().latest()).contains(everyFourth().file(10));
        assertGoesOn();
    }

    @Test
    void aNewRunDoesNotMixItsFilesWithThoseOfAnother() throws IOException {
        pretrainer().build().pretrain(network(), data());
        assertThatThrownBy(() -> pretrainer().build().pretrain(network(), data()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoint-000000000012.zip, a later moment");
        GreedyPretrainer earlier = pretrainer().build().resume(everyFourth().file(8));
        assertThatThrownBy(() -> earlier.pretrain(network(), data())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Networks.pretrainer(3).build().resumeLatest())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoints(...)");
    }

    @Test
    void checkpointsAreWrittenByTimeToo() throws IOException {
        pretrainer()
                .checkpoints(everyFourth().every(Duration.ofNanos(1)).keepLast(100))
                .build()
                .pretrain(network(), data());
        assertThat(everyFourth().files()).hasSize(12);
        TrainingCheckpoint last = TrainingCheckpoint.read(everyFourth().file(12));
        assertThat(last.about()).containsEntry("stands at", "layer 0, epoch 3, minibatch 4");
        assertThat(last.file()).isEqualTo(everyFourth().file(12));
    }

    @Test
    void settingsThatMeanNothingAreRefused() {
        Checkpoints checkpoints = Checkpoints.in(folder);
        assertThatThrownBy(() -> checkpoints.everyMinibatches(0)).hasMessageContaining("neither a number");
        assertThatThrownBy(() -> checkpoints.everyMinibatches(-1)).hasMessageContaining("every -1");
        assertThatThrownBy(() -> checkpoints.every(Duration.ZERO)).hasMessageContaining("positive intervals");
        assertThatThrownBy(() -> checkpoints.keepLast(0)).hasMessageContaining("kept = 0");
        assertThatThrownBy(() -> GreedyPretrainer.builder().backOff(-1)).hasMessageContaining("backOff = -1");
    }
}
