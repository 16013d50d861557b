package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Joint training that goes on from a checkpoint ends with the bits of one that was never interrupted. */
class JemResumeTest {

    /** Minibatches of an epoch. */
    private static final int EPOCH = 4;

    private static final int EPOCHS = 3;

    /** At which iteration a listener spoils the parameters, if it does: in the second epoch, behind the state kept at minibatch 4. */
    private static final int SPOILED = 6;

    @TempDir
    Path folder;

    /** What is different from the plainest training. */
    private enum Kind {
        DROPOUT,
        CLASS_CONDITIONAL,
        UNLABELLED_ROWS,
        A_RETURN_TO_THE_LAST_HEALTHY_STATE;

        MultiLayerNetwork network() {
            MultiLayerNetwork network = Blobs.network(new Adam(0.01), DataType.FLOAT, this == DROPOUT ? 0.8 : 1);
            if (this == A_RETURN_TO_THE_LAST_HEALTHY_STATE) {
                network.setListeners(new BaseTrainingListener() {
                    @Override
                    public void iterationDone(Model model, int iteration, int epoch) {
                        if (iteration == SPOILED) {
                            network.params().putScalar(5, Double.NaN);
                        }
                    }
                });
            }
            return network;
        }

        JemTrainer.Builder trainer() {
            JointTraining.Builder training = training();
            if (this == CLASS_CONDITIONAL) {
                training.objective(
                        JointObjective.of(GenerativeTerm.SOFTPLUS, 0.1).withConditionalWeight(0.1));
            }
            return JemTrainer.of(training.build()).epochs(EPOCHS).snapshotEvery(4);
        }

        JemReport fit(JemTrainer trainer, MultiLayerNetwork network) {
            DataSetIterator data = Blobs.batches(120, 30, 1);
            return this == UNLABELLED_ROWS
                    ? trainer.fit(network, data, Blobs.batches(75, 25, 2))
                    : trainer.fit(network, data);
        }
    }

    private static JointTraining.Builder training() {
        return JointTraining.builder()
                .bufferSize(120)
                .examplesPerClass(20)
                .dataNoise(0.01)
                .langevin(Langevin.practical(3, 0.01, 0.01).withClip(0.1));
    }

    private Checkpoints everyMinibatch() {
        return Checkpoints.in(folder.resolve("run")).everyMinibatches(1).keepLast(100);
    }

    private static void assertSame(
            MultiLayerNetwork network, JemReport report, MultiLayerNetwork plain, JemReport wanted) {
        assertThat(network.params().equalsWithEps(plain.params(), 0)).isTrue();
        assertThat(network.getUpdater().getStateViewArray())
                .isEqualTo(plain.getUpdater().getStateViewArray());
        assertThat(network.getIterationCount()).isEqualTo(plain.getIterationCount());
        assertThat(network.getEpochCount()).isEqualTo(plain.getEpochCount());
        assertThat(report.epochs()).isEqualTo(wanted.epochs());
        assertThat(report.returns()).isEqualTo(wanted.returns());
        assertThat(report.health()).isEqualTo(wanted.health());
        assertThat(report.last()).isEqualTo(wanted.last());
    }

    @ParameterizedTest
    @EnumSource
    void everyMinibatchIsAsGoodAsNoInterruption(Kind kind) throws IOException {
        MultiLayerNetwork plain = kind.network();
        JemReport wanted = kind.fit(kind.trainer().build(), plain);
        assertThat(wanted.returns()).hasSize(kind == Kind.A_RETURN_TO_THE_LAST_HEALTHY_STATE ? 1 : 0);
        MultiLayerNetwork written = kind.network();
        JemReport report = kind.fit(kind.trainer().checkpoints(everyMinibatch()).build(), written);
        assertSame(written, report, plain, wanted);
        assertThat(everyMinibatch().files()).hasSize(EPOCH * EPOCHS);
        for (Path file : everyMinibatch().files()) {
            MultiLayerNetwork resumed = kind.network();
            resumed.params().assign(99);
            assertSame(resumed, kind.fit(kind.trainer().build().resume(file), resumed), plain, wanted);
        }
    }

