package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.estimate.PseudoLikelihood;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.estimate.ReconstructionError;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.ScoreCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;

/** Monitors of a model as readings of a pretraining and as scores of the host's early stopping. */
class RbmMonitorsInTrainingTest {

    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 80, 8, 1);
    private static final INDArray UNSEEN = Minibatches.patterns(DataType.DOUBLE, 30, 8, 1);

    private static INDArray first(INDArray rows, int count) {
        return rows.get(NDArrayIndex.interval(0, count), NDArrayIndex.all());
    }

    @Test
    void everyEpochOfEveryLayerIsReadOnValidationRows() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 8, 6, 4);
        List<PretrainingMonitors> seen = new ArrayList<>();
        MultiLayerNetwork unwatched = network.clone();
        Networks.pretrainer(2)
                .validation(Minibatches.of(UNSEEN, 10))
                .monitors(RbmMonitor.freeEnergyGap(50))
                .layerEpochs("1", 3)
                .monitors(RbmMonitor.reconstructionError(25))
                .listeners(new PretrainingListener() {
                    @Override
                    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
                        seen.add(monitors);
                    }
                })
                .build()
                .pretrain(network, Minibatches.of(ROWS, 10));
        assertThat(seen).hasSize(5).allSatisfy(monitors -> {
            assertThat(monitors.readings())
                    .extracting("name")
                    .containsExactly("free energy gap", "reconstruction error");
            assertThat(monitors.readings()).extracting("rows").containsExactly(50L, 25L);
        });
        assertThat(seen.get(1).readings().get(1).value())
                .isEqualTo(ReconstructionError.of(RbmLayer.modelOf(network, 0), first(UNSEEN, 25)));
        Networks.pretrainer(2).layerEpochs("1", 3).build().pretrain(unwatched, Minibatches.of(ROWS, 10));
        assertThat(network.params()).as("watching changes nothing").isEqualTo(unwatched.params());
    }

    @Test
    void pseudoLikelihoodRisesWhileAModelLearns() {
        MultiLayerNetwork network = Networks.stack(DataType.FLOAT, 8, 6);
        PretrainingReport report = Networks.pretrainer(60)
                .updater(new Sgd(0.3))
                .monitors(RbmMonitor.pseudoLikelihood(1000), RbmMonitor.sampledPseudoLikelihood(1000, 4))
                .build()
                .pretrain(network, Minibatches.of(ROWS, 10));
        List<PretrainingMonitors> history = report.layers().get(0).history();
        for (int reading = 0; reading < 2; reading++) {
            double early = history.get(0).readings().get(reading).value();
            double late = history.get(59).readings().get(reading).value();
            // From independent columns, -4.4, towards the noise of one pixel in ten, 8 (0.1 log 0.1 + 0.9 log 0.9) =
            // -2.6.
            assertThat(late).isGreaterThan(early + 0.5);
        }
    }

    @Test
    void whatCannotBeMeasuredIsRefusedBeforeAnythingIsLearnt() {
        MultiLayerNetwork network = Networks.gaussian(DataType.DOUBLE, 8, 4, 1);
        INDArray before =
                network.getLayer(0).getParam(RbmParamInitializer.WEIGHT_KEY).dup();
        assertThatThrownBy(() -> Networks.pretrainer(1)
                        .monitors(RbmMonitor.pseudoLikelihood(10))
                        .build()
                        .pretrain(network, Minibatches.of(ROWS.add(0.1), 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("finitely many states");
        assertThat(network.getLayer(0).getParam(RbmParamInitializer.WEIGHT_KEY)).isEqualTo(before);
    }

    @Test
    void aScoreIsThatOfTheLayerOnItsOwnInputs() {
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 8, 6, 4);
        ScoreCalculator<MultiLayerNetwork> score = RbmScoreCalculator.of(
                RbmMonitor.reconstructionError(25), 0, Minibatches.of(ROWS, 10), Minibatches.of(UNSEEN, 10));
        assertThat(score.minimizeScore()).isTrue();
        assertThat(score.calculateScore(network))
                .isEqualTo(ReconstructionError.of(RbmLayer.modelOf(network, 0), first(UNSEEN, 25)));
        ScoreCalculator<MultiLayerNetwork> onTraining =
                RbmScoreCalculator.of(RbmMonitor.pseudoLikelihood(100), 0, Minibatches.of(ROWS, 10));
        assertThat(onTraining.minimizeScore()).isFalse();
        assertThat(onTraining.calculateScore(network))
                .isEqualTo(PseudoLikelihood.exact(RbmLayer.modelOf(network, 0), ROWS)
                        .value());

        RbmScoreCalculator<MultiLayerNetwork> upper = RbmScoreCalculator.of(
                RbmMonitor.pseudoLikelihood(100), 1, Minibatches.of(ROWS, 10), Minibatches.of(UNSEEN, 10));
        INDArray between = network.feedForwardToLayer(0, UNSEEN).get(1);
        INDArray drawn =
                GreyValues.SAMPLED.presentOnce(RbmLayer.modelOf(network, 1).visible(), between, RandomStreams.of(9));
        double ofADraw =
                PseudoLikelihood.exact(RbmLayer.modelOf(network, 1), drawn).value();
        // Another draw of the same means: close, and the same again with the same seed.
        assertThat(upper.calculateScore(network)).isBetween(ofADraw - 1, ofADraw + 1);
        assertThat(upper.calculateScore(network)).isEqualTo(upper.calculateScore(network));
        assertThat(upper.withSeed(7).calculateScore(network)).isNotEqualTo(upper.calculateScore(network));
    }

    @Test
    void theHostsEarlyStoppingPretrainsAndKeepsTheBestEpoch() {
        MultiLayerNetwork network =
                Networks.single(DataType.FLOAT, 8, 6, base -> base.updater(new Sgd(0.3)), layer -> layer);
        ScoreCalculator<MultiLayerNetwork> score = RbmScoreCalculator.of(
                RbmMonitor.pseudoLikelihood(100), 0, Minibatches.of(ROWS, 10), Minibatches.of(UNSEEN, 10));
        double before = score.calculateScore(network);
        EarlyStoppingConfiguration<MultiLayerNetwork> configuration = new EarlyStoppingConfiguration.Builder<
                        MultiLayerNetwork>()
                .scoreCalculator(score)
                .modelSaver(new InMemoryModelSaver<>())
                .epochTerminationConditions(
                        new MaxEpochsTerminationCondition(40), new ScoreImprovementEpochTerminationCondition(3))
                .build();
        EarlyStoppingResult<MultiLayerNetwork> result =
                new EarlyStoppingTrainer(configuration, network, Minibatches.of(ROWS, 10)).pretrain();
        assertThat(result.getScoreVsEpoch()).hasSizeGreaterThan(3);
        double best = result.getScoreVsEpoch().get(result.getBestModelEpoch());
        assertThat(best).isGreaterThan(before + 0.3);
        assertThat(result.getScoreVsEpoch().values()).as("maximised").allSatisfy(value -> assertThat(value)
                .isLessThanOrEqualTo(best));
        assertThat(score.calculateScore(Objects.requireNonNull(result.getBestModel())))
                .isEqualTo(best);
    }

    @Test
    void anEmptyIteratorIsRefused() {
        assertThatThrownBy(() -> RbmScoreCalculator.of(
                        RbmMonitor.pseudoLikelihood(10), 0, Minibatches.of(List.of()), Minibatches.of(UNSEEN, 10)))
                .hasMessageContaining("iterator of the training rows is empty");
    }
}
