package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** An explosion is found at the minibatch where it starts, described, and survived where the user wants that. */
class DivergenceTest {

    /** Minibatches of an epoch. */
    private static final int EPOCH = 10;

    private static final INDArray ROWS = Minibatches.normal(DataType.FLOAT, 10 * EPOCH, 6, 1);

    /** A learning rate that is well until a minibatch of the 15th epoch, and absurd from then on. */
    private static final int BREAK = 14 * EPOCH + 3;

    private static MultiLayerNetwork network() {
        return network(PersistentContrastiveDivergence.of(1, 10));
    }

    private static MultiLayerNetwork network(NegativePhase phase) {
        return Networks.single(
                DataType.FLOAT,
                6,
                5,
                base -> base.updater(new Sgd(new MapSchedule.Builder(ScheduleType.ITERATION)
                        .add(0, 0.01)
                        .add(BREAK, 1e6)
                        .add(BREAK + 2, 0.01)
                        .build())),
                layer -> layer.visible(Gaussian.of(1)).negativePhase(phase));
    }

    private static Minibatches data() {
        return Minibatches.of(ROWS, 10);
    }

    @Test
    void anExplosionIsFoundAtTheMinibatchWhereItStarts() {
        MultiLayerNetwork network = network();
        assertThatThrownBy(() -> Networks.pretrainer(20).build().pretrain(network, data()))
                .isInstanceOfSatisfying(PretrainingDivergedException.class, e -> {
                    assertThat(e.layer()).isEqualTo("layer 0");
                    assertThat(e.epoch()).isEqualTo(15);
                    assertThat(e.minibatch()).isEqualTo(4); // the update that uses the rate of iteration 143
                })
                .hasMessageContaining("layer 0, epoch 15, minibatch 4: the update is ")
                .hasMessageContaining("times as long as usual")
                .hasMessageContaining("mean hidden activation 0.")
                .hasMessageContaining("|W| ")
                .hasMessageContaining("after the last epoch reconstruction error ")
                .hasMessageContaining("Try a lower learning rate, backOff(3)");
        // Of the order of what 143 steps of 0.01 can do; the one that was refused is 1e6 times as long.
        assertThat(network.params().amaxNumber().doubleValue()).isLessThan(10);
    }

    @Test
    void anUnusualUpdateIsOneThatIsLongerThanTheParametersToo() {
        DivergenceWatch watch = new DivergenceWatch();
        for (int i = 0; i < 50; i++) {
            assertThat(watch.look(1, () -> 1)).isNull();
        }
        assertThat(watch.look(900, () -> 1)).as("not yet a thousand times").isNull();
        assertThat(watch.isQuiet()).isFalse();
        assertThat(watch.look(2000, () -> 3000))
                .as("shorter than the parameters")
                .isNull();
        assertThat(watch.look(0, () -> 0)).as("no step").isNull();
        assertThat(watch.look(1e5, () -> 3000)).contains("times as long as usual");
        assertThat(watch.look(Double.NaN, () -> 3000)).contains("not finite");
        assertThat(watch.look(1, () -> 3000)).isNull();
        assertThat(watch.isQuiet()).isTrue();
    }

    /** Whatever the factor of its growth: what is usual must not be led by the explosion. */
    @Test
    void slowExplosionsAreFoundBeforeTheyOverflow() {
        for (double growth : new double[] {1.1, 1.5, 3, 100}) {
            DivergenceWatch watch = new DivergenceWatch();
            for (int i = 0; i < 200; i++) {
                watch.look(1, () -> 1);
            }
            double length = 1;
            int steps = 0;
            double before;
            do {
                before = length;
                length *= growth;
                steps++;
                double parameters = before;
                if (watch.look(length, () -> parameters) != null) {
                    break;
                }
            } while (steps < 1000);
            // ln 1000 = 6.9 over a mean that follows with one part in a hundred: e^(6.9 / 0.9) for fast growth, more
            // for slow.
            assertThat(length).as("growth %s", growth).isLessThan(1e8 * growth);
        }
    }

    @Test
    void aBackOffGoesOnWithHealthyParametersAndHalfTheRate() {
        MultiLayerNetwork network = network();
        List<String> reported = new ArrayList<>();
        PretrainingReport report = Networks.pretrainer(20)
                .backOff(3)
                .averaging(ParameterAverage.ofDecay(0.5))
                .listeners(new PretrainingListener() {
                    @Override
                    public void onBackOff(PretrainingProgress progress, String what, double rateFactor) {
                        reported.add(progress.epoch() + "/" + progress.minibatch() + " " + rateFactor);
                    }
                })
                .build()
                .pretrain(network, data());
        // Two iterations have the absurd rate.
        assertThat(reported).containsExactly("15/4 0.5", "15/5 0.25");
        List<PretrainingMonitors> history = report.layers().get(0).history();
        assertThat(history).hasSize(20);
        assertThat(history.get(19).reconstructionError())
                .as("as well as before the explosion, within the noise of five more epochs")
                .isLessThan(1.2 * history.get(13).reconstructionError());
    }

    @Test
    void aBackOffEndsWhenItsTimesAreUsedUp() {
        assertThatThrownBy(() -> Networks.pretrainer(20).backOff(1).build().pretrain(network(), data()))
                .isInstanceOf(PretrainingDivergedException.class)
                .hasMessageContaining("layer 0, epoch 15, minibatch 5");
    }

    /** The way back, and what a back-off starts anew, are part of a checkpoint. */
    @Test
    void aRunResumedBeforeAnExplosionGoesBackAsTheOtherDid(@TempDir Path folder) throws IOException {
        Checkpoints checkpoints =
                Checkpoints.in(folder).everyMinibatches(BREAK - 3).keepLast(9);
        NegativePhase phase = ParallelTempering.of(1, 5, Ladder.linear(3)).withPath(TemperingPath.BASE_RATES);
        MultiLayerNetwork plain = network(phase);
        Networks.pretrainer(20).backOff(3).checkpoints(checkpoints).build().pretrain(plain, data());
        MultiLayerNetwork resumed = network(phase);
        Networks.pretrainer(20)
                .backOff(3)
                .build()
                .resume(checkpoints.file(BREAK - 3))
                .pretrain(resumed, data());
        assertThat(resumed.params()).isEqualTo(plain.params());
    }

    /** 50 to 100 updates ago: an explosion begins before it is found. */
    @Test
    void theParametersToGoBackToAreThoseOfSomeTimeAgo() {
        INDArray parameters = org.nd4j.linalg.factory.Nd4j.create(DataType.DOUBLE, 3);
        BackOff backOff = new BackOff(2, parameters);
        for (int i = 1; i <= 149; i++) {
            backOff.follow(parameters.assign(i), true);
        }
        backOff.goBack(parameters);
        assertThat(parameters.getDouble(0))
                .as("of the updates 50 and 100 the older")
                .isEqualTo(50);
        for (int i = 1; i <= 200; i++) {
            backOff.follow(parameters.assign(1000 + i), false);
        }
        backOff.goBack(parameters);
        assertThat(parameters.getDouble(0))
                .as("nothing is kept while updates are unusual")
                .isEqualTo(50);
        assertThat(backOff.isLeft()).isFalse();
    }
}
