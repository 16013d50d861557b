package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

class StoppingRuleTest {

    /** Histories whose gap, or reconstruction error, has the given values. */
    private static List<PretrainingMonitors> history(StoppingRule.Criterion criterion, double... values) {
        return Arrays.stream(values)
                .mapToObj(value -> criterion == StoppingRule.Criterion.FREE_ENERGY_GAP
                        ? new PretrainingMonitors(0.5, 10, 10 + value, 0.5, 1, null, 0, null, null)
                        : new PretrainingMonitors(value, 10, 12, 0.5, 1, null, 0, null, null))
                .toList();
    }

    private static List<PretrainingMonitors> gaps(double... values) {
        return history(StoppingRule.Criterion.FREE_ENERGY_GAP, values);
    }

    private static List<PretrainingMonitors> errors(double... values) {
        return history(StoppingRule.Criterion.RECONSTRUCTION_ERROR, values);
    }

    @Test
    void theGapKeepsTheLatestEpochWithinItsTolerance() {
        StoppingRule rule = StoppingRule.onFreeEnergyGap(1, 2);
        assertThat(rule.bestEpoch(gaps(3))).isEqualTo(1);
        assertThat(rule.bestEpoch(gaps(3, 2, 2.5))).isEqualTo(3);
        assertThat(rule.bestEpoch(gaps(3, 2, 3.5, 4))).isEqualTo(2);
        assertThat(rule.bestEpoch(gaps(3, 2, 3.5, 2.75))).isEqualTo(4);
        assertThat(rule.ends(gaps(3, 2, 3.5))).isFalse();
        assertThat(rule.ends(gaps(3, 2, 3.5, 4))).isTrue();
        assertThat(rule.ends(gaps(3, 2, 3.5, 2.75, 9))).isFalse();
    }

    @Test
    void theReconstructionErrorKeepsTheBestEpoch() {
        StoppingRule rule = StoppingRule.onReconstructionError(0.125, 2);
        assertThat(rule.bestEpoch(errors(1, 0.5, 0.75))).isEqualTo(2);
        assertThat(rule.bestEpoch(errors(1, 0.5, 0.4)))
                .as("too small a decrease")
                .isEqualTo(2);
        assertThat(rule.bestEpoch(errors(1, 0.5, 0.4, 0.25))).isEqualTo(4);
        assertThat(rule.ends(errors(1, 0.5, 0.4))).isFalse();
        assertThat(rule.ends(errors(1, 0.5, 0.4, 0.45))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void badTolerancesAreRefused(double tolerance) {
        assertThatThrownBy(() -> StoppingRule.onFreeEnergyGap(tolerance, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tolerance = " + tolerance)
                .hasMessageContaining("at least 0");
    }

    @Test
    void badPatienceIsRefused() {
        assertThatThrownBy(() -> StoppingRule.onReconstructionError(0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("patience = 0")
                .hasMessageContaining("at least 1");
    }

    /** Six rows learnt by heart beside validation rows of another kind: both measures get worse soon. */
    @ParameterizedTest
    @EnumSource(StoppingRule.Criterion.class)
    void aLayerThatOverfitsIsStoppedAndGoesBackToItsBestEpoch(StoppingRule.Criterion criterion) {
        INDArray train = Minibatches.patterns(DataType.DOUBLE, 6, 8, 1);
        INDArray validation = Minibatches.patterns(DataType.DOUBLE, 40, 8, 77);
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 8, 6);
        List<INDArray> epochs = new ArrayList<>();
        StoppingRule rule = new StoppingRule(criterion, 0, 3);
        PretrainingReport report = Networks.pretrainer(300)
                .updater(new Sgd(0.2))
                .validation(Minibatches.of(validation, 16))
                .stopEarly(rule)
                .listeners(new PretrainingListener() {
                    @Override
                    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
                        epochs.add(network.getLayer(0).params().dup());
                    }
                })
                .build()
                .pretrain(network, Minibatches.of(train, 6));
        PretrainingReport.LayerReport layer = report.layers().get(0);
        assertThat(layer.stoppedEarly()).isTrue();
        assertThat(layer.history()).hasSizeLessThan(300).hasSize(layer.keptEpoch() + 3);
        assertThat(layer.keptEpoch()).isEqualTo(rule.bestEpoch(layer.history()));
        assertThat(network.getLayer(0).params()).isEqualTo(epochs.get(layer.keptEpoch() - 1));
        assertThat(network.getLayer(0).params()).isNotEqualTo(epochs.get(epochs.size() - 1));
    }

    @Test
    void theBestEpochIsKeptAlsoWhenTheEpochsRunOut() {
        INDArray train = Minibatches.patterns(DataType.DOUBLE, 6, 8, 1);
        INDArray validation = Minibatches.patterns(DataType.DOUBLE, 40, 8, 77);
        MultiLayerNetwork network = Networks.stack(DataType.DOUBLE, 8, 6);
        List<INDArray> epochs = new ArrayList<>();
        PretrainingReport report = Networks.pretrainer(60)
                .updater(new Sgd(0.2))
                .validation(Minibatches.of(validation, 40))
                .stopEarly(StoppingRule.onFreeEnergyGap(0, 1000))
                .listeners(new PretrainingListener() {
                    @Override
                    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
                        epochs.add(network.getLayer(0).params().dup());
                    }
                })
                .build()
                .pretrain(network, Minibatches.of(train, 6));
        PretrainingReport.LayerReport layer = report.layers().get(0);
        assertThat(layer.stoppedEarly()).isFalse();
        assertThat(layer.history()).hasSize(60);
        assertThat(layer.keptEpoch()).isLessThan(60);
        assertThat(network.getLayer(0).params()).isEqualTo(epochs.get(layer.keptEpoch() - 1));
    }
}
