package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** A run that goes on from a checkpoint ends with the bits of one that was never interrupted. */
class ResumeTest {

    private static final DataType TYPE = DataType.FLOAT;

    /** The last minibatch of an epoch is smaller than the others. */
    private static final INDArray ROWS = Minibatches.patterns(TYPE, 44, 8, 1);

    private static final INDArray VALIDATION = Minibatches.patterns(TYPE, 20, 8, 2);

    /** Minibatches of an epoch. */
    private static final int EPOCH = 5;

    private static final int EPOCHS = 3;

    /** Short equilibrations: nothing is claimed of the model here. */
    private static final TrajectoryRules QUICK = new TrajectoryRules(0.3, 0.1, 2.0, 1.0, 3, 1, 32);

    @TempDir
    Path folder;

    /** A kind of run. */
    private record Case(
            String name,
            Supplier<MultiLayerNetwork> network,
            Supplier<Minibatches> data,
            UnaryOperator<GreedyPretrainer.Builder> settings) {

        @Override
        public String toString() {
            return name;
        }

        GreedyPretrainer.Builder pretrainer() {
            return settings.apply(Networks.pretrainer(EPOCHS));
        }
    }

    private static MultiLayerNetwork network(
            NegativePhase phase, IUpdater updater, UnaryOperator<RbmLayer.Builder> layer) {
        return network(phase, updater, layer, 5);
    }

    private static MultiLayerNetwork network(
            NegativePhase phase, IUpdater updater, UnaryOperator<RbmLayer.Builder> layer, int top) {
        NeuralNetConfiguration.ListBuilder list =
                Networks.base(TYPE).updater(updater).list();
        list.layer(layer.apply(Networks.rbm(8, 6).negativePhase(phase)).build());
        list.layer(Networks.rbm(6, top).negativePhase(phase).build());
        return Networks.initialised(list.layer(Networks.output(top)).build());
    }

    private static Case of(String name, NegativePhase phase, IUpdater updater) {
        return of(name, phase, updater, layer -> layer, settings -> settings);
    }

    private static Case of(
            String name,
            NegativePhase phase,
            IUpdater updater,
            UnaryOperator<RbmLayer.Builder> layer,
            UnaryOperator<GreedyPretrainer.Builder> settings) {
        return new Case(name, () -> network(phase, updater, layer), () -> Minibatches.of(ROWS, 10), settings);
    }

    private static Case onRows(String name, INDArray rows, NegativePhase phase, UnaryOperator<RbmLayer.Builder> layer) {
        return new Case(
                name,
                () -> Networks.single(
                        rows.dataType(),
                        (int) rows.size(1),
                        5,
                        base -> base.updater(new Nesterovs(0.01, 0.5)),
                        l -> layer.apply(l.negativePhase(phase))),
                () -> Minibatches.of(rows, 10),
                settings -> settings);
    }

    private static Case pcd(UnaryOperator<GreedyPretrainer.Builder> settings) {
        return of("PCD", PersistentContrastiveDivergence.of(1, 7), new Nesterovs(0.1, 0.5), layer -> layer, settings);
    }

    private static TrajectoryTempering trajectory() {
        return TrajectoryTempering.of(1, 6).withRules(QUICK);
    }