    /** The wrong versions beside the right one: each forgets a part. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "now/parameters",
                "now/updater",
                "now/iterations",
                "now/minibatches",
                "now/steps",
                "now/free/samples",
                "now/free/visits",
                "now/free/labels",
                "healthy/parameters",
                "healthy/free/samples",
                "data/labelled/position",
                "returns"
            })
    void aResumeThatForgetsAPartIsFoundOut(String part) throws IOException {
        boolean returns = part.startsWith("healthy") || part.equals("returns");
        Kind kind = returns ? Kind.A_RETURN_TO_THE_LAST_HEALTHY_STATE : Kind.DROPOUT;
        MultiLayerNetwork plain = kind.network();
        JemReport wanted = kind.fit(kind.trainer().checkpoints(everyMinibatch()).build(), plain);
        Path whole = everyMinibatch().file(part.equals("returns") ? 10 : 6);
        Path forgetful = CheckpointFiles.changed(whole, folder, part, CheckpointFiles::forgotten);
        MultiLayerNetwork resumed = kind.network();
        JemReport report =
                kind.fit(kind.trainer().allowDifferences(true).build().resume(forgetful), resumed);
        assertThat(resumed.params().equalsWithEps(plain.params(), 0)
                        && report.returns().equals(wanted.returns())
                        && Objects.equals(report.last(), wanted.last()))
                .as("equal without %s", part)
                .isFalse();
    }

    private void assertRefused(JemTrainer.Builder trainer, MultiLayerNetwork network, DataSetIterator data, String what)
            throws IOException {
        INDArray before = network.params().dup();
        INDArray updater = network.getUpdater().getStateViewArray();
        INDArray updaterBefore = updater == null ? null : updater.dup();
        JemTrainer resumed = trainer.build().resume(everyMinibatch().file(6));
        assertThatThrownBy(() -> resumed.fit(network, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoint-000000000006.zip")
                .hasMessageContaining(what);
        assertThat(network.params()).as("nothing half-loaded").isEqualTo(before);
        assertThat(network.getUpdater().getStateViewArray()).isEqualTo(updaterBefore);
        assertThat(network.getIterationCount()).isZero();
    }

    private static JemTrainer.Builder trainer(JointTraining.Builder training) {
        return JemTrainer.of(training.build()).epochs(EPOCHS).snapshotEvery(4);
    }

    private static DataSetIterator data() {
        return Blobs.batches(120, 30, 1);
    }

    private static MultiLayerNetwork network() {
        return Kind.DROPOUT.network();
    }

    @Test
    void anotherTrainingIsRefusedAndTheDifferenceNamed() throws IOException {
        Kind.DROPOUT.fit(trainer(training()).checkpoints(everyMinibatch()).build(), network());
        JemTrainer.Builder same = trainer(training());
        assertRefused(same.epochs(5), network(), data(), "epochs: 3 in the checkpoint, 5 now");
        same.epochs(EPOCHS);
        assertRefused(same.snapshotEvery(7), network(), data(), "snapshotEvery: 4 in the checkpoint, 7 now");
        same.snapshotEvery(4);
        assertRefused(trainer(training().seed(7)), network(), data(), "seed: 42 in the checkpoint, 7 now");
        assertRefused(trainer(training().bufferSize(90)), network(), data(), "bufferSize: 120 in the checkpoint, 90");
        assertRefused(trainer(training().dataNoise(0)), network(), data(), "dataNoise: 0.01 in the checkpoint, 0.0");
        assertRefused(
                trainer(training().langevin(Langevin.practical(4, 0.01, 0.01))),
                network(),
                data(),
                "sampler: Langevin");
        assertRefused(trainer(training().restarts(0.5, true)), network(), data(), "restarts: ");
        assertRefused(trainer(training().examplesPerClass(10)), network(), data(), "starts: Gaussians of 20 examples");
        assertRefused(
                trainer(training().objective(JointObjective.of(GenerativeTerm.CD, 0.2))),
                network(),
                data(),
                "objective: ");
        assertRefused(
                same.guard(new JointGuard(9, 5, 20, 10_000, 20, 1000, 100, 0.1)),
                network(),
                data(),
                "guard: JointGuard");
        same.guard(JointGuard.defaults());
        assertRefused(same, Blobs.network(new Adam(0.02), DataType.FLOAT, 0.8), data(), "learningRate: 0.01 in");
        assertRefused(same, Blobs.network(new Adam(0.01)), data(), "layer.idropout");
        assertRefused(same, Blobs.network(new Sgd(0.01), DataType.FLOAT, 0.8), data(), "updater");

        // Too small a difference for the Gaussians of the starts to be refused, in the last row.
        DataSet rows = Blobs.draw(120, 1);
        rows.getFeatures().putScalar(119, 1, rows.getFeatures().getDouble(119, 1) + 1e-6);
        DataSetIterator other = new ListDataSetIterator<>(new ArrayList<>(rows.asList()), 30);
        assertRefused(same, network(), other, "on other data: labelled data, first pass: 4 minibatches of 120 rows");
        JemTrainer unlabelled = same.build().resume(everyMinibatch().file(6));
        assertThatThrownBy(() -> unlabelled.fit(network(), data(), data()))
                .hasMessageContaining("unlabelled data: none in the checkpoint, given now");
    }

    /** More epochs than planned is what people want most. */
    @Test
    void differencesThatAreAllowedAreUsed() throws IOException {
        Kind.DROPOUT.fit(trainer(training()).checkpoints(everyMinibatch()).build(), network());
        JemTrainer.Builder allowing = trainer(training()).allowDifferences(true);
        JemReport longer =
                allowing.epochs(5).build().resume(everyMinibatch().file(12)).fit(network(), data());
        assertThat(longer.epochs()).isEqualTo(5);
        allowing.epochs(EPOCHS).build().resume(everyMinibatch().file(6)).fit(network(), Blobs.batches(120, 30, 9));
        JemTrainer shorter = allowing.epochs(1).build().resume(everyMinibatch().file(12));
        assertThatThrownBy(() -> shorter.fit(network(), data())).hasMessageContaining("now/epochs = 2, expected");
        JemTrainer smaller =
                trainer(training().bufferSize(90)).allowDifferences(true).build();
        JemTrainer fromLarger = smaller.resume(everyMinibatch().file(6));
        assertThatThrownBy(() -> fromLarger.fit(network(), data()))
                .as("chains that there are not")
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds 120 samples, expected 90");
    }

