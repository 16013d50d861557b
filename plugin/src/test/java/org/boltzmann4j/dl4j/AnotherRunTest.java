package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.boltzmann4j.dl4j.PretrainingCases.EPOCHS;
import static org.boltzmann4j.dl4j.PretrainingCases.ROWS;
import static org.boltzmann4j.dl4j.PretrainingCases.TYPE;
import static org.boltzmann4j.dl4j.PretrainingCases.network;
import static org.boltzmann4j.dl4j.PretrainingCases.pcd;
import static org.boltzmann4j.dl4j.PretrainingCases.write;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.boltzmann4j.dl4j.PretrainingCases.Case;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** A checkpoint of another run is refused, unless that is allowed. */
class AnotherRunTest {

    @TempDir
    Path folder;

    private Path checkpoint(long minibatch) {
        return Checkpoints.in(folder).file(minibatch);
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
        assertRefused(Networks.pretrainer(EPOCHS), momentum(0.1), Minibatches.of(others, 10), "on other data");
        assertRefused(
                Networks.pretrainer(EPOCHS),
                momentum(0.1),
                Minibatches.of(ROWS, 9),
                "first pass: 5 minibatches of 44 rows, first [10, 8], checksum ");
    }

    /** Flips the bit at the end of the data before the given reading, and leaves it so. */
    private static Minibatches changing(int reading) {
        AtomicInteger read = new AtomicInteger();
        List<DataSet> minibatches = new ArrayList<>();
        Minibatches.of(ROWS, 10).forEachRemaining(minibatches::add);
        INDArray changed = minibatches.get(2).getFeatures();
        return Minibatches.of(minibatches).reading(() -> {
            if (read.incrementAndGet() == reading) {
                changed.putScalar(9, 7, 1 - changed.getDouble(9, 7));
            }
        });
    }

    private void assertOtherData(long minibatch, Case now, Minibatches data, String difference) throws IOException {
        MultiLayerNetwork network = now.network().get();
        INDArray before = network.params().dup();
        GreedyPretrainer pretrainer = now.pretrainer().build().resume(checkpoint(minibatch));
        assertThatThrownBy(() -> pretrainer.pretrain(network, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("on other data: " + difference + ": ");
        assertThat(network.params()).as("nothing half-loaded").isEqualTo(before);
    }

    /** The last value of the last row; values that change from pass to pass; weights of examples; validation data. */
    @Test
    void everyValueThatWasReadIsCompared() throws IOException {
        Case run = pcd(settings -> settings.validation(Minibatches.of(ROWS, 10)));
        write(run, folder, 4);
        INDArray others = ROWS.dup();
        others.putScalar(43, 7, 1 - others.getDouble(43, 7));
        // In the first layer, and in the second, whose inputs are in memory.
        assertOtherData(8, run, Minibatches.of(others, 10), "training data, first pass");
        assertOtherData(28, run, Minibatches.of(others, 10), "training data, first pass");
        Case validated = pcd(settings -> settings.validation(Minibatches.of(others, 10)));
        assertOtherData(8, validated, Minibatches.of(ROWS, 10), "validation data, first pass");

        // Of the third minibatch of the second epoch there were before: 5 of the summary, 1 of the first epoch, 2 of
        // this.
        assertOtherData(8, run, changing(9), "training data, this pass");
        MultiLayerNetwork network = run.network().get();
        run.pretrainer().build().resume(checkpoint(8)).pretrain(network, changing(10));
    }

    @Test
    void weightsOfExamplesAreComparedAsTheDataAre() throws IOException {
        Case run = pcd(settings -> settings.exampleWeights(minibatch -> weights(minibatch, 1)));
        write(run, folder, 4);
        Case other = pcd(settings -> settings.exampleWeights(minibatch -> weights(minibatch, 2)));
        assertOtherData(8, other, Minibatches.of(ROWS, 10), "training data, first pass");
    }

    private static double[] weights(MultiDataSet minibatch, double last) {
        double[] weights = new double[(int) minibatch.getFeatures(0).size(0)];
        Arrays.fill(weights, 1);
        weights[weights.length - 1] = last;
        return weights;
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
}