    static Stream<Case> cases() {
        NegativePhase pcd = PersistentContrastiveDivergence.of(2, 7);
        INDArray normal = Minibatches.normal(DataType.DOUBLE, 44, 6, 3);
        INDArray counts = Minibatches.patterns(DataType.DOUBLE, 44, 6, 4).addi(1);
        return Stream.of(
                of("CD, plain steps", ContrastiveDivergence.of(1), new Sgd(0.1)),
                of("CD, momentum", ContrastiveDivergence.of(2), new Nesterovs(0.1, 0.5)),
                of("PCD, momentum", pcd, new Nesterovs(0.1, 0.5)),
                of("PCD, Adam", pcd, new Adam(0.01)),
                of("fast PCD", FastPersistentContrastiveDivergence.of(1, 7, 0.05), new Nesterovs(0.1, 0.5)),
                of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5)),
                of(
                        "PT, a ladder that grows, from base rates",
                        ParallelTempering.of(2, 4, new AdaptiveLadder(0.99, 3, 8, 0.0, 6))
                                .withPath(TemperingPath.BASE_RATES),
                        new Nesterovs(0.5, 0.5)),
                of("PTT", trajectory(), new Nesterovs(0.5, 0.5)),
                of(
                        "PTT that freezes and goes back",
                        trajectory().withRules(QUICK.withAcceptance(0.95, 0.9)),
                        new Nesterovs(2, 0.9)),
                of(
                        "sparsity, centering, dropped units",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer.sparsity(SparsityTarget.of(0.1, 0.5))
                                .centering(Centering.of(0.1))
                                .hiddenUnitDropout(HiddenUnitDropout.retaining(0.5)),
                        settings -> settings),
                of(
                        "an average that is kept",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.averaging(ParameterAverage.ofDecay(0.9))),
                of("early stopping", pcd, new Nesterovs(0.3, 0.9), layer -> layer, settings -> settings.validation(
                                Minibatches.of(VALIDATION, 10))
                        .stopEarly(StoppingRule.onReconstructionError(0.001, 2))),
                of(
                        "nothing kept in memory",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.cacheBytes(0)),
                of(
                        "samples handed up",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.propagation(Propagation.SAMPLE)),
                new Case(
                        "an iterator that shuffles",
                        () -> network(pcd, new Nesterovs(0.1, 0.5), layer -> layer),
                        () -> Minibatches.of(ROWS, 10).rotating(),
                        settings -> settings.cacheBytes(0)),
                of("two threads", pcd, new Nesterovs(0.1, 0.5), layer -> layer, settings -> settings.threads(2)),
                of("back-off", pcd, new Nesterovs(0.1, 0.5), layer -> layer, settings -> settings.backOff(2)),
                of(
                        "weighted examples",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.exampleWeights(ResumeTest::weights)),
                onRows("Gaussian units in double precision", normal, pcd, layer -> layer.visible(Gaussian.of(2))),
                onRows("learned scales, PTT", normal, trajectory(), layer -> layer.visible(LearnedGaussian.standard())),
                onRows(
                        "documents, PT",
                        counts,
                        ParallelTempering.of(1, 4, Ladder.linear(3)),
                        layer -> layer.visible(new ReplicatedSoftmax())));
    }

    private static double[] weights(org.nd4j.linalg.dataset.api.MultiDataSet minibatch) {
        double[] result = new double[(int) minibatch.getFeatures(0).size(0)];
        Arrays.setAll(result, row -> 1 + row % 3);
        return result;
    }

    private Path checkpoint(long minibatch) {
        return Checkpoints.in(folder).file(minibatch);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aResumedRunEndsWithTheSameBits(Case run) throws IOException {
        MultiLayerNetwork plain = run.network().get();
        PretrainingReport wanted =
                run.pretrainer().build().pretrain(plain, run.data().get());
        long last = write(run, plain, 3);
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
        assertThat(write(run, plain, 1)).isEqualTo(2 * EPOCHS * EPOCH);
        for (long minibatch = 1; minibatch <= 2 * EPOCHS * EPOCH; minibatch++) {
            assertResumes(run, minibatch, plain, wanted);
        }
    }

    private MultiLayerNetwork write(Case run, int interval) {
        MultiLayerNetwork written = run.network().get();
        run.pretrainer()
                .checkpoints(Checkpoints.in(folder).everyMinibatches(interval).keepLast(1000))
                .build()
                .pretrain(written, run.data().get());
        return written;
    }

    /** Returns after how many minibatches the last checkpoint was written. */
    private long write(Case run, MultiLayerNetwork plain, int interval) throws IOException {
        assertThat(write(run, interval).params()).as("writing changes nothing").isEqualTo(plain.params());
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

    /** A part of the state, and the run that cannot do without it. */
    static Stream<Arguments> parts() {
        Case momentum = pcd(settings -> settings);
        Case adam = of("Adam", PersistentContrastiveDivergence.of(1, 7), new Adam(0.01));
        Case centered = of(
                "centered",
                PersistentContrastiveDivergence.of(1, 7),
                new Nesterovs(0.1, 0.5),
                layer -> layer.centering(Centering.of(0.1)).sparsity(SparsityTarget.of(0.1, 0.5)),
                settings -> settings);
        Case tempered = of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5));
        Case fast = of("FPCD", FastPersistentContrastiveDivergence.of(1, 7, 0.05), new Nesterovs(0.1, 0.5));
        Case averaged = pcd(settings -> settings.averaging(ParameterAverage.ofDecay(0.9)));
        Case sampled = pcd(settings -> settings.propagation(Propagation.SAMPLE));
        Case trajectory = of("PTT", trajectory(), new Nesterovs(0.5, 0.5));
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
        Path forgetful = changed(file, part, value -> value instanceof String ? "0" : forgotten(value));

        MultiLayerNetwork resumed = run.network().get();
        PretrainingReport report = run.pretrainer()
                .build()
                .resume(forgetful)
                .pretrain(resumed, run.data().get());
        assertThat(resumed.params().equalsWithEps(plain.params(), 0)
                        && histories(report).equals(histories(wanted)))
                .as("equal without %s", part)
                .isFalse();
    }

    /** A copy with right checksums of which one part was changed. */
    private Path changed(Path file, String part, UnaryOperator<Object> change) throws IOException {
        CheckpointArchive archive = CheckpointArchive.read(file, PretrainingCheckpoint.KIND);
        Map<String, String> scalars = new HashMap<>(archive.state().scalars());
        Map<String, Object> arrays = new HashMap<>(archive.state().arrays());
        assertThat(scalars.containsKey(part) || arrays.containsKey(part))
                .as(part)
                .isTrue();
        scalars.computeIfPresent(part, (name, value) -> (String) change.apply(value));
        arrays.computeIfPresent(part, (name, value) -> change.apply(value));
        Path result = folder.resolve("changed.zip");
        CheckpointArchive.write(
                result,
                PretrainingCheckpoint.KIND,
                archive.about(),
                StateRecord.toRead(scalars, arrays),
                Files::newOutputStream);
        return result;
    }

    private void assertContradiction(Case run, String part, Object value, String message) throws IOException {
        Path file = changed(checkpoint(8), part, before -> value);
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
        Case tempered = of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5));
        write(tempered, 8);
        assertContradiction(tempered, chains + "ladder", new double[] {0.5, 1}, "16 rows for 2 rungs of 4 chains");
        assertContradiction(tempered, chains + "proposed", new long[7], "another number of pairs than 3");
        assertContradiction(tempered, chains + "hidden/lengths", new double[3], "3 lengths or weights for 16 rows");
        assertContradiction(tempered, "training/gradient/trace/steps", "-1", "a trace of -1 steps");
        assertContradiction(tempered, "training/history", new double[] {2}, "the history has 2 entries");
        assertContradiction(tempered, "training/history", new double[] {1, 0.5}, "the history ends too early");
        assertContradiction(tempered, "layer", "2", "layer = 2, expected a number from 0 to 1");
        for (Path file : Checkpoints.in(folder).files()) {
            Files.delete(file);
        }
        Case trajectory = of("PTT", trajectory(), new Nesterovs(0.1, 0.5));
        write(trajectory, 8);
        assertContradiction(trajectory, chains + "ladder/rungs", "99", "rows of states for 99 rungs of 6 chains");
        Case plain = of(
                "SGD",
                ContrastiveDivergence.of(1),
                new Sgd(0.1),
                layer -> layer,
                settings -> settings.allowDifferences(true));
        assertContradiction(plain, "training/updates/hasMemory", "1", "but this updater has none");
    }

    /** What an object would have that was made anew. */
    private static Object forgotten(Object value) {
        if (value instanceof INDArray matrix) {
            return matrix.mul(0);
        }
        long[] counts = (long[]) (value instanceof long[] ? value : new long[0]);
        if (value instanceof double[] numbers) {
            return new double[numbers.length];
        }
        long[] sorted = counts.clone();
        Arrays.sort(sorted);
        return Arrays.equals(sorted, counts) ? new long[counts.length] : sorted;
    }

    private void checkpointed(GreedyPretrainer.Builder builder, MultiLayerNetwork network, Minibatches data) {
        builder.checkpoints(Checkpoints.in(folder).everyMinibatches(4)).build().pretrain(network, data);
    }

    private static MultiLayerNetwork momentum(double rate) {
        return network(PersistentContrastiveDivergence.of(1, 7), new Nesterovs(rate, 0.5), layer -> layer);
    }

    private static MultiLayerNetwork narrow() {
        return network(PersistentContrastiveDivergence.of(1, 7), new Nesterovs(0.1, 0.5), layer -> layer, 4);
    }

    private void assertRefused(
            GreedyPretrainer.Builder builder, MultiLayerNetwork network, Minibatches data, String difference)
            throws IOException {
        INDArray before = network.params().dup();
        GreedyPretrainer pretrainer = builder.build().resume(checkpoint(28));
        assertThatThrownBy(() -> pretrainer.pretrain(network, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(difference);
        assertThat(network.params()).as("nothing half-loaded").isEqualTo(before);
    }

    @Test
    void anotherRunIsRefusedAndTheDifferenceNamed() throws IOException {
        Minibatches data = Minibatches.of(ROWS, 10);
        checkpointed(Networks.pretrainer(EPOCHS), momentum(0.1), data);
        assertRefused(
                Networks.pretrainer(5), momentum(0.1), data.again(), "epochs of layer 0: 3 in the checkpoint, 5 now");
        assertRefused(Networks.pretrainer(EPOCHS).seed(7), momentum(0.1), data.again(), "seed of layer 0: 42 in");
        assertRefused(Networks.pretrainer(EPOCHS), momentum(0.2), data.again(), "learningRate: 0.1 in the checkpoint");
        assertRefused(
                Networks.pretrainer(EPOCHS).updater(new Sgd(0.1)),
                momentum(0.1),
                data.again(),
                "layer 1 in pretraining");
        assertRefused(
                Networks.pretrainer(EPOCHS).layerNegativePhase("1", ContrastiveDivergence.of(1)),
                momentum(0.1),
                data.again(),
                "layer 1 in pretraining: layer.negativePhase");
        assertRefused(
                Networks.pretrainer(EPOCHS).threads(1), momentum(0.1), data.again(), "threads: those of the BLAS");
        assertRefused(Networks.pretrainer(EPOCHS), narrow(), data.again(), "nout: 5 in the checkpoint, 4 now");
        INDArray others = ROWS.dup();
        others.putScalar(0, 0, 1 - others.getDouble(0, 0));
        assertRefused(Networks.pretrainer(EPOCHS), momentum(0.1), Minibatches.of(others, 10), "data of another run");
        assertRefused(
                Networks.pretrainer(EPOCHS), momentum(0.1), Minibatches.of(ROWS, 9), "shapes [10, 8][10, 8] with hash");
    }

    /** More epochs than planned is what people want most. */
    @Test
    void differencesThatAreAllowedAreUsed() throws IOException {
        Minibatches data = Minibatches.of(ROWS, 10);
        checkpointed(Networks.pretrainer(EPOCHS), momentum(0.1), data);
        MultiLayerNetwork longer = momentum(0.1);
        PretrainingReport report = Networks.pretrainer(5)
                .allowDifferences(true)
                .build()
                .resume(checkpoint(28))
                .pretrain(longer, Minibatches.of(ROWS.dup(), 10));
        assertThat(report.layers().get(0).history()).as("done before").hasSize(3);
        assertThat(report.layers().get(1).history()).hasSize(5);
        INDArray others = Minibatches.patterns(TYPE, 44, 8, 9);
        Networks.pretrainer(EPOCHS)
                .allowDifferences(true)
                .build()
                .resume(checkpoint(28))
                .pretrain(momentum(0.1), Minibatches.of(others, 10));
        assertThatThrownBy(() -> Networks.pretrainer(EPOCHS)
                        .allowDifferences(true)
                        .build()
                        .resume(checkpoint(28))
                        .pretrain(narrow(), Minibatches.of(ROWS, 10)))
                .as("a network of another shape fits nothing")
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameters holds");
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
        checkpointed(Networks.pretrainer(EPOCHS), momentum(0.1), data);
        GreedyPretrainer once = Networks.pretrainer(EPOCHS).build().resume(checkpoint(28));
        once.pretrain(momentum(0.1), data.again());
        assertThatThrownBy(() -> once.pretrain(momentum(0.1), data.again()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one run");
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .checkpoints(Checkpoints.in(folder))
                        .build()
                        .pretrain(Networks.stack(TYPE, 8, 6), data.readOnce()))
                .hasMessageContaining("cannot be reset");
    }

    private static List<List<PretrainingMonitors>> histories(PretrainingReport report) {
        return report.layers().stream()
                .map(PretrainingReport.LayerReport::history)
                .toList();
    }
}