    /** Whole files with right checksums whose parts do not belong together, or would have the data read for ever. */
    @ParameterizedTest
    @CsvSource({
        "now/epochs, 2147483647, expected a number from 0 to 3",
        "now/level, 4, expected a number from 0 to 3",
        "now/minibatches, -1, expected a number from 0",
        "data/labelled/passes, 2147483647, expected a number from 0 to 1",
        "data/unlabelled/passes, 2147483647, expected a number from 0 to 800",
        "health, SOMEHOW, SOMEHOW",
        "returns, 4, expected a number from 0 to 3"
    })
    void contradictionsAreRefused(String part, String value, String message) throws IOException {
        Kind kind = Kind.UNLABELLED_ROWS;
        kind.fit(kind.trainer().checkpoints(everyMinibatch()).build(), kind.network());
        Path file = CheckpointFiles.changed(everyMinibatch().file(6), folder, part, before -> value);
        MultiLayerNetwork network = kind.network();
        INDArray before = network.params().dup();
        JemTrainer resumed = kind.trainer().build().resume(file);
        assertThatThrownBy(() -> kind.fit(resumed, network))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(network.params()).as("nothing half-loaded").isEqualTo(before);
    }

    private static Consumer<JointTelemetry> at(int minibatch, Runnable action) {
        return telemetry -> {
            if (telemetry.minibatch() == minibatch) {
                action.run();
            }
        };
    }

    private JemTrainer.Builder everyFourth() {
        return trainer(training()).checkpoints(everyMinibatch().everyMinibatches(4));
    }

    private void assertGoesOn() throws IOException {
        MultiLayerNetwork plain = network();
        JemReport wanted = trainer(training()).build().fit(plain, data());
        MultiLayerNetwork resumed = network();
        assertSame(resumed, everyFourth().build().resumeLatest().fit(resumed, data()), plain, wanted);
    }

