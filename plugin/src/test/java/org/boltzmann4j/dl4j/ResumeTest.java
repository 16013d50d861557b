package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.boltzmann4j.dl4j.PretrainingCases.EPOCH;
import static org.boltzmann4j.dl4j.PretrainingCases.EPOCHS;
import static org.boltzmann4j.dl4j.PretrainingCases.ROWS;
import static org.boltzmann4j.dl4j.PretrainingCases.TYPE;
import static org.boltzmann4j.dl4j.PretrainingCases.histories;
import static org.boltzmann4j.dl4j.PretrainingCases.pcd;
import static org.boltzmann4j.dl4j.PretrainingCases.write;

import java.io.IOException;
import java.nio.file.Path;
import org.boltzmann4j.dl4j.PretrainingCases.Case;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that goes on from a checkpoint ends with the bits of one that was never interrupted. */
class ResumeTest {

    @TempDir
    Path folder;

    private Path checkpoint(long minibatch) {
        return Checkpoints.in(folder).file(minibatch);
    }

    @ParameterizedTest
    @MethodSource("org.boltzmann4j.dl4j.PretrainingCases#cases")
    void aResumedRunEndsWithTheSameBits(Case run) throws IOException {
        MultiLayerNetwork plain = run.network().get();
        PretrainingReport wanted =
                run.pretrainer().build().pretrain(plain, run.data().get());
        long last = lastWritten(run, plain, 3);
        // In the first epoch; in the middle, which is the end of a layer where there are two; at the very end.
        for (long minibatch : new long[] {3, last / 2 / 3 * 3, last / 3 * 3}) {
            assertResumes(run, minibatch, plain, wanted);
        }
    }

    /** Three epochs of five minibatches in each of two layers. */
    @Test
    void everyMinibatchIsAsGoodAsNoInterruption() throws IOException {
        Case run = pcd(settings -> settings);
        MultiLayerNetwork plain = run.network().get();
        PretrainingReport wanted =
                run.pretrainer().build().pretrain(plain, run.data().get());
        assertThat(lastWritten(run, plain, 1)).isEqualTo(2 * EPOCHS * EPOCH);
        for (long minibatch = 1; minibatch <= 2 * EPOCHS * EPOCH; minibatch++) {
            assertResumes(run, minibatch, plain, wanted);
        }
    }

    /** Returns after how many minibatches the last checkpoint was written. */
    private long lastWritten(Case run, MultiLayerNetwork plain, int interval) throws IOException {
        assertThat(write(run, folder, interval).params())
                .as("writing changes nothing")
                .isEqualTo(plain.params());
        return Checkpoints.minibatch(Checkpoints.in(folder).files().get(0));
    }

    private void assertResumes(Case run, long minibatch, MultiLayerNetwork plain, PretrainingReport wanted)
            throws IOException {
        MultiLayerNetwork resumed = run.network().get();
        resumed.params().assign(99);
        PretrainingReport report = run.pretrainer()
                .build()
                .resume(checkpoint(minibatch))
                .pretrain(resumed, run.data().get());
        assertThat(resumed.params().equalsWithEps(plain.params(), 0))
                .as("from minibatch %d", minibatch)
                .isTrue();
        assertThat(histories(report)).isEqualTo(histories(wanted));
    }

    @Test
    void graphsResumeAsNetworksDo() throws IOException {
        ComputationGraph plain = graph();
        Networks.pretrainer(EPOCHS)
                .checkpoints(Checkpoints.in(folder).everyMinibatches(8))
                .build()
                .pretrain(plain, Minibatches.of(ROWS, 10));
        ComputationGraph resumed = graph();
        Networks.pretrainer(EPOCHS).build().resume(checkpoint(8)).pretrain(resumed, Minibatches.of(ROWS, 10));
        assertThat(resumed.params()).isEqualTo(plain.params());
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(Networks.base(TYPE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("rbm", Networks.rbm(8, 6).build(), "in")
                .addLayer("out", Networks.output(6), "rbm")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    @Test
    void aCheckpointServesOneRunAndDataThatCannotBeResetNone() throws IOException {
        Minibatches data = Minibatches.of(ROWS, 10);
        write(pcd(settings -> settings), folder, 4);
        GreedyPretrainer once = Networks.pretrainer(EPOCHS).build().resume(checkpoint(28));
        once.pretrain(pcd(settings -> settings).network().get(), data.again());
        assertThatThrownBy(
                        () -> once.pretrain(pcd(settings -> settings).network().get(), data.again()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one run");
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .checkpoints(Checkpoints.in(folder))
                        .build()
                        .pretrain(Networks.stack(TYPE, 8, 6), data.readOnce()))
                .hasMessageContaining("cannot be reset");
    }
}
