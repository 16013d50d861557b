package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.LangevinReport;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class JemTrainerTest {

    private static JointTraining training() {
        return JointTraining.builder()
                .bufferSize(120)
                .examplesPerClass(20)
                .dataNoise(0.01)
                .langevin(Langevin.practical(5, 0.01, 0.01).withClip(0.1))
                .build();
    }

    private static JointTelemetry telemetry(double gap, double norm, double clipped, double rarest) {
        return new JointTelemetry(1, -5, gap - 5, 0, new LangevinReport(norm, clipped, 0), 0, 0, rarest, 2);
    }

    @Test
    void aTrainingInWhichNothingDivergesIsThatOfFitBitByBit() {
        MultiLayerNetwork plain = Blobs.network(new Adam(0.01));
        MultiLayerNetwork guarded = plain.clone();
        plain.fit(training().batches(plain, Blobs.batches(120, 30, 1)), 3);
        List<JointTelemetry> seen = new ArrayList<>();
        JemReport report = JemTrainer.of(training())
                .epochs(3)
                .snapshotEvery(2)
                .listener(seen::add)
                .build()
                .fit(guarded, Blobs.batches(120, 30, 1));
        assertThat(guarded.params()).isEqualTo(plain.params());
        assertThat(guarded.getUpdater().getStateViewArray())
                .isEqualTo(plain.getUpdater().getStateViewArray());
        assertThat(guarded.getEpochCount()).isEqualTo(3);
        assertThat(guarded.getIterationCount()).isEqualTo(plain.getIterationCount());
        assertThat(report.returns()).isEmpty();
        assertThat(report.stopped()).isNull();
        assertThat(report.epochs()).isEqualTo(3);
        assertThat(report.health()).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(seen).hasSize(12).last().isEqualTo(report.last());
        assertThat(((OutputLayer) guarded.getOutputLayer().conf().getLayer()).getLossFn())
                .isEqualTo(new LossMCXENT());
    }

    /** How a learning rate of 10 comes in at iteration 200 of 280. */
    private enum Injection {
        FOR_ONE_ITERATION,
        AT_EVERY_ITERATION,
        BY_A_SCHEDULE;

        MultiLayerNetwork network() {
            if (this != BY_A_SCHEDULE) {
                return Blobs.network(new Adam(0.01));
            }
            return Blobs.network(new Adam(new MapSchedule.Builder(ScheduleType.ITERATION)
                    .add(0, 0.01)
                    .add(INJECTED, 10)
                    .build()));
        }

        void apply(MultiLayerNetwork network, int iteration) {
            boolean sets = this != BY_A_SCHEDULE
                    && (this == AT_EVERY_ITERATION ? iteration >= INJECTED : iteration == INJECTED);
            if (sets) {
                network.setLearningRate(10);
            } else if (this == FOR_ONE_ITERATION && iteration == INJECTED + 1) {
                network.setLearningRate(0.01);
            }
        }
    }

    private static final int INJECTED = 200;

    @ParameterizedTest
    @EnumSource
    void aLearningRateOfTenTripsTheGuardAndTheTrainingReachesAHealthyEnd(Injection injection) {
        MultiLayerNetwork network = injection.network();
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                injection.apply(network, iteration);
            }
        });
        List<JointTelemetry> seen = new ArrayList<>();
        JemReport report = JemTrainer.of(training())
                .epochs(28)
                .listener(seen::add)
                .build()
                .fit(network, Blobs.batches(300, 30, 1));

        // The first update at the new rate is some thousand times as long as those before, and trips the guard at once.
        assertThat(report.returns()).singleElement().asString().contains("length of the update", "level 1");
        int tripped = Integer.parseInt(report.returns().get(0).replaceAll("^minibatch (\\d+):.*", "$1"));
        assertThat(tripped).isBetween(INJECTED, INJECTED + 2);
        assertThat(report.returns().get(0)).contains("back to minibatch " + 50 * ((tripped - 1) / 50));
        assertThat(report.stopped()).isNull();
        assertThat(report.epochs()).isEqualTo(28);
        assertThat(report.health()).isEqualTo(JointGuard.Health.HEALTHY);
        // At no time after the return was there anything to suspect: the minibatches by the guard's own thresholds.
        GuardWatch watch = new GuardWatch(JointGuard.defaults());
        assertThat(seen.subList(tripped, seen.size()))
                .hasSizeGreaterThan(70)
                .allSatisfy(t -> assertThat(watch.look(t).health()).isEqualTo(JointGuard.Health.HEALTHY));
        assertThat(network.evaluate(Blobs.batches(150, 50, 9)).accuracy()).isGreaterThan(0.95);
    }

    @Test
    void parametersThatBecomeNanAreLeftBehindAndNothingIsThrown() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                if (iteration == 7) {
                    network.params().putScalar(5, Double.NaN);
                }
            }
        });
        JemReport report =
                JemTrainer.of(training()).epochs(3).snapshotEvery(2).build().fit(network, Blobs.batches(120, 30, 1));
        assertThat(report.returns()).hasSize(1).first().asString().contains("not finite");
        assertThat(report.stopped()).isNull();
        assertThat(Double.isFinite(network.params().sumNumber().doubleValue())).isTrue();
    }

    @Test
    void aTrainingThatCannotBeRescuedStopsWithTheLastHealthyModel() {
        MultiLayerNetwork network = Blobs.network(new Sgd(0.01));
        INDArray start = network.params().dup();
        JemReport report = JemTrainer.of(training())
                .guard(new JointGuard(50, 1e-9, 1e-9, 1e9, 1e9, 1e9, 1e9, 0))
                .build()
                .fit(network, Blobs.batches(120, 30, 1));
        assertThat(report.health()).isEqualTo(JointGuard.Health.DIVERGED);
        assertThat(report.stopped()).contains("gap");
        assertThat(report.returns()).hasSize(JemRun.LEVELS);
        assertThat(report.epochs()).isZero();
        assertThat(network.params()).isEqualTo(start);
    }

    @Test
    void theGuardTellsHealthySuspectAndDivergedByItsNumbers() {
        JointGuard guard = new JointGuard(2, 5, 10, 100, 5, 50, 8, 0.1);
        assertThat(new GuardWatch(guard).look(null).health()).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(health(guard, telemetry(3, 1, 0.1, 0.1))).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(health(guard, telemetry(-6, 1, 0.1, 0.1))).isEqualTo(JointGuard.Health.SUSPECT);
        assertThat(health(guard, telemetry(3, 1, 0.6, 0.1))).isEqualTo(JointGuard.Health.SUSPECT);
        assertThat(health(guard, telemetry(3, 1, 0.1, 0.01))).isEqualTo(JointGuard.Health.SUSPECT);
        assertThat(health(guard, telemetry(11, 1, 0.1, 0.1))).isEqualTo(JointGuard.Health.DIVERGED);
        assertThat(health(guard, telemetry(Double.NaN, 1, 0.1, 0.1))).isEqualTo(JointGuard.Health.DIVERGED);
        assertThat(health(guard, new JointTelemetry(1, -101, -100, 0, new LangevinReport(1, 0, 0), 0, 0, 0.1, 2)))
                .isEqualTo(JointGuard.Health.DIVERGED);

        // One large gap among small ones is no divergence, ten times the limit is.
        GuardWatch watch = new GuardWatch(guard);
        watch.look(telemetry(0, 1, 0, 0.1));
        assertThat(watch.look(telemetry(18, 1, 0, 0.1)).health()).isEqualTo(JointGuard.Health.SUSPECT);
        assertThat(watch.look(telemetry(101, 1, 0, 0.1)).health()).isEqualTo(JointGuard.Health.DIVERGED);

        GuardWatch vanishing = new GuardWatch(guard);
        vanishing.look(telemetry(0, 1, 0, 0.1));
        JointGuard.Finding finding = new JointGuard.Finding(JointGuard.Health.HEALTHY, "");
        for (int i = 0; i < 20 && finding.health() == JointGuard.Health.HEALTHY; i++) {
            finding = vanishing.look(telemetry(0, 0, 0, 0.1));
        }
        assertThat(finding.reason()).contains("fell");
        GuardWatch exploding = new GuardWatch(guard);
        exploding.look(telemetry(0, 1, 0, 0.1));
        exploding.look(telemetry(0, 1, 0, 0.1));
        assertThat(exploding.look(telemetry(0, 200, 0, 0.1)).reason()).contains("rose");
        GuardWatch losing = new GuardWatch(guard);
        assertThat(losing.lookAtLoss(2).health()).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(losing.lookAtLoss(7).health()).isEqualTo(JointGuard.Health.HEALTHY); // the mean is 4.5 now
        assertThat(losing.lookAtLoss(9.6).reason()).contains("loss");
        assertThat(losing.lookAtLoss(Double.NaN).health()).isEqualTo(JointGuard.Health.DIVERGED);
        GuardWatch leaping = new GuardWatch(guard);
        assertThat(leaping.meanUpdate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(leaping.lookAtUpdate(1).health()).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(leaping.lookAtUpdate(2).health()).isEqualTo(JointGuard.Health.HEALTHY);
        assertThat(leaping.lookAtUpdate(12.1).reason()).contains("length of the update"); // the mean is 1.5
        assertThat(leaping.meanUpdate()).isEqualTo(1.5);
        assertThat(leaping.lookAtUpdate(Double.NaN).reason()).contains("not finite");
        assertThatThrownBy(() -> new JointGuard(0, 1, 1, 1, 1, 2, 2, 0)).hasMessageContaining("window = 0");
        assertThatThrownBy(() -> new JointGuard(1, 0, 1, 1, 1, 2, 2, 0)).hasMessageContaining("settledGap = 0.0");
        assertThatThrownBy(() -> new JointGuard(1, 1, 1, 1, 1, 2, 1, 0)).hasMessageContaining("updateFactor = 1.0");
        assertThatThrownBy(() -> new JointGuard(1, 1, 1, 1, 1, 2, 2, 2))
                .hasMessageContaining("smallestClassShare = 2.0");
    }

    /** Four windows of 2: eight rare minibatches in a row are suspect, the ninth is a divergence; one good one between starts anew. */
    @Test
    void aClassThatStaysAwayIsADivergence() {
        GuardWatch watch = new GuardWatch(new JointGuard(2, 5, 10, 100, 5, 50, 8, 0.1));
        JointTelemetry rare = telemetry(0, 1, 0, 0.01);
        for (int i = 0; i < 8; i++) {
            assertThat(watch.look(rare).reason()).contains("rarest class has 0.02 of an even share");
        }
        GuardWatch resumed = new GuardWatch(new JointGuard(2, 5, 10, 100, 5, 50, 8, 0.1));
        resumed.restore(watch.state());
        assertThat(resumed.look(rare).isDiverged()).as("counted over a resume").isTrue();
        assertThat(watch.look(telemetry(0, 1, 0, 0.1)).health()).isEqualTo(JointGuard.Health.HEALTHY);
        for (int i = 0; i < 8; i++) {
            assertThat(watch.look(rare).health()).isEqualTo(JointGuard.Health.SUSPECT);
        }
        assertThat(watch.look(rare))
                .matches(JointGuard.Finding::isDiverged)
                .extracting(JointGuard.Finding::reason)
                .asString()
                .contains("for 9 minibatches the rarest class");
    }

    private static JointGuard.Health health(JointGuard guard, JointTelemetry telemetry) {
        return new GuardWatch(guard).look(telemetry).health();
    }

    @Test
    void settingsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> JemTrainer.of(training()).epochs(0)).hasMessageContaining("epochs = 0");
        assertThatThrownBy(() -> JemTrainer.of(training()).snapshotEvery(0)).hasMessageContaining("snapshotEvery = 0");
    }
}