    @Test
    void anInterruptEndsAfterTheMinibatchWithACheckpointAndKeepsItsFlag() throws IOException {
        JemTrainer interrupted = everyFourth()
                .listener(at(6, () -> Thread.currentThread().interrupt()))
                .build();
        MultiLayerNetwork network = network();
        assertThatThrownBy(() -> interrupted.fit(network, data()))
                .isInstanceOfSatisfying(TrainingInterruptedException.class, e -> {
                    Path file = everyMinibatch().file(6);
                    assertThat(e.checkpoint()).contains(file);
                    assertThat(e)
                            .hasMessageStartingWith("joint training ended by an interrupt after 6 minibatches")
                            .hasMessageContaining("Go on with JemTrainer.resume(Path.of(\"" + file);
                });
        assertThat(Thread.interrupted())
                .as("the flag, cleared for the tests to come")
                .isTrue();
        assertThat(((OutputLayer) network.getOutputLayer().conf().getLayer()).getLossFn())
                .isEqualTo(new LossMCXENT());
        assertGoesOn();
    }

    @Test
    void aListenerThatThrowsIsHeardAndTheLastCheckpointIsThere() throws IOException {
        IllegalStateException own = new IllegalStateException("a listener's own");
        JemTrainer failing = everyFourth()
                .listener(at(6, () -> {
                    throw own;
                }))
                .build();
        assertThatThrownBy(() -> failing.fit(network(), data())).isSameAs(own);
        assertThat(everyMinibatch().latest()).contains(everyMinibatch().file(4));
        assertGoesOn();
    }

    @Test
    void anIteratorThatThrowsIsHeardAndTheLastCheckpointIsThere() throws IOException {
        IllegalStateException own = new IllegalStateException("an iterator's own");
        AtomicInteger read = new AtomicInteger();
        List<DataSet> minibatches = new ArrayList<>();
        data().forEachRemaining(minibatches::add);
        // Three minibatches have 20 rows of each class, for the starts; the seventh to be learnt is the tenth.
        Minibatches failing = Minibatches.of(minibatches).reading(() -> {
            if (read.incrementAndGet() == 10) {
                throw own;
            }
        });
        assertThatThrownBy(() -> everyFourth().build().fit(network(), failing)).isSameAs(own);
        assertThat(everyMinibatch().latest()).contains(everyMinibatch().file(4));
        assertGoesOn();
    }

    @Test
    void aFullDiskLeavesTheCheckpointBeforeAndTheTrainingGoesOn() throws IOException {
        everyFourth().build().fit(network(), data());
        int size = Math.toIntExact(Files.size(everyMinibatch().file(4)));
        everyMinibatch().files().forEach(file -> file.toFile().delete());
        AtomicInteger room = new AtomicInteger(size + 5_000);
        MultiLayerNetwork network = network();
        JemReport report = everyFourth().opener(FullDisk.with(room)).build().fit(network, data());
        MultiLayerNetwork plain = network();
        assertSame(network, report, plain, trainer(training()).build().fit(plain, data()));
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            assertThat(files)
                    .as("no part is left")
                    .containsExactly(everyMinibatch().file(4));
        }
        assertGoesOn();
    }

    @Test
    void theLastFewFilesAreKeptAndThoseOfAPretrainingAreNoneOfThem() throws IOException {
        everyFourth().checkpoints(everyMinibatch().keepLast(2)).build().fit(network(), data());
        assertThat(everyMinibatch().files())
                .containsExactly(everyMinibatch().file(12), everyMinibatch().file(11));
        Path file = everyMinibatch().file(12);
        assertThat(TrainingCheckpoint.read(file).kind()).isEqualTo("joint training");
        assertThat(TrainingCheckpoint.read(file).about()).containsEntry("stands at", "epoch 3, minibatch 4");
        assertThatThrownBy(() -> Networks.pretrainer(1).build().resume(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is a checkpoint of joint training, expected one of pretraining");
        assertThatThrownBy(() -> everyFourth().build().fit(network(), data()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoint-000000000012.zip, a later moment");
        assertThatThrownBy(() -> trainer(training()).build().resumeLatest())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoints(...)");
        JemTrainer once = trainer(training()).build().resume(file);
        once.fit(network(), data());
        assertThatThrownBy(() -> once.fit(network(), data())).hasMessageContaining("one run");
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        everyFourth().build().fit(network(), data());
        Path file = everyMinibatch().file(12);
        byte[] whole = Files.readAllBytes(file);
        JemTrainer trainer = everyFourth().build();
        for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> trainer.resume(file)).isInstanceOf(CheckpointException.class);
        }
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1; // among the samples, the largest part of the file
        Files.write(file, flipped);
        assertThatThrownBy(() -> trainer.resume(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("damaged");
        assertThat(everyMinibatch().latest()).contains(everyMinibatch().file(8));
    }
}
