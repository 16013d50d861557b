package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.PretrainingReport;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;

class ListenerTest {

    /** 300 digits in minibatches of 64: five an epoch. Two layers of two epochs each. */
    private static final int UPDATES = 2 * 2 * 5;

    /** What is written to the standard error, where slf4j-simple logs, while the action runs. */
    private static List<String> logged(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream capture = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(capture);
            action.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(GreedyPretrainer.class.getName()))
                .toList();
    }

    @Test
    void scoresOfEveryPretrainingUpdateAreCollected() {
        MultiLayerNetwork network = Digits.network();
        CollectScoresIterationListener collector = new CollectScoresIterationListener();
        network.setListeners(new ScoreIterationListener(5), collector);
        Digits.pretrain(network);

        double[] scores = collector.getScoreVsIter().getEffectiveScores();
        assertThat(scores).hasSize(UPDATES);
        // The score is the mean squared reconstruction error of values in [0, 1].
        assertThat(Arrays.stream(scores)).allMatch(score -> score > 0 && score < 1);
        assertThat(scores).as("each belongs to an update of its own").doesNotHaveDuplicates();
    }

    @Test
    void aPerformanceListenerIsLeftOutOfPretrainingWithAMessageAndWorksInFit() {
        MultiLayerNetwork network = Digits.network();
        CollectScoresIterationListener collector = new CollectScoresIterationListener();
        network.setListeners(new PerformanceListener(1), collector);
        assertThat(logged(() -> Digits.pretrain(network)))
                .singleElement()
                .asString()
                .contains("PerformanceListener needs a whole network and is not called in pretraining");
        assertThat(collector.getScoreVsIter().getEffectiveScores()).hasSize(UPDATES);
        network.fit(Digits.batches(), 1);
        assertThat(collector.getScoreVsIter().getEffectiveScores()).hasSize(UPDATES + 5);
    }

    @Test
    void statisticsOfPretrainingAndOfFitReachTheStorageOfTheUserInterface() {
        MultiLayerNetwork network = Digits.network();
        InMemoryStatsStorage storage = new InMemoryStatsStorage();
        network.setListeners(new StatsListener(storage, 1));
        Digits.pretrain(network);
        int pretraining = updates(storage).size();
        assertThat(pretraining).isEqualTo(UPDATES);

        network.fit(Digits.batches(), 1);
        List<StatsReport> all = updates(storage);
        assertThat(all).hasSize(pretraining + 5);
        assertThat(all).allMatch(report -> Double.isFinite(report.getScore()));
    }

    private static List<StatsReport> updates(InMemoryStatsStorage storage) {
        List<StatsReport> updates = new ArrayList<>();
        for (String session : storage.listSessionIDs()) {
            for (String worker : storage.listWorkerIDsForSession(session)) {
                for (Persistable update : storage.getAllUpdatesAfter(session, StatsListener.TYPE_ID, worker, 0)) {
                    updates.add((StatsReport) update);
                }
            }
        }
        return updates;
    }

    @Test
    void outsideATerminalEveryEpochIsOneLineInTheLog() {
        MultiLayerNetwork network = Digits.network();
        GreedyPretrainer pretrainer =
                Digits.pretrainer().layerEpochs("upper", 3).reportProgress(true).build();
        List<String> lines = logged(
                () -> assertThat(pretrainer.pretrain(network, Digits.batches()).layers())
                        .hasSize(2));
        List<String> expected = List.of(
                "RBM layer 1/2, epoch 1/2",
                "RBM layer 1/2, epoch 2/2",
                "RBM layer 2/2, epoch 1/3",
                "RBM layer 2/2, epoch 2/3",
                "RBM layer 2/2, epoch 3/3");
        assertThat(lines).hasSameSizeAs(expected);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i))
                    .contains(expected.get(i) + ": ")
                    .matches(
                            ".*: reconstruction error 0\\.\\d{4}, free energy -?\\d+\\.\\d{2}, mean activation 0\\.\\d{3},"
                                    + " \\|W\\| \\d+\\.\\d{2}, \\d+ examples/s, \\d+:\\d{2} left");
        }
        assertThat(lines.get(4)).endsWith("0:00 left");
    }

    @Test
    void withValidationDataTheLineTellsTheFreeEnergyGap() {
        GreedyPretrainer pretrainer = Digits.pretrainer()
                .epochs(1)
                .validation(Digits.test().iterator(50))
                .reportProgress(true)
                .build();
        MultiLayerNetwork network = Digits.network();
        assertThat(logged(() -> assertThat(
                                pretrainer.pretrain(network, Digits.batches()).layers())
                        .hasSize(2)))
                .hasSize(2)
                .allMatch(line -> line.matches(".*, free-energy gap -?\\d+\\.\\d{2}, .*"));
    }

    @Test
    void aPretrainingListenerSeesLayersEpochsAndMinibatchesInOrder() {
        List<String> events = new ArrayList<>();
        MultiLayerNetwork network = Digits.network();
        PretrainingReport report = Digits.pretrainer()
                .epochs(1)
                .listeners(new PretrainingListener() {
                    @Override
                    public void onLayerStart(PretrainingProgress progress) {
                        events.add("start " + progress.layerName() + " " + progress.minibatch());
                    }

                    @Override
                    public void onMinibatch(PretrainingProgress progress) {
                        events.add(progress.layer() + "/" + progress.layers() + " " + progress.epoch() + "/"
                                + progress.epochs() + " " + progress.minibatch() + "/" + progress.minibatches());
                    }

                    @Override
                    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
                        events.add("epoch " + monitors.reconstructionError());
                    }

                    @Override
                    public void onLayerEnd(PretrainingProgress progress, PretrainingReport.LayerReport layer) {
                        events.add("end " + layer.name());
                    }
                })
                .build()
                .pretrain(network, Digits.batches());
        assertThat(events)
                .containsExactly(
                        "start lower 0",
                        "1/2 1/1 1/5",
                        "1/2 1/1 2/5",
                        "1/2 1/1 3/5",
                        "1/2 1/1 4/5",
                        "1/2 1/1 5/5",
                        "epoch " + report.layers().get(0).history().get(0).reconstructionError(),
                        "end lower",
                        "start upper 0",
                        "2/2 1/1 1/5",
                        "2/2 1/1 2/5",
                        "2/2 1/1 3/5",
                        "2/2 1/1 4/5",
                        "2/2 1/1 5/5",
                        "epoch " + report.layers().get(1).history().get(0).reconstructionError(),
                        "end upper");
    }
}
