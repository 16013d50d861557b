package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.boltzmann4j.dl4j.PretrainingCases.histories;
import static org.boltzmann4j.dl4j.PretrainingCases.pcd;
import static org.boltzmann4j.dl4j.PretrainingCases.trajectory;
import static org.boltzmann4j.dl4j.PretrainingCases.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.PretrainingCases.Case;
import org.boltzmann4j.hostile.Recorder;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.sampler.Ladder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** Every part of the state matters, and parts that contradict each other are refused. */
class CheckpointPartsTest {

    @TempDir
    Path folder;

    private Path checkpoint(long minibatch) {
        return Checkpoints.in(folder).file(minibatch);
    }

    /** A part of the state, and the run that cannot do without it. */
    static Stream<Arguments> parts() {
        Case momentum = pcd(settings -> settings);
        Case adam = PretrainingCases.of("Adam", PersistentContrastiveDivergence.of(1, 7), new Adam(0.01));
        Case centered = PretrainingCases.of(
                "centered",
                PersistentContrastiveDivergence.of(1, 7),
                new Nesterovs(0.1, 0.5),
                layer -> layer.centering(Centering.of(0.1)).sparsity(SparsityTarget.of(0.1, 0.5)),
                settings -> settings);
        Case tempered =
                PretrainingCases.of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5));
        Case fast = PretrainingCases.of(
                "FPCD", FastPersistentContrastiveDivergence.of(1, 7, 0.05), new Nesterovs(0.1, 0.5));
        Case averaged = pcd(settings -> settings.averaging(ParameterAverage.ofDecay(0.9)));
        Case sampled = pcd(settings -> settings.propagation(Propagation.SAMPLE));
        Case trajectory = PretrainingCases.of("PTT", trajectory(), new Nesterovs(0.5, 0.5));
        return Stream.of(
                Arguments.of("parameters", momentum),
                Arguments.of("training/gradient/chains/hidden/samples", momentum),
                Arguments.of("training/gradient/chains/sweeps", momentum),
                Arguments.of("training/gradient/minibatches", momentum),
                Arguments.of("training/updates/memory", momentum),
                Arguments.of("training/updates/memory", adam),
                Arguments.of("training/iteration", adam),
                Arguments.of("training/gradient/hiddenOffsets", centered),
                Arguments.of("training/gradient/activation", centered),
                Arguments.of("training/gradient/chains/lastEnd", tempered),
                Arguments.of("training/gradient/chains/rowAt", tempered),
                Arguments.of("training/gradient/chains/fastWeights", fast),
                Arguments.of("training/updates/average/parameters", averaged),
                Arguments.of("training/updates/average/updates", averaged),
                Arguments.of("training/inputs/presentation", sampled),
                Arguments.of("training/clock/minibatch", momentum),
                Arguments.of("training/gradient/chains/states", trajectory),
                Arguments.of("training/gradient/chains/reservoir/order", trajectory),
                Arguments.of("training/gradient/chains/reservoir/working", trajectory),
                Arguments.of("training/gradient/chains/ladder/sweeps", trajectory));
    }

    /** The wrong versions beside the right one: each forgets one part, and the comparison of bits and monitors must tell. */
    @ParameterizedTest
    @MethodSource("parts")
    void aResumeThatForgetsAPartIsFoundOut(String part, Case run) throws IOException {
        MultiLayerNetwork plain = run.network().get();
        PretrainingReport wanted = run.pretrainer()
                .checkpoints(Checkpoints.in(folder).everyMinibatches(8).keepLast(1000))
                .build()
                .pretrain(plain, run.data().get());
        // In the middle of the second epoch of the first layer, or of the second layer.
        Path file = checkpoint(part.contains("presentation") ? 24 : 8);
        Path forgetful = CheckpointFiles.changed(file, folder, part, CheckpointFiles::forgotten);

        MultiLayerNetwork resumed = run.network().get();
        PretrainingReport report = run.pretrainer()
                .allowDifferences(true) // in how far the data were read
                .build()
                .resume(forgetful)
                .pretrain(resumed, run.data().get());
        assertThat(resumed.params().equalsWithEps(plain.params(), 0)
                        && histories(report).equals(histories(wanted)))
                .as("equal without %s", part)
                .isFalse();
    }

    private void assertContradiction(Case run, String part, Object value, String message) throws IOException {
        Path file = CheckpointFiles.changed(checkpoint(8), folder, part, before -> value);
        MultiLayerNetwork network = run.network().get();
        INDArray before = network.params().dup();
        GreedyPretrainer pretrainer = run.pretrainer().build().resume(file);
        assertThatThrownBy(() -> pretrainer.pretrain(network, run.data().get()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(network.params()).as("nothing half-loaded").isEqualTo(before);
    }

    /** Whole files with right checksums whose parts contradict each other. */
    @Test
    void contradictionsAreRefused() throws IOException {
        String chains = "training/gradient/chains/";
        Case tempered =
                PretrainingCases.of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5));
        write(tempered, folder, 8);
        assertContradiction(tempered, chains + "ladder", new double[] {0.5, 1}, "16 rows for 2 rungs of 4 chains");
        assertContradiction(tempered, chains + "proposed", new long[7], "another number of pairs than 3");
        assertContradiction(tempered, chains + "hidden/lengths", new double[3], "3 lengths or weights for 16 rows");
        assertContradiction(tempered, "training/gradient/trace/steps", "-1", "a trace of -1 steps");
        assertContradiction(tempered, "training/history", new double[] {2}, "the history has 2 entries");
        assertContradiction(tempered, "training/history", new double[] {1, 0.5}, "the history ends too early");
        // Data would be read again that often.
        assertContradiction(
                tempered, "passesBefore", "2147483647", "passesBefore = 2147483647, expected a number from 0 to 0");
        assertContradiction(tempered, "training/inputs/passes", "2147483647", "expected a number from 0 to 3");
        assertContradiction(tempered, "training/clock/minibatch", "-1", "expected a number from 0 to");
        assertContradiction(tempered, "layer", "2", "layer = 2, expected a number from 0 to 1");
        for (Path file : Checkpoints.in(folder).files()) {
            Files.delete(file);
        }
        Case trajectory = PretrainingCases.of("PTT", trajectory(), new Nesterovs(0.1, 0.5));
        write(trajectory, folder, 8);
        assertContradiction(trajectory, chains + "ladder/rungs", "99", "rows of states for 99 rungs of 6 chains");
        Case plain = PretrainingCases.of(
                "SGD",
                ContrastiveDivergence.of(1),
                new Sgd(0.1),
                layer -> layer,
                settings -> settings.allowDifferences(true));
        assertContradiction(plain, "training/updates/hasMemory", "1", "but this updater has none");
    }

    /** What a manifest says of configurations is compared as text. */
    @Test
    void aConfigurationThatNamesAForeignClassIsADifferenceAndNothingElse() throws IOException {
        Case run = pcd(settings -> settings);
        write(run, folder, 8);
        CheckpointArchive archive = CheckpointArchive.read(checkpoint(8));
        Map<String, String> about = new HashMap<>(archive.about());
        about.replaceAll((name, text) -> text.replace(RbmLayer.class.getName(), Recorder.Other.class.getName()));
        Path foreign = folder.resolve("foreign.zip");
        CheckpointArchive.write(foreign, archive.kind(), about, archive.state(), Files::newOutputStream);
        GreedyPretrainer pretrainer = run.pretrainer().build().resume(foreign);
        assertThatThrownBy(() ->
                        pretrainer.pretrain(run.network().get(), run.data().get()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@class: " + Recorder.Other.class.getName() + " in the checkpoint");
        assertThat(Recorder.Witness.sawOther()).isFalse();
    }
}
